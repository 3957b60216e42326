"""Who may do what, on every route: one table of statuses. A route that is missing from it fails."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from billing.commands import Line, create_product, issue_invoice
from billing.credit_notes import issue_credit_note
from customers.commands import create_customer
from customers.models import Customer
from execora.core.permissions import Role
from ledger.commands import record_payment
from reminders.commands import schedule_reminder
from tests.reminders.support import tomorrow_at
from tests.support.factories import PASSWORD, Shop, bearer, make_shop, make_user, token_of
from tests.support.rows import state_of
from tests.support.spoken import make_recording, make_session
from tests.support.tokens import claims_of

pytestmark = pytest.mark.django_db
WHO = ("anonymous", "customer", "other customer", "staff", "admin", "another shop's staff", "another shop's admin")

# Of each route: the statuses in the order of WHO. The rows that a path or a body names are of the first shop; customer,
# entry and invoice are the customer's own.
TABLE = {
    "POST auth/login": "200 200 200 200 200 200 200",
    "POST auth/refresh": "401 401 401 401 401 401 401",
    "POST auth/password": "401 422 422 422 422 422 422",
    "GET auth/sessions": "401 200 200 200 200 200 200",
    "DELETE auth/sessions/<str:pk>": "401 204 404 404 404 404 404",
    "POST auth/ws-ticket": "401 200 200 200 200 200 200",
    "POST auth/logout": "401 204 204 204 204 204 204",
    "GET me": "401 200 200 200 200 200 200",
    "GET customers": "401 200 200 200 200 200 200",
    "POST customers": "401 403 403 201 201 201 201",
    "GET customers/search": "401 403 403 200 200 200 200",
    "GET customers/<str:pk>": "401 200 404 200 200 404 404",
    "PATCH customers/<str:pk>": "401 403 403 200 200 404 404",
    "POST ledger/payment": "401 403 403 201 201 404 404",
    "POST ledger/credit": "401 403 403 201 201 404 404",
    "POST ledger/opening-balance": "401 403 403 201 201 404 404",
    "POST ledger/write-off": "401 403 403 403 201 403 404",
    "POST ledger/entries/<str:pk>/reverse": "401 403 403 201 201 404 404",
    "GET ledger/journal": "401 403 403 403 200 403 200",
    "GET ledger/summary": "401 403 403 200 200 200 200",
    "GET ledger/ageing": "401 403 403 200 200 200 200",
    "GET ledger/day-book": "401 403 403 200 200 200 200",
    "GET ledger/cash-book": "401 403 403 200 200 200 200",
    "GET ledger/trial-balance": "401 403 403 200 200 200 200",
    "GET ledger/<str:pk>": "401 200 404 200 200 404 404",
    "GET ledger/<str:pk>/statement": "401 200 404 200 200 404 404",
    "GET products": "401 403 403 200 200 200 200",
    "POST products": "401 403 403 201 201 201 201",
    "GET products/low-stock": "401 403 403 200 200 200 200",
    "GET products/<str:pk>": "401 403 403 200 200 404 404",
    "PATCH products/<str:pk>": "401 403 403 200 200 404 404",
    "POST products/<str:pk>/stock": "401 403 403 201 201 404 404",
    "GET invoices": "401 200 200 200 200 200 200",
    "POST invoices": "401 403 403 201 201 404 404",
    "GET invoices/<str:pk>": "401 200 404 200 200 404 404",
    "GET invoices/<str:pk>/pdf": "401 200 404 200 200 404 404",
    "POST invoices/<str:pk>/confirm": "401 403 403 200 200 404 404",
    "POST invoices/<str:pk>/cancel": "401 403 403 200 200 404 404",
    "GET reports/gstr1": "401 403 403 200 200 200 200",
    "GET reports/sales-register": "401 403 403 200 200 200 200",
    "POST invoices/<str:pk>/credit-notes": "401 403 403 201 201 404 404",
    "GET credit-notes": "401 200 200 200 200 200 200",
    "GET credit-notes/<str:pk>": "401 200 404 200 200 404 404",
    "GET summary/daily": "401 403 403 200 200 200 200",
    "GET reminders": "401 403 403 200 200 200 200",
    "POST reminders": "401 403 403 201 201 404 404",
    "PATCH reminders/<str:pk>": "401 403 403 200 200 404 404",
    "POST reminders/<str:pk>/cancel": "401 403 403 200 200 404 404",
    "GET sessions": "401 200 200 200 200 200 200",
    "GET sessions/<str:pk>": "401 200 404 200 200 404 404",
    "GET recordings/<str:pk>/url": "401 200 404 200 200 404 404",
    # Meta proves itself by its signature and its word; a login is neither.
    "GET webhook/whatsapp": "403 403 403 403 403 403 403",
    "POST webhook/whatsapp": "403 403 403 403 403 403 403",
}


@dataclass(frozen=True)
class World:
    """A shop with one of everything, a second customer in it, and another shop."""

    shop: Shop
    elsewhere: Shop
    ids: dict[str, str]
    headers: dict[str, dict[str, str]]


@pytest.fixture
def world() -> World:
    shop, elsewhere = make_shop(), make_shop()
    geeta = create_customer(shop.staff, name="Geeta Rani")
    geeta_user = make_user(shop.business, Role.CUSTOMER)
    Customer.objects.filter(pk=geeta.pk).update(user=geeta_user)
    rice = create_product(shop.staff, name="Rice", unit="kg", price_paise=6_000, stock=Decimal(100))
    line = Line(product=rice, quantity=Decimal(1))
    ids = {
        "customers": str(shop.rahul.pk),
        "ledger": str(shop.rahul.pk),
        "products": str(rice.pk),
        "invoices": str(issue_invoice(shop.staff, customer=shop.rahul, lines=[line]).pk),
        "confirm": str(issue_invoice(shop.staff, customer=shop.rahul, lines=[line], draft=True).pk),
        "reverse": str(record_payment(shop.staff, customer=shop.rahul, amount_paise=500, mode="cash").pk),
        "reminders": str(schedule_reminder(shop.staff, customer=shop.rahul, due_at=tomorrow_at(12, days=1)).pk),
    }
    sold = issue_invoice(shop.staff, customer=shop.rahul, lines=[line])
    ids |= {
        "credit-notes": str(issue_credit_note(shop.staff, invoice_id=sold.pk, reason="wapas").pk),
    }
    session = make_session(shop.customer_user)
    ids["auth/sessions"] = claims_of(token_of(shop.customer_user))["sid"]
    ids |= {"sessions": str(session.pk), "recordings": str(make_recording(session).pk)}
    users = (shop.customer_user, geeta_user, shop.staff_user, shop.admin_user)
    users += (elsewhere.staff_user, elsewhere.admin_user)
    headers = {"anonymous": {}, **{who: bearer(user) for who, user in zip(WHO[1:], users, strict=True)}}
    return World(shop, elsewhere, ids, headers)


def body_of(route: str, world: World) -> Any:
    rahul, rice = world.ids["customers"], world.ids["products"]
    bodies: dict[str, Any] = {
        "POST auth/login": {"username": world.shop.staff_user.username, "password": PASSWORD},
        "POST auth/refresh": {"refreshToken": "A" * 64},
        "POST auth/password": {"currentPassword": "not theirs", "newPassword": "a better one of these tests"},
        "POST customers": {"name": "Naya Naam"},
        "PATCH customers/<str:pk>": {"landmark": "bank wala"},
        "POST ledger/payment": {"customerId": rahul, "amount": "5.00", "paymentMode": "cash"},
        "POST ledger/credit": {"customerId": rahul, "amount": "5.00", "description": "Rashan"},
        "POST ledger/opening-balance": {"customerId": rahul, "amount": "5.00"},
        "POST ledger/write-off": {"customerId": rahul, "amount": "5.00", "reason": "Moved away"},
        "POST ledger/entries/<str:pk>/reverse": {"reason": "wrong"},
        "POST products": {"name": "Salt", "unit": "packet", "price": "25.00"},
        "PATCH products/<str:pk>": {"price": "61.00"},
        "POST products/<str:pk>/stock": {"quantity": "-1", "reason": "damage"},
        "POST invoices": {"customerId": rahul, "items": [{"productId": rice, "quantity": "1"}]},
        "POST invoices/<str:pk>/cancel": {"reason": "wrong"},
        "POST invoices/<str:pk>/credit-notes": {"reason": "wapas"},
        "POST reminders": {"customerId": rahul, "datetime": tomorrow_at(12, days=2).isoformat()},
        "PATCH reminders/<str:pk>": {"datetime": tomorrow_at(12, days=3).isoformat()},
    }
    return bodies.get(route, {})


def path_of(route: str, world: World) -> str:
    address = route.partition(" ")[2]
    parts = address.split("/")
    key = parts[-1] if parts[-1] in world.ids else "/".join(parts[:-1]) if parts[0] == "auth" else parts[0]
    query = {"customers/search": "?q=rahul", "reports/gstr1": "?period=2026-11"}.get(address, "")
    if address.endswith("/credit-notes"):
        key = "invoices"  # a note is made of an invoice
    return f"/api/v1/{address.replace('<str:pk>', world.ids.get(key, ''))}{query}"


def routes(patterns: list[Any], prefix: str = "") -> Iterator[str]:
    """Yield "METHOD address" of every route below api/v1."""
    for pattern in patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, address)
        elif isinstance(pattern, URLPattern) and address.startswith("api/v1/"):
            actions = getattr(pattern.callback, "actions", None) or {"get": "", "post": ""}
            yield from (f"{method.upper()} {address.removeprefix('api/v1/')}" for method in actions if method != "head")


def test_the_table_has_every_route_and_no_other() -> None:
    assert set(routes(get_resolver().url_patterns)) == TABLE.keys()


@pytest.mark.parametrize("who", WHO)
def test_each_role_gets_the_status_of_the_table_and_a_refusal_changes_nothing(
    client: Client, world: World, who: str
) -> None:
    column, answered, changed = WHO.index(who), {}, []
    before = state_of(world.shop.business, world.elsewhere.business)
    for route in TABLE:
        method = route.partition(" ")[0]
        with transaction.atomic():
            answer = client.generic(
                method,
                path_of(route, world),
                b"" if method == "GET" else json.dumps(body_of(route, world)).encode(),
                content_type="application/json",
                headers=world.headers[who],
            )
            answered[route] = answer.status_code
            if answer.status_code >= 400:
                if state_of(world.shop.business, world.elsewhere.business) != before:
                    changed.append(route)
                assert answer.json()["statusCode"] == answer.status_code, route
            transaction.set_rollback(True)
    assert answered == {route: int(statuses.split()[column]) for route, statuses in TABLE.items()}
    assert changed == []


@pytest.mark.parametrize("who", WHO)
def test_a_method_that_the_table_does_not_name_is_refused(client: Client, world: World, who: str) -> None:
    before = state_of(world.shop.business, world.elsewhere.business)
    protected = {route.partition(" ")[2] for route, statuses in TABLE.items() if set(statuses.split()) > {"401"}}
    for address in {route.partition(" ")[2] for route in TABLE}:
        status = 401 if who == "anonymous" and address in protected else 405
        for method in ("GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"):
            if f"{method} {address}" not in TABLE:
                answer = client.generic(method, path_of(f"{method} {address}", world), headers=world.headers[who])
                assert answer.status_code == status, f"{method} {address}"
                assert answer.json()["statusCode"] == status
                assert status == 401 or method not in answer["Allow"]
    assert state_of(world.shop.business, world.elsewhere.business) == before


@pytest.mark.parametrize("who", ["other customer", "another shop's staff", "another shop's admin"])
@pytest.mark.parametrize("route", ["customers", "invoices", "reminders", "products", "sessions"])
def test_a_list_shows_nothing_of_others(client: Client, world: World, who: str, route: str) -> None:
    answer = client.get(f"/api/v1/{route}", headers=world.headers[who])
    for key in world.ids.values():
        assert key not in answer.content.decode()
