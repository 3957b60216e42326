"""The way back from row-level security leaves a shop that works: its functions keep the rights that they had before."""

import importlib
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from billing.commands import create_product
from execora.core.door import leave
from tests.support.factories import PASSWORD, Shop, bearer, make_shop

pytestmark = pytest.mark.django_db(transaction=True)
POLICIES = (
    ("voice", "0005_own_rows"),
    ("reminders", "0004_own_rows"),
    ("customers", "0006_own_rows"),
    ("billing", "0003_own_rows"),
    ("ledger", "0003_own_rows"),
    ("execora.core", "0008_own_rows"),
)


def operations(room: str, name: str) -> list[Any]:
    return list(importlib.import_module(f"{room}.migrations.{name}").Migration.operations)


@pytest.fixture
def undone(owner_connection: Any) -> Iterator[Shop]:
    """A shop of before, in a database whose policies were taken back; afterwards they are there again."""
    shop = make_shop()
    create_product(shop.staff, name="Chawal", unit="kg", price_paise=6_000, stock=Decimal(50))
    for migration in POLICIES:
        for operation in reversed(operations(*migration)):
            owner_connection.execute(operation.reverse_sql)
    yield shop
    for migration in reversed(POLICIES):
        for operation in operations(*migration):
            owner_connection.execute(operation.sql)


def test_who_logs_in_bills_and_is_found_as_before(undone: Shop, client: Client) -> None:
    leave()
    body = {"username": undone.admin_user.username, "password": PASSWORD}
    assert client.post("/api/v1/auth/login", body, content_type="application/json").status_code == 200
    headers = bearer(undone.staff_user)
    bill = {"customerId": "cust-001", "items": [{"productName": "Chawal", "quantity": "1"}]}
    assert client.post("/api/v1/invoices", bill, content_type="application/json", headers=headers).status_code == 201
    assert client.get("/api/v1/me", headers=headers).status_code == 200
