"""One key for the many ways in which an Indian name or word is spelt, or misheard; and how alike two of them sound.

Pure text to text, on Latin letters: the caller romanises Devanagari first.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

MAX_LENGTH: Final = 120

_NOT_SPOKEN: Final = re.compile(r"[^a-z0-9 ]")
_CONSONANTS: Final = (
    ("sch", "sk"), ("chh", "C"), ("ch", "C"), ("ck", "k"), ("ph", "f"), ("sh", "s"), ("zh", "j"), ("z", "j"), ("w", "v"),
    ("q", "k"), ("x", "ks"),
)  # fmt: skip
_SOFT_C: Final = re.compile(r"c(?=[eiy])")
_LONG_VOWELS: Final = (("aa", "a"), ("ee", "i"), ("oo", "u"), ("ou", "u"), ("au", "o"))
_FINAL_I: Final = re.compile(r"ie$")
_DIPHTHONG: Final = re.compile(r"[ae]i(?![aeiou])")
_MUTE_Y: Final = re.compile(r"(?<=^j)y(?=[aeiou])")
_MUTE_H: Final = re.compile(r"(?<=[bdfgjklmnprstv])h|(?<=C)h|(?<=[aeiou])h(?![aeiou])")
_DOUBLED: Final = re.compile(r"(.)\1+")
_NASAL: Final = re.compile(r"m(?=[bcdfgjklmnprstvC])")
_FINAL_A: Final = re.compile(r"(?<=..)a$")

_VOWEL_LETTERS: Final = frozenset("aeiou")
_ENDINGS: Final = {"y": "i", "e": "i"}
_LIKE_SOUNDS: Final = {
    **dict.fromkeys(("bv", "pb", "td", "gk", "mn", "jC", "Cs", "fp", "dr"), 0.5),
    **dict.fromkeys(("lr", "gh", "js", "kh", "vf"), 0.7),
}
_OTHER_VOWEL, _EXTRA_VOWEL, _EXTRA_H, _OTHER_START = 0.4, 0.5, 0.4, 0.3


def sound_key(text: str) -> str:
    """Return the key of each word of `text`, joined by spaces: "Raahul Jee" and "rahul ji" are alike."""
    if text.isascii() and text.isalpha() and len(text) <= MAX_LENGTH:
        return _word_key(text.lower())
    plain = unicodedata.normalize("NFKD", text[:MAX_LENGTH].casefold())
    plain = "".join(char for char in plain if not unicodedata.combining(char)).replace("'", "")
    return " ".join(filter(None, map(_word_key, _NOT_SPOKEN.sub(" ", plain).split())))


def ends_alike(one: str, other: str) -> bool:
    """Tell whether two spellings of one key end in the same vowel, or both in none: Amit and Amita share a key and do not."""
    return _ending(one) == _ending(other)


def _ending(word: str) -> str:
    word = word.lower().rstrip("h") or word.lower()
    last = word[-1:]
    return _ENDINGS.get(last, last if last in _VOWEL_LETTERS else "")


def similarity(one: str, other: str) -> float:
    """Return how alike two words or names sound, 0 to 1; 1 when their keys are the same, spaces aside.

    0.9 and more is a slip of one vowel in a word of five letters; different names are mostly below 0.7.
    """
    return key_similarity(sound_key(one), sound_key(other))


def key_similarity(one: str, other: str) -> float:
    """Return `similarity` of what already is a key."""
    if one == other:
        return 1.0 if one else 0.0
    return _alike(one.replace(" ", ""), other.replace(" ", ""))


def nearest_keys(key: str, keys: list[str], *, at_least: float, limit: int = 4) -> list[tuple[str, float]]:
    """Return the most alike of `keys` with their similarity, best first. Fast enough for thousands of keys."""
    # The cheapest weighted edit costs as much as a changed vowel, a plain one costs 1.
    rough = max(0.0, 1.0 - (1.0 - at_least) / _OTHER_VOWEL)
    near = process.extract(key, keys, scorer=Levenshtein.normalized_similarity, score_cutoff=rough, limit=4 * limit)
    exact = [(found, key_similarity(key, found)) for found, _, _ in near]
    exact = [pair for pair in exact if pair[1] >= at_least]
    return sorted(exact, key=lambda pair: (-pair[1], pair[0]))[:limit]


@lru_cache(maxsize=8192)
def _word_key(word: str) -> str:
    for spelling, sound in _CONSONANTS:
        word = word.replace(spelling, sound)
    word = _SOFT_C.sub("s", word).replace("c", "k")
    for spelling, sound in _LONG_VOWELS:
        word = word.replace(spelling, sound)
    word = _MUTE_Y.sub("", word)
    word = _DOUBLED.sub(r"\1", word[:1] + word[1:].replace("y", "i"))
    word = _DIPHTHONG.sub("e", _FINAL_I.sub("i", word))
    word = _NASAL.sub("n", _MUTE_H.sub("", _DOUBLED.sub(r"\1", word)))
    return _FINAL_A.sub("", _DOUBLED.sub(r"\1", word)).replace("C", "ch")


@lru_cache(maxsize=16384)
def _alike(one: str, other: str) -> float:
    """Return 1 minus the weighted edit distance over the longer length."""
    one, other = one.replace("ch", "C"), other.replace("ch", "C")
    longest = max(len(one), len(other))
    if not one or not other or abs(len(one) - len(other)) > (longest + 1) // 2:
        return 1.0 if one == other and one else 0.0
    if one == other:
        return 1.0
    distance = _distance(one, other)
    if one[0] != other[0] and not {one[0], other[0]} <= _VOWEL_LETTERS:
        distance += _OTHER_START
    return max(0.0, 1.0 - distance / longest)


def _distance(one: str, other: str) -> float:
    previous = [0.0]
    for letter in other:
        previous.append(previous[-1] + _extra(letter))
    for letter in one:
        row = [previous[0] + _extra(letter)]
        for place, facing in enumerate(other):
            row.append(
                min(
                    previous[place] + _instead(letter, facing),
                    previous[place + 1] + _extra(letter),
                    row[place] + _extra(facing),
                )
            )
        previous = row
    return previous[-1]


def _extra(letter: str) -> float:
    if letter in _VOWEL_LETTERS:
        return _EXTRA_VOWEL
    return _EXTRA_H if letter == "h" else 1.0


def _instead(letter: str, facing: str) -> float:
    if letter == facing:
        return 0.0
    if letter in _VOWEL_LETTERS and facing in _VOWEL_LETTERS:
        return _OTHER_VOWEL
    return _LIKE_SOUNDS.get(letter + facing) or _LIKE_SOUNDS.get(facing + letter) or 1.0
