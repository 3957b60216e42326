"""Fold the spellings of one spoken Hindi word together, for closed word lists (numbers, units, days)."""

import re
from functools import lru_cache
from typing import Final

_DIGRAPHS: Final = (
    ("aa", "a"),
    ("ee", "i"),
    ("oo", "u"),
    ("ii", "i"),
    ("uu", "u"),
    ("w", "v"),
    ("ck", "k"),
    ("q", "k"),
)
_DIPHTHONGS: Final = (("ai", "e"), ("ei", "e"), ("ay", "e"), ("ey", "e"), ("au", "o"), ("ou", "o"), ("ao", "o"))
_CONSONANTS: Final = (("chh", "ch"), ("cch", "ch"), ("sh", "s"), ("ph", "f"), ("z", "j"))
_BARE_C: Final = re.compile(r"c(?!h)")
_DOUBLED: Final = re.compile(r"(ch|[a-z])\1+")
_NASAL: Final = re.compile(r"(?<=[eo])n(?=[ts])")
_MUTE_H: Final = re.compile(r"(?<=[bdfgjklmnprstv])h|(?<=ch)h|h$")


def word_set(listing: str) -> frozenset[str]:
    """Return the words of a list kept as one line of text."""
    return frozenset(listing.split())


def fold_set(listing: str) -> frozenset[str]:
    """Return the folded words of a list kept as one line of text."""
    return frozenset(map(fold, listing.split()))


@lru_cache(maxsize=8192)
def light_fold(word: str) -> str:
    """Fold vowel length, doubled letters and like-sounding consonants; keep every h.

    `saat` and `sat` meet, `saat` (7) and `saath` (60) do not.
    """
    for spelling, folded in (*_DIGRAPHS, *_CONSONANTS, *_DIPHTHONGS):
        word = word.replace(spelling, folded)
    word = _BARE_C.sub("k", word).replace("y", "i")
    return _NASAL.sub("", _DOUBLED.sub(r"\1", word))


@lru_cache(maxsize=8192)
def fold(word: str) -> str:
    """Fold as `light_fold` does and drop the h of aspirates and of word ends as well: `barah` and `bara` meet."""
    return _DOUBLED.sub(r"\1", _MUTE_H.sub("", light_fold(word)))
