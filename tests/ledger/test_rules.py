"""What the database refuses by itself, tried with raw SQL as the application's role."""

from collections.abc import Callable

import psycopg
import pytest
from psycopg import errors

from execora.core.ids import new_id
from ledger.commands import record_payment
from ledger.models import Account, Entry
from tests.support.factories import Shop, make_shop

pytestmark = pytest.mark.django_db(transaction=True)
Connect = Callable[[], psycopg.Connection]

ENTRY = """
INSERT INTO ledger_entry (id, business_id, customer_id, kind, sequence, total_paise, effect_paise, balance_after_paise,
    mode, description, occurred_on, recorded_at, channel, correlation_id)
VALUES (%(id)s, %(business)s, %(customer)s, 'payment', %(sequence)s, 100, -100, %(after)s, 'cash', '', current_date, now(),
    'rest', 'raw')
"""
POSTING = (
    "INSERT INTO ledger_posting (id, business_id, entry_id, account_id, side, amount_paise) VALUES (%s,%s,%s,%s,%s,%s)"
)


@pytest.fixture
def shop() -> Shop:
    shop = make_shop()
    record_payment(shop.staff, customer=shop.rahul, amount_paise=100, mode="cash")
    return shop


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_posting", "core_auditevent"])
@pytest.mark.parametrize("change", ["UPDATE {} SET business_id = business_id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_what_only_grows_cannot_be_changed(
    shop: Shop, app_connection_factory: Connect, table: str, change: str
) -> None:
    with app_connection_factory() as raw, pytest.raises(errors.InsufficientPrivilege):
        raw.execute(change.format(table))
    assert Entry.objects.count() == 1


def test_the_owner_too_is_refused_by_trigger(shop: Shop, owner_connection: psycopg.Connection) -> None:
    with pytest.raises(errors.InsufficientPrivilege, match="only grows"):
        owner_connection.execute("DELETE FROM ledger_posting")
    assert Entry.objects.count() == 1


def accounts(shop: Shop) -> tuple[Account, Account]:
    return Account.objects.get(customer=shop.rahul), Account.objects.get(business=shop.business, kind="cash")


def write_entry(raw: psycopg.Connection, shop: Shop, *, after: int = -200, sequence: int = 2) -> str:
    entry_id = str(new_id())
    values = {
        "id": entry_id,
        "business": shop.business.pk,
        "customer": shop.rahul.pk,
        "after": after,
        "sequence": sequence,
    }
    raw.execute(ENTRY, values)
    return entry_id


def move_account(raw: psycopg.Connection, account: Account, balance: int, sequence: int) -> None:
    raw.execute(
        "UPDATE ledger_account SET balance_paise = %s, last_sequence = %s WHERE id = %s",
        (balance, sequence, account.pk),
    )


def test_a_whole_and_balanced_entry_is_taken(shop: Shop, app_connection_factory: Connect) -> None:
    khata, cash = accounts(shop)
    with app_connection_factory() as raw:
        entry = write_entry(raw, shop)
        raw.execute(POSTING, (new_id(), shop.business.pk, entry, cash.pk, "D", 100))
        raw.execute(POSTING, (new_id(), shop.business.pk, entry, khata.pk, "C", 100))
        move_account(raw, khata, -200, 2)
    assert Entry.objects.count() == 2


@pytest.mark.parametrize(
    ("debit", "credit"),
    [(100, 90), (90, 100), (99, 99), (100, None)],
    ids=["credits", "debits", "total", "one posting"],
)
def test_an_unbalanced_entry_is_refused(
    shop: Shop, app_connection_factory: Connect, debit: int, credit: int | None
) -> None:
    khata, cash = accounts(shop)
    with pytest.raises(errors.CheckViolation), app_connection_factory() as raw:
        entry = write_entry(raw, shop)
        raw.execute(POSTING, (new_id(), shop.business.pk, entry, cash.pk, "D", debit))
        if credit is not None:
            raw.execute(POSTING, (new_id(), shop.business.pk, entry, khata.pk, "C", credit))
        move_account(raw, khata, -200, 2)
    assert Entry.objects.count() == 1


def test_a_posting_on_another_shops_account_is_refused(shop: Shop, app_connection_factory: Connect) -> None:
    other = make_shop()
    record_payment(other.staff, customer=other.rahul, amount_paise=100, mode="cash")
    theirs = Account.objects.get(business=other.business, kind="cash")
    with app_connection_factory() as raw, pytest.raises(errors.ForeignKeyViolation):
        entry = write_entry(raw, shop)
        raw.execute(POSTING, (new_id(), shop.business.pk, entry, theirs.pk, "D", 100))


def test_a_posting_added_to_an_old_entry_is_refused(shop: Shop, app_connection_factory: Connect) -> None:
    _, cash = accounts(shop)
    with pytest.raises(errors.CheckViolation), app_connection_factory() as raw:
        raw.execute(POSTING, (new_id(), shop.business.pk, Entry.objects.get().pk, cash.pk, "D", 5))


def test_a_balance_that_its_entries_do_not_say_is_refused(shop: Shop, app_connection_factory: Connect) -> None:
    khata, _ = accounts(shop)
    with pytest.raises(errors.CheckViolation), app_connection_factory() as raw:
        move_account(raw, khata, -999, 1)
    assert Account.objects.get(pk=khata.pk).balance_paise == -100


@pytest.mark.parametrize(("after", "sequence"), [(-300, 2), (-200, 3)], ids=["balance", "place"])
def test_an_entry_that_does_not_follow_the_last_one_is_refused(
    shop: Shop, app_connection_factory: Connect, after: int, sequence: int
) -> None:
    khata, cash = accounts(shop)
    with pytest.raises(errors.CheckViolation), app_connection_factory() as raw:
        entry = write_entry(raw, shop, after=after, sequence=sequence)
        raw.execute(POSTING, (new_id(), shop.business.pk, entry, cash.pk, "D", 100))
        raw.execute(POSTING, (new_id(), shop.business.pk, entry, khata.pk, "C", 100))
        move_account(raw, khata, after, sequence)
    assert Entry.objects.count() == 1


@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE mine (a int)", "DROP TABLE ledger_entry", "ALTER TABLE ledger_entry DISABLE TRIGGER ALL"],
)
def test_the_application_role_changes_no_tables(app_connection_factory: Connect, statement: str) -> None:
    with app_connection_factory() as raw, pytest.raises(errors.InsufficientPrivilege):
        raw.execute(statement)
