"""The values of slots, out of what one clause says: shared by commands and by answers to questions."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from execora.language.dates import read_when
from voice.intents.chunks import NAMING, NUMERIC, Kind
from voice.intents.cues import Cue
from voice.intents.exactness import is_inexact
from voice.intents.facts import Facts
from voice.intents.schema import MAX_PAISE, MAX_QUANTITY

_MODES: Final = ((Cue.UPI, "upi"), (Cue.CASH, "cash"), (Cue.CARD, "card"), (Cue.OTHER_MODE, "other"))

_LONG_AGO: Final = timedelta(days=92)
"""What lies further back is rarely entered now: the date was perhaps misheard."""


@dataclass
class Filled:
    """Slots with their values; `question` why they may not be acted on as they are; `places` the chunks they explain."""

    values: dict[str, Any] = field(default_factory=dict)
    question: str | None = None

    def add(self, **values: Any) -> "Filled":
        self.values.update({slot: value for slot, value in values.items() if value not in (None, ())})
        return self

    def ask(self, question: str | None) -> "Filled":
        self.question = self.question or question
        return self


def add_person(filled: Filled, facts: Facts) -> None:
    """Fill the customer by name, or as the one who is being spoken of."""
    if facts.is_active:
        filled.add(customer_ref="active")
    elif facts.customer is not None:
        filled.add(customer=facts.customer.words)
        filled.ask("customer_unsure" if facts.rival_customer or _is_one_of_two(facts) else None)


def _is_one_of_two(facts: Facts) -> bool:
    """Tell whether another person is named beside the customer: "Geeta aur Harish ko", "Mohan ki biwi ko"."""
    if facts.customer is None:
        return False
    if facts.has(Cue.OUTSIDER):
        return True
    first = facts.customer.first
    joined = first >= 2 and facts.chunks[first - 1].has(Cue.JOIN)
    return joined and any(run.last == first - 1 for run in facts.runs)


def add_amount(filled: Filled, facts: Facts) -> None:
    """Fill the amount when exactly one was said, above zero and within bounds; else ask."""
    if any(chunk.kind in (Kind.BAD_NUMBER, Kind.PHONE) for chunk in facts.chunks) or facts.has(Cue.MINUS):
        filled.ask("amount_range")
        return
    values = [chunk.value for chunk in facts.amounts if chunk.value is not None]
    if not values:
        return
    if len(values) > 1:
        filled.ask("amount_unsure")
        return
    rupees = values.pop()
    if not 0 < rupees * 100 <= MAX_PAISE or rupees * 100 % 1:
        filled.ask("amount_range")
        return
    filled.add(amount_paise=int(rupees * 100))
    filled.ask("amount_unsure" if any(chunk.doubtful for chunk in facts.amounts) or is_inexact(facts) else None)


def add_items(filled: Filled, facts: Facts) -> None:
    """Fill the goods."""
    filled.add(items=facts.items)
    filled.ask("unread" if facts.goods.doubtful else None)
    filled.ask("amount_range" if facts.goods.out_of_range else None)
    if any(chunk.doubtful for at, chunk in enumerate(facts.chunks) if at in facts.goods.used and chunk.kind in NUMERIC):
        filled.ask("unread")


def add_mode(filled: Filled, facts: Facts) -> None:
    """Fill how it was paid."""
    filled.add(mode=next((mode for cue, mode in _MODES if facts.has(cue)), None))


def add_when(filled: Filled, facts: Facts, *, past: bool | None, keep_today: bool = False) -> None:
    """Fill date, or datetime when a time was said as well. Today is left out unless `keep_today`."""
    if not facts.has_when:
        return
    when = read_when(facts.timed_words, facts.now, past=past)
    if when is None:
        filled.ask("unread")
        return
    if past and not facts.now.date() - _LONG_AGO <= when.date <= facts.now.date():
        filled.ask("unread")
    if when.time is not None and past is not True:
        filled.add(datetime=datetime.combine(when.date, when.time.replace(tzinfo=None), facts.now.tzinfo))
    elif keep_today or when.date != facts.now.date():
        filled.add(date=when.date)


def add_quantity(filled: Filled, facts: Facts) -> None:
    """Fill a quantity that stands without goods: the answer to "kitna?"."""
    loose = [
        chunk for at, chunk in enumerate(facts.chunks) if chunk.kind is Kind.QUANTITY and at not in facts.goods.used
    ]
    if len(loose) == 1 and loose[0].value is not None and is_quantity(loose[0].value):
        filled.add(quantity=loose[0].value, unit=loose[0].unit)
    elif loose:
        filled.ask("amount_unsure")


def is_quantity(value: Decimal) -> bool:
    """Tell whether an item can have this quantity."""
    return 0 < value <= MAX_QUANTITY and value * 1000 % 1 == 0


def unread_words(facts: Facts, *, quantity_said: bool = False) -> tuple[str, ...]:
    """Return the words and numbers that neither a slot nor the vocabulary explains.

    `quantity_said`: a quantity without goods has filled a slot.
    """
    used = set(facts.goods.used)
    if facts.customer is not None:
        used |= set(facts.customer.places())
    amounts = {id(chunk) for chunk in facts.amounts}
    left = [
        chunk.text
        for at, chunk in enumerate(facts.chunks)
        if at not in used
        and not (quantity_said and chunk.kind is Kind.QUANTITY)
        and (chunk.kind in NAMING or (chunk.kind in NUMERIC and id(chunk) not in amounts) or chunk.kind is Kind.PRODUCT)
    ]
    return tuple(left)
