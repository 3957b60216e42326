"""HTTP through the bridge, over real sockets to a real uvicorn."""

import hashlib
import http.client
import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from execora.request_checks import Refused, declared_length
from tests.ops.server import Server, eventually

MEGABYTE = 1024 * 1024
LIMIT = MEGABYTE  # of settings.MAX_BODY_BYTES


def error_of(received: bytes) -> tuple[int, dict[str, Any]]:
    head, _, body = received.partition(b"\r\n\r\n")
    parsed: dict[str, Any] = json.loads(body)
    assert f"x-correlation-id: {parsed['correlationId']}" in head.decode().lower()
    return int(head.split()[1]), parsed


class TestWhatIsAnswered:
    def test_a_request_runs_in_a_pool_thread(self, server: Server) -> None:
        status, headers, body = server.get("/where/a%20b%2Fc?x=1&x=%E0%A4%B9")
        assert status == 200
        assert headers["content-length"] == str(len(body))
        answer = json.loads(body)
        assert answer["thread"].startswith("request-")
        assert answer["path"] == "/where/a b/c"
        assert answer["query"] == {"x": ["1", "ह"]}

    @pytest.mark.parametrize("size", [0, 1, 70_000, LIMIT])
    def test_the_body_arrives_whole(self, server: Server, size: int) -> None:
        body = bytes(range(256)) * (size // 256 + 1)
        answer = json.loads(server.get("/echo", method="POST", body=body[:size])[2])
        assert answer == {"bytes": size, "sha256": hashlib.sha256(body[:size]).hexdigest(), "method": "POST"}

    def test_a_chunked_body_arrives_whole(self, server: Server) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.request("POST", "/echo", body=iter([b"a" * 10_000] * 30), encode_chunked=True,
                           headers={"Transfer-Encoding": "chunked"})  # fmt: skip
        assert json.loads(connection.getresponse().read())["bytes"] == 300_000
        connection.close()

    def test_head_has_the_length_and_no_body(self, server: Server) -> None:
        received = server.raw(b"HEAD /plain HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        head, _, body = received.partition(b"\r\n\r\n")
        assert b"content-length: 5" in head.lower()
        assert body == b""

    def test_a_connection_is_used_again(self, server: Server) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        for _ in range(3):
            connection.request("GET", "/plain")
            assert connection.getresponse().read() == b"plain"
        connection.close()

    def test_an_exception_is_500_in_the_form_of_the_wire(self, server: Server) -> None:
        status, headers, body = server.get("/broken")
        assert status == 500
        assert json.loads(body)["code"] == "INTERNAL_ERROR"
        assert headers["x-correlation-id"] == json.loads(body)["correlationId"]
        assert b"canary" not in body

    @pytest.mark.parametrize("target", ["/broken?exit=1", "/wrong-header"])
    def test_what_django_does_not_catch_is_500_and_the_thread_lives(self, server: Server, target: str) -> None:
        for _ in range(6):
            status, headers, body = server.get(target)
            assert status == 500
            assert json.loads(body)["correlationId"] == headers["x-correlation-id"]
        assert server.get("/plain")[2] == b"plain"

    def test_every_request_is_finished_once(self, server: Server) -> None:
        before = server.state()["finished"]
        for target in ("/plain", "/stream", "/file", "/broken", "/broken?exit=1", "/wrong-header", "/nope"):
            server.get(target)
        # The state's own request is finished after it has been counted.
        assert eventually(lambda: server.state()["finished"] >= before + 8)
        after = server.state()["finished"]
        assert server.state()["finished"] == after + 1


class TestManyAtOnce:
    def test_50_requests_share_4_threads(self, server: Server) -> None:
        before = server.state()["slow_done"]
        began = time.monotonic()
        with ThreadPoolExecutor(50) as clients:
            statuses = list(clients.map(lambda _: server.get("/slow?seconds=0.1")[0], range(50)))
        seconds = time.monotonic() - began
        assert statuses == [200] * 50
        assert server.state()["slow_done"] == before + 50
        assert seconds >= 50 * 0.1 / 4, "more than four ran at once"
        assert sum(name.startswith("request-") for name in server.state()["threads"]) == 4

    def test_beyond_the_queue_is_503_with_retry_after(self, server: Server) -> None:
        with ThreadPoolExecutor(90) as clients:
            answers = list(clients.map(lambda _: server.get("/slow?seconds=0.3"), range(90)))
        refused = [answer for answer in answers if answer[0] == 503]
        assert refused, "90 requests found room in 4 threads and a queue of 64"
        assert len(answers) - len(refused) == sum(answer[0] == 200 for answer in answers) >= 64
        _, headers, body = refused[0]
        assert headers["retry-after"] == "1"
        assert json.loads(body)["code"] == "BUSY"
        assert server.get("/plain")[0] == 200

    def test_operators_are_answered_while_all_threads_are_busy(self, server: Server) -> None:
        with ThreadPoolExecutor(8) as clients:
            busy = [clients.submit(server.get, "/slow?seconds=1.5") for _ in range(8)]
            time.sleep(0.3)
            began = time.monotonic()
            assert server.get("/livez")[0] == 200
            assert time.monotonic() - began < 0.5
            assert all(one.result()[0] == 200 for one in busy)

    def test_slow_senders_hold_no_thread(self, server: Server) -> None:
        clients = [server.connect() for _ in range(12)]
        for client in clients:
            client.sendall(b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n\r\nabc")
        began = time.monotonic()
        assert server.get("/plain")[0] == 200
        assert time.monotonic() - began < 0.5
        for client in clients:
            client.sendall(b"def")
            received = b""
            while not received.endswith(b"}"):
                received += client.recv(65536)
            assert b'"bytes": 6' in received
            client.close()

    def test_slow_readers_of_streams_hold_no_thread_of_others(self, server: Server) -> None:
        clients = [server.connect() for _ in range(8)]
        for client in clients:
            client.sendall(b"GET /stream?pieces=400&size=100000 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert eventually(lambda: server.state()["streams_open"] == 8)
        began = time.monotonic()
        assert server.get("/plain")[0] == 200
        assert time.monotonic() - began < 0.5
        for client in clients:
            client.close()
        assert eventually(lambda: server.state()["streams_open"] == 0)
        assert eventually(lambda: sum(n.startswith("request-") for n in server.state()["threads"]) == 4)


class TestPieces:
    def test_pieces_come_as_they_are_made(self, server: Server) -> None:
        with server.connect() as client:
            began = time.monotonic()
            client.sendall(b"GET /stream?pieces=3&pause=0.4 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            received = b""
            while b"xxxxxxxxxx" not in received:
                received += client.recv(65536)
            assert time.monotonic() - began < 0.35
            while piece := client.recv(65536):
                received += piece
        assert received.count(b"xxxxxxxxxx") == 3
        assert received.endswith(b"0\r\n\r\n")

    @pytest.mark.parametrize("size", [0, 100, 200_000, 5_000_000])
    def test_a_file_arrives_whole(self, server: Server, size: int) -> None:
        status, headers, body = server.get(f"/file?size={size}")
        assert (status, len(body), headers["content-length"]) == (200, size, str(size))
        assert body == b"0123456789" * (size // 10)

    def test_head_of_a_stream_does_not_make_it(self, server: Server) -> None:
        status, _, body = server.get("/stream?pieces=1000000&pause=1", method="HEAD")
        assert (status, body) == (200, b"")

    def test_a_stream_that_breaks_is_cut_off_not_ended(self, server: Server) -> None:
        with pytest.raises(http.client.IncompleteRead):
            server.get("/stream?pieces=5&fails_at=3", headers={"X-Correlation-ID": "the-broken-stream"})
        assert server.state()["streams_open"] == 0
        told = [line for line in server.lines("Exception in ASGI application") if "broke" in line["exception"][0]]
        assert told[0]["correlation_id"] == "the-broken-stream"

    def test_a_client_that_leaves_ends_the_stream(self, server: Server) -> None:
        client = server.connect()
        client.sendall(b"GET /stream?pieces=100000&pause=0.05 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert client.recv(65536)
        assert eventually(lambda: server.state()["streams_open"] == 1)
        client.close()
        assert eventually(lambda: server.state()["streams_open"] == 0)


class TestClientsThatLeave:
    def test_the_thread_finishes_what_was_asked(self, server: Server) -> None:
        before = server.state()["slow_done"]
        client = server.connect()
        client.sendall(b"GET /slow?seconds=0.5 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        time.sleep(0.1)
        client.close()
        assert eventually(lambda: server.state()["slow_done"] == before + 1)
        assert server.get("/plain")[0] == 200

    def test_half_a_body_runs_nothing(self, server: Server) -> None:
        before, failures = len(server.lines("request")), server.output().count("Exception in ASGI")
        for _ in range(5):
            client = server.connect()
            client.sendall(b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nabc")
            time.sleep(0.05)
            client.close()
        assert len(server.lines("request")) == before
        assert server.output().count("Exception in ASGI") == failures


def sent_until_refused(client: socket.socket, piece: bytes, *, most: int = 200 * MEGABYTE) -> int:
    """Send `piece` again and again until the server closes; return how many bytes it took."""
    sent = 0
    try:
        while sent < most:
            client.sendall(piece)
            sent += len(piece)
    except ConnectionError:
        pass
    return sent


class TestTooLarge:
    def test_declared(self, server: Server) -> None:
        status, headers, body = server.get("/echo", method="POST", body=b"x" * (LIMIT + 1))
        assert status == 413
        assert headers["connection"] == "close"
        refusal = json.loads(body)
        assert refusal == {
            "statusCode": 413,
            "error": refusal["error"],
            "message": f"The body is too large. At most {LIMIT} bytes are taken.",
            "code": "BODY_TOO_LARGE",
            "correlationId": headers["x-correlation-id"],
        }

    def test_declared_is_refused_before_it_is_sent(self, server: Server) -> None:
        head = b"POST /echo HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 99999999999\r\n\r\n"
        began = time.monotonic()
        received = server.raw(head)
        assert received.startswith(b"HTTP/1.1 413 ")
        assert time.monotonic() - began < 1

    def test_chunked_without_a_length(self, server: Server) -> None:
        chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
        received = server.raw(
            b"POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * 40 + b"0\r\n\r\n"
        )
        status, refusal = error_of(received)
        assert (status, refusal["code"]) == (413, "BODY_TOO_LARGE")

    def test_an_endless_body_is_cut_off(self, server: Server) -> None:
        chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
        with server.connect() as client:
            client.sendall(b"POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
            assert sent_until_refused(client, chunk) < 100 * MEGABYTE


MALFORMED = {
    "a broken escape in the path": b"GET /where/%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "half an escape": b"GET /where/% HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a broken escape in the query": b"GET /where?q=%f HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "not UTF-8 in the path": b"GET /where/%ff%fe HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a surrogate": b"GET /where/%ed%a0%80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "not UTF-8 in the query": b"GET /where?q=%c3%28 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "NUL in the path": b"GET /where/a%00b HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a line break in the path": b"GET /where/a%0d%0aX:y HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "NUL in the query": b"GET /where?q=a%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a long address": b"GET /where?q=" + b"a" * 9000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "two hosts": b"GET /where HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n\r\n",
    "two types": b"GET /where HTTP/1.1\r\nHost: localhost\r\nContent-Type: a/b\r\nContent-Type: c/d\r\n\r\n",
    "two tokens": b"GET /where HTTP/1.1\r\nHost: localhost\r\nAuthorization: a\r\nAuthorization: b\r\n\r\n",
    "two keys": b"GET /where HTTP/1.1\r\nHost: localhost\r\nIdempotency-Key: aaaaaaaa\r\nIdempotency-Key: b\r\n\r\n",
    "a header of 40 KB": b"GET /where HTTP/1.1\r\nHost: localhost\r\nX-A: " + b"a" * 40_000 + b"\r\n\r\n",
    "300 headers": b"GET /where HTTP/1.1\r\nHost: localhost\r\n"
    + b"".join(b"X-%d: a\r\n" % number for number in range(300))
    + b"\r\n",
}
# These the server itself refuses, before there is a request to speak of.
NOT_HTTP = {
    "two lengths": b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a length that is no number": b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: abc\r\n\r\n",
    "a negative length": b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    "length and chunks": b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
    "a chunk of no number": b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    "NUL in a header": b"GET /where HTTP/1.1\r\nHost: localhost\r\nX-A: a\x00b\r\n\r\n",
    "raw bytes in the query": b"GET /where?q=\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "raw bytes in the path": b"GET /where/\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "no method": b"/where HTTP/1.1\r\n\r\n",
    "an unknown method": b"FETCH /where HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "noise": bytes(range(1, 200)) + b"\r\n\r\n",
    "a tunnel": b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n",
}


class TestMalformed:
    @pytest.mark.parametrize("name", MALFORMED)
    def test_is_400_in_the_form_of_the_wire(self, server: Server, name: str) -> None:
        status, refusal = error_of(server.raw(MALFORMED[name].replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")))
        assert (status, refusal["statusCode"], refusal["code"]) == (400, 400, "INVALID_INPUT")
        assert refusal["message"]

    @pytest.mark.parametrize("name", NOT_HTTP)
    def test_what_is_no_http_is_refused_by_the_server(self, server: Server, name: str) -> None:
        received = server.raw(NOT_HTTP[name])
        assert error_of(received)[0] == 400
        assert server.get("/plain")[0] == 200

    def test_bytes_in_the_query_are_refused_whatever_the_server_lets_through(self) -> None:
        scope = {"headers": [], "path": "/", "raw_path": b"/", "query_string": b"q=\xff"}
        with pytest.raises(Refused) as refused:
            declared_length(scope)
        assert refused.value.status == 400

    @pytest.mark.parametrize("piece", [b"X-A: " + b"a" * 5000 + b"\r\n", b"a" * 60_000])
    def test_a_head_without_an_end_is_cut_off(self, server: Server, piece: bytes) -> None:
        with server.connect() as client:
            client.sendall(b"GET /plain HTTP/1.1\r\nHost: localhost\r\nX-B: ")
            assert sent_until_refused(client, piece) < 20 * MEGABYTE
        assert server.get("/plain")[0] == 200

    def test_a_head_in_many_small_parts_is_taken(self, server: Server) -> None:
        with server.connect() as client:
            for byte in b"GET /plain HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n":
                client.sendall(bytes([byte]))
            assert client.recv(65536).startswith(b"HTTP/1.1 200 ")

    def test_large_bodies_one_after_another_are_no_large_head(self, server: Server) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        for _ in range(4):
            connection.request("POST", "/echo", body=b"x" * 900_000)
            assert json.loads(connection.getresponse().read())["bytes"] == 900_000
        connection.close()

    def test_a_host_that_is_not_ours_is_no_500(self, server: Server) -> None:
        received = server.raw(b"GET /where HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
        assert received.split()[1] in (b"200", b"400")


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that waits one second for the head of a request."""
    running = Server(tmp_path_factory.mktemp("hasty") / "output.log", EXECORA_TEST_HEAD_SECONDS="1")
    yield running
    running.stop()


class TestSlowHeads:
    @pytest.mark.parametrize("sent", [b"GET /plain HTTP/1.1\r\nHost: lo", b"G"])
    def test_half_a_head_is_refused_in_time(self, hasty: Server, sent: bytes) -> None:
        status, refusal = error_of(hasty.raw(sent))
        assert (status, "too slowly" in refusal["message"]) == (400, True)

    def test_silence_is_closed(self, hasty: Server) -> None:
        began = time.monotonic()
        assert hasty.raw(b"") == b""
        assert 0.8 < time.monotonic() - began < 2.5

    def test_slow_answers_and_sockets_are_left_alone(self, hasty: Server) -> None:
        assert hasty.get("/slow?seconds=2")[0] == 200
        status, _, body = hasty.get("/stream?pieces=5&pause=0.5")
        assert (status, len(body)) == (200, 50)


class TestLife:
    def test_stopping_finishes_what_runs(self, tmp_path: Path) -> None:
        own = Server(tmp_path / "output.log")
        with ThreadPoolExecutor(4) as clients:
            running = [clients.submit(own.get, "/slow?seconds=1") for _ in range(4)]
            time.sleep(0.4)
            own.stop()
            assert [one.result()[0] for one in running] == [200] * 4
        assert "Application shutdown complete" in own.output()
        assert len(own.lines("request")) >= 4

    def test_routes_that_cannot_be_loaded_stop_the_start(self, tmp_path: Path) -> None:
        with pytest.raises(AssertionError, match="routes could not be loaded"):
            Server(tmp_path / "output.log", EXECORA_TEST_URLCONF="tests.ops.no_such_routes")


def unknown_socket(server: Server, path: str) -> tuple[int, str]:
    with connect(f"ws://127.0.0.1:{server.port}{path}") as client:
        assert client.response is not None
        assert len(client.response.headers["X-Correlation-ID"]) == 32
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(timeout=5)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code, closed.value.rcvd.reason


@pytest.mark.parametrize("path", ["/", "/nothing/here", "/plain", "/ws/x/y?token=abc"])
def test_a_socket_to_an_unknown_path_is_closed_with_a_reason(server: Server, path: str) -> None:
    assert unknown_socket(server, path) == (1008, "Unknown path")
