"""One key for the many ways in which an Indian name or word is spelt, or misheard.

Pure text to text, on Latin letters: the caller romanises Devanagari first.
"""

import re

_DROPPED = re.compile(r"[^a-z0-9 ]")
_FOLDS = (
    ("chh", "c"), ("ch", "c"), ("ph", "f"), ("sh", "s"), ("ck", "k"), ("q", "k"), ("x", "ks"), ("w", "v"), ("z", "j"),
    ("ee", "i"), ("oo", "u"), ("aa", "a"), ("ou", "au"), ("y", "i"), ("ie", "i"), ("ii", "i"),
)  # fmt: skip
_ASPIRATE = re.compile(r"(?<=[bcdgjkpt])h")
_SILENT_H = re.compile(r"(?<=[aeiou])h(?=[^aeiou]|$)")
_DOUBLED = re.compile(r"(.)\1+")
_FINAL_A = re.compile(r"(?<=[a-z]{3})a$")
MAX_LENGTH = 120


def sound_key(text: str) -> str:
    """Return the key of each word of `text`, joined by spaces: "Raahul Jee" and "rahul ji" are alike."""
    words = _DROPPED.sub(" ", text[:MAX_LENGTH].casefold()).split()
    return " ".join(filter(None, map(_word_key, words)))


def _word_key(word: str) -> str:
    for spelling, sound in _FOLDS:
        word = word.replace(spelling, sound)
    word = _SILENT_H.sub("", _ASPIRATE.sub("", word))
    return _FINAL_A.sub("", _DOUBLED.sub(r"\1", word))
