"""Everything one clause says, gathered before it is decided what is wanted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from execora.language.script import Token
from voice.intents.chunks import NAMING, NUMERIC, Chunk, Kind
from voice.intents.cues import Cue
from voice.intents.items import Goods, read_goods
from voice.intents.people import STRONG, Run, choose, name_runs, with_names, with_qualifiers
from voice.intents.products import Lexicon
from voice.intents.reading import Reading
from voice.intents.repair import repair
from voice.intents.schema import Item

_GOODS_CUES: Final = (Cue.BILL, Cue.STOCK)
_MONEY_CUES: Final = (Cue.RECEIVED, Cue.CREDIT, Cue.WRITE, Cue.REMIND, Cue.CAME)


@dataclass
class Facts:
    """One clause, read. `amounts` are rupees that no item has claimed; `extra_runs` names or words beside the customer's."""

    tokens: Sequence[Token]
    words: list[str]
    timed_words: list[str]
    now: datetime
    chunks: list[Chunk]
    replaced: tuple[Chunk, ...]
    negated: bool
    objected: bool
    cues: frozenset[Cue]
    has_when: bool
    customer: Run | None = None
    rival_customer: bool = False
    runs: list[Run] = field(default_factory=list)
    goods: Goods = field(default_factory=Goods)
    amounts: list[Chunk] = field(default_factory=list)
    phone: str | None = None
    option: int | None = None

    def has(self, *cues: Cue) -> bool:
        return not self.cues.isdisjoint(cues)

    @property
    def items(self) -> tuple[Item, ...]:
        return self.goods.items

    @property
    def counted_items(self) -> bool:
        """Tell whether goods were said with a quantity or a price."""
        return any(item.quantity or item.price_paise or item.line_total_paise for item in self.items)

    @property
    def link(self) -> str:
        """The particle after the customer's name, the preposition before it when there is none."""
        return "" if self.customer is None else self.customer.link or self.customer.lead

    @property
    def is_active(self) -> bool:
        """Tell whether the customer is said by uska, usko, him."""
        return self.has(Cue.ACTIVE) and (self.customer is None or self.customer.score < STRONG)

    @property
    def has_person(self) -> bool:
        return self.customer is not None or self.has(Cue.ACTIVE)

    @property
    def ends_in_question_mark(self) -> bool:
        return bool(self.words) and self.words[-1] == "?"

    def position(self, *cues: Cue) -> int:
        """Return the place of the first chunk with one of the cues, -1 when there is none."""
        return next((at for at, chunk in enumerate(self.chunks) if chunk.has(*cues)), -1)

    def says(self, *words: str) -> bool:
        return not set(words).isdisjoint(self.words)


def gather(tokens: Sequence[Token], *, lexicon: Lexicon, now: datetime) -> Facts:
    """Return what the tokens of one clause say."""
    reading = Reading(tokens, lexicon=lexicon, now=now)
    repaired = repair(with_qualifiers(with_names(reading.chunks())))
    chunks = list(repaired.chunks)
    cues = frozenset(cue for chunk in chunks if chunk.kind is not Kind.NAME for cue in chunk.cues)
    facts = Facts(
        tokens=tokens,
        words=reading.words,
        timed_words=reading.timed_words,
        now=now,
        chunks=chunks,
        replaced=repaired.replaced,
        negated=repaired.negated,
        objected=repaired.objected,
        cues=cues,
        has_when=any(chunk.kind is Kind.WHEN for chunk in chunks),
    )
    _find_people_and_goods(facts, lexicon)
    facts.phone = next((chunk.phone for chunk in chunks if chunk.kind is Kind.PHONE), None)
    ordinal = next((chunk for chunk in chunks if chunk.kind is Kind.ORDINAL), None)
    facts.option = int(ordinal.value) if ordinal is not None and ordinal.value is not None else None
    return facts


def _find_people_and_goods(facts: Facts, lexicon: Lexicon) -> None:
    """A firm name comes first, then goods, then a name that only its place suggests."""
    _goods_that_are_names(facts)
    facts.runs = name_runs(facts.chunks, facts.tokens)
    best, facts.rival_customer = choose(facts.runs)
    firm = best if best is not None and best.score >= STRONG else None
    taken = frozenset(firm.places()) if firm is not None else frozenset()
    expects = _expects_goods(facts)
    goods = read_goods(facts.chunks, taken=taken, lexicon=lexicon, words=facts.words, expects_goods=expects)
    if firm is not None:
        facts.customer = firm
    else:
        facts.customer, facts.rival_customer = choose(facts.runs, goods.used)
        if facts.customer is not None and facts.customer.score < 0:
            facts.customer = None
    facts.goods = goods
    facts.amounts = [
        chunk
        for at, chunk in enumerate(facts.chunks)
        if chunk.kind in NUMERIC and at not in goods.used and not _is_sum(chunk)
    ]


def _is_sum(chunk: Chunk) -> bool:
    """A quantity without goods is no amount of money."""
    return chunk.kind is Kind.QUANTITY


def _expects_goods(facts: Facts) -> bool:
    if facts.has(*_GOODS_CUES):
        return True
    goods = any(chunk.kind in (Kind.PRODUCT, Kind.QUANTITY) for chunk in facts.chunks)
    return goods or (facts.has(Cue.GIVE) and not facts.has(*_MONEY_CUES))


def _goods_that_are_names(facts: Facts) -> None:
    """Take "Kesar ne 500 diye" for a person: goods give and take nothing."""
    for at, chunk in enumerate(facts.chunks):
        if chunk.kind is not Kind.PRODUCT or chunk.cues or at + 1 >= len(facts.chunks):
            continue
        before = facts.chunks[at - 1] if at else None
        counted = before is not None and (before.kind in NUMERIC or before.text in ("of", "ka", "ke", "ki"))
        after = facts.chunks[at + 1]
        person = after.kind is Kind.LINK and after.text in ("ko", "ne", "se")
        beside = after.kind in NAMING or after.has(Cue.HONORIFIC)
        if not counted and (person or (beside and _reaches_a_person(facts.chunks, at + 1))):
            facts.chunks[at] = chunk.as_kind(Kind.NAME)


def _reaches_a_person(chunks: Sequence[Chunk], at: int) -> bool:
    while at < len(chunks) and (chunks[at].kind in NAMING or chunks[at].has(Cue.HONORIFIC)):
        at += 1
    return at < len(chunks) and chunks[at].kind is Kind.LINK and chunks[at].text in ("ko", "ne", "se", "ka", "ke", "ki")


def rupees_of(chunk: Chunk) -> Decimal:
    """Return the rupees that a number means."""
    return chunk.value if chunk.value is not None else Decimal(0)
