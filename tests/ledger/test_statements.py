"""A statement reads as an accountant's: opening, what happened day by day, closing."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.test import Client

from ledger.commands import add_credit, record_opening_balance, record_payment
from ledger.statements import StatementTooLong, statement_for
from tests.support.factories import Shop, bearer, make_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    """Rahul owes 850 from before; 250 of goods ten days ago, 300 paid five days ago and recorded before the goods were."""
    shop = make_shop()
    today = shop.staff.today
    record_opening_balance(shop.staff, customer=shop.rahul, amount_paise=850_00, occurred_on=today - timedelta(30))
    paid = today - timedelta(5)
    record_payment(shop.staff, customer=shop.rahul, amount_paise=300_00, mode="upi", occurred_on=paid)
    goods = today - timedelta(10)
    add_credit(shop.staff, customer=shop.rahul, amount_paise=250_00, description="rashan", occurred_on=goods)
    return shop


def days_ago(shop: Shop, days: int) -> date:
    return shop.staff.today - timedelta(days)


def test_what_was_recorded_late_stands_on_its_day(shop: Shop) -> None:
    found = statement_for(shop.staff, customer=shop.rahul, first_day=days_ago(shop, 20), last_day=shop.staff.today)
    assert (found.opening_paise, found.closing_paise) == (850_00, 800_00)
    assert [(line.entry.kind, line.balance_paise) for line in found.lines] == [("credit", 1100_00), ("payment", 800_00)]


def test_what_came_later_is_left_out(shop: Shop) -> None:
    found = statement_for(shop.staff, customer=shop.rahul, first_day=days_ago(shop, 10), last_day=days_ago(shop, 6))
    assert (found.opening_paise, len(found.lines), found.closing_paise) == (850_00, 1, 1100_00)


def test_days_in_the_wrong_order_or_too_many_are_refused(shop: Shop) -> None:
    for first, last in ((0, 1), (367, 0)):
        with pytest.raises(StatementTooLong):
            statement_for(
                shop.staff, customer=shop.rahul, first_day=days_ago(shop, first), last_day=days_ago(shop, last)
            )


def test_on_the_wire(client: Client, shop: Shop) -> None:
    path = f"/api/v1/ledger/{shop.rahul.code}/statement"
    query = {"from": days_ago(shop, 20).isoformat(), "to": shop.staff.today.isoformat()}
    statement = client.get(path, query, headers=bearer(shop.customer_user)).json()["statement"]
    assert (statement["opening"], statement["closing"]) == ("850.00", "800.00")
    assert [entry["balance"] for entry in statement["entries"]] == ["1100.00", "800.00"]
    refused = client.get(path, {"from": "2026-02-30"}, headers=bearer(shop.staff_user))
    assert (refused.status_code, set(refused.json()["fields"])) == (400, {"from"})


def test_another_shops_customer_has_none(shop: Shop) -> None:
    other = make_shop()
    stranger = replace(other.staff)
    found = statement_for(stranger, customer=shop.rahul, first_day=days_ago(shop, 20), last_day=stranger.today)
    assert (found.opening_paise, found.lines, found.closing_paise) == (0, (), 0)
