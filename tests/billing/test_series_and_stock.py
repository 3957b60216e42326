"""Several series of numbers, and stock that may go below zero where the shop says so."""

from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client

from billing.commands import Line, cancel_invoice, confirm_invoice, issue_invoice, move_stock
from billing.errors import InsufficientStock, MovementWrongWay, SeriesUnknown
from billing.models import Invoice, MovementReason, Product, StockMovement
from execora.core.clock import financial_year
from tests.api.test_rest import post
from tests.billing.crowd import together
from tests.support.factories import Shop, bearer

MOVEMENT = """
INSERT INTO billing_stockmovement (id, business_id, product_id, sequence, quantity, stock_after, reason, note, at)
VALUES (gen_random_uuid(), %(business)s, %(product)s, 2, -101, -1, %(reason)s, '', now());
UPDATE billing_product SET stock = -1, last_movement = 2 WHERE id = %(product)s
"""


@pytest.fixture
def two_counters(shop: Shop) -> Shop:
    shop.business.more_invoice_series = ["B"]
    shop.business.save(update_fields=["more_invoice_series"])
    return shop


@pytest.fixture
def unstopped(shop: Shop) -> Shop:
    shop.business.allows_negative_stock = True
    shop.business.save(update_fields=["allows_negative_stock"])
    return shop


def sold(shop: Shop, product: Product, quantity: int = 1, **how: Any) -> Invoice:
    return issue_invoice(
        shop.staff, customer=shop.rahul, lines=[Line(product=product, quantity=Decimal(quantity))], **how
    )


def test_each_series_is_numbered_by_itself(two_counters: Shop, rice: Product) -> None:
    """CGST Rules, rule 46(b): one or multiple series, consecutive in each."""
    shop, year = two_counters, financial_year(two_counters.staff.today)
    draft = sold(shop, rice, draft=True)
    numbers = [sold(shop, rice).number, sold(shop, rice, series="B").number, sold(shop, rice, series="A").number]
    numbers.append(confirm_invoice(shop.staff, invoice_id=draft.pk, series="B").number)
    assert numbers == [f"{year}/A/000001", f"{year}/B/000001", f"{year}/A/000002", f"{year}/B/000002"]


def test_a_series_that_is_not_the_shops_is_refused_and_nothing_is_sold(two_counters: Shop, rice: Product) -> None:
    draft = sold(two_counters, rice, draft=True)
    with pytest.raises(SeriesUnknown, match="A, B"):
        sold(two_counters, rice, series="C")
    with pytest.raises(SeriesUnknown):
        confirm_invoice(two_counters.staff, invoice_id=draft.pk, series="CN")
    rice.refresh_from_db()
    assert (Invoice.objects.exclude(number=None).count(), rice.stock) == (0, 100)


def test_a_series_over_rest(client: Client, two_counters: Shop, rice: Product) -> None:
    headers = bearer(two_counters.staff_user)
    body = {"customerId": two_counters.rahul.code, "items": [{"productId": str(rice.pk), "quantity": "1"}]}
    answer = post(client, "/api/v1/invoices", {**body, "series": "B"}, headers)
    assert (answer.status_code, answer.json()["invoice"]["number"][5:]) == (201, "/B/000001")
    assert post(client, "/api/v1/invoices", {**body, "series": "C"}, headers).json()["code"] == "SERIES_UNKNOWN"
    refused = post(client, "/api/v1/invoices", {**body, "series": "B", "draft": True}, headers)
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["series"])
    draft = post(client, "/api/v1/invoices", {**body, "draft": True}, headers).json()["invoice"]["id"]
    confirmed = post(client, f"/api/v1/invoices/{draft}/confirm", {"series": "B"}, headers)
    assert confirmed.json()["invoice"]["number"].endswith("/B/000002")


@pytest.mark.django_db(transaction=True)
def test_two_series_at_once_have_no_gap_though_backends_are_killed(two_counters: Shop, rice: Product) -> None:
    shop = two_counters

    def sell(number: int) -> None:
        if number % 5 == 0:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        sold(shop, rice, series="AB"[number % 2])

    outcomes = together(20, sell)
    assert (outcomes["ok"], outcomes.total()) == (16, 20)
    for series in "AB":
        numbers = Invoice.objects.filter(number__contains=f"/{series}/").values_list("number", flat=True)
        assert sorted(int(number[-6:]) for number in numbers) == list(range(1, 9))


def test_more_is_sold_than_is_there_with_a_warning(client: Client, unstopped: Shop, rice: Product) -> None:
    body = {"customerId": unstopped.rahul.code, "items": [{"productId": str(rice.pk), "quantity": "101"}]}
    bill = post(client, "/api/v1/invoices", body, bearer(unstopped.staff_user)).json()["invoice"]
    assert [warning["code"] for warning in bill["warnings"]] == ["STOCK_BELOW_ZERO"]
    stock = client.get(f"/api/v1/products/{rice.pk}", headers=bearer(unstopped.staff_user)).json()["product"]["stock"]
    assert stock == "-1"
    cancel_invoice(unstopped.admin, invoice_id=bill["id"], reason="wrong")
    rice.refresh_from_db()
    assert rice.stock == 100


def test_below_zero_it_comes_back_step_by_step_and_no_other_way_down(unstopped: Shop, rice: Product) -> None:
    sold(unstopped, rice, 103)
    assert sold(unstopped, rice, 1).warnings == ["STOCK_BELOW_ZERO"]
    move_stock(unstopped.staff, product=rice, quantity=Decimal(1), reason=MovementReason.PURCHASE)
    for reason in (MovementReason.DAMAGE, MovementReason.COUNT):
        with pytest.raises(InsufficientStock):
            move_stock(unstopped.staff, product=rice, quantity=Decimal(-1), reason=reason)
    rice.refresh_from_db()
    assert rice.stock == -3


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("reason", "is_allowed"), [("sale", False), ("count", True)])
def test_the_database_refuses_it_by_itself(shop: Shop, rice: Product, reason: str, is_allowed: bool) -> None:
    shop.business.allows_negative_stock = is_allowed
    shop.business.save(update_fields=["allows_negative_stock"])
    values = {"business": shop.business.pk, "product": rice.pk, "reason": reason}
    with pytest.raises(psycopg.errors.CheckViolation, match="takes more than is there"), connection.cursor() as cursor:
        raw = cursor.connection
        with raw.transaction():
            for statement in MOVEMENT.split(";"):
                raw.execute(statement, values)
    rice.refresh_from_db()
    assert (rice.stock, StockMovement.objects.filter(product=rice).count()) == (100, 1)


@pytest.mark.parametrize(
    ("reason", "quantity"), [("purchase", -1), ("opening", -1), ("damage", 1), ("sale", -1), ("cancellation", 1)]
)
def test_a_movement_by_hand_goes_the_way_of_its_reason(shop: Shop, rice: Product, reason: str, quantity: int) -> None:
    with pytest.raises(MovementWrongWay):
        move_stock(shop.staff, product=rice, quantity=Decimal(quantity), reason=MovementReason(reason))
    rice.refresh_from_db()
    assert (rice.stock, rice.last_movement) == (100, 1)
