"""The goods that were said, each with its quantity, unit and price, in whichever order they were said."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from voice.intents.chunks import Chunk, Kind
from voice.intents.cues import Cue
from voice.intents.products import Lexicon, Match
from voice.intents.schema import MAX_ITEMS, MAX_PAISE, MAX_QUANTITY, MAX_WORDS, Item

_OF: Final = frozenset({"ka", "ke", "ki", "of", "kaa"})
_AT: Final = frozenset({"at", "rate", "@"})


@dataclass
class _Line:
    """An item while its words are still coming in."""

    words: str
    product_id: str | None
    place: int
    quantity: Decimal | None = None
    unit: str | None = None
    price: Decimal | None = None
    total: Decimal | None = None


@dataclass
class Goods:
    """What was read: `used` are the places of the chunks it explains. `doubtful`: a price could be for one or for all."""

    items: tuple[Item, ...] = ()
    used: frozenset[int] = frozenset()
    doubtful: bool = False
    out_of_range: bool = False


@dataclass
class _Reader:
    chunks: Sequence[Chunk]
    taken: frozenset[int]
    lexicon: Lexicon
    words: Sequence[str]
    expects_goods: bool
    lines: list[_Line] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    waiting: Chunk | None = None
    waiting_at: int = -1
    price: Decimal | None = None
    total: Decimal | None = None
    open_line: _Line | None = None
    doubtful: bool = False

    def read(self) -> Goods:
        at = 0
        while at < len(self.chunks) and len(self.lines) < MAX_ITEMS:
            at = self._step(at)
        items, in_range = _finished(self.lines)
        return Goods(items, frozenset(self.used), self.doubtful, not in_range)

    def _step(self, at: int) -> int:
        chunk = self.chunks[at]
        if at in self.taken:
            self.open_line = None
            return at + 1
        if chunk.kind in (Kind.QUANTITY, Kind.NUMBER, Kind.MONEY):
            return self._numeric(at)
        if chunk.kind is Kind.PRODUCT:
            return self._product(at)
        if chunk.kind is Kind.FREE:
            return self._word(at)
        if chunk.kind is Kind.STOP or chunk.has(Cue.JOIN, Cue.THEN):
            self.open_line = None
        return at + 1

    def _numeric(self, at: int) -> int:
        after = self._priced(at)
        if after is not None:
            return after
        chunk = self.chunks[at]
        if chunk.kind is Kind.MONEY:
            return at + 1
        line = self.open_line
        follows = line is not None and line.place == at - 1 and line.quantity is None
        if follows and line is not None and (chunk.kind is Kind.QUANTITY or not self._goods_follow(at + 1)):
            line.quantity, line.unit = chunk.value, chunk.unit
            priced = line.price is not None or line.total is not None
            self.doubtful = self.doubtful or (priced and chunk.kind is Kind.NUMBER)
            self.used.add(at)
            line.place = at
        elif chunk.kind is Kind.QUANTITY or self._goods_follow(at + 1):
            self.waiting, self.waiting_at = chunk, at
        return at + 1

    def _priced(self, at: int) -> int | None:
        """Read a number that is a price: return the place after it, None when it is not one."""
        chunk, before = self.chunks[at], self._chunk(at - 1)
        if chunk.kind is Kind.QUANTITY:
            return None
        end = at + 1
        rated = before is not None and (before.text in _AT or before.has(Cue.RATE))
        following = self._chunk(end)
        if following is not None and following.kind is Kind.LINK and following.text in _OF and self._is_rate(end + 1):
            end += 1
        while self._is_rate(end):
            rated, end = True, end + 1
        if rated and self.lines and not (before is not None and before.text == "for"):
            return self._price_for(self.lines[-1], at, end)
        if rated:
            self.price = chunk.value
            self.used.update(range(at, end))
            return end
        return self._priced_by_particle(at)

    def _priced_by_particle(self, at: int) -> int | None:
        chunk, after = self.chunks[at], self._chunk(at + 1)
        line = self.lines[-1] if self.lines else None
        if after is not None and after.has(Cue.MARKER):
            if self._goods_follow(at + 2):
                self.price = chunk.value
                self.used.update((at, at + 1))
                return at + 2
            return self._price_for(line, at, at + 2) if line is not None and self.open_line is line else None
        if after is not None and after.kind is Kind.LINK and after.text in _OF:
            if self._goods_follow(at + 2) and self.waiting is None:
                self.total = chunk.value
                self.used.update((at, at + 1))
                return at + 2
            if line is not None and self.open_line is line:
                return self._total_for(line, at, at + 2)
        if chunk.kind is Kind.MONEY and line is not None and self.open_line is line:
            before = self._chunk(at - 1)
            stated = before is not None and before.text == "for"
            self.doubtful = self.doubtful or not (stated or line.quantity is None or line.quantity == 1)
            return self._total_for(line, at, at + 1)
        return None

    def _price_for(self, line: _Line, at: int, end: int) -> int:
        line.price = self.chunks[at].value
        line.place = end - 1
        self.used.update(range(at, end))
        return end

    def _total_for(self, line: _Line, at: int, end: int) -> int:
        line.total = self.chunks[at].value
        line.place = end - 1
        self.used.update(range(at, end))
        return end

    def _product(self, at: int) -> int:
        chunk = self.chunks[at]
        match, end = chunk.match, at + 1
        following = self._chunk(end)
        if following is not None and following.kind is Kind.FREE and end not in self.taken:
            longer = self.lexicon.find(self.words, chunk.start)
            if longer is not None and longer.end == following.end:
                match, end = longer, end + 1
        if match is None:
            return end
        self._begin(_said(chunk, match, self.words), match.product_id, range(at, end))
        return end

    def _word(self, at: int) -> int:
        """Read words that no product of the shop is called: near to one, or goods that the shop does not know."""
        end = self._end_of_words(at)
        start_token, end_token = self.chunks[at].start, self.chunks[end - 1].end
        counted = self.waiting is not None and self._adjoins(at)
        followed = self.expects_goods and self._only_quantity_follows(end) and bool(self.taken or self.lines)
        if not (counted or followed):
            return end
        if self.waiting is not None and self.waiting.kind is Kind.NUMBER and not self.expects_goods:
            return end
        match = self.lexicon.find(self.words, start_token)
        if match is not None and match.end >= end_token:
            last = next(place for place in range(at, len(self.chunks)) if self.chunks[place].end >= match.end)
            self._begin(match.name, match.product_id, range(at, last + 1))
            return last + 1
        following = self._chunk(end)
        last = end + 1 if counted and following is not None and following.kind is Kind.PRODUCT else end
        words = " ".join(self.words[start_token : self.chunks[last - 1].end])
        self._begin(words, None, range(at, last))
        return last

    def _begin(self, words: str, product_id: str | None, places: range) -> None:
        line = _Line(words[:MAX_WORDS], product_id, places[-1], price=self.price, total=self.total)
        if self.waiting is not None:
            line.quantity, line.unit = self.waiting.value, self.waiting.unit
            self.used.add(self.waiting_at)
        self.waiting = self.price = self.total = None
        self.used.update(places)
        self.lines.append(line)
        self.open_line = line

    def _end_of_words(self, at: int) -> int:
        end = at
        while end < len(self.chunks) and self.chunks[end].kind is Kind.FREE and end not in self.taken and end - at < 4:
            end += 1
        return end

    def _adjoins(self, at: int) -> bool:
        between = self.chunks[self.waiting_at + 1 : at]
        return all(chunk.text in _OF or chunk.has(Cue.MARKER) or chunk.kind is Kind.UNIT for chunk in between)

    def _only_quantity_follows(self, at: int) -> bool:
        """Tell whether a quantity follows that no other goods can claim."""
        chunk = self._chunk(at)
        return chunk is not None and chunk.kind is Kind.QUANTITY and not self._goods_follow(at + 1)

    def _goods_follow(self, at: int) -> bool:
        """Tell whether goods stand at `at`: known ones, or words that may be unknown ones."""
        chunk = self._chunk(at)
        if chunk is None or at in self.taken:
            return False
        if chunk.kind is Kind.PRODUCT:
            return True
        if chunk.text in ("of", "ka", "ke", "ki"):
            return self._chunk(at + 1) is not None and self._goods_follow(at + 1)
        if chunk.kind is Kind.NUMBER or chunk.kind is Kind.QUANTITY:
            following = self._chunk(at + 1)
            return following is not None and following.kind is Kind.PRODUCT and self.chunks[at - 1].has(Cue.MARKER)
        return chunk.kind is Kind.FREE and self.expects_goods

    def _is_rate(self, at: int) -> bool:
        chunk = self._chunk(at)
        if chunk is None:
            return False
        hisaab = chunk.text in ("hisaab", "hisab")
        return chunk.kind is Kind.UNIT or chunk.has(Cue.RATE) or hisaab

    def _chunk(self, at: int) -> Chunk | None:
        return self.chunks[at] if 0 <= at < len(self.chunks) else None


def read_goods(
    chunks: Sequence[Chunk], *, taken: frozenset[int], lexicon: Lexicon, words: Sequence[str], expects_goods: bool
) -> Goods:
    """Return the items that the chunks say. `taken` are the places of the customer's name.

    `expects_goods`: the utterance is about goods, so words after a number that nothing explains are goods not known.
    """
    return _Reader(chunks, taken, lexicon, words, expects_goods).read()


def _said(chunk: Chunk, match: Match, words: Sequence[str]) -> str:
    if chunk.spoken:
        return chunk.spoken
    return " ".join(words[match.start : match.end]) if match.certainty == 1.0 or match.choices else match.name


def _finished(lines: Sequence[_Line]) -> tuple[tuple[Item, ...], bool]:
    items, in_range = [], True
    for line in lines:
        quantity, price, total = line.quantity, line.price, line.total
        sound = _is_quantity(quantity) and _is_paise(price) and _is_paise(total)
        in_range = in_range and sound
        items.append(
            Item(
                line.words,
                quantity if _is_quantity(quantity) else None,
                line.unit if _is_quantity(quantity) else None,
                paise_of(price) if _is_paise(price) else None,
                paise_of(total) if _is_paise(total) and price is None else None,
                line.product_id,
            )
        )
    return tuple(items), in_range


def paise_of(rupees: Decimal | None) -> int | None:
    """Return rupees as paise."""
    return None if rupees is None else int(rupees * 100)


def _is_quantity(quantity: Decimal | None) -> bool:
    return quantity is None or (0 < quantity <= MAX_QUANTITY and quantity * 1000 % 1 == 0)


def _is_paise(rupees: Decimal | None) -> bool:
    return rupees is None or (0 < rupees * 100 <= MAX_PAISE and rupees * 100 % 1 == 0)
