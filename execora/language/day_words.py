"""The day as it is said: kal, parso, weekdays, "do din baad", "agle hafte", "mahine ki 5 tareekh", "5 december", ISO dates."""

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from execora.language.folding import fold, fold_set, word_set
from execora.language.numbers import read_small_number

_NEAR: Final = {
    **dict.fromkeys(fold_set("aaj today tonight"), 0),
    **dict.fromkeys(fold_set("tomorrow tommorow tommorrow tomorow tmrw"), 1),
    **dict.fromkeys(fold_set("yesterday"), -1),
}
_BY_TENSE: Final = {
    **dict.fromkeys(fold_set("kal kaal"), 1),
    **dict.fromkeys(fold_set("parso parson parsu paraso"), 2),
    "narso": 3,
    "tarso": 3,
}
_WEEKDAYS: Final = {
    fold(word): weekday
    for weekday, words in enumerate(
        (
            "somvar monday mondey",
            "mangalvar mangalwaar tuesday",
            "budhvar wednesday wensday",
            "guruvar brihaspativar virvar veervar jumerat thursday",
            "shukravar shukrvar sukravar jumma jumme friday",
            "shanivar shanichar sanichar saturday",
            "ravivar itvar itwaar etvar sunday",
        )
    )
    for word in words.split()
}
_WEEKDAY_STEMS: Final = {"som": 0, "mangal": 1, "budh": 2, "guru": 3, "shukra": 4, "shukr": 4, "shani": 5, "ravi": 6}
_VAR: Final = fold_set("var vaar war")
_MONTHS: Final = {
    fold(word): month
    for month, words in enumerate(
        (
            "january jan janvari",
            "february feb farvari",
            "march mar",
            "april apr aprail",
            "may mai",
            "june jun joon",
            "july jul julai",
            "august aug agast",
            "september sep sept sitambar",
            "october oct aktubar aktoobar",
            "november nov navambar",
            "december dec disambar",
        ),
        start=1,
    )
    for word in words.split()
}
_DAYS: Final = fold_set("din dino dinon day days roz")
_WEEKS: Final = fold_set("hafte hafta hapte hapta hafton week weeks saptah")
_MONTH_WORDS: Final = fold_set("mahine mahina mahino mahinon month months")
_AFTER: Final = fold_set("baad later after hence")
_BEFORE: Final = word_set("pehle pahle phle pehele ago before earlier back")
_WITHIN: Final = word_set("mein me men andar within")
_NEXT: Final = fold_set("agle agla agli aglee next aane aate aanewale")
_LAST: Final = fold_set("pichle pichla pichli pichhle last gaye beete previous")
_THIS: Final = frozenset({"is", "iss", "this", "isi"})
_DATE_WORD: Final = fold_set("tareekh tarikh taarikh tarik date")
_END: Final = fold_set("end aakhir akhir aakhri akhri ant last")
_ORDINAL: Final = frozenset({"st", "nd", "rd", "th"})
_GENITIVE: Final = frozenset({"ki", "ke", "ka", "of"})
_WRITTEN: Final = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})|([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")
_YEAR: Final = re.compile(r"20[0-9]{2}")
_FURTHEST_DAYS: Final = 3_660


class NoSuchDate(ValueError):
    """The words name a date that the calendar does not have."""


@dataclass(frozen=True, slots=True)
class Day:
    """A date said in `words[start:end]`. `weekday`: said as one, so that today is its own candidate when the time is ahead."""

    date: date
    start: int
    end: int
    weekday: bool = False


def read_day(words: Sequence[str], today: date, *, past: bool) -> Day | None:
    """Return the first day named in `words`, or None.

    Raises:
        NoSuchDate: it is not in the calendar (30 February).
    """
    said = {fold(word) for word in words}
    readers = [reader for vocabulary, reader in _READERS if vocabulary & said]
    for at, word in enumerate(words):
        if _WRITTEN.fullmatch(word):
            return _written(words, at)
        for reader in readers:
            day = reader(words, at, today, past)
            if day is not None:
                return day
    return None


def _near(words: Sequence[str], at: int, today: date, past: bool) -> Day | None:
    folded = fold(words[at])
    if folded in _BY_TENSE:
        days = -_BY_TENSE[folded] if past else _BY_TENSE[folded]
        return Day(today + timedelta(days), at, at + 1)
    if words[at] == "day" and _word(words, at + 1) in ("after", "before"):
        end = at + 2 + (_word(words, at + 2) == "the")
        step = {"tomorrow": 2, "yesterday": -2}.get(_word(words, end))
        return None if step is None else Day(today + timedelta(step), at, end + 1)
    return Day(today + timedelta(_NEAR[folded]), at, at + 1) if folded in _NEAR else None


def _written(words: Sequence[str], at: int) -> Day | None:
    match = _WRITTEN.fullmatch(words[at])
    if match is None:
        return None
    year, month, day = (match[1], match[2], match[3]) if match[1] else (match[6], match[5], match[4])
    return Day(_date(int(year), int(month), int(day)), at, at + 1)


def _counted(words: Sequence[str], at: int, today: date, past: bool) -> Day | None:
    """Read "do din baad", "teen din pehle", "ek hafte mein", "in 3 days"."""
    number = read_small_number(words, at)
    end = number.end if number is not None else at
    period = fold(_word(words, end))
    if period not in _DAYS | _WEEKS | _MONTH_WORDS:
        return None
    if number is None and not (at and period in _WEEKS | _MONTH_WORDS):
        return None
    if number is not None and number.value % 1:
        return None
    count = int(number.value) if number is not None else 1
    end += 1 + (_word(words, end + 1) == "bhar")
    end += _word(words, end) == "ke"
    after = _word(words, end)
    if fold(after) in _AFTER or (number is not None and after in _WITHIN and not past):
        return Day(_moved(today, period, count), at, end + 1)
    if after in _BEFORE:
        return Day(_moved(today, period, -count), at, end + 1)
    before = _word(words, at - 1)
    if number is not None and before in ("in", "after", "within"):
        return Day(_moved(today, period, count), at - 1, end)
    return None


def _relative(words: Sequence[str], at: int, today: date, past: bool) -> Day | None:
    """Read "agle hafte", "agle mahine ki 5 tareekh", "month end". "Last week" is no one day, so it is not read."""
    folded, after = fold(words[at]), fold(_word(words, at + 1))
    step = 1 if folded in _NEXT else -1 if folded in _LAST else 0 if words[at] in _THIS else None
    if step is not None and after in {"vale", "vala", "vali"}:
        at, after = at + 1, fold(_word(words, at + 2))
    period = after if step is not None else folded
    end = at + 2 if step is not None else at + 1
    start = at if step is not None or words[at] not in {"vale", "vala", "vali"} else at - 1
    if period in _MONTH_WORDS:
        return _in_month(words, start, end, _shifted_month(today, step or 0), today, fixed=step is not None, past=past)
    if step and period in (_DAYS if step < 0 else _WEEKS | _DAYS):
        return Day(_moved(today, period, step), start, end)
    return None


def _in_month(
    words: Sequence[str], start: int, end: int, month: date, today: date, *, fixed: bool, past: bool
) -> Day | None:
    at = end + (_word(words, end) in _GENITIVE)
    number = read_small_number(words, at)
    if number is not None and fold(_word(words, number.end)) in _DATE_WORD:
        day = _whole(number.value)
        return Day(
            _date(month.year, month.month, day) if fixed else _nearest(today, day, past=past), start, number.end + 1
        )
    if fold(_word(words, at)) in _END:
        last = calendar.monthrange(month.year, month.month)[1]
        stop = at + 1 + (fold(_word(words, at + 1)) in _DATE_WORD)
        return Day(month.replace(day=last), start, stop)
    if fixed and month > today:
        return Day(month, start, end)
    return None


def _weekday(words: Sequence[str], at: int, today: date, past: bool) -> Day | None:
    weekday, end = _WEEKDAYS.get(fold(words[at])), at + 1
    if weekday is None and words[at] in _WEEKDAY_STEMS and fold(_word(words, at + 1)) in _VAR:
        weekday, end = _WEEKDAY_STEMS[words[at]], at + 2
    if weekday is None:
        return None
    before = fold(_word(words, at - 1))
    back = before in _LAST or (past and before not in _NEXT)
    ahead = (weekday - today.weekday()) % 7 or 7
    days = ahead - 7 if back and ahead < 7 else -7 if back else ahead
    return Day(today + timedelta(days), at - (before in _LAST | _NEXT | _THIS), end, weekday=not back)


def _of_month(words: Sequence[str], at: int, today: date, past: bool) -> Day | None:
    """Read "15 tareekh", "5 december 2026", "december 5", "on the 5th"."""
    if fold(words[at]) in _MONTHS:
        number = read_small_number(words, at + 1)
        if number is None or not _is_day(number.value) or words[at] == "mai":
            return None
        end = number.end + (_word(words, number.end) in _ORDINAL)
        return _month_day(words, (at, end), _whole(number.value), _MONTHS[fold(words[at])], today, past=past)
    number = read_small_number(words, at)
    if number is None or number.bare_fraction or number.value % 1:
        return None
    day = int(number.value)
    end = number.end + (_word(words, number.end) in _ORDINAL)
    after = fold(_word(words, end))
    if after in _DATE_WORD:
        return Day(_nearest(today, day, past=past), at, end + 1)
    month_at = end + (_word(words, end) == "of")
    month = _MONTHS.get(fold(_word(words, month_at)))
    if month is not None:
        return _month_day(words, (at, month_at + 1), day, month, today, past=past)
    if end > number.end and _word(words, at - 1) in ("the", "on", "by") and 1 <= day <= 31:
        return Day(_nearest(today, day, past=past), at, end)
    return None


def _month_day(words: Sequence[str], span: tuple[int, int], day: int, month: int, today: date, *, past: bool) -> Day:
    start, end = span
    if _YEAR.fullmatch(_word(words, end)):
        return Day(_date(int(words[end]), month, day), start, end + 1)
    if (month, day) == (2, 29):
        years = range(today.year, today.year - 9, -1) if past else range(today.year, today.year + 9)
        dates = [date(year, 2, 29) for year in years if calendar.isleap(year)]
        return Day(next(found for found in dates if (found <= today if past else found >= today)), start, end)
    found = _date(today.year, month, day)
    if past and found > today:
        found = _date(today.year - 1, month, day)
    elif not past and found < today:
        found = _date(today.year + 1, month, day)
    return Day(found, start, end)


def _nearest(today: date, day: int, *, past: bool) -> date:
    """Return the next such day of a month, today included, or the last one when `past`."""
    step = (day > today.day and past) * -1 + (day < today.day and not past)
    month = _shifted_month(today.replace(day=1), step)
    return _date(month.year, month.month, day)


def _moved(today: date, period: str, count: int) -> date:
    if period in _MONTH_WORDS:
        return _shifted_month(today, count)
    return today + timedelta(days=min(count * (7 if period in _WEEKS else 1), _FURTHEST_DAYS))


def _shifted_month(today: date, months: int) -> date:
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as fault:
        raise NoSuchDate(f"{day}-{month}-{year}") from fault


_READERS: Final = (
    (_NEAR.keys() | _BY_TENSE.keys() | {"day"}, _near),
    (_DAYS | _WEEKS | _MONTH_WORDS, _counted),
    (_DAYS | _WEEKS | _MONTH_WORDS, _relative),
    (_WEEKDAYS.keys() | _VAR, _weekday),
    (_MONTHS.keys() | _DATE_WORD | _ORDINAL, _of_month),
)
"""The folded words that each reader needs, at least one of them, and the reader; an earlier reader goes first."""


def _is_day(value: object) -> bool:
    return value in range(1, 32)


def _whole(value: object) -> int:
    return int(str(value)) if value in range(1000) else 0


def _word(words: Sequence[str], at: int) -> str:
    return words[at] if 0 <= at < len(words) else ""
