"""Moving money on a khata. Every command locks the customer's account first."""

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from customers.models import Customer, person_of
from execora.core.actor import Actor
from execora.core.commands import command
from execora.core.errors import NotPermitted
from execora.core.events import announce
from execora.core.money import rupees
from execora.core.permissions import Permission
from execora.ops.metrics import count_payment
from ledger.errors import (
    AlreadyReversed,
    EntryNotFound,
    NotReversible,
    OpeningBalanceExists,
    PaymentSplitWrong,
    WriteOffTooLarge,
)
from ledger.models import AccountKind, Entry, EntryKind, Posting, Side
from ledger.postings import lock_account, post_entry

PAYMENT_MODES = {
    "cash": AccountKind.CASH,
    "upi": AccountKind.UPI,
    "card": AccountKind.CARD,
    "bank": AccountKind.BANK,
    "other": AccountKind.OTHER,
}
SPLIT = "split"
# What undoes these is in the room that wrote them.
NOT_REVERSED_ALONE = (EntryKind.INVOICE, EntryKind.CREDIT_NOTE, EntryKind.REVERSAL)
AUTHOR_MAY_REVERSE_FOR = timedelta(minutes=15)


@command(requires=Permission.PAYMENT_RECORD)
def record_payment(
    actor: Actor, *, customer: Customer, amount_paise: int, mode: str, notes: str = "", occurred_on: date | None = None
) -> Entry:
    """Record money received from a customer: the balance goes down, below zero when it is paid in advance.

    Raises:
        AmountTooLarge, DateNotAllowed: as their names say.
    """
    return _record_payment(actor, customer, {mode: amount_paise}, notes, occurred_on)


@command(requires=Permission.PAYMENT_RECORD)
def record_split_payment(
    actor: Actor, *, customer: Customer, parts: Mapping[str, int], notes: str = "", occurred_on: date | None = None
) -> Entry:
    """Record money received at once in several modes, as one entry; `parts` maps each mode to its paise.

    Raises:
        PaymentSplitWrong: there are fewer than two parts.
        AmountTooLarge, DateNotAllowed: as their names say.
    """
    if len(parts) < 2:
        raise PaymentSplitWrong()
    return _record_payment(actor, customer, parts, notes, occurred_on)


def _record_payment(
    actor: Actor, customer: Customer, parts: Mapping[str, int], notes: str, occurred_on: date | None
) -> Entry:
    account = lock_account(actor, customer.pk)
    amount_paise = sum(parts.values())
    sides = {PAYMENT_MODES[mode]: paise for mode, paise in parts.items()}
    sides[AccountKind.RECEIVABLE] = -amount_paise
    entry = post_entry(
        actor,
        account=account,
        kind=EntryKind.PAYMENT,
        sides=sides,
        mode=SPLIT if len(parts) > 1 else next(iter(parts)),
        description=notes,
        occurred_on=occurred_on,
    )
    transaction.on_commit(lambda: count_payment("success", amount_paise), robust=True)
    announce_entry(actor, "payment.recorded", customer, entry)
    return entry


@command(requires=Permission.CREDIT_RECORD)
def add_credit(
    actor: Actor, *, customer: Customer, amount_paise: int, description: str, occurred_on: date | None = None
) -> Entry:
    """Write udhaar (goods on credit without a bill) on a khata: the balance goes up.

    Raises:
        AmountTooLarge, DateNotAllowed: as their names say.
    """
    account = lock_account(actor, customer.pk)
    sides = {AccountKind.RECEIVABLE: amount_paise, AccountKind.SALES: -amount_paise}
    entry = post_entry(
        actor,
        account=account,
        kind=EntryKind.CREDIT,
        sides=sides,
        description=description,
        occurred_on=occurred_on,
    )
    announce_entry(actor, "credit.recorded", customer, entry)
    return entry


@command(requires=Permission.OPENING_BALANCE_RECORD)
def record_opening_balance(
    actor: Actor, *, customer: Customer, amount_paise: int, occurred_on: date | None = None
) -> Entry:
    """Carry over what the customer owed before, once; again after it was reversed.

    Raises:
        OpeningBalanceExists: it was recorded before and is not reversed.
        AmountTooLarge, DateNotAllowed: as their names say.
    """
    account = lock_account(actor, customer.pk)
    recorded = Entry.objects.visible_to(actor).filter(customer=customer, kind=EntryKind.OPENING)
    if recorded.filter(reversed_by__isnull=True).exists():
        raise OpeningBalanceExists()
    sides = {AccountKind.RECEIVABLE: amount_paise, AccountKind.OPENING: -amount_paise}
    entry = post_entry(actor, account=account, kind=EntryKind.OPENING, sides=sides, occurred_on=occurred_on)
    announce_entry(actor, "opening_balance.recorded", customer, entry)
    return entry


@command(requires=Permission.WRITE_OFF_RECORD)
def write_off(
    actor: Actor, *, customer: Customer, amount_paise: int, reason: str, occurred_on: date | None = None
) -> Entry:
    """Give up what a customer will not pay: the balance goes down, the loss stands in the shop's books.

    Raises:
        WriteOffTooLarge: it is more than what is owed.
        DateNotAllowed: as its name says.
    """
    account = lock_account(actor, customer.pk)
    if amount_paise > account.balance_paise:
        raise WriteOffTooLarge(f"{customer} owes {rupees(max(account.balance_paise, 0))}: write off at most that.")
    sides = {AccountKind.WRITE_OFF: amount_paise, AccountKind.RECEIVABLE: -amount_paise}
    entry = post_entry(
        actor, account=account, kind=EntryKind.WRITE_OFF, sides=sides, description=reason, occurred_on=occurred_on
    )
    announce_entry(actor, "debt.written_off", customer, entry)
    return entry


@command(requires=Permission.ENTRY_REVERSE)
def reverse_entry(actor: Actor, *, entry_id: UUID, reason: str) -> Entry:
    """Undo a payment, a credit, a write-off or an opening balance by its mirror image, dated today. The entry itself stays.

    An admin may always; its author within 15 minutes.

    Raises:
        EntryNotFound, AlreadyReversed: as their names say.
        NotReversible: it belongs to an invoice or a credit note, or is itself a reversal.
        NotPermitted: neither an admin nor its author in time.
    """
    found = Entry.objects.visible_to(actor).select_related("customer").filter(pk=entry_id).first()
    if found is None:
        raise EntryNotFound()
    is_recent_own = found.user_id == actor.user_id and actor.now - found.recorded_at <= AUTHOR_MAY_REVERSE_FOR
    if not is_recent_own and not actor.may(Permission.ENTRY_REVERSE_ANY):
        raise NotPermitted("Only an admin may reverse this entry, or its author within 15 minutes.")
    if found.kind in NOT_REVERSED_ALONE:
        raise NotReversible()
    entry = mirror_entry(actor, entry=found, reason=reason)
    announce_entry(actor, "entry.reversed", found.customer, entry)
    return entry


def mirror_entry(actor: Actor, *, entry: Entry, reason: str) -> Entry:
    """Write the reversal of an entry under its account's lock, for commands that undo what caused it.

    Raises:
        AlreadyReversed: there is one.
    """
    account = lock_account(actor, entry.customer_id)
    if Entry.objects.filter(business_id=actor.business_id, reverses=entry).exists():
        raise AlreadyReversed()
    sides = {
        AccountKind(posting.account.kind): posting.amount_paise * (-1 if posting.side == Side.DEBIT else 1)
        for posting in Posting.objects.filter(entry=entry).select_related("account")
    }
    return post_entry(
        actor,
        account=account,
        kind=EntryKind.REVERSAL,
        sides=sides,
        description=reason,
        mode=entry.mode,
        reverses=entry,
    )


def announce_entry(actor: Actor, name: str, customer: Customer, entry: Entry) -> None:
    data = {
        "customer": person_of(customer),
        "entryId": str(entry.pk),
        "amount": rupees(entry.amount_paise),
        "balance": rupees(entry.balance_after_paise),
    }
    announce(actor, name, data, customer_id=customer.pk)
