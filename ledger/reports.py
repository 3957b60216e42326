"""What the books say about days: who owes and since when, what came in, and whether it all adds up.

Every report goes by the day that an entry is about (`occurred_on`). A reversal counts on its own day, as money given back,
so that the figures of a day that was closed do not change. Each is a statement over the rows of one business.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Prefetch, QuerySet

from execora.core.actor import Actor
from execora.core.errors import NotPermitted
from execora.core.permissions import Permission
from ledger.models import AccountKind, Entry, EntryKind, Posting, Side
from ledger.statements import check_days

BUCKETS = ("0-30", "31-60", "61-90", "90+")
ADVANCES = "advances"


@dataclass(frozen=True, slots=True)
class Ageing:
    """What one customer, or all of them, owed on a day, by how many days old it was (as BUCKETS), in paise. `owed_paise` is
    the sum of the buckets; `advance_paise` is what was paid ahead, above zero only where nothing is owed."""

    customer_id: str | None
    code: str
    name: str
    buckets_paise: tuple[int, int, int, int]
    advance_paise: int

    @property
    def owed_paise(self) -> int:
        return sum(self.buckets_paise)


@dataclass(frozen=True, slots=True)
class BookDay:
    """A day of an account: its debits came in, its credits went out."""

    day: date
    in_paise: int
    out_paise: int
    closing_paise: int


@dataclass(frozen=True, slots=True)
class Book:
    """An account of the shop between two days; only days on which something moved."""

    account: AccountKind
    first_day: date
    last_day: date
    opening_paise: int
    days: tuple[BookDay, ...]
    closing_paise: int


@dataclass(frozen=True, slots=True)
class TrialRow:
    """What an account stands at: on one side, except that receivables and advances are a row each."""

    account: str
    name: str
    debit_paise: int
    credit_paise: int


@dataclass(frozen=True, slots=True)
class TrialBalance:
    day: date
    rows: tuple[TrialRow, ...]

    @property
    def debits_paise(self) -> int:
        return sum(row.debit_paise for row in self.rows)

    @property
    def credits_paise(self) -> int:
        return sum(row.credit_paise for row in self.rows)


def entitled(actor: Actor) -> None:
    """Raises:
    NotPermitted: the actor's role does not see the shop's figures.
    """
    if not actor.may(Permission.SUMMARY_VIEW):
        raise NotPermitted()


_OWED_AT = """
    SELECT coalesce(sum(greatest(balance, 0)), 0), coalesce(sum(greatest(-balance, 0)), 0)
      FROM (SELECT a.balance_paise - coalesce(later.effect, 0) AS balance
              FROM ledger_account a
              LEFT JOIN (SELECT customer_id, sum(effect_paise) AS effect FROM ledger_entry
                          WHERE business_id = %(business)s AND occurred_on > %(day)s GROUP BY customer_id) later
                ON later.customer_id = a.customer_id
             WHERE a.business_id = %(business)s AND a.customer_id IS NOT NULL) khata
"""


def owed_at(actor: Actor, day: date) -> tuple[int, int]:
    """Return what customers owed at the end of `day`, and what others had paid in advance, in paise.

    Reckoned back from the kept balances, so it costs the entries since that day.
    """
    entitled(actor)
    owed, advances = rows_of(_OWED_AT, actor, day=day)[0]
    return int(owed), int(advances)


# Payments settle the oldest debt first, whatever they were paid for: then what is left of a debt is what the debts up to it
# exceed all payments by. An entry that was reversed by that day is left out with its reversal. The rest adds up to the balance.
_AGEING = """
    WITH live AS (
        SELECT e.customer_id, e.occurred_on, e.effect_paise,
               sum(greatest(e.effect_paise, 0)) OVER (
                   PARTITION BY e.customer_id ORDER BY e.occurred_on, e.sequence) AS debts,
               sum(greatest(-e.effect_paise, 0)) OVER (PARTITION BY e.customer_id) AS paid
          FROM ledger_entry e
         WHERE e.business_id = %(business)s AND e.occurred_on <= %(day)s AND e.kind <> 'reversal'
           AND NOT EXISTS (SELECT FROM ledger_entry r WHERE r.reverses_id = e.id AND r.occurred_on <= %(day)s)
    ), owed AS (
        SELECT customer_id, %(day)s::date - occurred_on AS days, effect_paise,
               CASE WHEN effect_paise > 0 THEN greatest(least(effect_paise, debts - paid), 0) ELSE 0 END AS left_over
          FROM live
    ), aged AS (
        SELECT customer_id, coalesce(sum(left_over) FILTER (WHERE days <= 30), 0) AS b0,
               coalesce(sum(left_over) FILTER (WHERE days BETWEEN 31 AND 60), 0) AS b1,
               coalesce(sum(left_over) FILTER (WHERE days BETWEEN 61 AND 90), 0) AS b2,
               coalesce(sum(left_over) FILTER (WHERE days > 90), 0) AS b3,
               greatest(-sum(effect_paise), 0) AS advance
          FROM owed GROUP BY customer_id HAVING sum(effect_paise) <> 0
    )
"""
_AGEING_ROWS = (
    _AGEING  # noqa: S608  # our own text
    + """
    SELECT c.id::text, c.code, c.name, g.b0, g.b1, g.b2, g.b3, g.advance
      FROM aged g JOIN customers_customer c ON c.id = g.customer_id
     WHERE g.customer_id > coalesce(%(after)s::uuid, '00000000-0000-0000-0000-000000000000')
     ORDER BY c.id LIMIT %(limit)s
"""
)
_AGEING_TOTAL = (
    _AGEING  # noqa: S608  # our own text
    + """
    SELECT coalesce(sum(b0), 0), coalesce(sum(b1), 0), coalesce(sum(b2), 0), coalesce(sum(b3), 0), coalesce(sum(advance), 0)
      FROM aged
"""
)


def ageing_of_customers(actor: Actor, day: date, *, after: str | None = None, limit: int | None = None) -> list[Ageing]:
    """Return the customers who owe or have paid ahead at the end of `day`, by id from `after` on.

    Raises:
        NotPermitted: as `entitled`.
    """
    entitled(actor)
    return [
        Ageing(row[0], row[1], row[2], _four(row[3:7]), int(row[7]))
        for row in rows_of(_AGEING_ROWS, actor, day=day, after=after, limit=limit)
    ]


def ageing_of_shop(actor: Actor, day: date) -> Ageing:
    """Return the sum over all customers.

    Raises:
        NotPermitted: as `entitled`.
    """
    entitled(actor)
    row = rows_of(_AGEING_TOTAL, actor, day=day)[0]
    return Ageing(None, "", "", _four(row[:4]), int(row[4]))


def standing_receipts(actor: Actor, day: date) -> QuerySet[Posting]:
    """Return what came in by the payments of a day that are not reversed, a posting for each mode."""
    rows: QuerySet[Posting] = Posting.objects.visible_to(actor).filter(
        side=Side.DEBIT, entry__kind=EntryKind.PAYMENT, entry__occurred_on=day, entry__reversed_by__isnull=True
    )
    return rows


def day_book(actor: Actor, day: date) -> QuerySet[Entry]:
    """Return the entries of a day with their postings and the accounts of those.

    Raises:
        NotPermitted: as `entitled`.
    """
    entitled(actor)
    postings = Prefetch("postings", Posting.objects.select_related("account").order_by("-side", "id"))
    return Entry.objects.visible_to(actor).filter(occurred_on=day).select_related("customer").prefetch_related(postings)


_BOOK = """
    SELECT e.occurred_on >= %(first)s AS within, CASE WHEN e.occurred_on >= %(first)s THEN e.occurred_on END AS day,
           coalesce(sum(p.amount_paise) FILTER (WHERE p.side = 'D'), 0),
           coalesce(sum(p.amount_paise) FILTER (WHERE p.side = 'C'), 0)
      FROM ledger_account a
      JOIN ledger_posting p ON p.account_id = a.id
      JOIN ledger_entry e ON e.id = p.entry_id
     WHERE a.business_id = %(business)s AND a.kind = %(kind)s AND a.customer_id IS NULL
       AND e.business_id = %(business)s AND e.occurred_on <= %(last)s
     GROUP BY 1, 2 ORDER BY 1, 2
"""


def book_of(actor: Actor, *, account: AccountKind, first_day: date, last_day: date) -> Book:
    """Return what moved on an account of the shop by day; for the accounts of the payment modes this is the cash book.

    Raises:
        NotPermitted, StatementTooLong: as `entitled` and `check_days`.
    """
    entitled(actor)
    check_days(first_day, last_day)
    opening, days = 0, []
    balance = 0
    for within, day, came, went in rows_of(_BOOK, actor, kind=account.value, first=first_day, last=last_day):
        balance += int(came) - int(went)
        if within:
            days.append(BookDay(day, int(came), int(went), balance))
        else:
            opening = balance
    return Book(account, first_day, last_day, opening, tuple(days), balance)


_TRIAL = """
    SELECT CASE WHEN a.kind = 'receivable' AND moved.net < 0 THEN 'advances' ELSE a.kind END,
           sum(greatest(moved.net, 0)), sum(greatest(-moved.net, 0))
      FROM (SELECT p.account_id, sum(CASE p.side WHEN 'D' THEN p.amount_paise ELSE -p.amount_paise END) AS net
              FROM ledger_posting p JOIN ledger_entry e ON e.id = p.entry_id
             WHERE p.business_id = %(business)s AND e.business_id = %(business)s AND e.occurred_on <= %(day)s
             GROUP BY p.account_id) moved
      JOIN ledger_account a ON a.id = moved.account_id
     WHERE moved.net <> 0
     GROUP BY 1
"""


def trial_balance(actor: Actor, day: date) -> TrialBalance:
    """Return every account at the end of `day`. Debits and credits are equal: each entry balances.

    Raises:
        NotPermitted: as `entitled`.
    """
    entitled(actor)
    found = {kind: (int(debit), int(credit)) for kind, debit, credit in rows_of(_TRIAL, actor, day=day)}
    names = {AccountKind.RECEIVABLE.value: "Receivables", ADVANCES: "Advances from customers"}
    order = [AccountKind.RECEIVABLE.value, ADVANCES]
    order += [kind.value for kind in AccountKind if kind != AccountKind.RECEIVABLE]
    rows = [TrialRow(kind, names.get(kind) or AccountKind(kind).label, *found[kind]) for kind in order if kind in found]
    return TrialBalance(day, tuple(rows))


def _four(values: Sequence[Any]) -> tuple[int, int, int, int]:
    first, second, third, fourth = (int(value) for value in values)
    return first, second, third, fourth


def rows_of(statement: str, actor: Actor, **given: Any) -> list[tuple[Any, ...]]:
    """Return what a statement about the actor's business, `%(business)s`, finds."""
    with connection.cursor() as cursor:
        cursor.execute(statement, {"business": actor.business_id, **given})
        return cursor.fetchall()
