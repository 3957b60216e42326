"""Payments over REST: one mode or several, and what is worth a second look."""

from typing import Any

import pytest
from django.test import Client

from ledger.commands import add_credit, reverse_entry
from ledger.models import Account, Entry
from tests.api.test_rest import post
from tests.support.factories import Shop, bearer, make_shop

pytestmark = pytest.mark.django_db
PATH = "/api/v1/ledger/payment"


@pytest.fixture
def shop() -> Shop:
    return make_shop()


def pay(client: Client, shop: Shop, **body: Any) -> Any:
    return post(client, PATH, {"customerId": shop.rahul.code, **body}, bearer(shop.staff_user))


def test_a_split_payment(client: Client, shop: Shop) -> None:
    parts = [{"paymentMode": "cash", "amount": "200.00"}, {"paymentMode": "upi", "amount": "50.50"}]
    answer = pay(client, shop, payments=parts, notes="Diwali")
    assert answer.status_code == 201
    entry = answer.json()["entry"]
    assert (entry["mode"], entry["amount"], entry["balance"]) == ("split", "250.50", "-250.50")
    assert answer.json()["warnings"] == []
    summary = client.get("/api/v1/summary/daily", headers=bearer(shop.staff_user)).json()["summary"]
    assert (summary["totalPayments"], summary["cashPayments"], summary["upiPayments"]) == ("250.50", "200.00", "50.50")


TWICE = [{"paymentMode": "cash", "amount": "1.00"}, {"paymentMode": "cash", "amount": "2.00"}]
SPLIT = [{"paymentMode": "cash", "amount": "1.00"}, {"paymentMode": "upi", "amount": "2.00"}]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"payments": TWICE}, "payments"),
        ({"payments": TWICE[:1]}, "payments"),
        ({"payments": []}, "payments"),
        ({"payments": SPLIT, "amount": "3.00"}, "payments"),
        ({"payments": SPLIT, "paymentMode": "cash"}, "payments"),
        ({"payments": [{**SPLIT[0], "x": 1}, SPLIT[1]]}, "payments.0.x"),
        ({"amount": "3.00"}, "paymentMode"),
        ({"paymentMode": "split", "amount": "3.00"}, "paymentMode"),
        ({}, "amount"),
    ],
)
def test_what_is_no_payment_is_refused_by_field_and_changes_nothing(
    client: Client, shop: Shop, body: dict[str, Any], field: str
) -> None:
    answer = pay(client, shop, **body)
    assert answer.status_code == 400
    assert field in answer.json()["fields"]
    assert not Entry.objects.exists()


def test_cash_of_two_lakh_in_a_day_is_recorded_with_a_warning(client: Client, shop: Shop) -> None:
    """Income-tax Act, section 269ST: it is warned of, and not blocked."""
    add_credit(shop.staff, customer=shop.rahul, amount_paise=3_00_000_00, description="a wedding")
    assert pay(client, shop, amount="199999.99", paymentMode="cash").json()["warnings"] == []
    assert pay(client, shop, amount="50000", paymentMode="upi").json()["warnings"] == []
    answer = pay(client, shop, amount="0.01", paymentMode="cash")
    assert [warning["code"] for warning in answer.json()["warnings"]] == ["CASH_LIMIT"]
    reverse_entry(shop.admin, entry_id=answer.json()["entry"]["id"], reason="not today")
    assert pay(client, shop, amount="0.005", paymentMode="cash").status_code == 400
    assert Account.objects.get(customer=shop.rahul).balance_paise == 3_00_000_00 - 1_99_999_99 - 50_000_00


def test_a_payment_far_above_the_debt_is_recorded_with_a_warning(client: Client, shop: Shop) -> None:
    add_credit(shop.staff, customer=shop.rahul, amount_paise=10_000_00, description="rashan")
    assert pay(client, shop, amount="100000", paymentMode="bank").json()["warnings"] == []
    answer = pay(client, shop, amount="5000000", paymentMode="bank")
    assert [warning["code"] for warning in answer.json()["warnings"]] == ["FAR_ABOVE_DEBT"]
    assert answer.json()["entry"]["amount"] == "5000000.00"
