"""One Idempotency-Key, one effect: asked 32 times at once of two server processes, and after a first attempt that crashed."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from execora.ops.children import wait_until
from tests.end_to_end.client import Answer, Rest, rows
from tests.support.live_server import LiveServer

pytestmark = pytest.mark.xdist_group("live_server")

AT_ONCE = 32


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    with LiveServer(f"execora_exactly_once_{os.getpid()}", workers=2, redis=True, data="fixture") as running:
        yield running


def person(server: LiveServer, name: str) -> Rest:
    """Log in as "admin", or the first or second of the "staff"."""
    shop = server.fixture["businesses"]["A"]
    login = shop["admin"] if name == "admin" else shop["staff"][int(name[-1]) - 1]
    answer = Rest(server).post("auth/login", {"username": login["username"], "password": login["password"]})
    assert answer.status == 200, answer.json
    return Rest(server, answer.json["token"])


def bill(server: LiveServer, quantity: str = "1") -> dict[str, Any]:
    shop = server.fixture["businesses"]["A"]
    items = [{"productId": shop["product"]["id"], "quantity": quantity}]
    return {"customerId": shop["customers"][1]["id"], "items": items}


def counted(server: LiveServer) -> dict[str, int]:
    tables = "ledger_entry ledger_posting billing_invoice billing_stockmovement core_auditevent core_idempotencykey"
    return {table: rows(server, f"SELECT count(*) AS n FROM {table}")[0]["n"] for table in tables.split()}


def all_at_once(server: LiveServer, who: Rest, path: str, body: dict[str, Any], key: str) -> list[Answer]:
    together = threading.Barrier(AT_ONCE)

    def send(_: int) -> Answer:
        together.wait()
        return who.post(path, body, Idempotency_Key=key)

    with ThreadPoolExecutor(AT_ONCE) as people:
        return list(people.map(send, range(AT_ONCE)))


@pytest.mark.parametrize("kind", ["bill", "payment"])
def test_32_at_once_have_one_effect_and_the_same_answer(server: LiveServer, kind: str) -> None:
    staff, before = person(server, "staff1"), counted(server)
    path, body = "invoices", bill(server)
    if kind == "payment":
        path, body = "ledger/payment", {"customerId": body["customerId"], "amount": "10.00", "paymentMode": "cash"}
    answers = all_at_once(server, staff, path, body, f"at-once-{kind}")
    assert [answer.status for answer in answers] == [201] * AT_ONCE
    assert all(answer.json == answers[0].json for answer in answers)
    assert sum("idempotent-replay" not in answer.headers for answer in answers) == 1
    grown = {table: now - before[table] for table, now in counted(server).items() if table != "ledger_posting"}
    bills = int(kind == "bill")
    assert grown == {
        "ledger_entry": 1,
        "billing_invoice": bills,
        "billing_stockmovement": bills,
        "core_auditevent": 1,
        "core_idempotencykey": 1,
    }


def test_a_key_is_for_one_body_and_one_user(server: LiveServer) -> None:
    first, second = person(server, "staff1"), person(server, "staff2")
    done = first.post("invoices", bill(server), Idempotency_Key="one-body")
    before = counted(server)
    refused = first.post("invoices", bill(server, "2"), Idempotency_Key="one-body")
    assert (refused.status, refused.json["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert counted(server) == before
    apart = second.post("invoices", bill(server), Idempotency_Key="one-body")
    assert apart.status == 201
    assert "idempotent-replay" not in apart.headers
    assert apart.json["invoice"]["id"] != done.json["invoice"]["id"]


@contextmanager
def stuck_before_its_number(server: LiveServer, who: Rest, key: str) -> Iterator[tuple[int, list[Answer | None]]]:
    """Hold the number series, so that a bill waits there with its stock and lines written; give its backend and its answer to come."""
    answers: list[Answer | None] = []

    def send() -> None:
        try:
            answers.append(who.post("invoices", bill(server), Idempotency_Key=key))
        except OSError:
            answers.append(None)

    with psycopg.connect(server.database.superuser_url) as holder:
        holder.execute("SELECT FROM billing_numberseries FOR UPDATE")
        thread = threading.Thread(target=send)
        thread.start()
        waiting: list[int] = []

        def waits() -> bool:
            found = rows(
                server,
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND %s = ANY (pg_blocking_pids(pid))",
                holder.info.backend_pid,
            )
            waiting[:] = [row["pid"] for row in found]
            return bool(waiting)

        assert wait_until(waits, timeout_seconds=20)
        yield waiting[0], answers
        holder.rollback()
        thread.join()


def test_a_retry_after_the_session_was_cut_in_mid_transaction(server: LiveServer) -> None:
    staff, before = person(server, "staff1"), counted(server)
    with stuck_before_its_number(server, staff, "session-cut") as (backend, answers):
        rows(server, "SELECT pg_terminate_backend(%s)", backend)
        assert wait_until(lambda: bool(answers), timeout_seconds=20)
    (cut,) = answers
    assert cut is not None
    assert (cut.status, cut.json["code"]) == (503, "DATABASE_UNAVAILABLE")
    assert counted(server) == before
    _retried_once(server, staff, "session-cut", before)


def test_a_retry_after_the_server_was_killed_in_mid_transaction(server: LiveServer) -> None:
    staff, before = person(server, "staff1"), counted(server)
    with stuck_before_its_number(server, staff, "server-killed") as (_, answers):
        server.kill("server")
        assert wait_until(lambda: bool(answers), timeout_seconds=20)
    server.start("server")
    assert answers == [None]
    _retried_once(server, staff, "server-killed", before)


def _retried_once(server: LiveServer, who: Rest, key: str, before: dict[str, int]) -> None:
    again = who.post("invoices", bill(server), Idempotency_Key=key)
    assert again.status == 201
    assert "idempotent-replay" not in again.headers
    assert who.post("invoices", bill(server), Idempotency_Key=key).json == again.json
    after = counted(server)
    assert {
        table: after[table] - before[table] for table in ("billing_invoice", "ledger_entry", "core_auditevent")
    } == {
        "billing_invoice": 1,
        "ledger_entry": 1,
        "core_auditevent": 1,
    }
