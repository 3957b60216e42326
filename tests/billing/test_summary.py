"""The figures of a day."""

import dataclasses
from datetime import timedelta
from decimal import Decimal

import pytest

from billing.commands import Line, cancel_invoice, issue_invoice
from billing.models import Product
from billing.summary import daily_summary
from customers.commands import create_customer
from execora.core.errors import NotPermitted
from ledger.commands import record_payment, reverse_entry
from tests.support.factories import Shop, make_shop

pytestmark = pytest.mark.django_db


def test_counts_what_stands(shop: Shop, rice: Product) -> None:
    ten = [Line(product=rice, quantity=Decimal(10))]
    issue_invoice(shop.staff, customer=shop.rahul, lines=ten)
    issue_invoice(shop.staff, customer=shop.rahul, lines=ten, draft=True)
    cancel_invoice(
        shop.staff, invoice_id=issue_invoice(shop.staff, customer=shop.rahul, lines=ten).pk, reason="mistake"
    )
    yesterday = dataclasses.replace(shop.staff, now=shop.staff.now - timedelta(days=1))
    issue_invoice(yesterday, customer=shop.rahul, lines=ten)
    record_payment(shop.staff, customer=shop.rahul, amount_paise=10_050, mode="cash")
    record_payment(shop.staff, customer=shop.rahul, amount_paise=2_000, mode="upi")
    record_payment(shop.staff, customer=shop.rahul, amount_paise=500, mode="card")
    undone = record_payment(shop.staff, customer=shop.rahul, amount_paise=99_900, mode="cash")
    reverse_entry(shop.staff, entry_id=undone.pk, reason="typed twice")
    ahead = create_customer(shop.staff, name="Meena")
    record_payment(yesterday, customer=ahead, amount_paise=5_000, mode="cash")
    assert daily_summary(shop.staff, shop.staff.today) == {
        "date": shop.staff.today.isoformat(),
        "invoiceCount": 1,
        "totalSales": "600.00",
        "totalPayments": "125.50",
        "cashPayments": "100.50",
        "upiPayments": "20.00",
        "pendingAmount": "1074.50",
    }


def test_of_a_day_without_business(shop: Shop, rice: Product) -> None:
    other = make_shop()
    issue_invoice(shop.staff, customer=shop.rahul, lines=[Line(product=rice, quantity=Decimal(1))])
    summary = daily_summary(other.staff, other.staff.today)
    assert summary.pop("date") == other.staff.today.isoformat()
    assert set(summary.values()) == {0, "0.00"}


def test_is_not_for_customers(shop: Shop) -> None:
    with pytest.raises(NotPermitted):
        daily_summary(shop.customer, shop.staff.today)
