"""Many writers on a real PostgreSQL: no stock is sold twice, no number is skipped, nobody deadlocks."""

from decimal import Decimal

import pytest

from billing.commands import Line, cancel_invoice, issue_invoice, move_stock
from billing.models import Invoice, MovementReason, Product, StockMovement
from customers.commands import create_customer
from ledger.models import Account, Entry
from tests.billing.crowd import together
from tests.support.factories import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_last_ten_are_sold_once(shop: Shop, rice: Product) -> None:
    move_stock(shop.staff, product=rice, quantity=Decimal(-90), reason=MovementReason.COUNT)
    buyers = [create_customer(shop.staff, name=f"Buyer {number}") for number in range(8)]

    def buy(number: int) -> None:
        issue_invoice(shop.staff, customer=buyers[number % 8], lines=[Line(product=rice, quantity=Decimal(1))])

    assert together(32, buy) == {"ok": 10, "InsufficientStock": 22}
    assert Product.objects.get(pk=rice.pk).stock == 0
    numbers = sorted(str(number) for number in Invoice.objects.values_list("number", flat=True))
    assert [int(number.rpartition("/")[2]) for number in numbers] == list(range(1, 11))
    left = StockMovement.objects.filter(product=rice, reason=MovementReason.SALE).values_list("stock_after", flat=True)
    assert sorted(left) == list(range(10))
    assert sum(Account.objects.exclude(customer=None).values_list("balance_paise", flat=True)) == 60_000


def test_two_products_in_either_order(shop: Shop, rice: Product, soap: Product) -> None:
    buyers = [create_customer(shop.staff, name=f"Buyer {number}") for number in range(16)]
    one, other = Line(product=rice, quantity=Decimal(1)), Line(product=soap, quantity=Decimal(1))

    def buy(number: int) -> None:
        lines = [one, other] if number % 2 else [other, one]
        issue_invoice(shop.staff, customer=buyers[number], lines=lines)

    assert together(16, buy) == {"ok": 16}
    assert [Product.objects.get(pk=product.pk).stock for product in (rice, soap)] == [84, 84]


def test_of_many_cancels_one_wins(shop: Shop, rice: Product) -> None:
    invoice = issue_invoice(shop.staff, customer=shop.rahul, lines=[Line(product=rice, quantity=Decimal(5))])

    def cancel(number: int) -> None:
        cancel_invoice(shop.staff, invoice_id=invoice.pk, reason=f"attempt {number}")

    assert together(10, cancel) == {"ok": 1, "InvoiceCancelled": 9}
    assert Product.objects.get(pk=rice.pk).stock == 100
    assert Account.objects.get(customer=shop.rahul).balance_paise == 0
    assert Entry.objects.filter(reverses=invoice.entry).count() == 1
