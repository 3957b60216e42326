"""Requests count: by user, else by address; each answer says where the limit stands; a refusal does nothing."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from billing.commands import create_product
from billing.models import Invoice
from execora.api import counting
from execora.core.models import IdempotencyKey
from tests.support.factories import Shop, bearer, make_shop
from tests.support.redis_commands import commands_at

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/api/v1/customers/cust-001"


@pytest.fixture(autouse=True)
def counted_anew() -> Any:
    counting.forget()
    yield
    counting.forget()


@pytest.fixture
def shop() -> Shop:
    shop = make_shop()
    create_product(shop.staff, name="Chawal", unit="kg", price_paise=6000, stock=Decimal("50"))
    return shop


def let(settings: Any, **limits: tuple[int, int]) -> None:
    settings.LIMITS = {**settings.LIMITS, **limits}


def standing(response: Any) -> tuple[int, int]:
    return int(response["RateLimit-Limit"]), int(response["RateLimit-Remaining"])


def bill(shop: Shop, **headers: str) -> Any:
    body = {"customerId": "cust-001", "items": [{"productName": "Chawal", "quantity": "1"}]}
    return Client().post(
        "/api/v1/invoices", body, content_type="application/json", headers={**bearer(shop.staff_user), **headers}
    )


def test_a_user_is_refused_after_what_the_hour_allows_wherever_they_come_from(shop: Shop, settings: Any) -> None:
    let(settings, default=(2, 3600))
    answers = [
        Client(REMOTE_ADDR=f"192.0.2.{place}").get(PAGE, headers=bearer(shop.staff_user)) for place in range(1, 4)
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [standing(answer) for answer in answers] == [(2, 1), (2, 0), (2, 0)]
    assert Client().get(PAGE, headers=bearer(shop.admin_user)).status_code == 200


def test_the_refusal_is_the_guides_body_with_when_to_come_again(shop: Shop, settings: Any) -> None:
    let(settings, default=(1, 3600))
    Client().get(PAGE, headers=bearer(shop.staff_user))
    answer = Client().get(PAGE, headers=bearer(shop.staff_user))
    body = answer.json()
    assert (body["statusCode"], body["error"], body["code"]) == (429, "Too Many Requests", "RATE_LIMITED")
    assert body["correlationId"] == answer["X-Correlation-ID"]
    assert 1 <= int(answer["Retry-After"]) <= 3600
    assert answer["Retry-After"] == answer["RateLimit-Reset"]


def test_a_burst_is_refused_within_its_second(shop: Shop, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    let(settings, burst=(3, 1))
    now = 1_800_000_000.0
    monkeypatch.setattr("django_ratelimit.core.time", SimpleNamespace(time=lambda: now))
    answers = [Client().get(PAGE, headers=bearer(shop.staff_user)) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert (answers[3]["Retry-After"], standing(answers[3])) == ("1", (3, 0))
    now += 2
    assert Client().get(PAGE, headers=bearer(shop.staff_user)).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("get", PAGE, {}, 401),
        ("get", PAGE, {"Authorization": "Bearer nothing"}, 401),
        ("get", "/api/v1/nowhere", {}, 404),
        ("post", "/api/v1/auth/login", {}, 415),
        ("put", "/api/v1/auth/login", {}, 405),
    ],
)
def test_who_is_not_known_counts_by_address(
    method: str, path: str, headers: dict[str, str], status: int, settings: Any
) -> None:
    let(settings, default=(2, 3600))

    def ask(address: str) -> Any:
        return getattr(Client(REMOTE_ADDR=address), method)(path, headers=headers)

    answers = [ask("192.0.2.1") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [status, status, 429]
    assert [standing(answer) for answer in answers] == [(2, 1), (2, 0), (2, 0)]
    assert ask("192.0.2.2").status_code == status


def test_answers_of_every_kind_say_where_the_limit_stands(shop: Shop) -> None:
    known = bearer(shop.staff_user)
    client = Client()
    answers = {
        200: client.get(PAGE, headers=known),
        400: client.get("/api/v1/customers?limit=none", headers=known),
        404: client.get("/api/v1/customers/cust-999", headers=known),
        405: client.delete("/api/v1/customers", headers=known),
        415: client.post("/api/v1/customers", "x", content_type="text/plain", headers=known),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        assert int(answer["RateLimit-Remaining"]) < int(answer["RateLimit-Limit"])
        assert answer["RateLimit-Policy"] == "1000000;w=3600, 100000;w=1"


@pytest.mark.parametrize("path", ["/health", "/livez", "/metrics", "/"])
def test_operators_and_the_page_are_not_counted(path: str, settings: Any) -> None:
    let(settings, default=(1, 3600))
    answers = [Client().get(path) for _ in range(3)]
    assert 429 not in [answer.status_code for answer in answers]
    assert not any(answer.has_header("RateLimit-Limit") for answer in answers)


def test_the_hundredth_bill_is_written_and_the_next_is_not(shop: Shop, settings: Any) -> None:
    let(settings, invoice=(2, 3600))
    first, second, third = bill(shop), bill(shop), bill(shop, **{"Idempotency-Key": "the-third-bill"})
    assert [first.status_code, second.status_code, third.status_code] == [201, 201, 429]
    assert [standing(first), standing(second), standing(third)] == [(2, 1), (2, 0), (2, 0)]
    assert Invoice.objects.count() == 2
    assert not IdempotencyKey.objects.filter(key="the-third-bill").exists()
    assert Client().get("/api/v1/invoices", headers=bearer(shop.staff_user)).status_code == 200


def test_a_bill_that_is_asked_for_again_uses_nothing_up(shop: Shop, settings: Any) -> None:
    let(settings, invoice=(2, 3600))
    key = {"Idempotency-Key": "the-first-bill"}
    first, *again = [bill(shop, **key) for _ in range(4)]
    assert [answer["Idempotent-Replay"] for answer in again] == ["true"] * 3
    assert [bill(shop).status_code, bill(shop).status_code] == [201, 429]
    late = bill(shop, **key)
    assert (late.status_code, late.json()) == (201, first.json())


def test_logins_are_counted_by_address_and_by_name(shop: Shop, settings: Any) -> None:
    let(settings, login=(2, 60))

    def ask(username: str, address: str) -> Any:
        body = {"username": username, "password": "wrong"}
        return Client(REMOTE_ADDR=address).post("/api/v1/auth/login", body, content_type="application/json")

    def log_in(username: str, address: str) -> int:
        return int(ask(username, address).status_code)

    assert [log_in("owner", "192.0.2.1"), log_in("Owner", "192.0.2.2"), log_in("OWNER ", "192.0.2.3")] == [
        401,
        401,
        429,
    ]
    assert [log_in("a", "192.0.2.9"), log_in("b", "192.0.2.9"), log_in("c", "192.0.2.9")] == [401, 401, 429]
    refused = ask("d", "192.0.2.9")
    assert (standing(refused), refused["RateLimit-Policy"]) == ((2, 0), "2;w=60")


def test_counting_and_who_asks_cost_two_statements_and_one_round_trip(
    shop: Shop, settings: Any, redis_url: str
) -> None:
    settings.CACHES = {**settings.CACHES, "limits": {**settings.CACHES["limits"], "LOCATION": redis_url}}
    client, known = Client(), bearer(shop.staff_user)
    client.get(PAGE, headers=known)
    with (
        commands_at(redis_url) as commands,
        CaptureQueriesContext(
            connection,
        ) as statements,
    ):
        assert client.get(PAGE, headers=known).status_code == 200
    assert [command.split()[0].upper() for command in commands] == ["EVALSHA"]
    read = [statement["sql"] for statement in statements if "customers_customer" in statement["sql"]]
    assert (len(read), len(statements) - len(read)) == (1, 2)
