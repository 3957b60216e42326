"""When something was or shall be: one day and time out of a whole utterance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from execora.language.clock_words import read_clock
from execora.language.day_words import Day, NoSuchDate, read_day
from execora.language.folding import fold, fold_set, word_set
from execora.language.numbers import read_small_number
from execora.language.script import tokens
from execora.language.tense import is_past

__all__ = ["When", "is_past", "read_when"]

Span = tuple[int, int]

_LONGEST_WORD: Final = 40
_HOURS: Final = fold_set("ghante ghanta ghanto gante hour hours")
_MINUTES: Final = fold_set("minute minutes minat mint")
_AFTER: Final = fold_set("baad later after")
_BEFORE: Final = word_set("pehle pahle ago before")
_WITHIN: Final = frozenset({"mein", "me", "men", "andar"})
_LINKS: Final = frozenset({"ko", "tak", "ka", "ki", "ke", "par", "pe", "'s"})
_LEADS: Final = frozenset({"at", "on", "by", "till", "until", "this", "lagbhag", "karib", "around"})
_REMINDING: Final = fold_set("remind reminder yaad message call send schedule")

_MARKS = frozenset(".,?!")


@dataclass(frozen=True, slots=True)
class When:
    """A day, with a time when one was said, in the zone of the `now` it was read against.

    `time` carries that zone, so `datetime.combine(when.date, when.time)` is aware. `spans` are the token ranges that said it,
    postpositions ("kal ka", "shaam ko") included; `start` and `end` enclose them all.
    """

    date: date
    time: time | None
    start: int
    end: int
    spans: tuple[Span, ...]

    @property
    def moment(self) -> datetime | None:
        """The aware datetime, None without a time."""
        return None if self.time is None else datetime.combine(self.date, self.time)


def read_when(words: Sequence[str], now: datetime, *, past: bool | None) -> When | None:
    """Return the day and time said anywhere in `words`, or None when there is none or no such date.

    `past`: whether kal, weekdays and bare dates lie behind; None asks the verbs. A time alone is the next such time (the last
    one when past), a part of the day its usual hour (subah 9, dopahar 13, shaam 18, raat 20).
    """
    words = [word if len(word) <= _LONGEST_WORD else "" for word in words]
    behind = bool(is_past(words)) if past is None else past
    try:
        return _read(words, now, past=behind)
    except (NoSuchDate, OverflowError):
        return None


def moment_said(text: str, now: datetime) -> datetime | None:
    """Return the coming day and hour that `text` says and nothing else says: "kal shaam 7 baje"; None for anything more or less."""
    words = [token.text for token in tokens(text) if token.text not in _MARKS]
    when = read_when(words, now, past=False)
    if when is None or when.moment is None:
        return None
    read = {place for start, end in when.spans for place in range(start, end)}
    return when.moment if len(read) == len(words) else None


def _read(words: Sequence[str], now: datetime, *, past: bool) -> When | None:
    shifted = _in_hours(words, now, past=past)
    if shifted is not None:
        moment, span = shifted
        return _when(moment.date(), moment.timetz(), [span], words)
    day = read_day(words, now.date(), past=past)
    others = _without(words, day)
    expected = day is not None or any(fold(word) in _REMINDING for word in words)
    clock = read_clock(others, expected=expected)
    if clock is None:
        return None if day is None else _when(day.date, None, [(day.start, day.end)], words)
    resolved = clock.resolve()
    if resolved is None:
        return None
    at, days = resolved
    at = at.replace(tzinfo=now.tzinfo)
    spans = list(clock.spans)
    if day is None:
        return _when(_next_such_day(now, at, past=past), at, spans, words)
    on = _on(day, now, at, days)
    if on == now.date() and clock.is_bare and not past and at.hour < 12 and at < now.timetz():
        at = at.replace(hour=at.hour + 12)
    return _when(on, at, [*spans, (day.start, day.end)], words)


def _on(day: Day, now: datetime, at: time, days: int) -> date:
    """Return the date of a day with its time: a weekday that is today's is today while its time is ahead."""
    week_ago = day.date - timedelta(days=7)
    if day.weekday and week_ago == now.date() and at > now.timetz():
        return week_ago
    return day.date + timedelta(days=days)


def _next_such_day(now: datetime, at: time, *, past: bool) -> date:
    today = now.date()
    if past:
        return today if at <= now.timetz() else today - timedelta(days=1)
    return today if at > now.timetz() else today + timedelta(days=1)


def _in_hours(words: Sequence[str], now: datetime, *, past: bool) -> tuple[datetime, Span] | None:
    """Read "2 ghante baad", "aadhe ghante mein", "in 2 hours", "20 minute pehle"."""
    if not any(fold(word) in _HOURS | _MINUTES for word in words):
        return None
    for at in range(len(words)):
        number = read_small_number(words, at)
        if number is None:
            continue
        unit = fold(_word(words, number.end))
        if unit not in _HOURS | _MINUTES:
            continue
        minutes = number.value * (60 if unit in _HOURS else 1)
        end = number.end + 1 + (_word(words, number.end + 1) == "ke")
        after, before = _word(words, end), _word(words, at - 1)
        sign, span = 0, (at, end + 1)
        if fold(after) in _AFTER or (after in _WITHIN and not past):
            sign = 1
        elif after in _BEFORE:
            sign = -1
        elif before in ("in", "after", "within"):
            sign, span = 1, (at - 1, number.end + 1)
        if sign:
            moment = now + sign * timedelta(minutes=float(minutes))
            return moment.replace(second=0, microsecond=0), span
    return None


def _without(words: Sequence[str], day: Day | None) -> list[str]:
    """Return `words` with those of the day blanked, so that "5 december" leaves no hour behind; "tonight" says both."""
    if day is None:
        return list(words)
    return [word if not day.start <= at < day.end or word == "tonight" else "" for at, word in enumerate(words)]


def _when(on: date, at: time | None, spans: list[Span], words: Sequence[str]) -> When:
    merged: list[Span] = []
    for start, end in sorted(_with_links(span, words) for span in spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return When(on, at, merged[0][0], merged[-1][1], tuple(merged))


def _with_links(span: Span, words: Sequence[str]) -> Span:
    """Return `span` with the preposition before it and the postposition after it."""
    start, end = span
    if _word(words, start - 1) in _LEADS:
        start -= 1
    elif _word(words, start - 1) == "the" and _word(words, start - 2) in {"in", "on"}:
        start -= 2
    if _word(words, end) in _LINKS:
        end += 1 + (words[end] == "ke" and _word(words, end + 1) == "liye")
    return start, end


def _word(words: Sequence[str], at: int) -> str:
    return words[at] if 0 <= at < len(words) else ""
