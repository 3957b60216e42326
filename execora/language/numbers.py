"""Numbers as they are said in Indian shops: Hindi in any spelling, English, digits, and mixtures of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

from execora.language.folding import fold, light_fold
from execora.language.number_speech import amount_in_speech, number_in_words
from execora.language.number_words import (
    AMBIGUOUS,
    DAMAGED_FRACTIONS,
    ENGLISH_MULTIPLIERS,
    ENGLISH_TENS,
    ENGLISH_UNITS,
    FRACTIONS,
    HINDI,
    HINDI_WITH_H,
    MULTIPLIERS,
    NEVER,
    OFFSETS,
    PAAV,
    TOLERATED_HUNDRED,
    TWO_BEFORE_A_UNIT,
)
from execora.language.phone_words import read_phone
from execora.language.units import read_unit

__all__ = [
    "Number",
    "amount_in_speech",
    "is_ambiguous_word",
    "number_in_words",
    "read_number",
    "read_phone",
    "read_small_number",
]

_DIGITS: Final = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,3}0*)?")
_FRACTION: Final = re.compile(r"([1-9])/(2|4|5|8|10)")
_DECIMALS: Final = 3
_POINT: Final = frozenset({"point", "dashamlav", "dashamlaw", "dashmlav"})
_PAAV_COUNTS: Final = frozenset(map(Decimal, ("0.5", "1", "1.5", "2.5", "3")))


@dataclass(frozen=True, slots=True)
class Number:
    """A number read from `words[start:end]`.

    `bare_fraction`: said by a fraction word without a multiplier (aadha, paav, dedh, "half a"); a `paav` is of a kilo or litre.
    """

    value: Decimal
    start: int
    end: int
    bare_fraction: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """A coefficient, or a coefficient with its multiplier; `fraction` closes a number, `english` lets "and" follow."""

    value: Decimal
    end: int
    scale: int = 1
    fraction: bool = False
    english: bool = False


def is_ambiguous_word(word: str) -> bool:
    """Tell whether `word` is an everyday word or a name besides any number it may be (do, so, sat, das, bara, to, for)."""
    return word in AMBIGUOUS


def read_number(words: Sequence[str], start: int = 0) -> Number | None:
    """Return the longest number that begins at `words[start]`, or None.

    Words are as `script.tokens` gives them. Neither signs nor fractions that three decimals cannot hold are read.
    """
    coefficient = _coefficient(words, start)
    first = _multiplied(words, start, coefficient)
    if first is None:
        return None
    total, part = first.value, first
    while part.scale > 1 and not part.fraction:
        following = _following(words, part)
        if following is None:
            break
        total, part = total + following.value, following
    bare = coefficient is not None and coefficient.fraction and first.scale == 1
    return Number(_tidy(total), start, part.end, bare_fraction=bare and not _is_digits(words[start]))


def read_small_number(words: Sequence[str], start: int = 0) -> Number | None:
    """Return the number below a hundred at `words[start]` without any multiplier after it, or None: for hours and days."""
    part = _coefficient(words, start)
    if part is None or part.value >= 100:
        return None
    return Number(_tidy(part.value), start, part.end, bare_fraction=part.fraction and not _is_digits(words[start]))


def _following(words: Sequence[str], before: _Part) -> _Part | None:
    """Return the next part of the same number: smaller than the last multiplier, so that "do hazaar" can go on with "paanch sau"."""
    at = before.end
    if before.english and _word(words, at) == "and":
        at += 1
    coefficient = _coefficient(words, at)
    part = _multiplied(words, at, coefficient) if coefficient else None
    if part is None or coefficient is None or not 0 < part.value < before.scale or part.scale >= before.scale:
        return None
    if coefficient.fraction and part.scale == 1:
        return None
    if at > before.end and not (coefficient.english or _is_digits(words[at])):
        return None
    return part


def _multiplied(words: Sequence[str], start: int, coefficient: _Part | None) -> _Part | None:
    """Return the coefficient with the multipliers after it: "do sau", "ek sau bees hazaar", "sau" alone."""
    if coefficient is None:
        at = start + 1 if _word(words, start) in ("a", "an") else start
        if _multiplier(words, at) is None:
            return _run_together(_word(words, start), start)
        coefficient = _Part(Decimal(1), at)
    scale = _multiplier(words, coefficient.end, after_number=True)
    if scale is None:
        return coefficient
    value = coefficient.value
    if scale > 100:
        return _scaled(words, coefficient, value, coefficient.end, scale)
    if value >= 100 or (coefficient.value % 1 and not coefficient.fraction):
        return coefficient
    hundreds = _scaled(words, coefficient, value, coefficient.end, 100)
    if hundreds.fraction:
        return hundreds
    small = _coefficient(words, hundreds.end)
    whole = small is not None and not small.fraction and small.value < 100
    end, rest = (small.end, small.value) if small is not None and whole else (hundreds.end, Decimal(0))
    larger = _multiplier(words, end)
    if larger is None or larger <= 100:
        return hundreds
    return _scaled(words, coefficient, hundreds.value + rest, end, larger)


def _run_together(word: str, start: int) -> _Part | None:
    """Return a number word that recognition joined to its multiplier: "paanchsau", "savalakh"."""
    if not 5 <= len(word) <= 16 or word in NEVER:
        return None
    for cut in range(2, len(word) - 1):
        head, scale = [word[:cut]], _known(word[cut:])[1]
        if scale is None or (cut < 3 and scale > 1_000):
            continue
        coefficient = _coefficient(head, 0)
        if coefficient is not None:
            return _Part(coefficient.value * scale, start + 1, scale, coefficient.fraction)
    return None


def _scaled(words: Sequence[str], coefficient: _Part, value: Decimal, at: int, scale: int) -> _Part:
    fraction = coefficient.fraction or bool(value % 1)
    return _Part(value * scale, at + 1, scale, fraction, english=words[at] in ENGLISH_MULTIPLIERS)


def _multiplier(words: Sequence[str], at: int, *, after_number: bool = False) -> int | None:
    word = _word(words, at)
    if after_number and word in TOLERATED_HUNDRED:
        return 100
    return _known(word)[1]


def _coefficient(words: Sequence[str], start: int) -> _Part | None:
    """Return the number before a multiplier: digits, a word below a hundred, or a fraction."""
    word = _word(words, start)
    if _is_digits(word):
        return _with_half(words, _Part(Decimal(word), start + 1))
    part = _fraction(words, start) or _small(words, start)
    if part is None:
        return None
    return _in_quarters(words, _with_half(words, part))


def _small(words: Sequence[str], start: int) -> _Part | None:
    """Return a Hindi number below a hundred, or an English one ("twenty five", and "two fifty" for 250)."""
    word = _word(words, start)
    tens = ENGLISH_TENS.get(word)
    unit = ENGLISH_UNITS.get(word)
    after = _word(words, start + 1)
    if tens is not None:
        units = ENGLISH_UNITS.get(after, 0)
        return (
            _Part(Decimal(tens + units), start + 2, english=True)
            if 0 < units < 10
            else _Part(Decimal(tens), start + 1, english=True)
        )
    if unit is not None:
        rest = _small(words, start + 1) if unit and after in ENGLISH_TENS else None
        if rest is not None and _multiplier(words, rest.end) is None:
            return _Part(unit * 100 + rest.value, rest.end, english=True)
        return _Part(Decimal(unit), start + 1, english=True)
    value = _known(word)[0]
    if value is None and word in TWO_BEFORE_A_UNIT and read_unit(after):
        value = 2
    return None if value is None else _Part(Decimal(value), start + 1)


def _fraction(words: Sequence[str], start: int) -> _Part | None:
    word = _word(words, start)
    after = _word(words, start + 1)
    if word in ("a", "an") and after in ("half", "quarter"):
        return _Part(FRACTIONS[after], start + 2, fraction=True)
    if written := _FRACTION.fullmatch(word):
        return _Part(Decimal(written[1]) / Decimal(written[2]), start + 1, fraction=True)
    if word in FRACTIONS:
        article = word in ("half", "quarter") and after in ("a", "an")
        return _Part(FRACTIONS[word], start + 1 + article, fraction=True)
    if word in PAAV:
        return _Part(Decimal("0.25"), start + 1 + (after == "bhar"), fraction=True)
    if word in DAMAGED_FRACTIONS and _multiplier(words, start + 1) is not None:
        return _Part(DAMAGED_FRACTIONS[word], start + 1, fraction=True)
    offset = OFFSETS.get(light_fold(word))
    return None if offset is None else _offset(words, start, offset)


def _offset(words: Sequence[str], start: int, offset: Decimal) -> _Part | None:
    """Return sava, paune or saadhe with the number it shifts; sava and paune alone shift one."""
    base = None if _word(words, start + 1) in PAAV else _whole(words, start + 1)
    if base is not None:
        return _Part(base.value + offset, base.end, fraction=True)
    return None if offset == Decimal("0.5") else _Part(1 + offset, start + 1, fraction=True)


def _whole(words: Sequence[str], start: int) -> _Part | None:
    word = _word(words, start)
    part = _Part(Decimal(word), start + 1) if _is_digits(word) else _small(words, start)
    return part if part is not None and 0 < part.value < 100 and part.value % 1 == 0 else None


def _with_half(words: Sequence[str], part: _Part) -> _Part:
    """Return `part` with what follows it as a fraction: "two and a half", "2 1/2", "three quarters"."""
    after, at = _word(words, part.end), part.end
    if part.fraction or part.value % 1:
        return part
    if after == "and":
        at += 1 + (_word(words, at + 1) in ("a", "an"))
        if _word(words, at) in ("half", "quarter"):
            return _Part(part.value + FRACTIONS[words[at]], at + 1, fraction=True)
    elif after in _POINT:
        return _with_decimals(words, part)
    elif after in ("quarter", "quarters") and part.value in (1, 3):
        return _Part(part.value / 4, at + 1, fraction=True)
    elif (written := _FRACTION.fullmatch(after)) and _is_digits(words[at - 1]) and int(written[1]) < int(written[2]):
        return _Part(part.value + Decimal(written[1]) / Decimal(written[2]), at + 1, fraction=True)
    return part


def _with_decimals(words: Sequence[str], part: _Part) -> _Part:
    """Return "do point paanch" as 2.5: at most three digits, spoken one by one."""
    at, digits = part.end + 1, ""
    while len(digits) < _DECIMALS and (digit := _small(words, at)) is not None and digit.value < 10:
        at, digits = digit.end, f"{digits}{digit.value}"
    if not digits and len(written := _word(words, at)) <= _DECIMALS and written.isdecimal() and written.isascii():
        at, digits = at + 1, written
    return _Part(part.value + Decimal(f"0.{digits}"), at, english=part.english) if digits else part


def _in_quarters(words: Sequence[str], part: _Part) -> _Part:
    """Return "teen paav" as 0.75, "aadha paav" as 0.125."""
    if _word(words, part.end) not in PAAV or part.value not in _PAAV_COUNTS:
        return part
    return _Part(part.value / 4, part.end + 1 + (_word(words, part.end + 1) == "bhar"), fraction=True)


def _word(words: Sequence[str], at: int) -> str:
    return words[at] if 0 <= at < len(words) else ""


def _tidy(value: Decimal) -> Decimal:
    """Return `value` without an exponent or closing zeros: 250.00 is 250."""
    return value.quantize(Decimal(1)) if value % 1 == 0 else value.normalize()


def _is_digits(word: str) -> bool:
    return _DIGITS.fullmatch(word) is not None


@lru_cache(maxsize=4096)
def _known(word: str) -> tuple[int | None, int | None]:
    """Return `word` as a number below a hundred, and as a multiplier."""
    if not word or word in NEVER or len(word) > 20:
        return None, None
    value = HINDI_WITH_H.get(light_fold(word))
    folded = fold(word)
    if value is None:
        value = HINDI.get(folded) if folded in HINDI else HINDI.get(folded.replace("nb", "nv"))
    return value, MULTIPLIERS.get(folded)
