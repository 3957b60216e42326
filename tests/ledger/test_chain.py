"""The hash chain: what an entry says and what came before it cannot be changed without its hash giving it away."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from importlib import import_module
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import errors

from ledger.chain import canonical_text, hash_of, netstring
from ledger.commands import add_credit, record_payment
from ledger.models import Account, Entry, EntryKind, Posting, Side
from tests.support.database import TestDatabase
from tests.support.factories import Shop, make_shop
from tests.support.raw_books import move_account, write_raw

pytestmark = pytest.mark.django_db(transaction=True)
Connect = Callable[[], psycopg.Connection]

PAISE = st.integers(-(2**62), 2**62)
# What PostgreSQL takes as text: everything but NUL and lone surrogates.
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=40) | st.sampled_from(
    ["चावल ५ किलो", "3:abc,", 'it\'s "so"', "a\\x00", "1:a,1:b,", "\u200d\u0301", "\n\t\r", "💰", "36:", "'; --"]
)
SHORT = TEXT.map(lambda text: text[:10])
MOMENTS = st.datetimes(datetime(1000, 1, 2), datetime(9998, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))
POSTINGS = st.lists(st.tuples(st.uuids(), st.sampled_from(Side), st.integers(1, 2**62)), min_size=1, max_size=5)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    return Entry(
        id=draw(st.uuids()),
        business_id=draw(st.uuids()),
        customer_id=draw(st.uuids()),
        kind=draw(st.sampled_from(EntryKind)),
        sequence=draw(st.integers(1, 2**62)),
        total_paise=draw(PAISE),
        effect_paise=draw(PAISE),
        balance_after_paise=draw(PAISE),
        mode=draw(SHORT),
        description=draw(TEXT),
        occurred_on=draw(st.dates(date(1000, 1, 2), date(9998, 12, 31))),
        recorded_at=draw(MOMENTS),
        reverses_id=draw(st.none() | st.uuids()),
        user_id=draw(st.none() | st.uuids()),
        channel=draw(SHORT),
        correlation_id=draw(TEXT),
    )


IN_SQL = """
SELECT ledger_entry_text(e, %(previous)s, p.text), ledger_entry_hash(e, %(previous)s, p.text)
  FROM (SELECT %(id)s::uuid AS id, %(business_id)s::uuid AS business_id, %(customer_id)s::uuid AS customer_id) k
 CROSS JOIN LATERAL jsonb_populate_record(NULL::ledger_entry, %(entry)s) e
 CROSS JOIN (SELECT string_agg(ledger_posting_text(account, side, amount), ''
                               ORDER BY account, side COLLATE "C", amount) AS text
               FROM unnest(%(accounts)s::uuid[], %(sides)s::text[], %(amounts)s::bigint[]) u (account, side, amount)) p
"""


@pytest.fixture(scope="module")
def asking(test_database: TestDatabase) -> psycopg.Connection:
    return psycopg.connect(test_database.owner_url, autocommit=True)


@settings(max_examples=150)
@given(entry=entries(), previous=st.binary(min_size=32, max_size=32) | st.just(b""), postings=POSTINGS)
def test_python_and_postgresql_say_the_same_of_any_entry(
    asking: psycopg.Connection, entry: Entry, previous: bytes, postings: list[tuple[uuid.UUID, Side, int]]
) -> None:
    asking.execute("SET TIME ZONE 'Asia/Kolkata'; SET DateStyle = 'German'")
    names = [field.attname for field in Entry._meta.concrete_fields if field.attname != "hash"]
    row = asking.execute(
        IN_SQL,
        {
            "id": entry.pk,
            "business_id": entry.business_id,
            "customer_id": entry.customer_id,
            "previous": previous,
            "entry": psycopg.types.json.Jsonb(
                {name: value if isinstance(value := getattr(entry, name), int | None) else str(value) for name in names}
            ),
            "accounts": [account for account, _, _ in postings],
            "sides": [str(side) for _, side, _ in postings],
            "amounts": [paise for _, _, paise in postings],
        },
    ).fetchone()
    assert row == (canonical_text(entry, previous, postings), hash_of(entry, previous, postings))


@given(st.lists(TEXT, max_size=4), st.lists(TEXT, max_size=4))
def test_two_lists_of_fields_have_one_text_only_when_they_are_one(first: list[str], second: list[str]) -> None:
    texts = ["".join(map(netstring, fields)) for fields in (first, second)]
    assert (texts[0] == texts[1]) == (first == second)


def test_the_moment_is_told_in_utc_whatever_zone_it_came_in() -> None:
    at = datetime(2026, 4, 1, 0, 0, 0, 1, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    entry = Entry(occurred_on=date(2026, 4, 1), recorded_at=at)
    assert "27:2026-03-31T18:30:00.000001Z," in canonical_text(entry, b"", [])


@pytest.fixture
def shop() -> Shop:
    shop = make_shop()
    record_payment(shop.staff, customer=shop.rahul, amount_paise=100, mode="cash")
    return shop


def test_entries_of_a_khata_are_chained_and_the_account_carries_the_last(shop: Shop) -> None:
    add_credit(shop.staff, customer=shop.rahul, amount_paise=250, description="उधार, \"एक\"; 'दो'")
    previous = b""
    for entry in Entry.objects.order_by("sequence"):
        sides = [(p.account_id, Side(p.side), p.amount_paise) for p in Posting.objects.filter(entry=entry)]
        assert bytes(entry.hash) == hash_of(entry, previous, sides)
        previous = bytes(entry.hash)
    assert bytes(Account.objects.get(customer=shop.rahul).last_hash) == previous
    assert len(previous) == 32


def write(raw: psycopg.Connection, shop: Shop, **values: Any) -> Entry:
    khata, cash = Account.objects.get(customer=shop.rahul), Account.objects.get(business=shop.business, kind="cash")
    entry = write_raw(
        raw,
        [(cash.pk, "D", 100), (khata.pk, "C", 100)],
        business_id=shop.business.pk,
        customer_id=shop.rahul.pk,
        sequence=2,
        kind="payment",
        effect_paise=-100,
        balance_after_paise=-200,
        mode="cash",
        **values,
    )
    move_account(raw, khata.pk, -200, 2)
    return entry


def test_an_entry_with_its_hash_is_taken(shop: Shop, app_connection_factory: Connect) -> None:
    with app_connection_factory() as raw:
        write(raw, shop)
    assert Entry.objects.count() == 2


@pytest.mark.parametrize("wrong", [b"\1" * 32, b"short"])
def test_an_entry_with_another_hash_is_refused(shop: Shop, app_connection_factory: Connect, wrong: bytes) -> None:
    with pytest.raises(errors.CheckViolation, match="does not carry the hash"), app_connection_factory() as raw:
        write(raw, shop, hash=wrong)
    assert Entry.objects.count() == 1


def test_an_entry_chained_to_another_predecessor_is_refused(shop: Shop, app_connection_factory: Connect) -> None:
    with app_connection_factory() as raw:
        entry = write(raw, shop)
        raw.rollback()
    sides = [
        (Account.objects.get(business=shop.business, kind="cash").pk, Side.DEBIT, 100),
        (Account.objects.get(customer=shop.rahul).pk, Side.CREDIT, 100),
    ]
    same = {"id": entry.pk, "occurred_on": entry.occurred_on, "recorded_at": entry.recorded_at}
    with pytest.raises(errors.CheckViolation, match="does not carry the hash"), app_connection_factory() as raw:
        write(raw, shop, **same, hash=hash_of(entry, b"\2" * 32, sides))
    first = bytes(Entry.objects.get().hash)
    with app_connection_factory() as raw:
        write(raw, shop, **same, hash=hash_of(entry, first, sides))
    assert Entry.objects.count() == 2


def test_an_account_carries_the_hash_of_its_last_entry_alone(shop: Shop, app_connection_factory: Connect) -> None:
    with pytest.raises(errors.CheckViolation, match="hash of its last entry"), app_connection_factory() as raw:
        raw.execute(
            "UPDATE ledger_account SET last_hash = decode(repeat('07', 32), 'hex') WHERE customer_id IS NOT NULL"
        )


def test_the_migration_gives_entries_of_before_the_hashes_they_would_have_had(
    shop: Shop, test_database: TestDatabase, owner_connection: psycopg.Connection
) -> None:
    for paise in range(1, 4):
        add_credit(shop.staff, customer=shop.rahul, amount_paise=paise, description="चावल")
    asked = "SELECT hash FROM ledger_entry ORDER BY sequence"
    kept = owner_connection.execute(asked).fetchall()
    with psycopg.connect(test_database.superuser_url, autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("UPDATE ledger_entry SET hash = ''; UPDATE ledger_account SET last_hash = ''")
    with owner_connection.transaction():
        owner_connection.execute(import_module("ledger.migrations.0006_hash_chain").BACKFILL)
    assert owner_connection.execute(asked).fetchall() == kept
    assert bytes(Account.objects.get(customer=shop.rahul).last_hash) == kept[-1][0]
    with pytest.raises(errors.InsufficientPrivilege, match="only grows"):
        owner_connection.execute("UPDATE ledger_entry SET hash = ''")
