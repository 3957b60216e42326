"""What the database refuses by itself, tried with raw SQL as the application's role."""

from collections.abc import Callable, Iterator
from importlib import import_module

import psycopg
import pytest
from psycopg import errors

from execora.core.door import acting_in
from execora.core.ids import new_id
from ledger.commands import record_opening_balance, record_payment, reverse_entry
from ledger.errors import OpeningBalanceExists
from ledger.models import Account, Entry
from tests.support.database import TestDatabase
from tests.support.factories import Shop, make_shop
from tests.support.raw_books import Sides, move_account, write_raw

pytestmark = pytest.mark.django_db(transaction=True)
Connect = Callable[[], psycopg.Connection]

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


def write_entry(
    raw: psycopg.Connection,
    shop: Shop,
    sides: Sides = (),
    *,
    after: int = -200,
    sequence: int = 2,
    kind: str = "payment",
    effect: int = -100,
    reverses: Entry | None = None,
) -> Entry:
    return write_raw(
        raw,
        sides,
        business_id=shop.business.pk,
        customer_id=shop.rahul.pk,
        balance_after_paise=after,
        sequence=sequence,
        kind=kind,
        effect_paise=effect,
        mode="cash",
        reverses=reverses,
    )


def test_a_whole_and_balanced_entry_is_taken(shop: Shop, app_connection_factory: Connect) -> None:
    khata, cash = accounts(shop)
    with app_connection_factory() as raw:
        write_entry(raw, shop, [(cash.pk, "D", 100), (khata.pk, "C", 100)])
        move_account(raw, khata.pk, -200, 2)
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
        sides = [(cash.pk, "D", debit), *([(khata.pk, "C", credit)] if credit is not None else [])]
        write_entry(raw, shop, sides)
        move_account(raw, khata.pk, -200, 2)
    assert Entry.objects.count() == 1


def test_a_posting_on_another_shops_account_is_refused(shop: Shop, app_connection_factory: Connect) -> None:
    other = make_shop()
    with acting_in(other.business.pk):
        record_payment(other.staff, customer=other.rahul, amount_paise=100, mode="cash")
        theirs = Account.objects.get(business=other.business, kind="cash")
    with app_connection_factory() as raw, pytest.raises(errors.ForeignKeyViolation):
        write_entry(raw, shop, [(theirs.pk, "D", 100)])


def test_a_posting_added_to_an_old_entry_is_refused(shop: Shop, app_connection_factory: Connect) -> None:
    _, cash = accounts(shop)
    with pytest.raises(errors.CheckViolation), app_connection_factory() as raw:
        raw.execute(POSTING, (new_id(), shop.business.pk, Entry.objects.get().pk, cash.pk, "D", 5))


def test_a_balance_that_its_entries_do_not_say_is_refused(shop: Shop, app_connection_factory: Connect) -> None:
    khata, _ = accounts(shop)
    with pytest.raises(errors.CheckViolation), app_connection_factory() as raw:
        move_account(raw, khata.pk, -999, 1)
    assert Account.objects.get(pk=khata.pk).balance_paise == -100


@pytest.mark.parametrize(("after", "sequence"), [(-300, 2), (-200, 3)], ids=["balance", "place"])
def test_an_entry_that_does_not_follow_the_last_one_is_refused(
    shop: Shop, app_connection_factory: Connect, after: int, sequence: int
) -> None:
    khata, cash = accounts(shop)
    with pytest.raises(errors.CheckViolation), app_connection_factory() as raw:
        write_entry(raw, shop, [(cash.pk, "D", 100), (khata.pk, "C", 100)], after=after, sequence=sequence)
        move_account(raw, khata.pk, after, sequence)
    assert Entry.objects.count() == 1


@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE mine (a int)", "DROP TABLE ledger_entry", "ALTER TABLE ledger_entry DISABLE TRIGGER ALL"],
)
def test_the_application_role_changes_no_tables(app_connection_factory: Connect, statement: str) -> None:
    with app_connection_factory() as raw, pytest.raises(errors.InsufficientPrivilege):
        raw.execute(statement)


@pytest.mark.parametrize(
    ("kind", "effect"),
    [("payment", 100), ("credit", -100), ("invoice", -100), ("opening", -100), ("payment", 0), ("gift", 100)],
)
def test_a_kind_moves_the_khata_in_its_direction(
    shop: Shop, app_connection_factory: Connect, kind: str, effect: int
) -> None:
    with app_connection_factory() as raw, pytest.raises(errors.CheckViolation, match="entry_kind_says_direction"):
        write_entry(raw, shop, kind=kind, effect=effect, after=effect - 100)


@pytest.mark.parametrize("kind", ["cash", "upi", "sales"])
def test_a_reversal_mirrors_the_very_accounts(shop: Shop, app_connection_factory: Connect, kind: str) -> None:
    record_payment(shop.staff, customer=shop.rahul, amount_paise=5, mode="upi")
    paid = Entry.objects.get(sequence=1)
    khata = Account.objects.get(customer=shop.rahul)
    other, _ = Account.objects.get_or_create(business=shop.business, kind=kind)

    def undo() -> None:
        with app_connection_factory() as raw:
            write_entry(
                raw,
                shop,
                [(khata.pk, "D", 100), (other.pk, "C", 100)],
                kind="reversal",
                effect=100,
                after=-5,
                sequence=3,
                reverses=paid,
            )
            move_account(raw, khata.pk, -5, 3)

    if kind == "cash":
        undo()
    else:
        with pytest.raises(errors.CheckViolation, match="does not undo"):
            undo()
    assert Entry.objects.count() == (3 if kind == "cash" else 2)


def write_opening(raw: psycopg.Connection, shop: Shop, *, sequence: int, after: int) -> None:
    khata = Account.objects.get(customer=shop.rahul)
    opening = Account.objects.get(business=shop.business, kind="opening")
    write_entry(
        raw,
        shop,
        [(khata.pk, "D", 100), (opening.pk, "C", 100)],
        kind="opening",
        effect=100,
        after=after,
        sequence=sequence,
    )
    move_account(raw, khata.pk, after, sequence)


def test_an_account_has_one_opening_balance_that_is_not_reversed(shop: Shop, app_connection_factory: Connect) -> None:
    first = record_opening_balance(shop.staff, customer=shop.rahul, amount_paise=850)
    with pytest.raises(errors.CheckViolation, match="second opening"), app_connection_factory() as raw:
        write_opening(raw, shop, sequence=3, after=850)
    reverse_entry(shop.admin, entry_id=first.pk, reason="580 was meant")
    with app_connection_factory() as raw:
        write_opening(raw, shop, sequence=4, after=0)
    assert list(Entry.objects.order_by("sequence").values_list("kind", flat=True)) == [
        "payment",
        "opening",
        "reversal",
        "opening",
    ]


def test_a_mistyped_opening_balance_is_reversed_and_recorded_again(shop: Shop) -> None:
    first = record_opening_balance(shop.staff, customer=shop.rahul, amount_paise=850)
    reverse_entry(shop.staff, entry_id=first.pk, reason="580 was meant")
    again = record_opening_balance(shop.staff, customer=shop.rahul, amount_paise=580)
    assert again.balance_after_paise == 480
    with pytest.raises(OpeningBalanceExists):
        record_opening_balance(shop.staff, customer=shop.rahul, amount_paise=1)


@pytest.fixture
def may_shadow(test_database: TestDatabase, db: None) -> Iterator[None]:
    """Let the application's role make temporary tables, as PostgreSQL does on a database where nobody took that away."""
    with psycopg.connect(test_database.superuser_url, autocommit=True) as superuser:
        superuser.execute(f"GRANT TEMPORARY ON DATABASE {test_database.name} TO PUBLIC")
        yield
        superuser.execute(f"REVOKE TEMPORARY ON DATABASE {test_database.name} FROM PUBLIC")


def test_postings_in_a_temporary_table_are_not_looked_at(
    shop: Shop, app_connection_factory: Connect, may_shadow: None
) -> None:
    khata, cash = accounts(shop)
    with pytest.raises(errors.CheckViolation, match="not balanced"), app_connection_factory() as raw:
        raw.execute("CREATE TEMP TABLE ledger_posting (LIKE public.ledger_posting)")
        write_entry(raw, shop, [(cash.pk, "D", 100), (khata.pk, "C", 100)])
        move_account(raw, khata.pk, -200, 2)
    assert Entry.objects.count() == 1


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_account"])
def test_a_balance_is_not_proven_by_a_temporary_table(
    shop: Shop, app_connection_factory: Connect, may_shadow: None, table: str
) -> None:
    khata, _ = accounts(shop)
    with pytest.raises(errors.CheckViolation, match="its entries say"), app_connection_factory() as raw:
        raw.execute(f"CREATE TEMP TABLE {table} (LIKE public.{table})")
        if table == "ledger_entry":
            write_entry(raw, shop, after=-999)
        raw.execute(
            "UPDATE public.ledger_account SET balance_paise = -999, last_sequence = 2 WHERE id = %s", (khata.pk,)
        )
    assert Account.objects.get(pk=khata.pk).balance_paise == -100


# A path of their own would keep the planner from seeing through them.
LOOKING_AT_NO_TABLE = (
    "app_business",
    "ledger_netstring",
    "ledger_posting_text",
    "ledger_entry_text",
    "ledger_entry_hash",
)
OUR_FUNCTIONS = """
SELECT p.proname, coalesce(array_to_string(p.proconfig, ' '), '') FROM pg_proc p
 WHERE p.pronamespace = 'public'::regnamespace AND p.proname NOT LIKE 'procrastinate%'
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""


def test_every_function_looks_at_temporary_tables_last(owner_connection: psycopg.Connection) -> None:
    found = dict(owner_connection.execute(OUR_FUNCTIONS).fetchall())
    assert {found.pop(name) for name in LOOKING_AT_NO_TABLE} == {""}
    assert [
        name for name, says in found.items() if not says.startswith("search_path=pg_catalog, public, pg_temp")
    ] == []
    assert {"refuse_change", "ledger_check_entry", "billing_invoice_written"} <= found.keys()


def test_the_migration_takes_the_making_of_objects_away(
    test_database: TestDatabase, owner_connection: psycopg.Connection
) -> None:
    asked = (
        "SELECT has_database_privilege('execora_app', current_database(), 'TEMPORARY'),"
        " has_schema_privilege('execora_app', 'public', 'CREATE')"
    )
    with psycopg.connect(test_database.superuser_url, autocommit=True) as superuser:
        superuser.execute(f"GRANT TEMPORARY ON DATABASE {test_database.name} TO PUBLIC, execora_app")
        superuser.execute("GRANT CREATE ON SCHEMA public TO PUBLIC, execora_app")
        assert superuser.execute(asked).fetchone() == (True, True)
    owner_connection.execute(import_module("execora.core.migrations.0002_rights").NO_DEFINITIONS)
    assert owner_connection.execute(asked).fetchone() == (False, False)


@pytest.mark.parametrize("statement", ["CREATE TEMP TABLE mine (a int)", "CREATE TABLE public.mine (a int)"])
def test_the_application_role_makes_nothing(app_connection_factory: Connect, statement: str) -> None:
    with app_connection_factory() as raw, pytest.raises(errors.InsufficientPrivilege):
        raw.execute(statement)


def test_the_application_role_deletes_logins_keys_and_jobs_alone(app_connection_factory: Connect) -> None:
    asked = (
        "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
        " AND has_table_privilege(c.oid, 'DELETE')"
    )
    with app_connection_factory() as raw:
        deletable = {str(row[0]) for row in raw.execute(asked).fetchall()}
    assert {table for table in deletable if not table.startswith("procrastinate_")} == {
        "billing_booksverification",
        "core_authsession",
        "core_backupcode",
        "core_idempotencykey",
        "core_refreshtoken",
        "core_secondfactor",
        "core_socketticket",
        "customers_logincode",
        "django_session",
    }
