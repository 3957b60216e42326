"""The time of day as it is said: "shaam saat baje", "saadhe 7 baje", "7:30 pm", "half past five", "subah"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import Final, Literal

from execora.language.folding import fold, word_set
from execora.language.number_words import ENGLISH_TENS, ENGLISH_UNITS
from execora.language.numbers import read_small_number

Part = Literal["", "morning", "noon", "evening", "night"]
Meridiem = Literal["", "am", "pm"]
Span = tuple[int, int]

_PART_STARTS: Final[dict[Part, int]] = {"morning": 9, "noon": 13, "evening": 18, "night": 20}
_PART_WORDS: Final[dict[Part, str]] = {
    "morning": "subah suba savere sabere savera morning",
    "noon": "dophar afternoon",
    "evening": "evening sandhya",
    "night": "raat raatri night tonight",
}
_PARTS: Final[dict[str, Part]] = {fold(word): part for part, words in _PART_WORDS.items() for word in words.split()}
_DOPAHAR: Final = re.compile(r"d[ou]pp?[ae]h[ae]?r")
_EVENING: Final = frozenset({"shaam", "sham", "shaaam", "shamm"})
_BAJE: Final = frozenset({"baje", "baj", "bje", "bajae"})
_DAMAGED_BAJE: Final = word_set("baji bajim bajem bajen bagie bage bagi baja vaje bajie badje bajo")
_HOUR_MARKS: Final = word_set("am pm oclock noon midday midnight at by past")
_CLOCK_FACE: Final = re.compile(r"([0-9]{1,2})[:.]([0-5][0-9])")
_BARE_ENDS: Final = word_set(". , ? ! ko tak par pe ka ke tomorrow today kal parso aaj and to") | {""}


@dataclass(frozen=True, slots=True)
class Clock:
    """An hour, a part of the day, or both, and the words that said it. `certain`: a 24-hour time, not to be shifted."""

    hour: int | None
    minute: int
    part: Part
    meridiem: Meridiem
    certain: bool
    spans: tuple[Span, ...]

    @property
    def is_bare(self) -> bool:
        """Whether nothing said which half of the day is meant."""
        return self.hour is not None and not (self.part or self.meridiem or self.certain)

    def resolve(self) -> tuple[time, int] | None:
        """Return the time and the days to add ("raat 12 baje" is the end of the day); None when there is no such time.

        A bare hour from 1 to 7 is after noon; a part of the day alone is its usual hour.
        """
        if self.hour is None:
            return time(_PART_STARTS[self.part]), 0
        hour, days = _hour_and_days(self)
        return (time(hour, self.minute), days) if 0 <= hour < 24 else None


@dataclass(frozen=True, slots=True)
class _Hour:
    hour: int
    minute: int
    start: int
    end: int
    meridiem: Meridiem = ""
    part: Part = ""
    certain: bool = False


def read_clock(words: Sequence[str], *, expected: bool) -> Clock | None:
    """Return the first time of day in `words`, or None.

    `expected`: a day or a reminder is spoken of, so that "at 7" and what recognition makes of "baje" (bhaji, bagye) are times.
    """
    part_at, part = _first_part(words)
    expected = expected or bool(part)
    hours = (
        (_hour_at(words, at, expected=expected) for at in range(len(words))) if part or _may_tell_an_hour(words) else ()
    )
    found = next((hour for hour in hours if hour), None)
    if found is None:
        return Clock(None, 0, part, "", False, ((part_at, part_at + 1),)) if part else None
    spans = [(found.start, found.end)]
    if part and not found.start <= part_at < found.end:
        spans.append((part_at, part_at + 1))
    return Clock(found.hour, found.minute, found.part or part, found.meridiem, found.certain, tuple(sorted(spans)))


def _may_tell_an_hour(words: Sequence[str]) -> bool:
    return any(word in _HOUR_MARKS or ":" in word or _is_baje(word, damaged=True) for word in words)


def part_of_day(word: str) -> Part:
    """Return the part of the day that `word` names, or an empty string."""
    if word in _EVENING:
        return "evening"
    return _PARTS.get(fold(word)) or ("noon" if _DOPAHAR.fullmatch(word) else "")


def _first_part(words: Sequence[str]) -> tuple[int, Part]:
    for at, word in enumerate(words):
        part = part_of_day(word)
        if part and not (at and words[at - 1] in ("good", "shubh")):
            return at, part
    return -1, ""


def _hour_at(words: Sequence[str], at: int, *, expected: bool) -> _Hour | None:
    word = words[at]
    if word in ("noon", "midday"):
        return _Hour(12, 0, at, at + 1, "pm")
    if word == "midnight":
        return _Hour(12, 0, at, at + 1, part="night")
    if _word(words, at + 1) in ("past", "to") and word in ("half", "quarter"):
        return _around(words, at)
    joined = _joined(words, at)
    if joined is not None:
        return joined
    spoken = _spoken_time(words, at)
    return _confirmed(words, spoken, expected=expected) if spoken is not None else None


def _around(words: Sequence[str], at: int) -> _Hour | None:
    """Read "half past seven", "quarter to six"."""
    number = read_small_number(words, at + 2)
    if number is None or number.value % 1 or not 1 <= number.value <= 12:
        return None
    minute = 30 if words[at] == "half" else 15
    hour = int(number.value)
    if words[at + 1] == "to":
        hour, minute = (hour - 1 or 12), 60 - minute
    end, meridiem, part = _qualified(words, number.end)
    return _Hour(hour, minute, at, end, meridiem, part)


def _joined(words: Sequence[str], at: int) -> _Hour | None:
    """Read "shamsaat baje", a part of the day run together with its hour."""
    word = words[at]
    if not _is_baje(_word(words, at + 1), damaged=True):
        return None
    for head in ("shaam", "sham", "subah", "subha", "raat", "rat", "dopahar"):
        rest = word.removeprefix(head)
        if rest and rest != word and (number := read_small_number([rest])) is not None and 1 <= number.value <= 12:
            return _Hour(int(number.value), 0, at, at + 2, part=part_of_day(head))
    return None


def _spoken_time(words: Sequence[str], at: int) -> _Hour | None:
    """Read digits of a clock or a number that can be an hour with its quarters; what follows decides whether it is a time."""
    face = _CLOCK_FACE.fullmatch(words[at])
    if face is not None:
        return _Hour(int(face[1]), int(face[2]), at, at + 1, certain=face[1].startswith("0") or int(face[1]) > 12)
    if words[at] in ENGLISH_UNITS and _word(words, at + 1) in ENGLISH_TENS:
        minutes = read_small_number(words, at + 1)
        return (
            _Hour(ENGLISH_UNITS[words[at]], int(minutes.value), at, minutes.end)
            if minutes and minutes.value < 60
            else None
        )
    number = read_small_number(words, at)
    if number is None:
        return None
    hour, minute = divmod(number.value * 60, Decimal(60))
    if minute % 15:
        return None
    if hour == 60 and _is_baje(_word(words, number.end), damaged=False):
        hour = Decimal(7)  # saat heard as saath
    if hour > 24:
        return None
    if hour == 0 and minute:
        hour = Decimal(12)  # paune ek baje
    return _Hour(int(hour), int(minute), at, number.end, certain=hour > 12 or words[at] in ("00", "0"))


def _confirmed(words: Sequence[str], hour: _Hour, *, expected: bool) -> _Hour | None:
    """Return `hour` with what makes it a time of day ("baje", "pm", "o'clock", "in the evening"), or None without any."""
    after = _word(words, hour.end)
    if _is_baje(after, damaged=expected and hour.hour <= 12) or after == "oclock":
        end, minute = _minutes_after(words, hour.end + 1)
        end, meridiem, part = _qualified(words, end)
        return _Hour(hour.hour, minute or hour.minute, hour.start, end, meridiem, part, hour.certain)
    end, meridiem, part = _qualified(words, hour.end)
    if end > hour.end:
        return _Hour(hour.hour, hour.minute, hour.start, end, meridiem, part, hour.certain)
    minutes = read_small_number(words, hour.end)
    if minutes is not None and not hour.minute and minutes.value % 1 == 0 and 0 < minutes.value < 60:
        end, meridiem, part = _qualified(words, minutes.end)
        if end > minutes.end:
            return _Hour(hour.hour, int(minutes.value), hour.start, end, meridiem, part, hour.certain)
    if ":" in words[hour.start]:
        return hour
    before = _word(words, hour.start - 1)
    led = (
        before in ("at", "by") or part_of_day(before) or (before == "ko" and part_of_day(_word(words, hour.start - 2)))
    )
    bare = expected and bool(led) and "." not in words[hour.start] and after in _BARE_ENDS
    return hour if bare else None


def _minutes_after(words: Sequence[str], at: int) -> tuple[int, int]:
    """Read "(baj) kar 20 minute" after an hour; return the index after it and the minutes, 0 without any."""
    if _word(words, at) in ("kar", "ke"):
        number = read_small_number(words, at + 1)
        if (
            number is not None
            and number.value < 60
            and number.value % 1 == 0
            and _word(words, number.end).startswith("min")
        ):
            return number.end + 1, int(number.value)
    return at, 0


def _qualified(words: Sequence[str], at: int) -> tuple[int, Meridiem, Part]:
    """Read "pm", "in the evening", "at night" at `words[at]`; return the index after it, unchanged without any."""
    word = _word(words, at)
    if word == "am":
        return at + 1, "am", ""
    if word == "pm":
        return at + 1, "pm", ""
    start = at + (word in ("in", "at", "this"))
    start += _word(words, start) == "the" and start > at
    part = part_of_day(_word(words, start)) if start > at else ""
    return (start + 1, "", part) if part else (at, "", "")


def _is_baje(word: str, *, damaged: bool) -> bool:
    folded = fold(word)
    return folded in _BAJE or (damaged and folded in _DAMAGED_BAJE)


def _hour_and_days(clock: Clock) -> tuple[int, int]:
    hour = clock.hour or 0
    if clock.certain:
        return hour, 0
    if clock.meridiem or clock.part == "morning":
        pm = clock.meridiem == "pm"
        return (hour % 12 + 12 * pm if hour <= 12 and clock.meridiem else hour), 0
    if clock.part == "night" and (hour == 12 or hour <= 4):
        return hour % 12, 1
    if clock.part in ("evening", "night"):
        return (hour + 12 if hour < 12 else hour), 0
    return (hour + 12 if 1 <= hour <= 7 else hour), 0


def _word(words: Sequence[str], at: int) -> str:
    return words[at] if 0 <= at < len(words) else ""
