"""From text to chunks: numbers, units, money, phones, times, goods and hints, each word read once."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final

from execora.language.dates import read_when
from execora.language.folding import word_set
from execora.language.numbers import Number, is_ambiguous_word, read_number, read_phone
from execora.language.script import Token
from execora.language.units import read_unit
from voice.intents.chunks import Chunk, Kind
from voice.intents.cues import Cue, hint_of, phrase_at, verb_in
from voice.intents.products import Lexicon

STOPS: Final = frozenset(".,?!")
ORDINALS: Final = {
    **dict.fromkeys(word_set("pehla pehle pehli pahla pahle pahli first pehlaa pahala"), 1),
    **dict.fromkeys(word_set("doosra dusra doosri dusri doosre dusre second dusara doosraa"), 2),
    **dict.fromkeys(word_set("teesra tisra teesri tisri teesre tisre third"), 3),
    **dict.fromkeys(word_set("chautha chauthi chauthe fourth"), 4),
    **dict.fromkeys(word_set("paanchva paanchvi panchva panchvi paanchwa paanchwi fifth"), 5),
}

_DIGITS: Final = re.compile(r"-?[0-9][0-9.,/:-]*")
_NEVER_ALONE: Final = word_set(
    "to too for the at now oh show sow so sou sao saw sa day die dead der no noh nao nav nave now doo dow dao dou che chah cha tera teraa "
    "sat sath saath"
)
_LIKE_NAMES: Final = word_set(
    "das dass dus chavan chavvan bavan bara baara sola sava sawa bis tis pav pao pau paw tin char"
)
_HANDING: Final = word_set(
    "bana banao bna kar kr de dila likh bhej laga jod hata rakh chadha daal dal bata dikha suna jama khol nikal kaat kat le ruk jaane jane "
    "rehne rahne chhod chod bol dedo add karwa pahuncha bech tol pack gin dekh mita badal"
)
_HUNDREDS: Final = word_set("sau so sou hazaar hazar hajar hajaar lakh laakh lac crore karod sa saw")
_PERSON_LINKS: Final = frozenset({"ko", "ne", "se", "'s", "ka", "ke", "ki"})
_SO: Final = frozenset({"so", "sow", "sa", "saw"})
_QUARTERS: Final = word_set("paav pav pao paw paaw paao pau")
_ARTICLES: Final = frozenset({"ek", "one", "aik"})
_DETERMINERS: Final = frozenset({"the", "this", "that", "last", "any", "no"})
_COUNTED_NOUNS: Final = frozenset(
    {Cue.BILL, Cue.REMIND, Cue.PERSON, Cue.NEW, Cue.ACCOUNT, Cue.MAKE, Cue.ADD, Cue.RECEIVED, Cue.MINUS}
)
_SPEECH_ARTICLES: Final = frozenset({"a", "an"})
_HEARD_VERBS: Final = frozenset(
    {Cue.WRITE, Cue.RECEIVED, Cue.MAKE, Cue.ADD, Cue.BILL, Cue.CREDIT, Cue.REMIND, Cue.RUPEES, Cue.VERB}
)
_IN: Final = frozenset({"mei", "mai", "main"})
"""Spellings of "in" that are like the month of May: "khate mei do hazaar" is no second of May."""

_NINE_DIGITS: Final = tuple("987654321")
_MIN_HALF: Final = 3
_LONGEST_WORD: Final = 20

Reader = Callable[[int], Chunk | None]


@lru_cache(maxsize=8192)
def _may_count(word: str) -> bool:
    """Tell whether a number or a phone number may begin with `word`."""
    return (
        any(read_number([word, *after]) is not None for after in ((), ("teen",), ("sau",), ("half",)))
        or read_phone([word, *_NINE_DIGITS]) is not None
    )


class Reading:
    """The chunks of one clause, in order. `now` gives the clock against which times are read."""

    def __init__(self, tokens: Sequence[Token], *, lexicon: Lexicon, now: datetime) -> None:
        self.tokens = tokens
        self.words = [token.text for token in tokens]
        self.lexicon = lexicon
        self.timed_words = ["mein" if word in _IN else word for word in self.words]
        self._when_at: dict[int, int] = {}
        when = read_when(self.timed_words, now, past=None)
        if when is not None:
            self._when_at = dict(when.spans)
        self.has_when = when is not None

    def chunks(self) -> list[Chunk]:
        """Return what each word is; every token is in exactly one chunk."""
        readers: tuple[Reader, ...] = (
            self._stop, self._phone, self._when, self._ordinal, self._number, self._phrase, self._product, self._unit, self._hint, self._joined,
        )  # fmt: skip
        found: list[Chunk] = []
        at = 0
        while at < len(self.words):
            chunk = next((chunk for chunk in (reader(at) for reader in readers) if chunk is not None), None)
            if chunk is None:
                chunk = self._chunk(Kind.FREE, at, at + 1)
            found.extend(self._parts(chunk))
            at = chunk.end
        return found

    def _stop(self, at: int) -> Chunk | None:
        return self._chunk(Kind.STOP, at, at + 1) if self.words[at] in STOPS else None

    def _phone(self, at: int) -> Chunk | None:
        if not _may_count(self.words[at]):
            return None
        found = read_phone(self.words, at)
        return None if found is None else self._chunk(Kind.PHONE, at, found[1], phone=found[0])

    def _when(self, at: int) -> Chunk | None:
        end = self._when_at.get(at)
        return None if end is None else self._chunk(Kind.WHEN, at, end)

    def _ordinal(self, at: int) -> Chunk | None:
        value = ORDINALS.get(self.words[at])
        return None if value is None else self._chunk(Kind.ORDINAL, at, at + 1, value=Decimal(value))

    def _number(self, at: int) -> Chunk | None:
        word = self.words[at]
        number = read_number(self.words, at) if _may_count(word) else None
        if number is None:
            return self._chunk(Kind.BAD_NUMBER, at, at + 1) if _DIGITS.fullmatch(word) else self._article(at)
        if number.end > at + 1 and word in _SPEECH_ARTICLES:
            return self._measured(number)
        if not self._is_meant(number):
            return None
        return self._measured(number)

    def _article(self, at: int) -> Chunk | None:
        """Read "a packet of milk"."""
        if self.words[at] not in _SPEECH_ARTICLES or read_unit(self._word(at + 1)) is None:
            return None
        return self._chunk(Kind.QUANTITY, at, at + 2, value=Decimal(1), unit=read_unit(self.words[at + 1]))

    def _is_meant(self, number: Number) -> bool:
        """Tell whether words that may be a number are one here: "do" is give as well, "das" a name."""
        word, after, before = self.words[number.start], self._word(number.end), self._word(number.start - 1)
        if word in _ARTICLES and number.end == number.start + 1 and self._is_article(number.end, before):
            return False
        if after in ("ne", "nay") and number.end == number.start + 1 and word.isalpha():
            return False
        if number.end > number.start + 1 or not is_ambiguous_word(word):
            return True
        measured = read_unit(after) is not None or Cue.RUPEES in hint_of(after).cues
        if word == "do":
            return measured or self._counts(number.end) or (before not in _HANDING and self._goes_on(number.end))
        if word in _SPEECH_ARTICLES or word in _NEVER_ALONE:
            return measured
        if word not in _LIKE_NAMES:
            return True
        surname = self._is_nameless(before) and not measured and not self._counts(number.end)
        worth = after in ("ka", "ke", "ki") and self._counts(number.end + 1)
        return worth or not (surname or after in _PERSON_LINKS or Cue.MARKER in hint_of(after).cues)

    def _is_article(self, after: int, before: str) -> bool:
        """Tell whether ek or one only says "a": "ek bill banao", "the first one"."""
        if self._counts(after):
            return False
        named = not hint_of(self._word(after)).cues.isdisjoint(_COUNTED_NOUNS)
        return named or before in ORDINALS or before in _DETERMINERS

    def _is_nameless(self, word: str) -> bool:
        """Tell whether nothing but a name explains `word`."""
        words = [word]
        return word.isalpha() and not hint_of(word).cues and read_number(words) is None and read_unit(word) is None

    def _counts(self, at: int) -> bool:
        """Tell whether goods of the shop follow."""
        return at < len(self.words) and self.lexicon.find_exact(self.words, at) is not None

    def _goes_on(self, at: int) -> bool:
        """Tell whether a word follows that a count can stand before: no end, no verb, no particle."""
        word = self._word(at)
        return bool(word) and word not in STOPS and not hint_of(word).cues

    def _measured(self, number: Number) -> Chunk:
        """Return a number with its unit, its rupees, or bare."""
        start, end, value = number.start, number.end, number.value
        doubtful = self._may_give(number)
        after = self._word(end)
        unit = read_unit(after) if after else None
        if after in _QUARTERS and value % 1 == 0:
            end += 1 + (self._word(end + 1) == "bhar")
            return self._chunk(Kind.QUANTITY, start, end, value=value / 4, unit="kg", doubtful=doubtful)
        if unit is not None:
            end += 1 + (self._word(end + 1) == "bhar")
            return self._chunk(Kind.QUANTITY, start, end, value=value, unit=unit, doubtful=doubtful)
        if self.words[end - 1] in _QUARTERS or (
            end > 1 and self.words[end - 2] in _QUARTERS and self.words[end - 1] == "bhar"
        ):
            return self._chunk(Kind.QUANTITY, start, end, value=value, unit="kg", doubtful=doubtful)
        doubtful = doubtful or self._may_be_misheard(number)
        return self._money(number, doubtful) or self._chunk(Kind.NUMBER, start, end, value=value, doubtful=doubtful)

    def _may_be_misheard(self, number: Number) -> bool:
        """Tell whether a number says less or more than was meant: "pachas so" (fifty, so ...), "dhai saar" without its hundred."""
        tens = self.words[number.end - 1] in _SO and number.value % 100 == 0 and 1_000 <= number.value < 10_000
        return tens or (number.bare_fraction and number.value % 1 != 0)

    def _may_give(self, number: Number) -> bool:
        """Tell whether the do at an end of the number may be "give": "likh do sau rupaye", "udhaar do sau do"."""
        start, end = number.start, number.end
        if self.words[start] == "do" and self._word(start - 1) in _HANDING and self._word(start + 1) in _HUNDREDS:
            return True
        after = self._word(end)
        measured = read_unit(after) is not None or Cue.RUPEES in hint_of(after).cues
        return end > start + 1 and self.words[end - 1] == "do" and not measured

    def _money(self, number: Number, doubtful: bool) -> Chunk | None:
        start, end, value = number.start, number.end, number.value
        after, before = self._word(end), self._word(start - 1)
        raw = self.tokens[start].raw
        marked = (not raw[:1].isalnum() and raw[:1] not in "-.") or raw[:2].casefold() in ("rs", "re", "in")
        if Cue.RUPEES in hint_of(after).cues:
            coins = read_number(self.words, end + 1)
            if coins is not None and coins.value < 100 and Cue.PAISE in hint_of(self._word(coins.end)).cues:
                return self._chunk(Kind.MONEY, start, coins.end + 1, value=value + coins.value / 100, doubtful=doubtful)
            return self._chunk(Kind.MONEY, start, end + 1, value=value, doubtful=doubtful)
        if Cue.PAISE in hint_of(after).cues:
            if value < 100:
                return self._chunk(Kind.MONEY, start, end + 1, value=value / 100, doubtful=True)
            return self._chunk(Kind.MONEY, start, end + 1, value=value, doubtful=True)
        if (
            marked
            or before in ("rs", "inr")
            or (Cue.RUPEES in hint_of(before).cues and not self._word(start - 2).isdigit())
        ):
            return self._chunk(Kind.MONEY, start, end, value=value, doubtful=doubtful)
        return None

    def _phrase(self, at: int) -> Chunk | None:
        found = phrase_at(self.words, at)
        if found is None:
            return None
        cue, end = found
        kind = Kind.LINK if cue is Cue.LINK else Kind.CUE
        return self._chunk(kind, at, end, cues=frozenset({cue}))

    def _product(self, at: int) -> Chunk | None:
        match = self.lexicon.find_exact(self.words, at)
        if match is None:
            return None
        hint = hint_of(self.words[at]) if match.end == at + 1 else None
        if hint is not None and hint.exact and hint.cues and not self._beside_number(at):
            return None
        if hint is not None and hint.exact and Cue.MAKE in hint.cues:
            return None
        return self._chunk(Kind.PRODUCT, at, match.end, match=match)

    def _beside_number(self, at: int) -> bool:
        before = self._word(at - 1)
        return bool(before) and (
            read_unit(before) is not None or read_number(self.words, at - 1) is not None or before == "of"
        )

    def _unit(self, at: int) -> Chunk | None:
        """Read a unit that no number stands before: "46 rupaye per kilo"."""
        unit = read_unit(self.words[at]) if len(self.words[at]) > 1 else None
        if unit is None:
            return None
        return self._chunk(Kind.UNIT, at, at + 1, unit=unit)

    def _hint(self, at: int) -> Chunk | None:
        word = self.words[at]
        hint = hint_of(word)
        if not hint.cues:
            return None
        if not hint.exact and (self._is_named(at) or self._may_be_a_name(at)):
            return None
        kind = Kind.LINK if Cue.LINK in hint.cues and Cue.VERB not in hint.cues else Kind.CUE
        if word == "ki":
            kind = Kind.LINK
        return self._chunk(kind, at, at + 1, cues=hint.cues, doubtful=not hint.exact)

    def _is_named(self, at: int) -> bool:
        """Tell whether the word stands where a name does; there a sound alone proves nothing."""
        return (
            self._word(at + 1) in _PERSON_LINKS
            or self._word(at - 1) in ("for", "from")
            or (Cue.HONORIFIC in hint_of(self._word(at + 1)).cues)
        )

    def _may_be_a_name(self, at: int) -> bool:
        """Tell whether a word that only sounds like the vocabulary stands before a surname: "Roshan Das", "Chadan Rao"."""
        hint = hint_of(self.words[at])
        if not self._is_nameless(self._word(at + 1)):
            return False
        return hint.cues.isdisjoint(_HEARD_VERBS) or (hint.near and at == 0)

    def _joined(self, at: int) -> Chunk | None:
        """Read goods and verb run together as recognition hears them: "teljodo"."""
        word = self.words[at]
        if len(word) > _LONGEST_WORD:
            return None
        for cut in range(_MIN_HALF, len(word) - _MIN_HALF + 1):
            match = self.lexicon.find_exact([word[:cut]], 0)
            verb = verb_in(word[cut:]) if match is not None else frozenset()
            if match is not None and verb:
                return self._chunk(Kind.PRODUCT, at, at + 1, match=match, spoken=match.name, cues=verb)
        return None

    def _parts(self, chunk: Chunk) -> list[Chunk]:
        """Return the chunk, and the verb that was run together with it."""
        if chunk.kind is Kind.PRODUCT and chunk.cues:
            verb = Chunk(Kind.CUE, chunk.text, chunk.start, chunk.end, cues=chunk.cues)
            return [chunk, verb]
        return [chunk]

    def _chunk(self, kind: Kind, start: int, end: int, **read: object) -> Chunk:
        return Chunk(kind, " ".join(self.words[start:end]), start, end, **read)  # type: ignore[arg-type]

    def _word(self, at: int) -> str:
        return self.words[at] if 0 <= at < len(self.words) else ""
