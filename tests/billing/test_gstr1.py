"""The figures of the return add up to the books; each bill is in the table that the form has for it."""

import csv
import io
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from billing.commands import Line, cancel_invoice, create_product, issue_invoice
from billing.credit_notes import CreditLine, issue_credit_note
from billing.gstr1 import gstr1
from billing.models import Invoice, Product
from customers.commands import create_customer
from customers.models import Customer
from execora.core.money import rupees
from execora.ops.setting_values import dated_rupees
from tests.support.busy_shop import BusyShop
from tests.support.factories import Shop, bearer, make_shop

pytestmark = pytest.mark.django_db
TAXES = ("cgst", "sgst", "igst", "cess")


@pytest.fixture
def shop() -> Shop:
    return make_shop(prices_include_tax=False)


def product(shop: Shop, name: str = "Rice", **given: Any) -> Product:
    values = {"unit": "kg", "price_paise": 100_00, "gst_rate_bp": 500, "hsn": "1006", "stock": Decimal(9_000), **given}
    return create_product(shop.staff, name=name, **values)


def sold(shop: Shop, customer: Customer, what: Product, quantity: int = 1) -> Invoice:
    return issue_invoice(shop.staff, customer=customer, lines=[Line(product=what, quantity=Decimal(quantity))])


def this_month(shop: Shop) -> dict[str, Any]:
    return gstr1(shop.staff, first_day=shop.staff.today.replace(day=1))


def in_the_books(shop: Shop, first_day: date, last_day: date) -> dict[str, str]:
    """Return what the tax accounts took in these days, from the postings; a union territory's tax is under sgst."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CASE a.kind WHEN 'utgst' THEN 'sgst' ELSE a.kind END,"
            " sum(CASE p.side WHEN 'C' THEN p.amount_paise ELSE -p.amount_paise END)"
            " FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id JOIN ledger_entry e ON e.id = p.entry_id"
            " WHERE p.business_id = %s AND a.kind IN ('cgst', 'sgst', 'utgst', 'igst', 'cess')"
            " AND e.occurred_on BETWEEN %s AND %s GROUP BY 1",
            [shop.business.pk, first_day, last_day],
        )
        found = {kind: rupees(int(paise)) for kind, paise in cursor.fetchall()}
    return {tax: found.get(tax, "0.00") for tax in TAXES}


def summed(rows: list[dict[str, Any]]) -> dict[str, str]:
    return {tax: f"{sum((Decimal(row[tax]) for row in rows), Decimal('0.00'))}" for tax in TAXES}


def rates_of(bills: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [rate for bill in bills for rate in bill["rates"]]


def test_the_tables_of_a_busy_month_are_the_tax_accounts_of_the_month() -> None:
    busy = BusyShop(seed=7, steps=100)
    Customer.objects.filter(pk=busy.customers[1].pk).update(gstin="29AAGCB7383J1Z4")
    busy.customers[1].refresh_from_db()
    for _ in range(40):
        busy._do_bill()
        busy._try("note", busy._do_note)
    today = busy.shop.staff.today
    found = this_month(busy.shop)
    books = in_the_books(busy.shop, today.replace(day=1), today)
    assert any(Decimal(amount) > 0 for amount in books.values())
    assert {tax: found["totals"][tax] for tax in TAXES} == books
    tables = (
        rates_of([bill for of in found["b2b"] for bill in of["invoices"]]) + rates_of(found["b2cl"]) + found["b2cs"]
    )
    notes = rates_of([note for of in found["cdnr"] for note in of["notes"]]) + rates_of(found["cdnur"])
    left = summed(tables + rates_of(found["cancelledLater"]))
    assert {tax: f"{Decimal(left[tax]) - Decimal(summed(notes)[tax])}" for tax in TAXES} == books
    assert notes
    assert summed(found["hsnB2b"] + found["hsnB2c"]) == books
    assert found["b2b"]
    assert found["b2cs"]


def test_the_register_is_the_tax_accounts_of_its_days(client: Client) -> None:
    busy = BusyShop(seed=8, steps=100)
    today = busy.shop.staff.today
    days = {"from": today.replace(day=1).isoformat(), "to": today.isoformat()}
    headers = bearer(busy.shop.staff_user)
    rows = client.get("/api/v1/reports/sales-register", days, headers=headers).json()["sales"]
    assert summed(rows) == in_the_books(busy.shop, today.replace(day=1), today)
    assert {row["kind"] for row in rows} == {"invoice", "cancellation", "credit_note"}
    answer = client.get("/api/v1/reports/sales-register", {**days, "format": "csv"}, headers=headers)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    read = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert summed(read) == summed(rows)
    assert [row["number"] for row in read] == [row["number"] for row in rows]


def test_each_bill_is_in_its_table(shop: Shop) -> None:
    rice, salt = product(shop), product(shop, "Salt", gst_rate_bp=0, hsn="2501")
    firm = create_customer(shop.staff, name="Firm", state_code="29", gstin="29AAGCB7383J1Z4")
    far = create_customer(shop.staff, name="Far", state_code="29", address="7 MG Road, Bengaluru")
    sold(shop, shop.rahul, rice, 2)
    sold(shop, shop.rahul, salt, 3)
    sold(shop, firm, rice)
    sold(shop, far, rice)
    large = sold(shop, far, rice, 2_000)
    found = this_month(shop)
    assert [(of["gstin"], of["name"], len(of["invoices"])) for of in found["b2b"]] == [("29AAGCB7383J1Z4", "Firm", 1)]
    rate = {"rate": "5", "taxable": "100.00", "cgst": "0.00", "sgst": "0.00", "igst": "5.00", "cess": "0.00"}
    assert found["b2b"][0]["invoices"][0]["rates"] == [rate]
    assert [(bill["number"], bill["placeOfSupply"], bill["value"]) for bill in found["b2cl"]] == [
        (large.number, "29", "210000.00")
    ]
    near = {"cgst": "5.00", "sgst": "5.00", "igst": "0.00", "cess": "0.00"}
    assert found["b2cs"] == [
        {"placeOfSupply": "27", "interState": False, "rate": "5", "taxable": "200.00", **near},
        {"placeOfSupply": "29", "interState": True, **rate},
    ]
    assert found["nil"] == [{"interState": False, "registered": False, "value": "300.00"}]
    assert [(row["hsn"], row["quantity"], row["taxable"]) for row in found["hsnB2b"]] == [("1006", "1", "100.00")]
    assert [(row["hsn"], row["quantity"], row["taxable"]) for row in found["hsnB2c"]] == [
        ("1006", "2003", "200300.00"),
        ("2501", "3", "300.00"),
    ]
    assert found["documents"][0]["total"] == 5


def test_a_credit_note_is_in_the_table_that_its_bill_asks_for(shop: Shop) -> None:
    """Form GSTR-1, tables 7 and 9B; CGST Rules, rule 53(1A): a note names the number and the day of its bill."""
    rice = product(shop)
    firm = create_customer(shop.staff, name="Firm", state_code="29", gstin="29AAGCB7383J1Z4")
    far = create_customer(shop.staff, name="Far", state_code="29", address="7 MG Road, Bengaluru")
    bills = [sold(shop, firm, rice, 4), sold(shop, far, rice, 2_000), sold(shop, shop.rahul, rice, 3)]
    one = [CreditLine(line=1, quantity=Decimal(1))]
    notes = [issue_credit_note(shop.staff, invoice_id=bill.pk, reason="torn", lines=one) for bill in bills]
    found, today = this_month(shop), shop.staff.today.isoformat()
    igst = {"rate": "5", "taxable": "100.00", "cgst": "0.00", "sgst": "0.00", "igst": "5.00", "cess": "0.00"}
    listed = [
        {
            "number": note.number,
            "date": today,
            "billNumber": bill.number,
            "billDate": today,
            "value": "105.00",
            "placeOfSupply": "29",
            "reverseCharge": False,
            "rates": [igst],
        }
        for note, bill in zip(notes[:2], bills[:2], strict=True)
    ]
    assert found["cdnr"] == [{"gstin": "29AAGCB7383J1Z4", "name": "Firm", "notes": listed[:1]}]
    assert found["cdnur"] == listed[1:]
    assert [(row["placeOfSupply"], row["taxable"], row["cgst"]) for row in found["b2cs"]] == [("27", "200.00", "5.00")]
    assert [(row["quantity"], row["taxable"]) for row in found["hsnB2c"]] == [("2001", "200100.00")]
    assert [(row["series"][-2:], row["total"]) for row in found["documents"]] == [("/A", 3), ("CN", 3)]


def test_a_bill_at_the_limit_is_not_above_it(shop: Shop, settings: Any) -> None:
    settings.GSTR1_LARGE_ABOVE = dated_rupees("X", ["2017-07-01:105"])
    far = create_customer(shop.staff, name="Far", state_code="29", address="7 MG Road, Bengaluru")
    rice = product(shop)
    sold(shop, far, rice)
    assert this_month(shop)["b2cl"] == []
    sold(shop, far, rice, 2)
    assert len(this_month(shop)["b2cl"]) == 1


def test_what_was_cancelled_in_its_month_is_among_the_documents_alone(shop: Shop) -> None:
    """CGST Rules, rule 46(b): the number of a cancelled bill stays used."""
    rice = product(shop)
    first, second = sold(shop, shop.rahul, rice), sold(shop, shop.rahul, rice)
    cancel_invoice(shop.admin, invoice_id=first.pk, reason="wrong")
    found = this_month(shop)
    assert (found["totals"]["taxable"], len(found["b2cs"]), found["cancelledLater"]) == ("100.00", 1, [])
    assert found["documents"] == [
        {
            "series": first.number.rpartition("/")[0],
            "from": first.number,
            "to": second.number,
            "total": 2,
            "cancelled": 1,
            "net": 1,
        }
    ]


def test_what_was_cancelled_in_a_later_month_stays_in_its_own_and_is_to_be_amended(shop: Shop) -> None:
    rice = product(shop)
    now = shop.staff.now
    before = replace(shop.staff, now=now - timedelta(days=40))
    bill = issue_invoice(before, customer=shop.rahul, lines=[Line(product=rice, quantity=Decimal(1))])
    cancel_invoice(shop.admin, invoice_id=bill.pk, reason="wrong")
    then = gstr1(shop.staff, first_day=before.today.replace(day=1))
    assert (len(then["b2cs"]), then["totals"]["cgst"], then["cancelledLater"]) == (1, "2.50", [])
    found = this_month(shop)
    assert (found["b2cs"], found["documents"], found["totals"]["cgst"]) == ([], [], "-2.50")
    assert [(row["number"], row["value"]) for row in found["cancelledLater"]] == [(bill.number, "-105.00")]


@pytest.mark.parametrize("registration", ["unregistered", "composition"])
def test_a_shop_that_charges_no_tax_reports_none(registration: str) -> None:
    shop = make_shop(gst_registration=registration)
    sold(shop, shop.rahul, product(shop))
    found = this_month(shop)
    assert (found["b2b"], found["b2cl"], found["b2cs"]) == ([], [], [])
    assert {found["totals"][tax] for tax in TAXES} == {"0.00"}


def test_a_month_and_days_are_checked(client: Client, shop: Shop) -> None:
    headers = bearer(shop.staff_user)
    for query in ("", "?period=2026-13", "?period=2026-1", "?period=२०२६-११"):
        assert client.get(f"/api/v1/reports/gstr1{query}", headers=headers).status_code == 400, query
    for query in ("?from=2026-04-02&to=2026-04-01", "?from=2024-01-01&to=2026-04-01", "?format=pdf"):
        assert client.get(f"/api/v1/reports/sales-register{query}", headers=headers).status_code == 400, query


def test_limits_are_dated_and_the_first_is_for_every_day_before_it_too() -> None:
    limits = dated_rupees("X", ["2024-08-01:100000", "2017-07-01:250000"])
    assert limits == ((date.min, 250_000_00), (date(2024, 8, 1), 100_000_00))
    for wrong in ([], ["100000"], ["2024-13-01:1"]):
        with pytest.raises(SystemExit, match="X "):
            dated_rupees("X", wrong)
