"""How many statements a request costs: one more, and this fails. The rows of a list do not add any."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from billing.commands import Line, create_product, issue_invoice
from billing.credit_notes import issue_credit_note
from customers.commands import create_customer
from execora.core.door import leave
from ledger.commands import record_payment
from reminders.commands import schedule_reminder
from tests.reminders.support import tomorrow_at
from tests.support.factories import Shop, bearer, make_shop
from tests.support.spoken import make_recording, make_session

pytestmark = pytest.mark.django_db(transaction=True)

# Two of each are the door: one finds session, user, business and customer and enters, one leaves when the answer is given.
READS = {
    "me": 3,
    "customers": 3,
    "customers/search?q=rahul": 4,
    "customers/search?q=9820000001": 3,
    "customers/cust-001": 3,
    "ledger/cust-001": 5,
    "ledger/cust-001/statement": 5,
    "ledger/journal": 12,
    "ledger/cust-001/statement?format=csv": 5,
    "ledger/summary": 5,
    "ledger/ageing": 4,
    "ledger/ageing?format=csv": 3,
    "ledger/day-book": 4,
    "ledger/day-book?format=csv": 4,
    "ledger/cash-book": 3,
    "ledger/trial-balance": 3,
    "products": 3,
    "products/low-stock": 3,
    "products/{product}": 3,
    "invoices": 4,
    "invoices?customerId=cust-001": 5,
    "invoices/{invoice}": 4,
    "invoices/{invoice}/pdf": 4,
    "credit-notes": 4,
    "credit-notes/{note}": 5,
    "summary/daily": 5,
    "reports/gstr1?period=2026-11": 12,
    "reports/sales-register": 8,
    "reminders": 3,
    "sessions": 3,
    "sessions/{session}": 5,
    "recordings/{recording}/url": 3,
}


@pytest.fixture
def shop() -> Shop:
    return make_shop()


def fill(shop: Shop, number: int) -> dict[str, str]:
    """Add one of everything; return the ids that a path may name."""
    product = create_product(shop.staff, name=f"Rice {number}", unit="kg", price_paise=6_000, stock=Decimal(10))
    bill = issue_invoice(shop.staff, customer=shop.rahul, lines=[Line(product=product, quantity=Decimal(1))])
    sold = issue_invoice(shop.staff, customer=shop.rahul, lines=[Line(product=product, quantity=Decimal(1))])
    note = issue_credit_note(shop.staff, invoice_id=sold.pk, reason="wapas")
    record_payment(shop.staff, customer=shop.rahul, amount_paise=500, mode="cash")
    schedule_reminder(shop.staff, customer=shop.rahul, due_at=tomorrow_at(12, days=1))
    create_customer(shop.staff, name=f"Rahul Number {number}")
    session = make_session(shop.staff_user)
    recording = make_recording(session)
    return {
        "product": str(product.pk),
        "invoice": str(bill.pk),
        "note": str(note.pk),
        "session": str(session.pk),
        "recording": str(recording.pk),
    }


@pytest.mark.parametrize("rows", [1, 6])
def test_a_read_costs_the_same_however_many_rows_it_shows(client: Client, shop: Shop, rows: int) -> None:
    filled = [fill(shop, number) for number in range(rows)]
    headers, cost = bearer(shop.admin_user), {}
    leave()  # what an earlier test of this thread entered is not this request's cost
    for path in READS:
        with CaptureQueriesContext(connection) as statements:
            answer = client.get(f"/api/v1/{path.format(**filled[0])}", headers=headers)
        assert answer.status_code == 200, path
        cost[path] = len(statements)
    assert cost == READS


# BEGIN and COMMIT count too. The first entry of a customer and the first use of a shop-wide account cost more: once.
WRITES = {"ledger/payment": 12, "ledger/payment with a key": 14, "invoices of 1": 23, "invoices of 3": 23}


@pytest.mark.parametrize("what", WRITES)
def test_a_write_costs_what_it_costs(
    client: Client, shop: Shop, what: str, django_assert_num_queries: Callable[..., Any]
) -> None:
    ids = [fill(shop, number)["product"] for number in range(3)]
    headers = bearer(shop.staff_user)
    path, body = "ledger/payment", {"customerId": "cust-001", "amount": "5.00", "paymentMode": "cash"}
    if what.endswith("key"):
        headers["Idempotency-Key"] = "key-00001"
    if what.startswith("invoices"):
        items = [{"productId": key, "quantity": "1"} for key in ids[: int(what[-1])]]
        path, body = "invoices", {"customerId": "cust-001", "items": items}
    leave()  # what an earlier test of this thread entered is not this request's cost
    with django_assert_num_queries(WRITES[what]):
        answer = client.post(f"/api/v1/{path}", body, content_type="application/json", headers=headers)
    assert answer.status_code == 201
