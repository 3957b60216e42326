"""Meta's door from outside: who may come in, how much is taken, and that a flood there leaves the others alone."""

import http.client
import os
import urllib.parse
import uuid
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import psycopg
import pytest

from execora.ops.children import wait_until
from tests.end_to_end.client import Answer, Rest, rows, written
from tests.support.live_server import LiveServer
from webhooks.signature import signature_of

pytestmark = pytest.mark.xdist_group("live_server")
PATH = "/api/v1/webhook/whatsapp"
MEGABYTE = 1024 * 1024
AT_ONCE = 2


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    environment = {"WEBHOOK_AT_ONCE": str(AT_ONCE)}
    with LiveServer(f"execora_webhook_{os.getpid()}", data="fixture", environment=environment) as started:
        yield started


def event_of(size: int = 0) -> bytes:
    """Return an event that was never sent before, of `size` bytes at least."""
    return (b'{"entry": [], "id": "%s"}' % uuid.uuid4().hex.encode()).ljust(size)


def sign(server: LiveServer, body: bytes) -> str:
    return signature_of(body, app_secret=server.fixture["webhookSecret"])


def post(server: LiveServer, body: bytes, *signatures: str | bytes, path: str = PATH) -> tuple[int, dict[str, str]]:
    """Post `body` with a header for each signature; return the status and the headers, lower case."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.putrequest("POST", path)
        connection.putheader("Content-Length", str(len(body)))
        for signature in signatures:
            connection.putheader("X-Hub-Signature-256", signature)
        connection.endheaders(body)
        response = connection.getresponse()
        response.read()
        return response.status, {name.lower(): value for name, value in response.getheaders()}
    finally:
        connection.close()


@pytest.mark.parametrize(
    "wrong",
    [
        "none",
        "empty",
        "of other bytes",
        "by another secret",
        "cut short",
        "one digit more",
        "another digit",
        "upper-case digits",
        "upper-case scheme",
        "no scheme",
        "another scheme",
        "not ASCII",
        "not UTF-8",
        "twice",
        "twice, one of them wrong",
        "two in one header",
        "spaces within",
    ],
)
def test_without_its_one_right_signature_an_event_is_refused_and_nothing_stored(server: LiveServer, wrong: str) -> None:
    body = event_of()
    right = sign(server, body)
    digits = right.removeprefix("sha256=")
    signatures: dict[str, tuple[str | bytes, ...]] = {
        "none": (),
        "empty": ("",),
        "of other bytes": (sign(server, body + b" "),),
        "by another secret": (signature_of(body, app_secret="another secret of some length"),),
        "cut short": (right[:-1],),
        "one digit more": (right + "0",),
        "another digit": (right[:-1] + ("0" if right[-1] != "0" else "1"),),
        "upper-case digits": ("sha256=" + digits[:-1].upper() + "F" + digits[-1],),
        "upper-case scheme": ("SHA256=" + digits,),
        "no scheme": (digits,),
        "another scheme": ("sha1=" + digits,),
        "not ASCII": (right[:-1] + "\u00e9",),
        "not UTF-8": (right.encode()[:-1] + b"\xff",),
        "twice": (right, right),
        "twice, one of them wrong": ("sha256=" + "0" * 64, right),
        "two in one header": (f"{right}, {right}",),
        "spaces within": (right.replace("=", "= "),),
    }
    before = written(server)
    status, headers = post(server, body, *signatures[wrong])
    assert status == 403
    assert headers["x-correlation-id"]
    assert written(server) == before


def test_the_right_signature_is_taken(server: LiveServer) -> None:
    body = event_of()
    assert post(server, body, sign(server, body))[0] == 200
    stored = rows(server, "SELECT count(*) FROM webhooks_rawevent WHERE body = %s", body)
    assert stored == [{"count": 1}]


def challenge(server: LiveServer, query: dict[str, str]) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request("GET", f"{PATH}?{urllib.parse.urlencode(query)}")
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def test_the_challenge_is_answered_to_who_knows_the_verify_token(server: LiveServer) -> None:
    asked = {
        "hub.mode": "subscribe",
        "hub.challenge": "1158201444",
        "hub.verify_token": server.environment["WHATSAPP_VERIFY_TOKEN"],
    }
    assert challenge(server, asked) == (200, b"1158201444")
    for wrong in ("", "wrong", "\u0917\u0932\u0924", asked["hub.verify_token"].upper()):
        assert challenge(server, {**asked, "hub.verify_token": wrong})[0] == 403
    assert challenge(server, {**asked, "hub.mode": "unsubscribe"})[0] == 403


def test_an_event_may_be_of_three_megabytes_and_what_others_send_of_one(server: LiveServer) -> None:
    largest = event_of(3 * MEGABYTE)
    assert len(largest) == 3 * MEGABYTE
    for path in (PATH, f"{PATH}/"):
        assert post(server, largest, sign(server, largest), path=path)[0] == 200
    before = written(server)
    assert post(server, largest + b" ", sign(server, largest + b" "))[0] == 413
    for path in ("/api/v1/invoices", f"{PATH}/more", "/api/v1/webhook"):
        assert post(server, b" " * (MEGABYTE + 1), path=path)[0] == 413
    assert written(server) == before


def waiting_for_events(server: LiveServer) -> int:
    [row] = rows(server, "SELECT count(*) FROM pg_locks WHERE relation = 'webhooks_rawevent'::regclass AND NOT granted")
    return int(row["count"])


def test_beyond_the_ceiling_an_event_is_told_to_come_again_and_others_are_served(server: LiveServer) -> None:
    def deliver(body: bytes) -> tuple[int, dict[str, str]]:
        return post(server, body, sign(server, body))

    bodies = [event_of() for _ in range(AT_ONCE)]
    late = event_of()
    with (
        psycopg.connect(server.database.superuser_url) as holder,
        ThreadPoolExecutor(AT_ONCE) as senders,
    ):
        holder.execute("LOCK TABLE webhooks_rawevent IN EXCLUSIVE MODE")
        sent: list[Future[tuple[int, dict[str, str]]]] = [senders.submit(deliver, body) for body in bodies]
        assert wait_until(lambda: waiting_for_events(server) == AT_ONCE, timeout_seconds=4)
        status, headers = deliver(late)
        other: Answer = Rest(server).get("me")
        holder.rollback()
        assert [one.result()[0] for one in sent] == [200] * AT_ONCE
    assert (status, int(headers["retry-after"]) > 0) == (503, True)
    assert other.status == 401
    assert deliver(late)[0] == 200
