"""Cut what was said into words of one script: lower-case Latin, ASCII digits, marks that separate."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

from execora.language.devanagari import romanise
from execora.language.folding import word_set

Language = Literal["hi-Deva", "hi-Latn", "en"]

MAX_CHARACTERS: Final = 500

_DEVANAGARI: Final = "\u0900-\u0963\u0971-\u097f"
_MARKS: Final = "\u0300-\u036f\u0591-\u05bd\u064b-\u065f\u0980-\u0dff\u0e31-\u0e4e"
_LETTERS: Final = rf"(?:[^\W\d_{_DEVANAGARI}]|[{_MARKS}])"
_PIECE: Final = re.compile(
    rf"""
      (?P<date>[0-9]{{4}}-[0-9]{{1,2}}-[0-9]{{1,2}}(?![0-9-])|[0-9]{{1,2}}([-/.])[0-9]{{1,2}}\2[0-9]{{4}}(?![0-9]))
    | (?P<clock>[0-9]{{1,2}}:[0-9]{{2}}(?![0-9:]))
    | (?:(?:(?<!\w)(?:rs|inr|re)\.?|[₹$€£])[ ]{{0,3}})?(?P<number>
        (?:(?<![^\s₹$€£.])-)?(?:[0-9]{{1,3}}(?:,[0-9]{{2,3}})*,[0-9]{{3}}(?![0-9])|[0-9]+)(?:\.[0-9]+|/[0-9]+(?![0-9/]))?
        | (?<![\w.])\.[0-9]+ )(?P<thousands>k(?!\w))?
    | (?P<half_day>(?<!\w)[ap]\.[ ]?m\b\.?)
    | (?P<owner>(?<=\w)'s(?!\w))
    | (?P<devanagari>[{_DEVANAGARI}]+)
    | (?P<latin>{_LETTERS}+(?:'(?!s\b){_LETTERS}+)*)
    | (?P<stop>[.,?!])
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SAME_AS: Final = {
    **dict.fromkeys("\u2018\u2019\u02bc\u0060\u00b4\uff07", "'"),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\uff0d", "-"),
    **dict.fromkeys("\u0964\u0965\u2026\uff0e\u3002", "."),
    **dict.fromkeys(";\uff0c\u3001\u060c", ","),
    **dict.fromkeys("\uff1f\u061f", "?"),
    "\uff01": "!",
    "\uff1a": ":",
    "\u2044": "/",
    "\uff0f": "/",
    "\u20a8": "₹",
    "\u00a0": " ",
    "\u202f": " ",
}
_FRACTIONS: Final = {"½": " 1/2 ", "¼": " 1/4 ", "¾": " 3/4 "}

_ENGLISH: Final = word_set(
    "of for from and with by at what how much many does did has have had was will would yes please my your their there any this that "
    "these today tomorrow yesterday owe owes left who which when should can could note it its him her an into about"
)
_ENGLISH_IF_NOTHING_HINDI: Final = word_set(
    "the a to is in on me are i all up no add cancel check confirm create delete give list make new paid record remind remove send show "
    "start stop tell update void"
)
"""Words that are Hindi as well (the, to, is, in, me) or borrowed into it (cancel, check): they count when nothing else is Hindi."""

_HINDI: Final = word_set(
    "ka ke ki ko ne se hai hain mein par aur kar karo karna karke kiya kiye de di diya diye dena do lo le liya gaya gya gayi aaya aaj "
    "kal abhi banao bana bnao banana likh likho jama udhaar udhar kitna kitni kitne kya kaun wala wali wale haan han nahi nahin nhi mat "
    "rupaye rupye rupaya batao bata dikhao dikha bhejo bhej ye yeh wo woh isko usko uska iska mera mujhe tha thi hua hui baaki baki "
    "bakaya hisaab khata rakho dijiye kijiye chahiye sab kul aa ji bhi hi"
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number or separating mark.

    `text` is what the grammar reads, `raw` what stood at `start:end` of the original, a currency sign included
    (`₹500` has the text `500`).
    """

    text: str
    raw: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """Return the tokens of the first 500 characters of `text`, in their order.

    `1,50,000`, `2.5`, `1/2`, `-5`, `7:30`, `2026-12-05` and `5/12/2026` are one token each; `5kg` is two; `5k` is `5000`.
    `.`, `,`, `?` and `!` are tokens with that text; `'s` is one; all other marks are dropped.
    """
    text = text[:MAX_CHARACTERS]
    shadow, places = _shadow(text)
    found: list[Token] = []
    for match in _PIECE.finditer(shadow):
        spelling = _spelling(match)
        if not spelling:
            continue
        start, end = places[match.start()], places[match.end() - 1] + 1
        if spelling in ".,?!" and found and found[-1].text == spelling:
            continue
        found.append(Token(spelling, text[start:end], start, end))
    return found


def normalise(text: str) -> str:
    """Return the tokens of `text` joined by single spaces."""
    return " ".join(token.text for token in tokens(text))


def is_devanagari(text: str) -> bool:
    """Tell whether more of `text` is Devanagari (vowel signs counted) than letters of other scripts."""
    text = text[:MAX_CHARACTERS]
    devanagari = sum("\u0900" <= char <= "\u097f" for char in text)
    return devanagari > sum(char.isalpha() and not "\u0900" <= char <= "\u097f" for char in text)


def language_of(text: str) -> Language:
    """Return the language to answer in: hi-Deva, hi-Latn or en, by script and by the small words; hi-Latn when nothing tells."""
    if is_devanagari(text):
        return "hi-Deva"
    words = [token.text for token in tokens(text)]
    english = sum(word in _ENGLISH for word in words)
    hindi = sum(word in _HINDI for word in words)
    if english > hindi or (not hindi and any(word in _ENGLISH_IF_NOTHING_HINDI for word in words)):
        return "en"
    return "hi-Latn"


def _shadow(text: str) -> tuple[str, list[int]]:
    """Return `text` with its marks and digits in ASCII and unheard controls left out, and the place of each character."""
    if text.isascii():
        return text, list(range(len(text)))
    characters: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        same = _SAME_AS.get(char) or _FRACTIONS.get(char)
        if same is None:
            category = unicodedata.category(char)
            if category == "Cf" or (category == "Mn" and "\ufe00" <= char <= "\ufe0f"):
                continue
            same = (
                " " if category == "No" else str(unicodedata.decimal(char)) if category == "Nd" else _half_width(char)
            )
        characters.extend(same)
        places.extend([place] * len(same))
    return "".join(characters), places


def _half_width(char: str) -> str:
    return chr(ord(char) - 0xFEE0) if "\uff21" <= char <= "\uff5a" else char


def _spelling(match: re.Match[str]) -> str:
    kind, piece = match.lastgroup, match.group()
    if match["number"]:
        return _number(match["number"].replace(",", ""), thousands=bool(match["thousands"]))
    if kind == "devanagari":
        return romanise(unicodedata.normalize("NFC", piece))
    if kind == "latin":
        return _plain(piece)
    if kind == "half_day":
        return f"{piece[0].lower()}m"
    return piece.lower()


def _number(digits: str, *, thousands: bool) -> str:
    if digits.startswith("."):
        digits = f"0{digits}"
    if not thousands or "/" in digits:
        return digits
    whole, _, rest = digits.partition(".")
    if len(rest) > 3:
        return digits
    return (whole + rest.ljust(3, "0")).lstrip("0") or "0"


def _plain(piece: str) -> str:
    """Return a word of Latin or another script in lower case, without accents on Latin letters."""
    folded = unicodedata.normalize("NFKD", piece.casefold())
    if not folded.isascii():
        folded = "".join(char for char in folded if not ("\u0300" <= char <= "\u036f"))
    return unicodedata.normalize("NFC", folded.replace("'", "")).casefold()
