"""Bills: what they write in the books, what they take from the stock, and how they are undone."""

import dataclasses
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db.models import Sum

from billing.commands import Line, cancel_invoice, confirm_invoice, create_product, issue_invoice, move_stock
from billing.errors import (
    InsufficientStock,
    InvoiceCancelled,
    InvoiceEmpty,
    InvoiceNotDraft,
    InvoiceNotFound,
    InvoiceNotIssued,
    InvoiceOfNothing,
    ProductNotFound,
    UnitMismatch,
)
from billing.models import Invoice, InvoiceItem, InvoiceStatus, MovementReason, NumberSeries, Product, StockMovement
from customers.commands import create_customer
from customers.errors import CustomerNotFound
from execora.core.clock import financial_year
from execora.core.door import acting_in
from execora.core.errors import NotPermitted
from execora.core.models import Business, GstRegistration
from ledger.models import Account, Entry, Posting
from tests.support.factories import Shop, make_shop

pytestmark = pytest.mark.django_db


def postings_of(entry: Entry | None) -> dict[str, str]:
    rows = Posting.objects.filter(entry=entry).values_list("account__kind", "side", "amount_paise")
    return {kind: f"{side}{paise}" for kind, side, paise in rows}


def stock_of(product: Product) -> Decimal:
    return Product.objects.get(pk=product.pk).stock


def balance_of(shop: Shop) -> int:
    return Account.objects.filter(customer=shop.rahul).aggregate(sum=Sum("balance_paise"))["sum"] or 0


def assert_nothing_written(shop: Shop) -> None:
    assert Invoice.objects.filter(business=shop.business).count() == 0
    assert Entry.objects.filter(business=shop.business).count() == 0
    assert StockMovement.objects.filter(business=shop.business, reason=MovementReason.SALE).count() == 0
    assert NumberSeries.objects.filter(business=shop.business).count() == 0


def test_issues_a_bill_with_entry_stock_and_number(shop: Shop, rice: Product, soap: Product) -> None:
    lines = [Line(product_name="chawal", quantity=Decimal(5), unit="kilo"), Line(product=soap, quantity=Decimal(1))]
    invoice = issue_invoice(shop.staff, customer=shop.rahul, lines=lines)
    # 300.00 of rice with 5 % inside and 35.40 of soap with 18 % inside: 335.40, rounded to 335.00.
    assert postings_of(invoice.entry) == {
        "receivable": "D33500",
        "sales": "C31572",
        "cgst": "C984",
        "sgst": "C984",
        "round_off": "D40",
    }
    assert (stock_of(rice), stock_of(soap), balance_of(shop)) == (Decimal(95), Decimal(99), 33_500)
    year = financial_year(shop.staff.today)
    assert (invoice.number, invoice.status, invoice.issued_on) == (f"{year}/A/000001", "issued", shop.staff.today)
    assert [(item.line, item.description, item.total_paise) for item in invoice.items.order_by("line")] == [
        (1, "Basmati Rice", 30_000),
        (2, "Soap", 3_540),
    ]
    sale = StockMovement.objects.get(invoice=invoice, product=rice)
    assert (sale.quantity, sale.stock_after, sale.reason) == (Decimal(-5), Decimal(95), "sale")


def test_another_state_pays_igst(shop: Shop, soap: Product) -> None:
    guest = create_customer(shop.staff, name="Meena", state_code="29")
    invoice = issue_invoice(shop.staff, customer=guest, lines=[Line(product=soap, quantity=Decimal(10))])
    assert postings_of(invoice.entry) == {"receivable": "D35400", "sales": "C30000", "igst": "C5400"}
    assert invoice.place_of_supply == "29"


@pytest.mark.parametrize("registration", [GstRegistration.UNREGISTERED, GstRegistration.COMPOSITION])
def test_a_shop_that_may_not_collect_gst_does_not(registration: str) -> None:
    shop = make_shop(gst_registration=registration)
    soap = create_product(shop.staff, name="Soap", unit="piece", price_paise=3_500, gst_rate_bp=1_800, stock=Decimal(1))
    invoice = issue_invoice(shop.staff, customer=shop.rahul, lines=[Line(product=soap, quantity=Decimal(1))])
    assert postings_of(invoice.entry) == {"receivable": "D3500", "sales": "C3500"}
    assert InvoiceItem.objects.get(invoice=invoice).gst_rate_bp == 0


def test_prices_by_the_unit_they_are_for(shop: Shop, rice: Product, soap: Product) -> None:
    lines = [
        Line(product=rice, quantity=Decimal(250), unit="g"),
        Line(product=soap, quantity=Decimal(2), unit="dozen", unit_price_paise=40_000, discount_paise=500),
    ]
    invoice = issue_invoice(shop.staff, customer=shop.rahul, lines=lines)
    kept = InvoiceItem.objects.filter(invoice=invoice).order_by("line")
    assert [(item.unit, item.unit_price_paise, item.price_unit, item.total_paise) for item in kept] == [
        ("g", 6_000, "kg", 1_500),
        ("dozen", 40_000, "dozen", 79_500),
    ]
    assert (stock_of(rice), stock_of(soap)) == (Decimal("99.75"), Decimal(76))


def test_refuses_more_than_is_there_over_all_lines(shop: Shop, rice: Product, soap: Product) -> None:
    lines = [
        Line(product=rice, quantity=Decimal(60)),
        Line(product=soap, quantity=Decimal(1)),
        Line(product_name="basmati rice", quantity=Decimal(50_000), unit="g"),
    ]
    with pytest.raises(InsufficientStock) as refused:
        issue_invoice(shop.staff, customer=shop.rahul, lines=lines)
    assert (refused.value.code, refused.value.status) == ("INSUFFICIENT_STOCK", 409)
    assert refused.value.message == "Not enough stock. Basmati Rice: 100 kg in stock, 110 kg asked."
    assert refused.value.facts["shortages"] == [
        {"name": "Basmati Rice", "unit": "kg", "available": "100", "asked": "110"}
    ]
    assert (stock_of(rice), stock_of(soap)) == (Decimal(100), Decimal(100))
    assert_nothing_written(shop)


def test_refuses_a_bill_of_nothing(shop: Shop, rice: Product) -> None:
    free = Line(product=rice, quantity=Decimal(1), unit_price_paise=0)
    with pytest.raises(InvoiceOfNothing):
        issue_invoice(shop.staff, customer=shop.rahul, lines=[free])
    with pytest.raises(InvoiceEmpty):
        issue_invoice(shop.staff, customer=shop.rahul, lines=[])
    with pytest.raises(UnitMismatch):
        issue_invoice(shop.staff, customer=shop.rahul, lines=[Line(product=rice, quantity=Decimal(1), unit="litre")])
    assert_nothing_written(shop)


def test_stays_within_the_shop(shop: Shop, rice: Product) -> None:
    other = make_shop()
    line = Line(product=rice, quantity=Decimal(1))
    with pytest.raises(ProductNotFound), acting_in(other.business.pk):
        issue_invoice(other.staff, customer=other.rahul, lines=[line])
    with pytest.raises(CustomerNotFound):
        issue_invoice(shop.staff, customer=other.rahul, lines=[line], draft=True)
    with pytest.raises(NotPermitted):
        issue_invoice(shop.customer, customer=shop.rahul, lines=[line])
    invoice = issue_invoice(shop.staff, customer=shop.rahul, lines=[line])
    with pytest.raises(InvoiceNotFound), acting_in(other.business.pk):
        cancel_invoice(other.staff, invoice_id=invoice.pk, reason="not mine")
    assert stock_of(rice) == Decimal(99)


def test_a_draft_moves_nothing_until_it_is_confirmed(shop: Shop, rice: Product) -> None:
    lines = [Line(product=rice, quantity=Decimal(5))]
    draft = issue_invoice(shop.staff, customer=shop.rahul, lines=lines, draft=True)
    assert (draft.number, draft.entry, stock_of(rice), balance_of(shop)) == (None, None, Decimal(100), 0)
    with pytest.raises(InvoiceNotIssued):
        cancel_invoice(shop.staff, invoice_id=draft.pk, reason="changed my mind")
    Product.objects.filter(pk=rice.pk).update(price_paise=1)
    issued = confirm_invoice(shop.staff, invoice_id=draft.pk)
    assert issued.number == f"{financial_year(shop.staff.today)}/A/000001"
    assert (stock_of(rice), balance_of(shop)) == (Decimal(95), 30_000)
    with pytest.raises(InvoiceNotDraft):
        confirm_invoice(shop.staff, invoice_id=draft.pk)
    assert (stock_of(rice), balance_of(shop)) == (Decimal(95), 30_000)


def test_a_draft_is_confirmed_only_with_stock(shop: Shop, rice: Product) -> None:
    draft = issue_invoice(shop.staff, customer=shop.rahul, lines=[Line(product=rice, quantity=Decimal(5))], draft=True)
    move_stock(shop.staff, product=rice, quantity=Decimal(-96), reason=MovementReason.DAMAGE)
    with pytest.raises(InsufficientStock):
        confirm_invoice(shop.staff, invoice_id=draft.pk)
    assert Invoice.objects.get(pk=draft.pk).status == InvoiceStatus.DRAFT
    assert (stock_of(rice), balance_of(shop)) == (Decimal(4), 0)


def test_cancelling_undoes_books_and_stock_and_keeps_the_number(shop: Shop, rice: Product) -> None:
    lines = [Line(product=rice, quantity=Decimal(5)), Line(product=rice, quantity=Decimal(500), unit="g")]
    invoice = issue_invoice(shop.staff, customer=shop.rahul, lines=lines)
    assert stock_of(rice) == Decimal("94.5")
    cancelled = cancel_invoice(shop.staff, invoice_id=invoice.pk, reason="wrong customer")
    assert (cancelled.status, cancelled.number, cancelled.cancel_reason) == (
        "cancelled",
        invoice.number,
        "wrong customer",
    )
    issued, mirror = postings_of(invoice.entry), postings_of(Entry.objects.get(reverses=invoice.entry))
    assert mirror == {kind: ("C" if value[0] == "D" else "D") + value[1:] for kind, value in issued.items()}
    assert (stock_of(rice), balance_of(shop)) == (Decimal(100), 0)
    with pytest.raises(InvoiceCancelled) as refused:
        cancel_invoice(shop.staff, invoice_id=invoice.pk, reason="again")
    assert refused.value.status == 409
    assert (stock_of(rice), balance_of(shop), Entry.objects.count()) == (Decimal(100), 0, 2)
    following = issue_invoice(shop.staff, customer=shop.rahul, lines=lines)
    assert following.number is not None
    assert following.number.endswith("/000002")


def test_numbers_begin_anew_in_april_of_the_shop(shop: Shop, rice: Product) -> None:
    # 31 March 2027, 18:29 and 18:30 UTC: one minute before midnight in Kolkata, and midnight.
    numbers = []
    for minute in (29, 30):
        actor = dataclasses.replace(shop.staff, now=datetime(2027, 3, 31, 18, minute, tzinfo=UTC))
        line = Line(product=rice, quantity=Decimal(1))
        numbers.append(issue_invoice(actor, customer=shop.rahul, lines=[line]).number)
    assert numbers == ["26-27/A/000001", "27-28/A/000001"]


def test_a_series_of_the_shops_choice(shop: Shop, rice: Product) -> None:
    Business.objects.filter(pk=shop.business.pk).update(invoice_series="B2")
    shop.business.refresh_from_db()
    invoice = issue_invoice(shop.staff, customer=shop.rahul, lines=[Line(product=rice, quantity=Decimal(1))])
    assert invoice.number == f"{financial_year(shop.staff.today)}/B2/000001"
