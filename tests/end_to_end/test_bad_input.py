"""What is wrong is refused in the words of the wire, over real HTTP and the real socket: nothing is written, never a 500."""

import asyncio
import json
import os
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.end_to_end.client import Rest, logged_in, rows, talking, written

if TYPE_CHECKING:
    from tests.end_to_end.conftest import OtherShop
    from tests.support.live_server import LiveServer

pytestmark = pytest.mark.xdist_group("live_server")
Body = dict[str, Any]
NOWHERE = "0198c0de-0000-7000-8000-000000000000"
PAYMENT = {"customerId": "cust-003", "amount": "5.00", "paymentMode": "cash"}
CREDIT = {"customerId": "cust-003", "amount": "5.00", "description": "Rashan"}
BILL = {"customerId": "cust-003", "items": [{"productName": "Chawal", "quantity": "1"}]}
PRODUCT = {"name": "Never Made", "unit": "kg", "price": "10.00"}
REMINDER = {"customerId": "cust-003", "datetime": "2099-01-01T12:00:00+05:30"}


@pytest.fixture
def server(live_server_process: "LiveServer", other_shop: "OtherShop") -> Iterator["LiveServer"]:
    """The running server; whatever a test of this file sends it, nothing of the books may be written."""
    before = written(live_server_process)
    yield live_server_process
    assert written(live_server_process) == before


@pytest.fixture(scope="module")
def staff(live_server_process: "LiveServer") -> Rest:
    return logged_in(live_server_process, "staff")


def bill(**item: Any) -> Body:
    return {**BILL, "items": [{"productName": "Chawal", "quantity": "1", **item}]}


NUMBERS = [
    "-5",
    -5,
    "0",
    0,
    0.004,
    1e300,
    "NaN",
    "Infinity",
    "1e3",
    "1" * 20,
    10**19,
    True,
    None,
    [],
    {},
    "५",
    "",
    " 5 ",
]
BAD_BODIES: list[tuple[str, Any]] = [
    *[("ledger/payment", {**PAYMENT, "amount": number}) for number in NUMBERS],
    *[("ledger/credit", {**CREDIT, "amount": number}) for number in NUMBERS],
    *[("ledger/opening-balance", {"customerId": "cust-004", "amount": number}) for number in NUMBERS],
    *[("invoices", bill(quantity=0.0004 if number == 0.004 else number)) for number in NUMBERS],
    *[("invoices", bill(unitPrice=number)) for number in ("-1", "NaN", "1" * 20, True, [])],
    *[("invoices", bill(discount=number)) for number in ("-1", "NaN", "1" * 20, True, [])],
    *[("products", {**PRODUCT, "price": number}) for number in ("-1", "NaN", "1" * 20, True, None)],
    *[("products", {**PRODUCT, "stock": number}) for number in ("-1", "NaN", "1" * 20, True)],
    ("ledger/payment", {**PAYMENT, "unknown": 1}),
    ("ledger/payment", {**PAYMENT, "balance": "0.00"}),
    ("ledger/payment", {**PAYMENT, "business": NOWHERE}),
    ("ledger/payment", {**PAYMENT, "customerId": 3}),
    ("ledger/payment", {**PAYMENT, "customerId": ["cust-003"]}),
    ("ledger/payment", {**PAYMENT, "customerId": {"id": "cust-003"}}),
    ("ledger/payment", {**PAYMENT, "customerId": "x" * 41}),
    ("ledger/payment", {**PAYMENT, "paymentMode": "gold"}),
    ("ledger/payment", {**PAYMENT, "date": "31-12-2026"}),
    ("ledger/payment", {**PAYMENT, "notes": "\u0000"}),
    ("ledger/payment", {**PAYMENT, "notes": "x" * 301}),
    ("ledger/payment", {}),
    ("ledger/payment", [PAYMENT]),
    ("ledger/payment", "text"),
    ("ledger/payment", b"{"),
    ("ledger/payment", b'{"amount": NaN}'),
    ("ledger/payment", b'{"amount": "\xff"}'),
    ("ledger/payment", b'{"customerId": "\\ud800"}'),
    ("ledger/payment", b"[" * 50_000),
    ("customers", {"name": 5}),
    ("customers", {"name": ""}),
    ("customers", {"name": "   "}),
    ("customers", {"name": "Never Made", "role": "admin"}),
    ("customers", {"name": "Never Made", "phone": "12"}),
    ("customers", {"name": "Never Made", "phone": 9820010001}),
    ("customers", {"name": "Never Made", "stateCode": "MH"}),
    ("customers", {"name": "Never Made", "gstin": "27AAPFU0939F1ZX"}),
    ("invoices", {"customerId": "cust-003", "items": []}),
    ("invoices", {"customerId": "cust-003", "items": {}}),
    ("invoices", {"customerId": "cust-003", "items": [1]}),
    ("invoices", {"customerId": "cust-003", "items": [{"quantity": "1"}]}),
    ("invoices", bill(productId=NOWHERE)),
    ("invoices", bill(total="1.00")),
    ("invoices", {**BILL, "draft": "perhaps"}),
    ("reminders", {**REMINDER, "datetime": "tomorrow"}),
    ("reminders", {**REMINDER, "datetime": 5}),
    ("reminders", {**REMINDER, "datetime": "0000-00-00T99:99:99Z"}),
    ("reminders", {**REMINDER, "repeat": "hourly"}),
    ("reminders", {**REMINDER, "amount": "-1"}),
    ("auth/login", {"username": "staff"}),
    ("auth/login", {"username": ["staff"], "password": "x"}),
    ("auth/login", {"username": "staff", "password": {"$ne": ""}}),
    ("auth/login", {"username": "st\u0000aff", "password": "x"}),
]


@pytest.mark.parametrize(("path", "body"), BAD_BODIES, ids=lambda value: repr(value)[:70])
def test_a_malformed_body_is_a_400_that_names_the_field(
    server: "LiveServer", staff: Rest, path: str, body: Any
) -> None:
    answer = staff.post(path, body)
    assert answer.status == 400, answer.json
    problem = answer.json
    assert {"statusCode", "error", "message", "code", "correlationId"} <= problem.keys()
    assert (problem["statusCode"], problem["error"]) == (400, "Bad Request")
    assert problem["correlationId"] == answer.headers["x-correlation-id"]
    assert problem["code"] in ("INVALID_INPUT", "INVALID_GSTIN", "INVALID_PHONE", "INVALID_STATE_CODE")
    if isinstance(body, dict):
        assert problem["fields"]


def _foreign(shop: "OtherShop") -> list[tuple[str, str, Body, int, str]]:
    return [
        ("POST", "ledger/payment", {**PAYMENT, "customerId": shop.customer}, 404, "CUSTOMER_NOT_FOUND"),
        ("POST", "ledger/credit", {**CREDIT, "customerId": shop.customer}, 404, "CUSTOMER_NOT_FOUND"),
        ("POST", "ledger/opening-balance", {"customerId": shop.customer, "amount": 1}, 404, "CUSTOMER_NOT_FOUND"),
        ("POST", f"ledger/entries/{shop.entry}/reverse", {"reason": "mine"}, 404, "ENTRY_NOT_FOUND"),
        ("POST", "invoices", {**BILL, "customerId": shop.customer}, 404, "CUSTOMER_NOT_FOUND"),
        (
            "POST",
            "invoices",
            {"customerId": "cust-003", "items": [{"productId": shop.product, "quantity": 1}]},
            404,
            "PRODUCT_NOT_FOUND",
        ),
        ("POST", "invoices", bill(productName="Other Rice"), 404, "PRODUCT_NOT_FOUND"),
        ("POST", f"products/{shop.product}/stock", {"quantity": "-1", "reason": "damage"}, 404, "PRODUCT_NOT_FOUND"),
        ("PATCH", f"products/{shop.product}", {"price": "1.00"}, 404, "PRODUCT_NOT_FOUND"),
        ("PATCH", f"customers/{shop.customer}", {"name": "Mine"}, 404, "CUSTOMER_NOT_FOUND"),
        ("POST", "reminders", {**REMINDER, "customerId": shop.customer}, 404, "CUSTOMER_NOT_FOUND"),
        ("GET", f"customers/{shop.customer}", {}, 404, "CUSTOMER_NOT_FOUND"),
        ("GET", f"ledger/{shop.customer}", {}, 404, "CUSTOMER_NOT_FOUND"),
        ("GET", f"products/{shop.product}", {}, 404, "PRODUCT_NOT_FOUND"),
        ("GET", f"invoices?customerId={shop.customer}", {}, 404, "CUSTOMER_NOT_FOUND"),
    ]


@pytest.mark.parametrize("number", range(15))
def test_what_is_another_shops_is_absent(
    server: "LiveServer", staff: Rest, other_shop: "OtherShop", number: int
) -> None:
    method, path, body, status, code = _foreign(other_shop)[number]
    looked_at = "SELECT name, stock, price_paise FROM billing_product WHERE id = %s"
    before = rows(server, looked_at, other_shop.product)
    answer = staff.send(method, path, None if method == "GET" else body)
    assert (answer.status, answer.json["code"]) == (status, code), answer.json
    assert rows(server, looked_at, other_shop.product) == before


@pytest.mark.parametrize("reference", [NOWHERE, "cust-999", "%27--", "a" * 200, "..%2f..", "NaN", "-1", "%F0%9F%98%80"])
def test_what_is_nowhere_is_absent(server: "LiveServer", staff: Rest, reference: str) -> None:
    for path in (f"customers/{reference}", f"ledger/{reference}", f"products/{reference}", f"invoices/{reference}"):
        answer = staff.get(path)
        assert (answer.status, answer.json["statusCode"]) == (404, 404), path


@pytest.mark.parametrize("path", ["customers/%00", "customers/%ff", "customers?limit=%zz", "customers/search?q=%00"])
def test_a_broken_address_is_a_400(server: "LiveServer", staff: Rest, path: str) -> None:
    answer = staff.get(path)
    assert (answer.status, answer.json["code"]) == (400, "INVALID_INPUT")


def test_a_body_that_is_too_large_or_no_json_is_told_so(server: "LiveServer", staff: Rest) -> None:
    large = staff.post("ledger/payment", {**PAYMENT, "notes": "x" * 2_000_000})
    assert (large.status, large.json["code"]) == (413, "BODY_TOO_LARGE")
    form = staff.post("ledger/payment", b"amount=5", Content_Type="application/x-www-form-urlencoded")
    assert (form.status, form.json["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
    wrong = staff.send("DELETE", "ledger/payment")
    assert (wrong.status, wrong.json["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert "POST" in wrong.headers["allow"]


@pytest.mark.parametrize("key", ["short", "x" * 65, "has space 1", "semi;colon-1", "../../etc/passwd"])
def test_a_malformed_idempotency_key_is_refused(server: "LiveServer", staff: Rest, key: str) -> None:
    answer = staff.post("ledger/payment", PAYMENT, Idempotency_Key=key)
    assert (answer.status, list(answer.json["fields"])) == (400, ["Idempotency-Key"])


def forged(server: "LiveServer", how: str) -> str:
    """Return a token that is wrong in one way; "true" is right, to show that the others differ in that way alone."""
    token = logged_in(server, "staff").token or ""
    secret = os.environ["JWT_SECRET"]
    claims = jwt.decode(token, options={"verify_signature": False})
    changes: dict[str, Body] = {
        "true": {},
        "expired": {"exp": int(time.time()) - 1},
        "another audience": {"aud": "someone-else"},
        "another issuer": {"iss": "someone-else"},
        "a refresh token": {"typ": "refresh"},
        "no session": {"sid": NOWHERE},
        "another user": {"sub": NOWHERE},
        "another key": {},
        "no signature": {},
    }
    changed = {**claims, **changes[how]}
    if how == "no signature":
        return jwt.encode(changed, key=None, algorithm="none")
    key = "another key " * 4 if how == "another key" else secret
    return jwt.encode(changed, key, algorithm="HS256", headers={"kid": jwt.get_unverified_header(token)["kid"]})


WAYS = (
    "expired",
    "another audience",
    "another issuer",
    "a refresh token",
    "no session",
    "another user",
    "another key",
    "no signature",
)


def test_the_forger_can_make_a_true_token(server: "LiveServer") -> None:
    assert Rest(server, forged(server, "true")).get("me").status == 200


@pytest.mark.parametrize("how", WAYS)
def test_a_wrong_token_is_a_401(server: "LiveServer", how: str) -> None:
    answer = Rest(server, forged(server, how)).post("ledger/payment", PAYMENT)
    assert (answer.status, answer.json["code"]) == (401, "UNAUTHENTICATED")
    assert answer.headers["www-authenticate"] == "Bearer"


async def refusal(server: "LiveServer", query: str = "", **headers: str) -> tuple[int, str]:
    """Knock at the socket; return the code and reason of the close that follows the acceptance."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    async with connect(server.ws_url + query, additional_headers=sent, proxy=None) as socket:
        with pytest.raises(ConnectionClosed):
            async with asyncio.timeout(20):
                await socket.recv()
        assert socket.close_code is not None
        return socket.close_code, socket.close_reason or ""


@pytest.mark.parametrize("how", ["missing", "garbage", *WAYS])
def test_a_socket_without_a_true_token_is_accepted_then_closed_with_a_reason(server: "LiveServer", how: str) -> None:
    token = {"missing": "", "garbage": "not.a.token"}.get(how) or (forged(server, how) if how in WAYS else "")
    code, reason = asyncio.run(refusal(server, f"?token={token}" if token else ""))
    assert code == 1008
    assert reason == "The token is missing, wrong or expired. Log in again."


def test_a_page_of_another_origin_is_refused(server: "LiveServer", staff: Rest) -> None:
    bearer = f"Bearer {staff.token}"
    for origin in ("https://evil.example", f"http://127.0.0.1:{server.port}.evil.example", "null"):
        assert asyncio.run(refusal(server, Authorization=bearer, Origin=origin)) == (1008, "Origin not allowed")


def test_an_unknown_path_is_closed_with_a_reason(server: "LiveServer", staff: Rest) -> None:
    assert asyncio.run(refusal(server, f"/elsewhere?token={staff.token}"))[0] == 1008


BAD_FRAMES: list[tuple[str, str]] = [
    ("", "INVALID_FRAME"),
    ("{", "INVALID_FRAME"),
    ("[]", "INVALID_FRAME"),
    ("null", "INVALID_FRAME"),
    ("[" * 100_000, "INVALID_FRAME"),
    ('{"type": 5}', "INVALID_FRAME"),
    ('{"type": "voice:final"}', "INVALID_FRAME"),
    ('{"type": "voice:final", "data": "text"}', "INVALID_FRAME"),
    ('{"type": "voice:final", "data": {"text": 5}}', "INVALID_FRAME"),
    ('{"type": "voice:final", "data": {"text": NaN}}', "INVALID_FRAME"),
    ('{"type": "voice:final", "data": {"text": "  "}}', "INVALID_FRAME"),
    ('{"type": "voice:final", "data": {"text": "a\\u0000b"}}', "INVALID_FRAME"),
    ('{"type": "voice:final", "data": {"text": "Priya ne 500 jama kiye", "amount": 5}}', "INVALID_FRAME"),
    ('{"type": "voice:final", "data": {"text": "Priya ne 500 jama kiye", "utteranceId": "a b"}}', "INVALID_FRAME"),
    ('{"type": "voice:final", "data": {"text": "Priya ne 500 jama kiye", "utteranceId": 5}}', "INVALID_FRAME"),
    ('{"type": "voice:final", "data": {"text": "Priya ne 500 jama kiye"}, "role": "admin"}', "INVALID_FRAME"),
    ('{"type": "voice:start", "data": {"audio": {"encoding": "mp3"}}}', "INVALID_FRAME"),
    ('{"type": "voice:start", "data": {"audio": {"encoding": "pcm16", "sampleRate": -1}}}', "INVALID_FRAME"),
    ('{"type": "voice:start", "data": {"audio": {"encoding": ["pcm16"]}}}', "INVALID_FRAME"),
    ('{"type": "voice:start", "data": {"language": ["hi"]}}', "INVALID_FRAME"),
    (json.dumps({"type": "voice:confirm", "data": {"proposalId": NOWHERE}}), "PROPOSAL_GONE"),
    ('{"type": "voice:cancel", "data": {"proposalId": {"$gt": ""}}}', "INVALID_FRAME"),
    ('{"type": "admin:reset", "data": {}}', "UNKNOWN_FRAME_TYPE"),
]


def test_malformed_frames_get_an_error_each_and_the_socket_lives(server: "LiveServer", staff: Rest) -> None:
    async def send_all() -> list[tuple[str, str]]:
        async with talking(server, staff.token or "") as talk:
            answers = []
            for frame, _ in BAD_FRAMES:
                await talk.socket.send(frame)
                answer = (await talk.until("error", "voice:response", "voice:proposal", "voice:started"))[-1]
                assert answer["type"] == "error", (frame[:80], answer)
                assert answer["data"].keys() == {"error", "code", "correlationId"}
                answers.append((frame, answer["data"]["code"]))
            assert await talk.is_alive()
            return answers

    assert asyncio.run(send_all()) == BAD_FRAMES


@pytest.mark.parametrize("frame", ["x" * 2_000_000, b"x" * 2_000_000, json.dumps({"type": "x" * 300_000})], ids=type)
def test_a_frame_of_2_mb_closes_1009(server: "LiveServer", staff: Rest, frame: str | bytes) -> None:
    async def send() -> int | None:
        async with talking(server, staff.token or "") as talk:
            with pytest.raises(ConnectionClosed):
                await talk.socket.send(frame)
                await talk.receive()
            return talk.socket.close_code

    assert asyncio.run(send()) == 1009


def test_audio_is_taken_only_between_start_and_stop(server: "LiveServer", staff: Rest) -> None:
    async def send() -> list[str]:
        async with talking(server, staff.token or "") as talk:
            codes = []
            await talk.socket.send(bytes(3_200))
            codes.append((await talk.until("error"))[-1]["data"]["code"])
            await talk.give("voice:start")
            await talk.until("voice:started")
            await talk.give("voice:stop")
            await talk.until("voice:stopped")
            await talk.socket.send(bytes(3_200))
            codes.append((await talk.until("error"))[-1]["data"]["code"])
            assert await talk.is_alive()
            return codes

    assert asyncio.run(send()) == ["NOT_LISTENING", "NOT_LISTENING"]


def test_speech_about_another_shops_customer_finds_nobody(server: "LiveServer", staff: Rest) -> None:
    """The other shop's goods are not sold here, however clearly they are named."""

    async def say() -> Body:
        async with talking(server, staff.token or "") as talk:
            frames = await talk.say("Priya ko 2 kilo Other Rice ka bill banao")
            answer: Body = frames[-1]
            return answer

    answer = asyncio.run(say())
    assert answer["type"] == "voice:response"
    assert answer["data"]["executionResult"]["success"] is False


def test_the_server_logged_no_failure_of_its_own(server: "LiveServer") -> None:
    """The last test of this file: of all the above, nothing was a fault on the server's side."""
    log = server.said("server")
    assert "request_failed" not in log
    assert "voice_failed" not in log
    assert "Traceback" not in log
