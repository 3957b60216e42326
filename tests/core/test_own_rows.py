"""What PostgreSQL itself shows and takes: the rows of the business that a connection acts in, and of no other."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from psycopg import errors, sql

from billing.books import keep_verification
from billing.commands import Line, create_product, issue_invoice
from billing.credit_notes import issue_credit_note
from billing.models import TaxRate
from customers.codes import asked_for, keep_code, sealed_request
from execora.core.actor import system_actor
from execora.core.commands import Once
from execora.core.door import acting_in
from execora.core.ids import new_id
from execora.core.logins import live_sessions
from execora.core.models import BackupCode, Counter, SecondFactor
from execora.core.refresh import begin_session
from execora.core.tickets import issue_ticket
from execora.core.tokens import read_access_token
from ledger.commands import record_payment
from ledger.models import Account
from reminders.commands import schedule_reminder
from reminders.models import OutgoingMessage
from tests.support.database import TestDatabase
from tests.support.factories import Shop, leave_first_shop, make_shop
from tests.support.raw_books import move_account, write_raw
from tests.support.spoken import make_recording, make_session

pytestmark = pytest.mark.django_db(transaction=True)

NOBODYS = {
    "webhooks_rawevent": "stored before it is known whose it is; read by the job that finds that out",
    "django_session": "found by a secret key alone, before it is known whose it is",
    "django_migrations": "what the database is, not whose",
    "django_content_type": "names of models",
    "auth_permission": "names of Django's own permissions, which grant nothing here",
    "auth_group": "unused: rights come from the role",
    "auth_group_permissions": "unused: rights come from the role",
}
# Jobs carry keys and act in the business that they name; the queue is one for all.
JOBS = "procrastinate_"
OWN = "(business_id = ( SELECT app_business() AS app_business))"
OTHERWISE = {
    "core_business": "(id = ( SELECT app_business() AS app_business))",
    "django_admin_log": (
        "(( SELECT u.business_id\n   FROM core_user u\n  WHERE (u.id = django_admin_log.user_id))"
        " = ( SELECT app_business() AS app_business))"
    ),
}
TABLES = """
SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity FROM pg_class c
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
"""
POLICIES = """
SELECT c.relname, r.role, p.polcmd::text, p.polpermissive, pg_get_expr(p.polqual, c.oid), pg_get_expr(p.polwithcheck, c.oid)
  FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
  CROSS JOIN LATERAL (SELECT CASE WHEN member = 0 THEN 'PUBLIC' ELSE member::regrole::text END
                        FROM unnest(p.polroles) member) r (role)
"""


def test_every_table_is_under_forced_row_level_security_or_says_why_not(owner_connection: psycopg.Connection) -> None:
    """A new table fails here: give it `own_rows_only` in its migration."""
    tables = dict(owner_connection.execute(TABLES).fetchall())
    unguarded = {name for name, is_guarded in tables.items() if not is_guarded and not name.startswith(JOBS)}
    assert unguarded == NOBODYS.keys()
    assert sum(tables.values()) >= 20


def test_the_policies_are_these_and_no_others(owner_connection: psycopg.Connection) -> None:
    guarded = {name for name, is_guarded in owner_connection.execute(TABLES).fetchall() if is_guarded}
    found: dict[str, set[tuple[object, ...]]] = {name: set() for name in guarded}
    for table, *policy in owner_connection.execute(POLICIES).fetchall():
        found[table].add(tuple(policy))
    definers = {("execora_definer", "r", True, "true", None), ("execora_definer", "w", True, "true", "false")}
    for table, policies in found.items():
        own = OTHERWISE.get(table, OWN)
        everybodys = {("execora_app", "*", True, own, own), ("execora_owner", "*", True, "true", "true")}
        assert policies >= everybodys, table
        assert policies - everybodys <= definers, table


@pytest.fixture
def full_shops() -> tuple[Shop, Shop]:
    """Two shops with a row in every table of a business. Nobody acts in either."""
    shops = make_shop(), make_shop()
    for shop in shops:
        with acting_in(shop.business.pk):
            _fill(shop)
    leave_first_shop()
    return shops


def _fill(shop: Shop) -> None:
    rice = create_product(shop.staff, name="Rice", unit="kg", price_paise=60_00, stock=Decimal(10))
    bill = issue_invoice(shop.staff, customer=shop.rahul, lines=[Line(product=rice, quantity=Decimal(2))])
    issue_credit_note(shop.staff, invoice_id=bill.pk, reason="wapas")
    TaxRate.objects.create(business=shop.business, hsn="1006", rate_bp=500, valid_from="2025-09-22")
    record_payment.once(
        shop.staff,
        Once("key-00001", b"x" * 32),
        lambda entry: {"id": str(entry.pk)},
        customer=shop.rahul,
        amount_paise=50_00,
        mode="cash",
    )
    tomorrow_noon = datetime.combine(shop.staff.today + timedelta(days=1), time(12), ZoneInfo("Asia/Kolkata"))
    reminder = schedule_reminder(shop.staff, customer=shop.rahul, due_at=tomorrow_noon)
    OutgoingMessage.objects.create(
        business=shop.business,
        customer=shop.rahul,
        reminder=reminder,
        occurrence=1,
        provider="console",
        body="Namaste",
        created_at=timezone.now(),
        status_at=timezone.now(),
    )
    keep_verification(
        system_actor(shop.business, correlation_id="", now=timezone.now()), entries=1, duration_ms=1, broken=[]
    )
    make_recording(make_session(shop.customer_user))
    factor = SecondFactor.objects.create(
        business=shop.business, user=shop.admin_user, sealed_key="x", last_step=0, confirmed_at=timezone.now()
    )
    BackupCode.objects.create(business=shop.business, factor=factor, code_hash=b"x" * 32)
    sealed, _ = sealed_request(shop.business.pk, shop.rahul.pk)
    request = asked_for(sealed)
    assert request is not None
    assert keep_code(request) is not None
    Counter.objects.get_or_create(business=shop.business, name="customers")
    LogEntry.objects.create(
        user=shop.admin_user,
        content_type=ContentType.objects.get_for_model(Counter),
        object_id="1",
        object_repr="one",
        action_flag=2,
    )
    pair = begin_session(shop.staff_user, user_agent="a phone", now=timezone.now())
    issue_ticket(read_access_token(pair.token), now=timezone.now())
    assert live_sessions(shop.staff).exists()


@pytest.fixture
def guarded(full_shops: tuple[Shop, Shop], test_database: TestDatabase) -> list[str]:
    """The tables under row-level security, each with rows of both shops."""
    with psycopg.connect(test_database.superuser_url) as superuser:
        tables = [name for name, is_guarded in superuser.execute(TABLES).fetchall() if is_guarded]
        empty = [table for table in tables if count(superuser, table) < 2]
    assert empty == [], "let _fill write a row of it"
    return tables


@pytest.fixture
def raw(test_database: TestDatabase, full_shops: tuple[Shop, Shop]) -> Iterator[psycopg.Connection]:
    """A connection of the application's role in autocommit, which acts in no business."""
    with psycopg.connect(test_database.app_url, autocommit=True) as connection:
        yield connection


def act_in(raw: psycopg.Connection, business_id: UUID | str) -> None:
    raw.execute("SELECT set_config('app.business', %s, false)", [str(business_id)])


def count(raw: psycopg.Connection, table: str, condition: str = "true", *values: object) -> int:
    statement = sql.SQL("SELECT count(*) FROM {} WHERE {}").format(sql.Identifier(table), sql.SQL(condition))  # type: ignore[arg-type]
    row = raw.execute(statement, values).fetchone()
    assert row is not None
    return int(row[0])


def owner_of(table: str) -> str:
    """Return what names the business of a row of `table`."""
    users = "(SELECT u.business_id FROM core_user u WHERE u.id = user_id)"
    return {"core_business": "id", "django_admin_log": users}.get(table, "business_id")


@pytest.mark.parametrize("setting", [None, "", "01a20dce-5b8e-75ed-b0c0-d97b86057a06"], ids=["none", "left", "unknown"])
def test_without_a_business_no_table_shows_a_row(
    raw: psycopg.Connection, guarded: list[str], setting: str | None
) -> None:
    if setting is not None:
        act_in(raw, setting)
    assert {table: count(raw, table) for table in guarded} == dict.fromkeys(guarded, 0)


def test_what_is_no_id_shows_nothing_either(raw: psycopg.Connection, guarded: list[str]) -> None:
    act_in(raw, "' OR true --")
    for table in guarded:
        with pytest.raises(errors.InvalidTextRepresentation):
            count(raw, table)


def test_each_business_sees_its_own_rows_alone(
    raw: psycopg.Connection, guarded: list[str], full_shops: tuple[Shop, Shop]
) -> None:
    for shop in full_shops:
        act_in(raw, shop.business.pk)
        for table in guarded:
            assert count(raw, table) >= 1, table
            assert count(raw, table, f"{owner_of(table)} IS DISTINCT FROM %s", shop.business.pk) == 0, table


def test_an_insert_for_another_business_is_refused(
    raw: psycopg.Connection, guarded: list[str], full_shops: tuple[Shop, Shop]
) -> None:
    """PostgreSQL asks the policy before it looks whether the rest of a row is right; an own row fails for the rest alone."""
    shop, other = full_shops
    act_in(raw, shop.business.pk)
    for table in set(guarded) - {"billing_numberseries"}:  # there a trigger asks first for its number
        column = {"core_business": "id", "django_admin_log": "user_id"}.get(table, "business_id")
        theirs = other.admin_user.pk if table == "django_admin_log" else other.business.pk
        ours = shop.admin_user.pk if table == "django_admin_log" else shop.business.pk
        statement = sql.SQL("INSERT INTO {} ({}) VALUES (%s)").format(sql.Identifier(table), sql.Identifier(column))
        with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
            raw.execute(statement, [theirs])
        with pytest.raises(errors.IntegrityError) as wrong_otherwise:
            raw.execute(statement, [ours])
        assert "row-level security" not in str(wrong_otherwise.value)


def test_without_a_business_nothing_is_written(raw: psycopg.Connection, full_shops: tuple[Shop, Shop]) -> None:
    shop, _ = full_shops
    new = "INSERT INTO core_counter (id, business_id, name, value) VALUES (%s, %s, 'x', 0)"
    with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
        raw.execute(new, [new_id(), shop.business.pk])
    assert raw.execute("UPDATE core_counter SET value = 99").rowcount == 0
    assert raw.execute("DELETE FROM core_authsession").rowcount == 0


def test_no_row_is_moved_to_another_business(
    raw: psycopg.Connection, guarded: list[str], full_shops: tuple[Shop, Shop]
) -> None:
    shop, other = full_shops
    act_in(raw, shop.business.pk)
    refused_by_policy = set()
    for table in guarded:
        column = {"core_business": "id", "django_admin_log": "user_id"}.get(table, "business_id")
        target = {"core_business": new_id(), "django_admin_log": other.admin_user.pk}.get(table, other.business.pk)
        statement = sql.SQL("UPDATE {} SET {} = %s").format(sql.Identifier(table), sql.Identifier(column))
        with pytest.raises(errors.InsufficientPrivilege) as refused:
            raw.execute(statement, [target])
        if "row-level security" in str(refused.value):
            refused_by_policy.add(table)
    assert refused_by_policy >= {"core_user", "core_business", "customers_customer", "billing_product", "core_counter"}


def test_another_business_is_neither_changed_nor_deleted(
    raw: psycopg.Connection, full_shops: tuple[Shop, Shop], test_database: TestDatabase
) -> None:
    shop, other = full_shops
    act_in(raw, shop.business.pk)
    theirs = [other.business.pk]
    assert raw.execute("UPDATE core_user SET role = 'admin' WHERE business_id = %s", theirs).rowcount == 0
    assert raw.execute("UPDATE billing_product SET price_paise = 1 WHERE business_id = %s", theirs).rowcount == 0
    assert raw.execute("DELETE FROM core_authsession WHERE business_id = %s", theirs).rowcount == 0


def test_the_owner_sees_all_and_the_definer_changes_nothing(
    owner_connection: psycopg.Connection, full_shops: tuple[Shop, Shop]
) -> None:
    assert count(owner_connection, "core_business") == 2
    owner_connection.execute("SET ROLE execora_definer")
    assert count(owner_connection, "ledger_account") >= 2
    with owner_connection.transaction():
        owner_connection.execute("SELECT FROM ledger_account FOR UPDATE")
    with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
        owner_connection.execute("UPDATE ledger_account SET id = id")
    with pytest.raises(errors.InsufficientPrivilege):
        owner_connection.execute("UPDATE ledger_account SET balance_paise = 0")
    with pytest.raises(errors.InsufficientPrivilege):
        owner_connection.execute("DELETE FROM core_authsession")


WRONG_AT_COMMIT = {
    "an account": ["UPDATE ledger_account SET balance_paise = -999 WHERE customer_id IS NOT NULL"],
    "a product": ["UPDATE billing_product SET stock = 999"],
    "a movement": [
        "INSERT INTO billing_stockmovement (id, business_id, product_id, sequence, quantity, stock_after, reason, note, at)"
        " SELECT gen_random_uuid(), business_id, id, last_movement + 1, 1, stock + 1, 'count', '', now() FROM billing_product"
    ],
    "an invoice": [
        "INSERT INTO billing_invoice (id, business_id, customer_id, status, place_of_supply, taxable_paise, cgst_paise,"
        " sgst_paise, igst_paise, round_off_paise, total_paise, notes, cancel_reason, created_at)"
        " SELECT gen_random_uuid(), business_id, id, 'draft', '27', 1, 0, 0, 0, 0, 1, '', '', now() FROM customers_customer"
    ],
    "an entry": [
        "INSERT INTO ledger_entry (id, business_id, customer_id, kind, sequence, total_paise, effect_paise,"
        " balance_after_paise, mode, description, occurred_on, recorded_at, channel, correlation_id, hash)"
        " SELECT gen_random_uuid(), business_id, customer_id, 'payment', last_sequence + 1, 1, -1, balance_paise - 1, 'cash',"
        " '', current_date, now(), 'rest', 'raw', '' FROM ledger_account WHERE customer_id IS NOT NULL"
    ],
    "a posting": [
        "INSERT INTO ledger_posting (id, business_id, entry_id, account_id, side, amount_paise)"
        " SELECT gen_random_uuid(), p.business_id, p.entry_id, p.account_id, 'D', 1 FROM ledger_posting p LIMIT 1"
    ],
}


@pytest.mark.parametrize("acts_at_commit_in", ["its own", "none", "the other", "no id at all"])
@pytest.mark.parametrize("wrong", WRONG_AT_COMMIT)
def test_what_is_checked_at_commit_is_checked_whatever_business_is_acted_in_by_then(
    raw: psycopg.Connection, full_shops: tuple[Shop, Shop], wrong: str, acts_at_commit_in: str
) -> None:
    shop, other = full_shops
    then = {"its own": shop.business.pk, "none": "", "the other": other.business.pk, "no id at all": "x"}
    act_in(raw, shop.business.pk)
    with pytest.raises(errors.CheckViolation), raw.transaction():
        for statement in WRONG_AT_COMMIT[wrong]:
            assert raw.execute(statement).rowcount >= 1
        act_in(raw, then[acts_at_commit_in])


def test_a_statement_that_leaves_its_business_writes_nothing_there(
    raw: psycopg.Connection, full_shops: tuple[Shop, Shop]
) -> None:
    shop, _ = full_shops
    act_in(raw, shop.business.pk)
    with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
        raw.execute(
            "INSERT INTO core_counter (id, business_id, name, value)"
            " SELECT gen_random_uuid(), business_id, 'x' || set_config('app.business', '', false), 0 FROM core_counter"
        )


def test_a_check_that_asks_for_a_lock_takes_it_in_any_business(
    raw: psycopg.Connection, full_shops: tuple[Shop, Shop]
) -> None:
    """A first opening balance is right, and stays so when the connection has left its business before the commit."""
    shop, _ = full_shops
    act_in(raw, shop.business.pk)
    with acting_in(shop.business.pk):
        khata, cash = Account.objects.get(customer=shop.rahul), Account.objects.get(kind="cash")
    with raw.transaction():
        write_raw(
            raw,
            [(khata.pk, "D", 1), (cash.pk, "C", 1)],
            business_id=shop.business.pk,
            customer_id=shop.rahul.pk,
            kind="opening",
            sequence=khata.last_sequence + 1,
            total_paise=1,
            effect_paise=1,
            balance_after_paise=khata.balance_paise + 1,
        )
        move_account(raw, khata.pk, khata.balance_paise + 1, khata.last_sequence + 1)
        act_in(raw, "")
