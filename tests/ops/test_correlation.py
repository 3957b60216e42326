"""The correlation id: which are taken, and that every answer, thread, socket and job has one."""

import contextlib
import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from execora.ops.correlation import (
    CorrelationMiddleware,
    accepted_correlation_id,
    bind_correlation_id,
    current_correlation_id,
    new_correlation_id,
)
from tests.ops.server import Server

GOOD = ["12345678", "a" * 64, "a.b_c-D9", "........", "01a20c3b412d7563a8ac74d761d181b3"]
BAD = [
    b"",
    b"1234567",
    b"a" * 65,
    b"a" * 5000,
    b"abcdefgh\n",
    b"abcd efgh",
    b"abcdefg\x00",
    b"<script>",
    b"abc;defgh",
    "हिन्दी-हिन्दी".encode(),
    b"\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8",
    "\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18".encode(),
]


@pytest.mark.parametrize("value", GOOD)
def test_a_well_formed_id_is_kept(value: str) -> None:
    assert accepted_correlation_id([value.encode()]) == value


@pytest.mark.parametrize("value", BAD)
def test_any_other_is_replaced(value: bytes) -> None:
    assert re.fullmatch("[0-9a-f]{32}", accepted_correlation_id([value]))


@given(st.lists(st.binary(max_size=80), max_size=3))
def test_whatever_is_offered_the_id_is_well_formed(offered: list[bytes]) -> None:
    assert re.fullmatch(r"[A-Za-z0-9._-]{8,64}", accepted_correlation_id(offered))


def test_two_different_ones_are_replaced_and_the_same_twice_is_one() -> None:
    assert accepted_correlation_id([b"first-id", b"other-id"]) not in ("first-id", "other-id")
    assert accepted_correlation_id([b"first-id", b"first-id"]) == "first-id"


def test_new_ids_differ_and_sort_by_time() -> None:
    ids = [new_correlation_id() for _ in range(2000)]
    assert len(set(ids)) == 2000
    assert ids == sorted(ids)


def test_a_job_has_the_id_of_its_cause_and_gives_it_back() -> None:
    assert current_correlation_id() == ""
    with bind_correlation_id("outer-id") as outer:
        assert (outer, current_correlation_id()) == ("outer-id", "outer-id")
        with contextlib.suppress(ZeroDivisionError), bind_correlation_id("inner-id"):
            assert current_correlation_id() == "inner-id"
            _ = 1 / 0
        assert current_correlation_id() == "outer-id"
    assert current_correlation_id() == ""


@pytest.mark.parametrize("value", ["", "short", "a b c d e f", "ध" * 10, "\ud800" * 9])
def test_a_job_without_a_good_id_gets_a_new_one(value: str) -> None:
    with bind_correlation_id(value) as bound:
        assert re.fullmatch("[0-9a-f]{32}", bound)


class TestOverHttp:
    @pytest.mark.parametrize("target", ["/where", "/nope", "/broken", "/where/%zz", "/stream", "/file", "/livez"])
    def test_every_answer_has_the_id_that_was_sent(self, server: Server, target: str) -> None:
        _, headers, _ = server.get(target, headers={"X-Correlation-ID": "client-id-1"})
        assert headers["x-correlation-id"] == "client-id-1"

    @pytest.mark.parametrize("target", ["/where", "/nope", "/broken", "/where/%zz"])
    def test_every_answer_has_a_new_one_otherwise(self, server: Server, target: str) -> None:
        first, second = (server.get(target)[1]["x-correlation-id"] for _ in range(2))
        assert re.fullmatch("[0-9a-f]{32}", first)
        assert first != second

    def test_there_is_one_header_only(self, server: Server) -> None:
        received = server.raw(b"GET /where HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert received.lower().count(b"x-correlation-id:") == 1

    def test_it_is_not_taken_from_the_query(self, server: Server) -> None:
        _, headers, _ = server.get("/where?correlation_id=from-the-query")
        assert headers["x-correlation-id"] != "from-the-query"

    @pytest.mark.parametrize("lines", [b"first-id\r\nX-Correlation-ID: other-id", b"\xe0\xa4\xb9\xe0\xa4\xb9\xe0", b""])
    def test_odd_headers_are_replaced(self, server: Server, lines: bytes) -> None:
        head = b"GET /where HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Correlation-ID: " + lines
        received = server.raw(head + b"\r\n\r\n")
        answer = json.loads(received.partition(b"\r\n\r\n")[2])
        assert received.startswith(b"HTTP/1.1 200")
        assert re.fullmatch("[0-9a-f]{32}", answer["correlation_id"])

    def test_threads_do_not_mix_them_up(self, server: Server) -> None:
        def ask(number: int) -> bool:
            sent = f"client-{number:05}"
            _, headers, body = server.get("/where", headers={"X-Correlation-ID": sent})
            return headers["x-correlation-id"] == json.loads(body)["correlation_id"] == sent

        with ThreadPoolExecutor(16) as clients:
            assert all(clients.map(ask, range(300)))

    def test_the_request_line_has_it(self, server: Server) -> None:
        server.get("/nope/at/all", headers={"X-Correlation-ID": "line-id-404"})
        server.get("/where/%zz", headers={"X-Correlation-ID": "line-id-400"})
        lines = {line["correlation_id"]: line for line in server.lines("request")}
        assert lines["line-id-404"]["status_code"] == 404
        assert lines["line-id-400"]["status_code"] == 400


async def socket_scope(query: bytes = b"", *headers: tuple[bytes, bytes]) -> tuple[str, list[dict[str, Any]]]:
    """Return the id that an application sees on a socket, and what it sends."""
    seen: list[str] = []
    sent: list[dict[str, Any]] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen.extend((scope["correlation_id"], current_correlation_id()))
        await send({"type": "websocket.accept"})

    async def send(message: Any) -> None:
        sent.append(dict(message))

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    scope = {"type": "websocket", "path": "/ws", "query_string": query, "headers": list(headers)}
    await CorrelationMiddleware(application)(scope, receive, send)
    assert seen[0] == seen[1]
    return seen[0], sent


@pytest.mark.asyncio
async def test_a_socket_takes_it_from_query_or_header_and_answers_it() -> None:
    seen, sent = await socket_scope(b"token=x&correlation_id=from-the-query")
    assert seen == "from-the-query"
    assert sent[0]["headers"] == [(b"X-Correlation-ID", b"from-the-query")]
    header = (b"x-correlation-id", b"from-the-header")
    assert (await socket_scope(b"correlation_id=from-the-query", header))[0] == "from-the-header"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "query",
    [b"", b"correlation_id=", b"correlation_id=a%20b%20c%20d%20e", b"correlation_id=%ff", b"\xff&correlation_id"],
)
async def test_a_socket_without_a_good_one_gets_a_new_one(query: bytes) -> None:
    assert re.fullmatch("[0-9a-f]{32}", (await socket_scope(query))[0])
