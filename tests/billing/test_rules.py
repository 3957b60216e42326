"""What the database refuses about bills, numbers and stock, tried with raw SQL as the application's role."""

from collections.abc import Callable, Iterator
from decimal import Decimal

import psycopg
import pytest
from django.db import connection
from psycopg import errors

from billing.commands import Line, cancel_invoice, create_product, issue_invoice, move_stock
from billing.models import Invoice, InvoiceItem, MovementReason, NumberSeries, Product, StockMovement
from execora.core.ids import new_id
from ledger.commands import add_credit, record_payment
from ledger.models import Account, Entry, Posting
from ledger.serializers import EntryOut
from tests.support.database import TestDatabase
from tests.support.factories import Shop
from tests.support.raw_books import move_account, write_raw

pytestmark = pytest.mark.django_db(transaction=True)
Connect = Callable[[], psycopg.Connection]
Refusal = type[psycopg.Error]
DENIED, REFUSED = errors.InsufficientPrivilege, errors.CheckViolation

MOVEMENT = """
INSERT INTO billing_stockmovement (id, business_id, product_id, sequence, quantity, stock_after, reason, note, at)
VALUES (%s, %s, %s, %s, %s, %s, 'count', '', now())
"""


@pytest.fixture
def bill(shop: Shop, rice: Product) -> Invoice:
    return issue_invoice(shop.staff, customer=shop.rahul, lines=[Line(product=rice, quantity=Decimal(2))])


@pytest.fixture
def draft(shop: Shop, rice: Product) -> Invoice:
    return issue_invoice(shop.staff, customer=shop.rahul, lines=[Line(product=rice, quantity=Decimal(3))], draft=True)


def row_of(invoice: Invoice) -> dict[str, object]:
    return Invoice.objects.filter(pk=invoice.pk).values().get()


def refuse_change(raw: psycopg.Connection, invoice: Invoice, change: str, refusal: Refusal) -> None:
    """Try the change to the end of its transaction: refused, and the row is as it was."""
    before = row_of(invoice)
    with pytest.raises(refusal), raw:
        raw.execute(f"UPDATE billing_invoice SET {change} WHERE id = %s", (invoice.pk,))
    assert row_of(invoice) == before


FIXED = ("total_paise = total_paise + 100, round_off_paise = round_off_paise + 100", "notes = 'x'", "user_id = NULL")


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        *((change, DENIED) for change in FIXED),
        ("status = 'draft', number = NULL, entry_id = NULL, issued_on = NULL", REFUSED),
        ("number = 'A-2'", REFUSED),
        ("issued_on = issued_on - 1", REFUSED),
        ("cancel_reason = 'x'", REFUSED),
        ("status = 'lost'", REFUSED),
        ("status = 'cancelled', cancelled_at = now()", REFUSED),
    ],
)
def test_an_issued_invoice_is_only_cancelled(
    bill: Invoice, app_connection_factory: Connect, change: str, refusal: Refusal
) -> None:
    refuse_change(app_connection_factory(), bill, change, refusal)


@pytest.mark.parametrize("change", FIXED)
def test_the_owner_too_changes_no_invoice(bill: Invoice, test_database: TestDatabase, change: str) -> None:
    refuse_change(psycopg.connect(test_database.owner_url), bill, change, REFUSED)


@pytest.mark.parametrize("change", ["status = 'issued'", "cancel_reason = 'other'", "cancelled_at = now()"])
def test_a_cancelled_invoice_stays_as_it_is(
    shop: Shop, bill: Invoice, app_connection_factory: Connect, change: str
) -> None:
    cancel_invoice(shop.admin, invoice_id=bill.pk, reason="galti se")
    refuse_change(app_connection_factory(), bill, change, REFUSED)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ("taxable_paise = taxable_paise + 1, total_paise = total_paise + 1", DENIED),
        ("status = 'issued'", REFUSED),
        ("status = 'cancelled', cancelled_at = now()", REFUSED),
        ("number = 'A-1'", REFUSED),
    ],
)
def test_a_draft_is_only_issued_with_number_and_entry(
    draft: Invoice, app_connection_factory: Connect, change: str, refusal: Refusal
) -> None:
    refuse_change(app_connection_factory(), draft, change, refusal)


def test_an_invoice_is_issued_with_its_own_entry_alone(
    shop: Shop, draft: Invoice, app_connection_factory: Connect
) -> None:
    owed = add_credit(shop.staff, customer=shop.rahul, amount_paise=draft.total_paise, description="not a bill")
    change = f"status = 'issued', number = 'A-1', issued_on = current_date, entry_id = '{owed.pk}'"
    refuse_change(app_connection_factory(), draft, change, REFUSED)


def test_an_entry_of_an_invoice_is_reversed_by_cancelling_alone(
    shop: Shop, bill: Invoice, app_connection_factory: Connect
) -> None:
    entry = Entry.objects.get(invoice=bill)
    with pytest.raises(REFUSED, match="not cancelled"), app_connection_factory() as raw:
        account = Account.objects.get(customer=shop.rahul)
        sides = [(p.account_id, "DC"[p.side == "D"], p.amount_paise) for p in Posting.objects.filter(entry=entry)]
        write_raw(
            raw,
            sides,
            business_id=shop.business.pk,
            customer_id=shop.rahul.pk,
            kind="reversal",
            sequence=2,
            total_paise=entry.total_paise,
            effect_paise=-entry.effect_paise,
            balance_after_paise=0,
            reverses=entry,
        )
        move_account(raw, account.pk, 0, 2)
    assert Entry.objects.count() == 1


def copy_item(raw: psycopg.Connection, invoice: Invoice) -> None:
    names = [field.column for field in InvoiceItem._meta.concrete_fields if field.name not in ("id", "line")]
    raw.execute(
        f"INSERT INTO billing_invoiceitem (id, line, {', '.join(names)})"
        f" SELECT %s, 9, {', '.join(names)} FROM billing_invoiceitem WHERE invoice_id = %s LIMIT 1",
        (new_id(), invoice.pk),
    )


def test_an_issued_invoice_gets_no_more_lines(bill: Invoice, app_connection_factory: Connect) -> None:
    with pytest.raises(REFUSED, match="lines are fixed"), app_connection_factory() as raw:
        copy_item(raw, bill)
    assert InvoiceItem.objects.filter(invoice=bill).count() == 1


def test_an_invoice_is_the_sum_of_its_lines(bill: Invoice, app_connection_factory: Connect) -> None:
    names = [field.column for field in Invoice._meta.concrete_fields]
    with pytest.raises(REFUSED, match="sum of its"), app_connection_factory() as raw:
        chosen = ", ".join(
            {"id": "%s", "status": "'draft'"}.get(name, "NULL" if name in ("number", "entry_id", "issued_on") else name)
            for name in names
        )
        raw.execute(
            f"INSERT INTO billing_invoice ({', '.join(names)}) SELECT {chosen} FROM billing_invoice WHERE id = %s",
            (new_id(), bill.pk),
        )
    assert Invoice.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ("last_number = 0", REFUSED),
        ("last_number = last_number + 2", REFUSED),
        ("last_number = last_number", REFUSED),
        ("series = 'B'", DENIED),
    ],
)
def test_a_number_series_goes_up_by_one(
    bill: Invoice, app_connection_factory: Connect, change: str, refusal: Refusal
) -> None:
    with pytest.raises(refusal), app_connection_factory() as raw:
        raw.execute(f"UPDATE billing_numberseries SET {change}")
    assert NumberSeries.objects.get().last_number == 1


def test_a_number_series_starts_before_its_first_number(shop: Shop, app_connection_factory: Connect) -> None:
    with pytest.raises(REFUSED), app_connection_factory() as raw:
        raw.execute(
            "INSERT INTO billing_numberseries (id, business_id, financial_year, series, last_number)"
            " VALUES (%s, %s, '26-27', 'A', 7)",
            (new_id(), shop.business.pk),
        )
    assert NumberSeries.objects.count() == 0


@pytest.mark.parametrize("change", ["stock = 5", "last_movement = 2", "stock = 5, last_movement = 2"])
def test_a_stock_is_what_its_last_movement_left(rice: Product, app_connection_factory: Connect, change: str) -> None:
    with pytest.raises(REFUSED, match="its movements say"), app_connection_factory() as raw:
        raw.execute(f"UPDATE billing_product SET {change} WHERE id = %s", (rice.pk,))
    rice.refresh_from_db()
    assert (rice.stock, rice.last_movement) == (100, 1)


@pytest.mark.parametrize(
    ("values", "stock"),
    [((2, -1, 98), 98), ((3, -1, 99), 99), ((2, -1, 99), None)],
    ids=["sum", "place", "not counted"],
)
def test_a_movement_follows_the_last_one(
    rice: Product, app_connection_factory: Connect, values: tuple[int, int, int], stock: int | None
) -> None:
    with pytest.raises(REFUSED, match="movement"), app_connection_factory() as raw:
        raw.execute(MOVEMENT, (new_id(), rice.business_id, rice.pk, *values))
        if stock is not None:
            raw.execute("UPDATE billing_product SET stock = %s, last_movement = %s", (stock, values[0]))
    assert StockMovement.objects.filter(product=rice).count() == 1


def test_a_true_movement_is_taken(shop: Shop, rice: Product, app_connection_factory: Connect) -> None:
    with app_connection_factory() as raw:
        raw.execute(MOVEMENT, (new_id(), shop.business.pk, rice.pk, 2, -1, 99))
        raw.execute("UPDATE billing_product SET stock = 99, last_movement = 2")
    move_stock(shop.staff, product=rice, quantity=Decimal(1), reason=MovementReason.COUNT)
    rice.refresh_from_db()
    assert (rice.stock, rice.last_movement) == (100, 3)


QUANTITIES = {
    "billing_product": ("stock", "low_stock_at"),
    "billing_stockmovement": ("quantity", "stock_after"),
    "billing_invoiceitem": ("quantity", "stock_quantity"),
}


def test_these_are_all_the_numbers_that_could_be_nan(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND data_type IN ('numeric', 'real', 'double precision')"
        )
        of_notes = {("billing_creditnoteitem", name) for name in ("quantity", "stock_quantity")}  # test_credit_notes.py
        assert set(cursor.fetchall()) == of_notes | {
            (table, name) for table, names in QUANTITIES.items() for name in names
        }


@pytest.mark.parametrize(("table", "column"), [(table, name) for table, names in QUANTITIES.items() for name in names])
def test_no_quantity_is_nan(draft: Invoice, app_connection_factory: Connect, table: str, column: str) -> None:
    """Copy a row with NaN in one column: refused by a CHECK before any other rule has a say."""
    models = {model._meta.db_table: model for model in (Product, StockMovement, InvoiceItem)}
    names = [field.column for field in models[table]._meta.concrete_fields]
    changed = {"id": "gen_random_uuid()", "name": "'Other'", "line": "9", "sequence": "9", column: "'NaN'"}
    chosen = ", ".join(changed.get(name, name) for name in names)
    with app_connection_factory() as raw, pytest.raises(REFUSED, match="violates check constraint"):
        raw.execute(f"INSERT INTO {table} ({', '.join(names)}) SELECT {chosen} FROM {table} LIMIT 1")


@pytest.mark.parametrize(
    "table",
    "billing_product billing_invoice billing_invoiceitem billing_stockmovement billing_numberseries customers_customer"
    " ledger_account core_user core_business core_counter".split(),
)
def test_nothing_of_a_shop_is_deleted(bill: Invoice, app_connection_factory: Connect, table: str) -> None:
    with app_connection_factory() as raw, pytest.raises(DENIED):
        raw.execute(f"DELETE FROM {table}")


@pytest.fixture
def may_shadow(test_database: TestDatabase, db: None) -> Iterator[None]:
    """Let the application's role make temporary tables, as PostgreSQL does on a database where nobody took that away."""
    with psycopg.connect(test_database.superuser_url, autocommit=True) as superuser:
        superuser.execute(f"GRANT TEMPORARY ON DATABASE {test_database.name} TO PUBLIC")
        yield
        superuser.execute(f"REVOKE TEMPORARY ON DATABASE {test_database.name} FROM PUBLIC")


def test_a_stock_is_not_proven_by_a_temporary_table(
    shop: Shop, rice: Product, app_connection_factory: Connect, may_shadow: None
) -> None:
    with pytest.raises(REFUSED, match="its movements say"), app_connection_factory() as raw:
        raw.execute("CREATE TEMP TABLE billing_stockmovement (LIKE public.billing_stockmovement)")
        raw.execute(MOVEMENT, (new_id(), shop.business.pk, rice.pk, 2, -1, 99))
        raw.execute("UPDATE billing_product SET stock = 99, last_movement = 2")
    assert Product.objects.get(pk=rice.pk).stock == 100


def test_the_state_of_an_invoice_is_not_read_from_a_temporary_table(
    bill: Invoice, app_connection_factory: Connect, may_shadow: None
) -> None:
    with pytest.raises(REFUSED, match="lines are fixed"), app_connection_factory() as raw:
        raw.execute("CREATE TEMP TABLE billing_invoice (LIKE public.billing_invoice)")
        copy_item(raw, bill)
    assert InvoiceItem.objects.filter(invoice=bill).count() == 1


@pytest.mark.parametrize(("price", "total"), [(100_40, "100.00"), (100_60, "101.00")])
def test_the_books_show_what_a_rounded_bill_adds_to_the_khata(shop: Shop, price: int, total: str) -> None:
    product = create_product(shop.staff, name="Ghee", unit="kg", price_paise=price, stock=Decimal(5))
    bill = issue_invoice(shop.staff, customer=shop.rahul, lines=[Line(product=product, quantity=Decimal(1))])
    shown = EntryOut(Entry.objects.get(invoice=bill)).data
    assert (shown["amount"], shown["effect"], shown["balance"]) == (total, total, total)
    paid = record_payment(shop.staff, customer=shop.rahul, amount_paise=40_00, mode="cash")
    assert (EntryOut(paid).data["amount"], EntryOut(paid).data["effect"]) == ("40.00", "-40.00")
