"""One id from the client's header to the answer, the logs, the audit, the books, the jobs and the socket, whoever answers."""

import asyncio
import contextlib
import http.client
import json
import os
import re
import socket
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from websockets.asyncio.client import connect

from execora.ops.children import wait_until
from tests.blackbox.test_access import token_of
from tests.end_to_end.client import rows
from tests.support.live_server import LiveServer
from webhooks.signature import signature_of

pytestmark = pytest.mark.xdist_group("live_server")
ENVIRONMENT = {"LIMIT_LOGIN": "1000/m", "LIMIT_BURST": "10000/s", "LIMIT_DEFAULT": "100000/h", "LIMIT_INVOICE": "1/h"}
WEBHOOK = "/api/v1/webhook/whatsapp"
NEW_ID = re.compile(r"[0-9a-f]{32}")
BREAK = "ALTER TABLE customers_customer ADD CONSTRAINT broken_name CHECK (name <> 'Broken') NOT VALID"
Answer = tuple[int, http.client.HTTPMessage, bytes]


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    with LiveServer(
        f"execora_correlation_{os.getpid()}", workers=2, redis=True, data="fixture", environment=ENVIRONMENT
    ) as started:
        yield started


@pytest.fixture(scope="module")
def token(server: LiveServer) -> str:
    return token_of(server, "A", "staff")


class Client:
    """Sends requests of one user, each with the id it is given."""

    def __init__(self, server: LiveServer, token: str) -> None:
        self.server, self.token = server, token
        self.shop = server.fixture["businesses"]["A"]

    def send(self, name: str, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        sent = {
            "X-Correlation-ID": name,
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            **{key.replace("_", "-"): value for key, value in headers.items()},
        }
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        with contextlib.closing(connection):
            connection.request(method, path, raw, sent)
            response = connection.getresponse()
            return response.status, response.headers, response.read()

    def bill(self, name: str) -> Answer:
        items = [{"productId": self.shop["product"]["id"], "quantity": "1"}]
        body = {"customerId": self.shop["customers"][0]["id"], "items": items}
        return self.send(name, "POST", "/api/v1/invoices", body)

    def one_bill_too_many(self, name: str) -> Answer:
        """Ask for bills until one is refused: one an hour is allowed, and the hour may turn in between."""
        first = self.bill("before-it")
        assert first[0] in (201, 429), first
        return self.bill(name)

    def broken(self, name: str) -> Answer:
        with psycopg.connect(self.server.database.superuser_url, autocommit=True) as superuser:
            superuser.execute(f"{BREAK}")  # type: ignore[arg-type]  # our own text
            try:
                return self.send(name, "POST", "/api/v1/customers", {"name": "Broken"})
            finally:
                superuser.execute("ALTER TABLE customers_customer DROP CONSTRAINT broken_name")

    def without_database(self, name: str) -> Answer:
        """Ask while the application may not connect."""
        with psycopg.connect(self.server.database.superuser_url, dbname="postgres", autocommit=True) as superuser:
            database = self.server.database.name
            superuser.execute(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS false')  # type: ignore[arg-type]
            superuser.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = 'execora_app'",
                [database],
            )
            try:
                return self.send(name, "GET", "/api/v1/me")
            finally:
                superuser.execute(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS true')  # type: ignore[arg-type]
                assert wait_until(self.is_healthy, timeout_seconds=20)

    def is_healthy(self) -> bool:
        """Tell whether both workers have seen the database again: each keeps what it last saw of it for a while."""
        return all(self.send("is-healthy", "GET", "/health")[0] == 200 for _ in range(16))


# What is asked, and what is answered.
TABLE: dict[str, tuple[Callable[[Client, str], Answer], int]] = {
    "read": (lambda c, name: c.send(name, "GET", "/api/v1/me"), 200),
    "written": (lambda c, name: c.bill(name), 201),
    "bad-input": (lambda c, name: c.send(name, "POST", "/api/v1/customers", {"x": 1}), 400),
    "bad-json": (lambda c, name: c.send(name, "POST", "/api/v1/customers", b"{"), 400),
    "bad-path": (lambda c, name: c.send(name, "GET", "/%ff%fe"), 400),
    "no-token": (lambda c, name: c.send(name, "GET", "/api/v1/me", Authorization=""), 401),
    "no-metrics-token": (lambda c, name: c.send(name, "GET", "/api/v1/me", Authorization="Bearer x"), 401),
    "unsigned": (lambda c, name: c.send(name, "POST", WEBHOOK, b"{}"), 403),
    "no-route": (lambda c, name: c.send(name, "GET", "/api/v1/nothing"), 404),
    "no-page": (lambda c, name: c.send(name, "GET", "/nothing"), 404),
    "no-row": (lambda c, name: c.send(name, "GET", "/api/v1/customers/cust-999"), 404),
    "method": (lambda c, name: c.send(name, "PUT", "/api/v1/customers", {}), 405),
    "too-big": (lambda c, name: c.send(name, "POST", "/api/v1/customers", b" " * 2_000_000), 413),
    "media-type": (lambda c, name: c.send(name, "POST", "/api/v1/customers", b"a", Content_Type="text/plain"), 415),
    "too-many": (lambda c, name: c.one_bill_too_many(name), 429),
    "fails": (lambda c, name: c.broken(name), 500),
    "no-database": (lambda c, name: c.without_database(name), 503),
    "admin": (lambda c, name: c.send(name, "GET", "/admin/"), 302),
    "static": (lambda c, name: c.send(name, "GET", "/static/none.css"), 404),
    "health": (lambda c, name: c.send(name, "GET", "/health"), 200),
}


@pytest.mark.parametrize("name", TABLE)
def test_the_answer_and_its_log_line_have_the_clients_id(server: LiveServer, token: str, name: str) -> None:
    ask, expected = TABLE[name]
    sent = f"table-{name}"
    status, headers, body = ask(Client(server, token), sent)
    assert status == expected
    assert headers.get_all("X-Correlation-ID") == [sent]
    if status >= 400 and headers.get_content_type() == "application/json":
        assert json.loads(body)["correlationId"] == sent
    assert wait_until(lambda: sent in answered(server), timeout_seconds=10)
    assert answered(server)[sent] == expected


def answered(server: LiveServer) -> dict[str, int]:
    lines = [line for line in server.log_lines() if line["event"] == "request"]
    return {line["correlation_id"]: line["status_code"] for line in lines}


HOST = b"Host: localhost\r\nX-Correlation-ID: from-the-client\r\n"
# What the server itself answers, before there is a request: it cannot know the client's id.
MALFORMED = {
    "no HTTP": b"hello\r\n\r\n",
    "an odd version": b"GET / HTTP/9.9\r\n" + HOST + b"\r\n",
    "an odd header": b"GET / HTTP/1.1\r\n" + HOST + b"A b: c\r\n\r\n",
    "an odd length": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1, 1\r\n\r\n",
    "a head without end": b"GET / HTTP/1.1\r\n" + HOST + b"A: " + b"x" * 300_000,
}


@pytest.mark.parametrize("sent", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_request_is_answered_with_a_new_id_that_is_in_the_log(server: LiveServer, sent: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(sent)
        received = b""
        with contextlib.suppress(OSError):
            while piece := client.recv(65_536):
                received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    ids = re.findall(rb"(?i)^x-correlation-id: (.+?)\r?$", head, re.MULTILINE)
    assert head.startswith(b"HTTP/1.1 400")
    assert len(ids) == 1
    correlation_id = ids[0].decode()
    assert NEW_ID.fullmatch(correlation_id)
    assert json.loads(body)["correlationId"] == correlation_id
    assert wait_until(lambda: answered(server).get(correlation_id) == 400, timeout_seconds=10)


def test_the_login_that_cannot_be_counted_has_it_too(server: LiveServer, token: str) -> None:
    """The last but one: nothing here uses Redis after it."""
    with LiveServer(
        f"execora_correlation_redis_{os.getpid()}", redis=True, data="fixture", environment=ENVIRONMENT
    ) as fragile:
        fragile.kill_redis()
        body = {"username": "staff", "password": "wrong"}
        status, headers, _ = Client(fragile, token).send("login-uncounted", "POST", "/api/v1/auth/login", body)
        assert (status, headers["X-Correlation-ID"]) == (503, "login-uncounted")


def test_it_is_in_the_audit_the_books_and_the_entry(server: LiveServer, token: str) -> None:
    client = Client(server, token)
    body = {"customerId": client.shop["customers"][0]["id"], "amount": "5.00", "paymentMode": "cash"}
    assert client.send("written-to-the-books", "POST", "/api/v1/ledger/payment", body)[0] == 201
    for table in ("core_auditevent", "ledger_entry"):
        found = rows(server, f"SELECT count(*) FROM {table} WHERE correlation_id = 'written-to-the-books'")
        assert found[0]["count"] == 1, table


def test_it_is_in_the_inbox_the_job_and_the_workers_lines(server: LiveServer, token: str) -> None:
    event = json.dumps({"entry": []}).encode()
    signature = signature_of(event, app_secret=server.environment["WHATSAPP_APP_SECRET"])
    answer = Client(server, token).send("event-of-meta", "POST", WEBHOOK, event, X_Hub_Signature_256=signature)
    assert answer[0] == 200
    assert len(rows(server, "SELECT FROM webhooks_rawevent WHERE correlation_id = 'event-of-meta'")) == 1
    assert len(rows(server, "SELECT FROM procrastinate_jobs WHERE args ->> 'correlation_id' = 'event-of-meta'")) == 1

    def told() -> bool:
        lines = server.log_lines()
        return any(line["event"] == "webhook_processed" and line["correlation_id"] == "event-of-meta" for line in lines)

    assert wait_until(told, timeout_seconds=30), server.said("worker")


@pytest.mark.parametrize("way", ["header", "query"])
def test_a_socket_has_it_in_its_handshake_its_session_its_faults_and_what_it_writes(
    server: LiveServer, token: str, way: str
) -> None:
    sent, headers = f"socket-by-{way}", {"Authorization": f"Bearer {token}"}
    address = server.ws_url
    if way == "query":
        address += f"?correlation_id={sent}"
    else:
        headers["X-Correlation-ID"] = sent

    async def speak() -> tuple[str | None, str]:
        async with connect(address, additional_headers=headers, proxy=None) as opened:
            assert json.loads(await opened.recv())["type"] == "voice:start"
            await opened.send("{")
            fault = json.loads(await opened.recv())
            await opened.send(
                json.dumps(
                    {"type": "voice:final", "data": {"text": "Priya ne 10 rupaye jama kiye", "utteranceId": sent}}
                )
            )
            while json.loads(await opened.recv())["type"] != "voice:response":
                pass  # what comes before it is not asked here
            assert opened.response is not None
            return opened.response.headers["X-Correlation-ID"], fault["data"]["correlationId"]

    assert asyncio.run(speak()) == (sent, sent)
    for table in ("voice_voicesession", "core_auditevent"):
        assert rows(server, f"SELECT FROM {table} WHERE correlation_id = %s", sent), table
