"""Mobile numbers, spoken digit by digit or written."""

import re
from collections.abc import Sequence
from typing import Final

from execora.language.folding import fold, light_fold
from execora.language.number_words import ENGLISH_TENS, ENGLISH_UNITS, HINDI, HINDI_WITH_H, NEVER

_REPEATS: Final = {
    **dict.fromkeys(("double", "dabal", "dubal", "dobble"), 2),
    **dict.fromkeys(("triple", "tripal", "tribal"), 3),
}
_MOBILE: Final = re.compile(r"(?:91|0)?([6-9][0-9]{9})")
_LONGEST: Final = 12
_MOBILE_DIGITS: Final = 10
_WRITTEN_GROUP: Final = 4
_O: Final = frozenset({"o", "oh"})


def read_phone(words: Sequence[str], start: int = 0) -> tuple[str, int] | None:
    """Return the ten digits of the Indian mobile number at `words[start]` and the index after it, or None.

    Digits may be spoken one by one or in pairs, with double and triple, or written in any grouping, with +91 or 0 before them; commas
    between them are passed over. A run of another length is refused whole.
    """
    if not 0 <= start < len(words) or _goes_on(words, start):
        return None
    digits, at = "", start
    while at < len(words) and len(digits) <= _LONGEST:
        piece, after = _piece(words, at)
        if not piece and digits and words[at] in (".", ",") and at + 1 < len(words):
            piece, after = _piece(words, at + 1)
        if not piece:
            break
        digits, at = digits + piece, after
        if len(piece) >= _WRITTEN_GROUP and _MOBILE.fullmatch(digits):
            break
    mobile = _MOBILE.fullmatch(digits)
    return (mobile[1], at) if mobile is not None else None


def _goes_on(words: Sequence[str], start: int) -> bool:
    """Tell whether `start` is inside a run of digits: the last ten of eleven spoken ones are no number."""
    return start > 0 and len(words[start]) < _MOBILE_DIGITS and bool(_piece(words, start - 1)[0])


def _piece(words: Sequence[str], at: int) -> tuple[str, int]:
    word = words[at]
    if word.isascii() and word.isdigit():
        return (word, at + 1) if len(word) <= _LONGEST else ("", at)
    repeats = _REPEATS.get(word)
    if repeats is not None and at + 1 < len(words):
        digit = _spoken(words, at + 1)[0]
        return (digit * repeats, at + 2) if len(digit) == 1 else ("", at)
    return _spoken(words, at)


def _spoken(words: Sequence[str], at: int) -> tuple[str, int]:
    word = words[at]
    if word in _O:
        return "0", at + 1
    if word.isascii() and word.isdigit() and len(word) == 1:
        return word, at + 1
    if word in ENGLISH_TENS:
        units = ENGLISH_UNITS.get(words[at + 1], 0) if at + 1 < len(words) else 0
        return (str(ENGLISH_TENS[word] + units), at + 2) if 0 < units < 10 else (str(ENGLISH_TENS[word]), at + 1)
    value = ENGLISH_UNITS.get(word)
    if value is None and word not in NEVER:
        value = HINDI_WITH_H.get(light_fold(word), HINDI.get(fold(word)))
    return ("", at) if value is None else (str(value), at + 1)
