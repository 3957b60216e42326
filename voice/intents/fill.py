"""Fill the slots of a command out of what one clause says."""

from collections.abc import Callable, Mapping
from typing import Final

from voice.intents.cues import Cue
from voice.intents.facts import Facts
from voice.intents.schema import Intent
from voice.intents.slots import Filled, add_amount, add_items, add_mode, add_person, add_when

_OUTWARD: Final = frozenset({"nikal", "nikalo", "nikala", "nikali", "gaya", "bik", "bika", "becha", "remove"})


def fill(intent: Intent, facts: Facts) -> Filled:
    """Return the slots that `intent` takes, as far as they were said."""
    filled = Filled()
    _FILLERS[intent](filled, facts)
    return filled


def _invoice(filled: Filled, facts: Facts) -> None:
    add_person(filled, facts)
    add_items(filled, facts)
    add_mode(filled, facts)
    add_when(filled, facts, past=True)
    if not facts.items:
        add_amount(filled, facts)
    elif facts.amounts or facts.has(Cue.MINUS):
        filled.ask("unread")


def _payment(filled: Filled, facts: Facts) -> None:
    add_person(filled, facts)
    add_amount(filled, facts)
    add_mode(filled, facts)
    add_when(filled, facts, past=True)
    filled.ask("unread" if facts.items else None)


def _credit(filled: Filled, facts: Facts) -> None:
    add_person(filled, facts)
    add_amount(filled, facts)
    if "amount_paise" not in filled.values and len(facts.items) == 1 and facts.items[0].line_total_paise:
        filled.add(amount_paise=facts.items[0].line_total_paise)
    elif facts.items:
        filled.ask("unread")
    add_when(filled, facts, past=True)


def _reminder(filled: Filled, facts: Facts) -> None:
    add_person(filled, facts)
    add_amount(filled, facts)
    add_when(filled, facts, past=False, keep_today=True)


def _person(filled: Filled, facts: Facts) -> None:
    add_person(filled, facts)


def _reminders(filled: Filled, facts: Facts) -> None:
    add_person(filled, facts)
    add_when(filled, facts, past=False)


def _stock_question(filled: Filled, facts: Facts) -> None:
    known = facts.items
    if len(known) > 1:
        filled.add(products=tuple(item.product for item in known))
    elif known:
        filled.add(product=known[0].product, product_id=known[0].product_id)
    elif facts.customer is not None:
        filled.add(product=facts.customer.words.lower())


def _stock_change(filled: Filled, facts: Facts) -> None:
    outward = facts.has(Cue.OUT, Cue.DELETE) or (facts.says(*_OUTWARD) and not facts.has(Cue.CAME, Cue.RECEIVED))
    filled.add(direction="out" if outward else "in")
    filled.ask("amount_range" if facts.goods.out_of_range else None)
    filled.ask("amount_unsure" if facts.amounts else None)
    if len(facts.items) == 1:
        item = facts.items[0]
        filled.add(product=item.product, product_id=item.product_id, quantity=item.quantity, unit=item.unit)
    else:
        filled.add(items=facts.items)


def _cancel_invoice(filled: Filled, facts: Facts) -> None:
    add_person(filled, facts)
    filled.add(invoice_ref="last" if facts.has(Cue.LAST) else None)


def _new_customer(filled: Filled, facts: Facts) -> None:
    filled.add(name=facts.customer.words if facts.customer is not None else None, phone=facts.phone)
    if facts.phone is None:
        add_amount(filled, facts)


def _new_phone(filled: Filled, facts: Facts) -> None:
    add_person(filled, facts)
    filled.add(phone=facts.phone)


def _summary(filled: Filled, facts: Facts) -> None:
    add_when(filled, facts, past=True)


def _unknown(filled: Filled, facts: Facts) -> None:
    """Keep who and how much when only the direction is open; a stray word is no customer."""
    if facts.amounts and facts.has_person and not facts.items:
        add_person(filled, facts)
        add_amount(filled, facts)
        if filled.question is not None:
            filled.values.pop("amount_paise", None)


def _nothing(filled: Filled, facts: Facts) -> None:
    """There is nothing to fill."""


_FILLERS: Final[Mapping[Intent, Callable[[Filled, Facts], None]]] = {
    Intent.CREATE_INVOICE: _invoice,
    Intent.RECORD_PAYMENT: _payment,
    Intent.ADD_CREDIT: _credit,
    Intent.CREATE_REMINDER: _reminder,
    Intent.MODIFY_REMINDER: _reminder,
    Intent.CHECK_BALANCE: _person,
    Intent.CANCEL_REMINDER: _person,
    Intent.GET_CUSTOMER_INFO: _person,
    Intent.DELETE_CUSTOMER_DATA: _person,
    Intent.LIST_REMINDERS: _reminders,
    Intent.CHECK_STOCK: _stock_question,
    Intent.UPDATE_STOCK: _stock_change,
    Intent.CANCEL_INVOICE: _cancel_invoice,
    Intent.CREATE_CUSTOMER: _new_customer,
    Intent.UPDATE_CUSTOMER_PHONE: _new_phone,
    Intent.DAILY_SUMMARY: _summary,
    Intent.START_RECORDING: _nothing,
    Intent.STOP_RECORDING: _nothing,
    Intent.LIST_CUSTOMER_BALANCES: _nothing,
    Intent.TOTAL_PENDING_AMOUNT: _nothing,
    Intent.UNKNOWN: _unknown,
}
