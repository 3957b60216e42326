"""Whatever came of a piece of work, the next one on the same connection begins in no business."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import nullcontext
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from customers.models import Customer
from execora.api.authentication import login_by_token
from execora.core.actor import Channel
from execora.core.door import acted_in
from execora.core.jobs import correlated, in_its_business
from tests.support.factories import Shop, bearer, leave_first_shop, make_shop, token_of
from voice.sessions import DATABASE_THREADS, in_database

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shops() -> tuple[Shop, Shop]:
    """Two shops in which nobody acts."""
    shops = make_shop(), make_shop()
    leave_first_shop()
    return shops


def seen() -> tuple[UUID | None, int]:
    """Return what PostgreSQL says that this thread's connection acts in, and how many customers it shows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app_business(), (SELECT count(*) FROM customers_customer)")
        row: tuple[UUID | None, int] = cursor.fetchone()
    assert row[0] == acted_in()
    return row


def crash() -> None:
    raise ZeroDivisionError


def fail_in_a_statement() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")


def kill_the_backend() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


FAULTS = {"an exception": crash, "a failing statement": fail_in_a_statement, "a killed backend": kill_the_backend}


def test_requests_of_two_shops_on_one_connection_see_their_own(shops: tuple[Shop, Shop]) -> None:
    client = Client()
    for shop, other in (shops, shops[::-1]) * 3:
        found = client.get("/api/v1/customers", headers=bearer(shop.staff_user)).json()["customers"]
        assert [row["id"] for row in found] == [str(shop.rahul.pk)]
        assert seen() == (None, 0)
        theirs = client.get(f"/api/v1/customers/{other.rahul.pk}", headers=bearer(shop.admin_user))
        assert theirs.status_code == 404
        assert seen() == (None, 0)


@pytest.mark.parametrize(
    ("method", "path", "is_known", "status"),
    [
        ("GET", "/api/v1/customers", False, 401),
        ("GET", "/api/v1/nowhere", True, 404),
        ("PUT", "/api/v1/customers", True, 405),
        ("POST", "/api/v1/customers", True, 400),
        ("POST", "/api/v1/auth/refresh", True, 400),
        ("GET", "/health", True, 200),
    ],
)
def test_a_refusal_leaves_nothing(
    shops: tuple[Shop, Shop], method: str, path: str, is_known: bool, status: int
) -> None:
    client, headers = Client(), bearer(shops[0].staff_user)
    assert client.get("/api/v1/customers", headers=headers).status_code == 200
    answer = client.generic(
        method,
        path,
        "{}",
        content_type="application/json",
        headers=headers if is_known else {"authorization": "Bearer x"},
    )
    assert answer.status_code == status
    assert seen() == (None, 0)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_a_request_leaves_nothing(
    shops: tuple[Shop, Shop], fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(raise_request_exception=False)

    def broken(*given: Any, **named: Any) -> None:
        assert acted_in() == shops[0].business.pk
        FAULTS[fault]()

    with monkeypatch.context() as patch:
        patch.setattr("customers.views.search_customers", broken)
        answer = client.get("/api/v1/customers/search?q=rahul", headers=bearer(shops[0].staff_user))
        assert answer.status_code in (500, 503)
    connection.close_if_unusable_or_obsolete()
    assert seen() == (None, 0)
    found = client.get("/api/v1/customers", headers=bearer(shops[1].staff_user)).json()["customers"]
    assert [row["id"] for row in found] == [str(shops[1].rahul.pk)]


@pytest.mark.parametrize("fault", ["nothing", *FAULTS])
def test_the_threads_of_the_socket_keep_no_business(shops: tuple[Shop, Shop], fault: str) -> None:
    tokens = [token_of(shop.staff_user) for shop in shops]

    def speak(number: int) -> int:
        """As each utterance does: log in, act, and perhaps fail."""
        login = login_by_token(tokens[number % 2], channel=Channel.VOICE, correlation_id="test", now=timezone.now())
        business_id, count = seen()
        assert business_id == login.actor.business_id == shops[number % 2].business.pk
        if number % 3 == 0:
            FAULTS.get(fault, lambda: None)()
        return count

    async def converse() -> tuple[list[Any], list[Any]]:
        work = [in_database(speak, number) for number in range(DATABASE_THREADS * 6)]
        answers = await asyncio.gather(*work, return_exceptions=True)
        probes: list[Coroutine[Any, Any, Any]] = [in_database(seen) for _ in range(DATABASE_THREADS * 3)]
        return answers, await asyncio.gather(*probes)

    answers, probed = asyncio.run(converse())
    faults = [answer for answer in answers if isinstance(answer, BaseException)]
    assert len(faults) == (0 if fault == "nothing" else len(answers) // 3)
    assert not [answer for answer in faults if isinstance(answer, AssertionError)]
    assert set(probed) == {(None, 0)}
    assert {answer for answer in answers if not isinstance(answer, BaseException)} == {1}


@pytest.mark.parametrize("fault", ["nothing", *FAULTS])
def test_a_job_leaves_nothing_to_the_next(shops: tuple[Shop, Shop], fault: str) -> None:
    found: list[list[str]] = []

    def work(*, then: Callable[[], None]) -> None:
        found.append([str(row.business_id) for row in Customer.objects.all()])
        then()

    job = correlated(in_its_business(work))
    for shop in shops * 2:
        with pytest.raises((ZeroDivisionError, DatabaseError)) if fault in FAULTS else nullcontext():
            job(correlation_id="test", business_id=str(shop.business.pk), then=FAULTS.get(fault, lambda: None))
        connection.close_if_unusable_or_obsolete()
        assert seen() == (None, 0)
    assert found == [[str(shop.business.pk)] for shop in shops * 2]
