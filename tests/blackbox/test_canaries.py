"""Nothing personal or secret is in any log, whichever door it came by: server, worker, PostgreSQL and Redis, really run."""

import asyncio
import contextlib
import http.client
import json
import os
import re
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from execora.ops.children import wait_until
from tests.blackbox.canaries import Canaries
from tests.end_to_end.client import rows
from tests.support.gateway import Gateway
from tests.support.live_server import LiveServer
from tests.support.own_postgres import OwnPostgres
from webhooks.signature import signature_of

pytestmark = pytest.mark.xdist_group("live_server")
WEBHOOK = "/api/v1/webhook/whatsapp"
ROOMY = {"LIMIT_LOGIN": "1000/m", "LIMIT_BURST": "10000/s", "LIMIT_DEFAULT": "100000/h", "LIMIT_SOCKET": "1000/d"}
# The rows of these names and bodies are refused by the database, which tells all of the row in its details; a text is
# no integer, and that is told in the message itself.
BREAKS = """
ALTER TABLE customers_customer ADD CONSTRAINT broken_name CHECK (name NOT LIKE 'Broken%') NOT VALID;
ALTER TABLE webhooks_rawevent ADD CONSTRAINT broken_event CHECK (processed_at IS NULL OR body <> '\\x62726f6b656e') NOT VALID;
"""
BREAKS_TYPE = "ALTER TABLE customers_customer ALTER COLUMN address TYPE integer USING 0"


SMS_KEY = f"key {secrets.token_hex(16)}"


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    with Gateway() as running:
        yield running


@pytest.fixture(scope="module", params=["INFO", "DEBUG"])
def server(request: pytest.FixtureRequest, gateway: Gateway) -> Iterator[LiveServer]:
    """A deployment, not a demo, with the two shops of `manage.py fixture`."""
    within = Path(os.environ["DATA_DIR"]).parent
    process = {"EXECORA_DEMO": "0", "CODE_SINK_FILE": None, "LOG_LEVEL": request.param, **gateway.environment(SMS_KEY)}
    with LiveServer(
        "",
        workers=2,
        redis=True,
        data="fixture",
        environment=ROOMY,
        process_environment=process,
        postgres=OwnPostgres(within, dict(os.environ)),
    ) as started:
        yield started


class Doors:
    """Everything that a stranger, a user or Meta can hand in, each with canaries and a correlation id of its own."""

    def __init__(self, server: LiveServer, gateway: Gateway) -> None:
        self.server, self.gateway, self.canaries = server, gateway, Canaries()
        self.shop = server.fixture["businesses"]["A"]
        self.answers: dict[str, int] = {}

    def http(self, door: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send a request with canaries in every header as well, and remember what was answered."""
        word = self.canaries.word
        sent = {
            "X-Correlation-ID": door,
            "User-Agent": word(f"{door} user agent"),
            "Cookie": f"{word(f'{door} cookie name')}={word(f'{door} cookie')}",
            "Referer": f"http://{word(f'{door} referer')}.example/?q={word(f'{door} referer query')}",
            "X-Forwarded-For": word(f"{door} forwarded for"),
            word(f"{door} header name"): word(f"{door} header"),
            "Content-Type": "application/json",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        with contextlib.closing(connection):
            connection.request(method, path, raw, sent)
            response = connection.getresponse()
            self.answers[door] = response.status
            assert response.headers["X-Correlation-ID"] == door
            text = response.read()
        is_json = response.headers.get_content_type() == "application/json"
        return (json.loads(text) if is_json else text, response.headers)

    def rest(self, door: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return self.http(door, method, f"/api/v1/{path}", body, Authorization=f"Bearer {self.token}", **headers)[0]

    def log_in(self) -> None:
        word, login = self.canaries.word, "/api/v1/auth/login"
        wrong = {"username": word("wrong username"), "password": word("wrong password")}
        self.http("login-wrong", "POST", login, wrong)
        slug = self.shop["slug"]
        unknown = {"phone": self.canaries.phone("login by phone"), "business": slug}
        self.http("login-phone", "POST", login, unknown)
        self.http("login-code", "POST", login, {"challenge": word("challenge"), "otp": word("one-time code")})
        self.http("login-refresh", "POST", "/api/v1/auth/refresh", {"refreshToken": word("refresh token")})
        staff = self.shop["staff"][0]
        right = {"username": staff["username"], "password": self.canaries.known("password", staff["password"])}
        self.token = self.http("login-right", "POST", login, right)[0]["token"]
        head, claims, signature = self.token.split(".")
        for name, part in (("head", head), ("claims", claims), ("signature", signature)):
            self.canaries.known(f"token {name}", part)

    def code_doors(self) -> None:
        """A code that is really sent, used wrongly and then rightly."""
        login, known = "/api/v1/auth/login", self.canaries.known
        person, already = self.shop["customers"][1], len(self.gateway.taken)
        asked = {
            "phone": known("phone of the code", person["phone"].removeprefix("+91")),
            "business": self.shop["slug"],
        }
        challenge = known("challenge", self.http("code-asked", "POST", login, asked)[0]["challenge"])
        assert wait_until(lambda: len(self.gateway.taken) > already, timeout_seconds=30)
        headers, sent = self.gateway.taken[-1]
        assert headers["x-correlation-id"] == "code-asked"
        known("gateway's key", headers["authorization"])
        self.code = sent["text"]
        self.http(
            "code-wrong", "POST", login, {"challenge": challenge, "otp": f"{(int(self.code) + 1) % 1_000_000:06}"}
        )
        answer = self.http("code-right", "POST", login, {"challenge": challenge, "otp": self.code})[0]
        known("refresh token", answer["refreshToken"])
        known("customer's token", answer["token"].rpartition(".")[2])
        renewed = self.http("code-refresh", "POST", "/api/v1/auth/refresh", {"refreshToken": answer["refreshToken"]})[0]
        known("second refresh token", renewed["refreshToken"])
        ticket = self.http("code-ticket", "POST", "/api/v1/auth/ws-ticket", Authorization=f"Bearer {renewed['token']}")[
            0
        ]
        known("ticket", ticket["ticket"])

    def rest_doors(self) -> None:
        word, phone = self.canaries.word, self.canaries.phone
        person = {"name": f"Person {word('name')}", "phone": phone("phone"), "landmark": word("landmark")}
        made = self.rest("rest-customer", "POST", "customers", {**person, "notes": word("notes")})["customer"]
        self.rest("rest-again", "POST", "customers", person)
        key = word("idempotency key")
        pay = {"customerId": made["id"], "amount": "12.34", "paymentMode": "cash", "notes": word("payment notes")}
        self.rest("rest-payment", "POST", "ledger/payment", pay, Idempotency_Key=key)
        self.rest("rest-replayed", "POST", "ledger/payment", pay, Idempotency_Key=key)
        self.rest("rest-other-body", "POST", "ledger/payment", {**pay, "notes": ""}, Idempotency_Key=key)
        self.rest("rest-search", "GET", f"customers/search?q={word('search')}")
        self.rest("rest-query", "GET", f"customers?{word('query name')}={word('query value')}")
        self.rest("rest-no-route", "GET", f"{word('path')}/{word('path')}")
        self.rest("rest-no-customer", "GET", f"customers/{word('id')}")
        self.rest("rest-unknown-key", "POST", "customers", {word("key"): word("value"), "phone": word("bad phone")})
        self.rest("rest-bad-value", "POST", "ledger/payment", {**pay, "amount": word("amount")})
        self.rest("rest-no-json", "POST", "customers", f'{{"name": "{word("malformed body")}'.encode())
        self.rest("rest-not-utf8", "POST", "customers", word("latin body").encode() + b"\xff")
        self.rest("rest-media-type", "POST", "customers", b"x", Content_Type=f"text/{word('media type')}")
        self.rest("rest-method", "PUT", f"customers/{made['id']}", {"name": word("put name")})
        self.rest("rest-too-big", "POST", "customers", word("big body").encode() * 80_000)
        self.http("http-bad-host", "GET", "/admin/login/", Host=f"{word('host')}.example")
        self.http("http-page", "GET", f"/{word('page')}?token={word('page token')}&otp={word('page code')}")
        self.http("http-bad-path", "GET", f"/%ff{word('not utf-8 path')}")
        self.http("http-options", "OPTIONS", "/api/v1/me", Origin=f"https://{word('origin')}.example")
        self.http("http-metrics", "GET", "/metrics", Authorization=f"Bearer {word('metrics token')}")
        self.http("rest-no-token", "GET", "/api/v1/me", Authorization=f"Bearer {word('bearer')}")
        self.http("rest-basic", "GET", "/api/v1/me", Authorization=f"Basic {word('basic')}")
        link = f"/media/recordings/{word('object')}?expires=1&signature={word('link signature')}"
        self.http("http-recording", "GET", link)

    def failing_doors(self) -> None:
        """What fails inside, so that an exception with values in it goes through the log."""
        word, phone = self.canaries.word, self.canaries.phone
        with psycopg.connect(self.server.database.superuser_url, autocommit=True) as connection:
            connection.execute(BREAKS)  # type: ignore[arg-type]  # our own text
            broken = {
                "name": f"Broken {word('broken name')}",
                "phone": phone("broken phone"),
                "notes": word("broken notes"),
            }
            self.rest("fails-check", "POST", "customers", broken)
            self.webhook("webhook-job-fails", b"broken")
            connection.execute(BREAKS_TYPE)
        self.rest("fails-type", "POST", "customers", {"name": word("other name"), "address": word("broken address")})

    def webhook(self, door: str, body: bytes, **headers: str) -> None:
        signature = signature_of(body, app_secret=self.server.environment["WHATSAPP_APP_SECRET"])
        self.canaries.known("webhook signature", signature.removeprefix("sha256="))
        self.http(door, "POST", WEBHOOK, body, **{"X_Hub_Signature_256": signature, **headers})

    def webhook_doors(self) -> None:
        word = self.canaries.word
        report = {"id": word("wamid"), "status": "failed", "errors": [{"code": 1, "title": word("report error")}]}
        value = {
            "metadata": {"phone_number_id": self.shop["whatsappNumberId"]},
            "statuses": [report],
            "messages": [{"from": self.canaries.phone("sender")[1:], "text": {"body": word("message")}}],
        }
        event = json.dumps({"entry": [{"changes": [{"value": value}]}]}).encode()
        self.webhook("webhook-signed", event)
        self.webhook("webhook-wrong", event, X_Hub_Signature_256=f"sha256={word('wrong signature')}")
        self.webhook("webhook-no-json", word("event").encode())
        self.http("webhook-unsigned", "POST", WEBHOOK, event)
        challenge = f"hub.mode=subscribe&hub.verify_token={word('verify token')}&hub.challenge={word('challenge')}"
        self.http("webhook-challenge", "GET", f"{WEBHOOK}?{challenge}")

    def admin_doors(self) -> None:
        word, admin = self.canaries.word, self.shop["admin"]
        page, headers = self.http("admin-page", "GET", "/admin/login/")
        cookie = headers["Set-Cookie"].partition(";")[0]
        token = re.search(rb'csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token is not None

        def form(**fields: str) -> bytes:
            fields["csrfmiddlewaretoken"] = self.canaries.known("csrf token", token[1].decode())
            return "&".join(f"{name}={value}" for name, value in fields.items()).encode()

        kind = "application/x-www-form-urlencoded"
        wrong = form(username=word("admin name"), password=word("admin password"))
        self.http("admin-wrong", "POST", "/admin/login/", wrong, Cookie=cookie, Content_Type=kind)
        right = form(username=admin["username"], password=self.canaries.known("admin's password", admin["password"]))
        _, headers = self.http("admin-right", "POST", "/admin/login/", right, Cookie=cookie, Content_Type=kind)
        sessions = [value.partition(";")[0] for value in headers.get_all("Set-Cookie") or []]
        session = next(value for value in sessions if "session" in value.partition("=")[0])
        self.canaries.known("admin session", session.partition("=")[2])
        self.http("admin-search", "GET", f"/admin/customers/customer/?q={word('admin search')}", Cookie=session)
        self.http("admin-no-csrf", "POST", "/admin/logout/", form(x=word("admin field")), Content_Type=kind)

    def malformed_doors(self) -> None:
        """What is no HTTP: answered by the server before anything of ours sees it."""
        word = self.canaries.word
        for text in (
            f"GET /?token={word('bad version')} HTTP/9.9\r\n\r\n",
            f"{word('no request')}\r\n\r\n",
            f"GET /me HTTP/1.1\r\nHost: localhost\r\nA b: {word('bad header')}\r\n\r\n",
            f"GET /{word('long target')}{'x' * 200_000} HTTP/1.1\r\nHost: localhost\r\n\r\n",
            f"POST /api/v1/me HTTP/1.1\r\nHost: localhost\r\nContent-Length: {word('length')}\r\n\r\n",
            f"GET /ws?token={word('bad upgrade')} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade"
            f"\r\nSec-WebSocket-Key: {word('socket key')}\r\n\r\n",
        ):
            with socket.create_connection(("127.0.0.1", self.server.port), timeout=10) as client:
                client.sendall(text.encode())
                with contextlib.suppress(OSError):
                    client.recv(65_536)

    async def socket_doors(self) -> None:
        word = self.canaries.word
        url = f"{self.server.ws_url}?correlation_id=socket-refused"
        bearer = [("Authorization", f"Bearer {word('socket bearer')}")]
        for where, how in (
            (f"{url}&token={word('socket token')}", {}),
            (f"{url}&ticket={word('socket ticket')}", {}),
            (url, {"additional_headers": bearer}),
            (url, {"subprotocols": ["execora.v1", f"bearer.{word('socket subprotocol')}"]}),
            (url, {"origin": f"https://{word('socket origin')}.example"}),
            (f"{self.server.ws_url}/{word('socket path')}?correlation_id=socket-refused", {}),
        ):
            async with connect(where, proxy=None, **how) as refused:
                with pytest.raises(ConnectionClosed):
                    await refused.recv()
        address = f"{self.server.ws_url}?token={self.token}&correlation_id=socket-open"
        async with connect(address, proxy=None) as opened:
            assert json.loads(await opened.recv())["type"] == "voice:start"
            await self._speak(opened)

    async def _speak(self, opened: Any) -> None:
        word = self.canaries.word

        def told(kind: str, **data: Any) -> str:
            return json.dumps({"type": kind, "data": data})

        frames: list[str | bytes] = [
            f'{{"type": "{word("malformed frame")}',
            told(word("frame type")),
            told("ping", **{word("frame key"): word("frame value")}),
            told("voice:transcript", text=f"Rahul ko {word('partial text')}"),
            told(
                "voice:final",
                text=f"{word('spoken name')} ko 5 kilo chawal ka bill banao",
                utteranceId=word("utterance"),
            ),
            told("voice:final", text=f"mera number {self.canaries.phone('spoken phone')} hai"),
            told("voice:confirm", proposalId=word("proposal")),
            told("voice:start", audio={"encoding": word("encoding"), "sampleRate": 1}),
            told("recording:start", consent=word("consent")),
            b"RIFF" + word("sound").encode() * 10,
        ]
        for frame in frames:
            await opened.send(frame)
            await opened.recv()
        await opened.send(word("too long").encode() * 20_000)
        with pytest.raises(ConnectionClosed):
            while True:
                await opened.recv()

    def open_all(self) -> None:
        self.log_in()
        self.code_doors()
        self.rest_doors()
        self.webhook_doors()
        self.admin_doors()
        self.malformed_doors()
        asyncio.run(self.socket_doors())
        self.failing_doors()


def logs_of(server: LiveServer) -> dict[str, str]:
    assert isinstance(server.database, OwnPostgres)
    return {
        "server": server.said("server"),
        "worker": server.said("worker"),
        "log file": server.log_file.read_text(),
        "postgres": server.database.log,
        "redis": server.redis_log(),
    }


@pytest.fixture(scope="module")
def doors(server: LiveServer, gateway: Gateway) -> Doors:
    """All doors, opened; every process has ended, and with it has written what it had."""
    doors = Doors(server, gateway)
    doors.open_all()
    settled = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'webhooks.process_event' AND attempts = 0"
    assert wait_until(lambda: rows(server, settled)[0]["count"] == 0, timeout_seconds=30)
    server.stop("server")
    server.stop("worker")
    return doors


def test_every_door_was_open_as_far_as_it_should(doors: Doors) -> None:
    """Positive control: what was handed in went as deep as it was meant to."""
    answers = doors.answers
    assert {door: answers[door] for door in answers if answers[door] not in (400, 401, 403, 404)} == {
        "login-phone": 202,
        "code-asked": 202,
        "code-right": 200,
        "code-refresh": 200,
        "code-ticket": 200,
        "login-right": 200,
        "rest-customer": 201,
        "rest-again": 409,
        "rest-payment": 201,
        "rest-replayed": 201,
        "rest-other-body": 422,
        "rest-search": 200,
        "rest-media-type": 415,
        "rest-method": 405,
        "rest-too-big": 413,
        "http-metrics": 200,
        "webhook-signed": 200,
        "webhook-no-json": 200,
        "webhook-job-fails": 200,
        "admin-page": 200,
        "admin-wrong": 200,
        "admin-right": 302,
        "admin-search": 200,
        "fails-check": 500,
        "fails-type": 500,
    }


def test_what_must_be_in_the_logs_is_there(doors: Doors, server: LiveServer) -> None:
    """Positive control: each request has its line, each fault its place, and the search finds what there is."""
    lines = server.log_lines()
    requests = {line["correlation_id"]: line for line in lines if line["event"] == "request"}
    assert {door: requests[door]["status_code"] for door in doors.answers} == doors.answers
    faults = {line["correlation_id"]: line["exception"] for line in lines if "exception" in line}
    assert "broken_name" in "".join(faults["fails-check"])
    assert "broken_event" in "".join(faults["webhook-job-fails"])
    assert [
        line for line in lines if line["event"] == "webhook_processed" and line["correlation_id"] == "webhook-signed"
    ]
    logs = logs_of(server)
    known = Canaries()
    known.known("server", "fails-check")
    assert all(known.found_in(logs[name]) for name in ("server", "log file"))
    assert "webhook-job-fails" in logs["worker"]
    assert "ready to accept connections" in logs["postgres"]
    assert "Ready to accept connections" in logs["redis"]


def test_no_log_holds_a_canary(doors: Doors, server: LiveServer) -> None:
    assert {name: doors.canaries.found_in(text) for name, text in logs_of(server).items()} == {
        "server": {},
        "worker": {},
        "log file": {},
        "postgres": {},
        "redis": {},
    }
    # Six digits stand in many an id: a code is one when nothing else is around it.
    code = re.compile(rf"(?<![\w.-]){doors.code}(?![\w.-])")
    assert [name for name, text in logs_of(server).items() if code.search(text)] == []
