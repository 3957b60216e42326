"""A khata between two days, as a customer would check it: by the day things happened, with a running balance."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum

from customers.models import Customer
from execora.core.actor import Actor
from execora.core.errors import BadInput
from ledger.models import Entry

LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class StatementLine:
    """An entry and the balance after it, in the order of this statement."""

    entry: Entry
    balance_paise: int


@dataclass(frozen=True, slots=True)
class Statement:
    """What was owed before `first_day`, what happened up to `last_day`, and what is owed after it; in paise."""

    customer: Customer
    first_day: date
    last_day: date
    opening_paise: int
    lines: tuple[StatementLine, ...]
    closing_paise: int


class StatementTooLong(BadInput):
    code = "STATEMENT_TOO_LONG"
    message = "A statement is from a day to the same or a later one, over 366 days at the most."


def check_days(first_day: date, last_day: date, *, refusal: type[BadInput] = StatementTooLong) -> None:
    """Raises:
    StatementTooLong: or the `refusal` given, the days are in the wrong order or too far apart.
    """
    if not timedelta(0) <= last_day - first_day <= LONGEST:
        raise refusal(fields={"to": [refusal.message]})


def statement_for(actor: Actor, *, customer: Customer, first_day: date, last_day: date) -> Statement:
    """Return the customer's statement. A back-dated entry stands on the day it is about, so that the running balance may
    differ from `Entry.balance_after_paise`, which follows the order of recording; the closing balances agree.

    Raises:
        StatementTooLong: the days are in the wrong order or too far apart.
    """
    check_days(first_day, last_day)
    rows = Entry.objects.visible_to(actor).filter(customer=customer)
    opening = rows.filter(occurred_on__lt=first_day).aggregate(paise=Sum("effect_paise"))["paise"] or 0
    balance, lines = int(opening), []
    for entry in rows.filter(occurred_on__range=(first_day, last_day)).order_by("occurred_on", "sequence"):
        balance += entry.effect_paise
        lines.append(StatementLine(entry, balance))
    return Statement(customer, first_day, last_day, int(opening), tuple(lines), balance)
