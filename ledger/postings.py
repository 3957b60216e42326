"""Writing one entry: the customer's account is locked, the entry follows the last one, its postings balance."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from uuid import UUID

from customers.errors import CustomerNotFound
from customers.models import Customer
from execora.core.actor import Actor
from execora.core.ids import new_id
from ledger.chain import SidedAmount, hash_of
from ledger.errors import AmountTooLarge, DateNotAllowed
from ledger.models import Account, AccountKind, Entry, EntryKind, Posting, Side

MAX_TOTAL_PAISE = 9_99_99_999_00
MAX_BACKDATING = timedelta(days=366)


def lock_account(actor: Actor, customer_id: UUID) -> Account:
    """Return the customer's account, locked until the commit; made at the first entry.

    Raises:
        CustomerNotFound: the customer is not of this business.
    """
    rows = Account.objects.filter(business_id=actor.business_id, customer_id=customer_id)
    account = rows.select_for_update(of=("self",)).first()
    if account is None:
        if not Customer.objects.visible_to(actor).filter(pk=customer_id).exists():
            raise CustomerNotFound()
        Account.objects.bulk_create(
            [Account(business_id=actor.business_id, kind=AccountKind.RECEIVABLE, customer_id=customer_id)],
            ignore_conflicts=True,
        )
        account = rows.select_for_update(of=("self",)).get()
    return account


def post_entry(
    actor: Actor,
    *,
    account: Account,
    kind: EntryKind,
    sides: Mapping[AccountKind, int],
    occurred_on: date | None = None,
    mode: str = "",
    description: str = "",
    reverses: Entry | None = None,
) -> Entry:
    """Write an entry on a locked customer account and move its balance.

    `sides` maps account kinds to signed paise, debit positive; they add up to zero, and RECEIVABLE is this customer's.

    Raises:
        AmountTooLarge, DateNotAllowed: as their names say.
    """
    moved = {account_kind: paise for account_kind, paise in sides.items() if paise}
    total = sum(paise for paise in moved.values() if paise > 0)
    if total > MAX_TOTAL_PAISE:
        raise AmountTooLarge()
    day = occurred_on or actor.today
    if not actor.today - MAX_BACKDATING <= day <= actor.today:
        raise DateNotAllowed(fields={"date": [DateNotAllowed.message]})
    effect = moved.get(AccountKind.RECEIVABLE, 0)
    account.balance_paise += effect
    account.last_sequence += 1
    accounts = _accounts_for(actor, account, moved)
    sided = [
        (accounts[account_kind], Side.DEBIT if paise > 0 else Side.CREDIT, abs(paise))
        for account_kind, paise in moved.items()
    ]
    entry = Entry(
        id=new_id(),
        business_id=actor.business_id,
        kind=kind,
        customer_id=account.customer_id,  # type: ignore[misc]  # a customer's account has one
        sequence=account.last_sequence,
        total_paise=total,
        effect_paise=effect,
        balance_after_paise=account.balance_paise,
        mode=mode,
        description=description,
        occurred_on=day,
        recorded_at=actor.now,
        reverses=reverses,
        user_id=actor.user_id,
        channel=actor.channel,
        correlation_id=actor.correlation_id,
    )
    entry.hash = account.last_hash = hash_of(entry, bytes(account.last_hash), sided)
    entry.save(force_insert=True)
    _write_postings(entry, sided)
    account.save(update_fields=["balance_paise", "last_sequence", "last_hash"])
    return entry


def _write_postings(entry: Entry, sided: Iterable[SidedAmount]) -> None:
    Posting.objects.bulk_create(
        Posting(
            id=new_id(),
            business_id=entry.business_id,
            entry=entry,
            account_id=account_id,
            side=side,
            amount_paise=amount_paise,
        )
        for account_id, side, amount_paise in sided
    )


def _accounts_for(actor: Actor, account: Account, moved: Mapping[AccountKind, int]) -> dict[str, UUID]:
    """Return the ids of the accounts by kind; a shop-wide account is made when it is first used."""
    wanted = [kind for kind in moved if kind != AccountKind.RECEIVABLE]
    rows = Account.objects.filter(business_id=actor.business_id, customer=None, kind__in=wanted)
    found: dict[str, UUID] = dict(rows.values_list("kind", "id"))
    missing = [kind for kind in wanted if kind not in found]
    if missing:
        Account.objects.bulk_create(
            [Account(business_id=actor.business_id, kind=kind) for kind in missing], ignore_conflicts=True
        )
        found = dict(rows.values_list("kind", "id"))
    return {**found, AccountKind.RECEIVABLE: account.pk}
