"""Devanagari words to the Latin letters in which spoken Hindi is usually written."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from execora.language.loanwords import USUAL_SPELLING


def _latin(letters: str, sounds: str) -> dict[str, str]:
    return dict(zip(letters, sounds.split(), strict=True))


_CONSONANTS: Final = _latin(
    "कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसहळ",
    "k kh g gh n ch chh j jh n t th d dh n t th d dh n p ph b bh m y r l v sh sh s h l",
)
_WITH_NUKTA: Final = {"क": "k", "ख": "kh", "ग": "g", "ज": "z", "झ": "zh", "ड": "r", "ढ": "rh", "फ": "f", "य": "y"}
_COMPOSED: Final = {"ऩ": "न", "ऱ": "र", "ऴ": "ळ"}
_SIGNS: Final = _latin("ािीुूृॄॅॆेैॉॊोौॢ", "A i I u U ri ri a e e ai o o o au li")
_VOWELS: Final = _latin("अआइईउऊऋॠऍऎएऐऑऒओऔऌ", "a A i I u U ri ri a e e ai o o o au li")
_NASALS: Final = "ंँ"
_NUKTA, _VIRAMA, _VISARGA = "़", "्", "ः"
_LABIALS: Final = ("p", "b", "m")


@dataclass
class _Part:
    """A consonant with its vowel, or a vowel alone. `vowel`: "@" the inherent a, "" none; A I U are the long ones."""

    consonant: str
    vowel: str
    tail: str = ""


_RUN = re.compile("[\u0900-\u097f]+")


def in_latin(text: str) -> str:
    """Return `text` with every Devanagari word romanised and the rest as it is: "गीता wali" -> "geeta wali"."""
    return _RUN.sub(lambda run: romanise(run.group()), unicodedata.normalize("NFC", text))


@lru_cache(maxsize=8192)
def romanise(word: str) -> str:
    """Return a Devanagari word (NFC) in lower-case Latin: चावल chawal, बनाओ banao, पाँच paanch.

    Schwas that are not spoken are left out; signs of other scripts are dropped.
    """
    word = unicodedata.normalize("NFC", word)
    usual = USUAL_SPELLING.get(word)
    if usual is not None:
        return usual
    parts = _parts(word)
    _silence(parts)
    return _spell(parts)


def _parts(word: str) -> list[_Part]:
    parts: list[_Part] = []
    for written in word:
        char = _COMPOSED.get(written, written)
        last = parts[-1] if parts else None
        if char in _CONSONANTS:
            parts.append(_Part(_CONSONANTS[char], "@"))
        elif char in _VOWELS:
            parts.append(_Part("", _VOWELS[char]))
        elif char == "ॐ":
            parts.append(_Part("", "o", "m"))
        elif last is None:
            continue
        elif char == _NUKTA:
            last.consonant = _nukta(last.consonant)
        elif char == _VIRAMA:
            last.consonant, last.vowel = "f" if last.consonant == "ph" else last.consonant, ""
        elif char in _SIGNS:
            last.vowel = _SIGNS[char]
        elif char in _NASALS:
            last.tail = "n"
        elif char == _VISARGA:
            last.tail = "h"
    return parts


_NUKTA_OF: Final = {_CONSONANTS[plain]: dotted for plain, dotted in _WITH_NUKTA.items() if plain not in "डढ"}


def _nukta(consonant: str) -> str:
    return {"d": "r", "dh": "rh"}.get(consonant) or _NUKTA_OF.get(consonant, consonant)


def _silence(parts: list[_Part]) -> None:
    """Drop the inherent vowels that speech drops: at the end of the word, and between two spoken syllables."""
    if len(parts) < 2:
        return
    last = parts[-1]
    if last.vowel == "@" and not last.tail and not _ends_in_heavy_cluster(parts):
        last.vowel = ""
    for index in range(len(parts) - 2, 0, -1):
        part, before, after = parts[index], parts[index - 1], parts[index + 1]
        if part.vowel != "@" or part.tail or not part.consonant:
            continue
        stands_alone = bool(before.vowel) and bool(after.consonant) and bool(after.vowel)
        if stands_alone and after.consonant != "y":
            part.vowel = ""


def _ends_in_heavy_cluster(parts: list[_Part]) -> bool:
    before, last = parts[-2], parts[-1]
    return before.vowel == "" and (last.consonant in ("y", "r", "v") or before.consonant + last.consonant == "shn")


def _spell(parts: list[_Part]) -> str:
    sounded = [index for index, part in enumerate(parts) if part.vowel]
    final = sounded[-1] if sounded else -1
    short = len(sounded) <= 2
    letters: list[str] = []
    for index, part in enumerate(parts):
        after = parts[index + 1] if index + 1 < len(parts) else None
        closed = index == final and (bool(part.tail) or after is not None)
        letters.append(_consonant(parts, index))
        before = parts[index - 1].vowel if index and not part.consonant else ""
        first = index == 0 and not part.consonant
        letters.append(
            _vowel(part.vowel, before, first=first, closed=closed, long=closed or (short and index != final))
        )
        if part.tail:
            labial = part.tail == "n" and after is not None and after.consonant.startswith(_LABIALS)
            letters.append("m" if labial else part.tail)
    return _polished("".join(letters))


def _consonant(parts: list[_Part], index: int) -> str:
    part = parts[index]
    if part.consonant != "v":
        return part.consonant
    spoken_w = part.vowel in ("A", "o") if index == 0 else part.vowel in ("@", "A", "o", "U", "u")
    return "w" if spoken_w else "v"


def _vowel(vowel: str, before: str, *, first: bool, closed: bool, long: bool) -> str:
    """Return how a vowel is written: doubled at the end of a word that ends in a consonant, "ye" after a vowel (जाए jaye)."""
    if vowel == "A":
        return "aa" if closed or first else "a"
    if vowel in ("I", "U"):
        return ("ee" if vowel == "I" else "oo") if long else vowel.lower()
    if vowel == "e" and before in ("@", "A", "i", "I", "a", "e", "ai"):
        return "ye"
    return "a" if vowel == "@" else vowel


def _polished(latin: str) -> str:
    for spelled, usual in (("chchh", "cchh"), ("chch", "cch"), ("jny", "gy"), ("jn", "gy")):
        latin = latin.replace(spelled, usual)
    return latin.removesuffix("aay") + "ai" if latin.endswith("aay") else latin
