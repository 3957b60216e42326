"""Numbers as they are said in Indian shops: Hindi in any spelling, English, digits, and mixtures of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

from voice.intents.number_words import (
    AMBIGUOUS,
    DAMAGED_TWO_AND_A_HALF,
    ENGLISH_TENS,
    ENGLISH_UNITS,
    FRACTIONS,
    HINDI,
    MULTIPLIERS,
    NEVER,
    OFFSETS,
    TOLERATED_HUNDRED,
)
from voice.intents.folding import fold, light_fold

_HUNDRED, _THOUSAND, _CRORE = 100, 1_000, 10_000_000
_MAX_DIGITS = 15
_QUARTERS: Final = tuple(Decimal(value) for value in ("0.5", "1", "1.5", "2.5", "3"))


@dataclass(frozen=True, slots=True)
class Number:
    """A number read from `words[start:end]`.

    `bare_fraction`: said by a fraction word with no multiplier (aadha, paav, dedh, "half a"): after `paav` a kilo or litre is meant.
    """

    value: Decimal
    start: int
    end: int
    bare_fraction: bool


@dataclass(frozen=True, slots=True)
class _Coefficient:
    value: Decimal
    end: int
    fraction: bool = False
    english: bool = False


def is_ambiguous_word(word: str) -> bool:
    """Tell whether `word`, read here as a number or not, is also a common word or a name (do, so, sat, das, bara, to, for)."""
    return word in AMBIGUOUS


def read_number(words: Sequence[str], start: int = 0) -> Number | None:
    """Return the longest number that begins at `words[start]`, or None.

    Words are as `script.tokens` gives them. A number with a sign and a fraction that three decimals cannot hold are not read.
    """
    first = _coefficient(words, start)
    if first is None:
        return None
    total, ceiling, part = Decimal(0), Decimal(10) ** _MAX_DIGITS, first
    end, multiplied = start, False
    while True:
        value, after = _multiplied(words, part)
        scale = value / part.value if part.value else Decimal(1)
        if part is not first and not _continues(value, scale, ceiling):
            break
        total, end, multiplied = total + value, after, multiplied or scale > 1
        ceiling = scale
        if words_say(words, end) == _CRORE and scale > 1 and scale < _CRORE:
            total, end, ceiling = total * _CRORE, end + 1, Decimal(_CRORE)
        if ceiling <= 1 or part.fraction:
            break
        following = _following(words, end, english=part.english)
        if following is None:
            break
        part = following
    return Number(total, start, end, bare_fraction=first.fraction and not multiplied)
