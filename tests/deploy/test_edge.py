"""nginx as it is shipped: TLS alone, the true address, bounds, and no credential in its log."""

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from execora.ops.children import wait_until
from execora.ops.embedded import free_port
from tests.deploy.edge import HOST, Echo, Edge, running_echo, running_edge
from tests.support.live_server import LiveServer

CANARY = "canary-4711-credential"
MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def echo() -> Iterator[Echo]:
    with running_echo() as server:
        yield server


@pytest.fixture(scope="module")
def edge(echo: Echo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    with running_edge(tmp_path_factory.mktemp("edge"), upstream=f"127.0.0.1:{echo.server_port}") as running:
        yield running


@pytest.mark.parametrize("host", [HOST, "evil.example", "localhost:1234"])
def test_plain_http_leads_to_https_at_our_own_name(edge: Edge, host: str) -> None:
    answer = edge.ask_plainly("/customers?q=a", host=host)
    assert (answer.status, answer.headers["location"]) == (308, f"https://{HOST}/customers?q=a")
    assert "nginx/" not in answer.headers["server"]


def test_the_application_learns_the_true_address_whatever_a_client_claims(edge: Edge) -> None:
    claims = {
        "X-Forwarded-For": "203.0.113.9, 198.51.100.7",
        "X-Real-IP": "203.0.113.9",
        "Forwarded": "for=203.0.113.9",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Host": "evil.example",
        "X-Correlation-ID": "of-the-client-1",
    }
    told = edge.ask("/api/v1/me?limit=1", headers=claims).json()
    assert told["path"] == "/api/v1/me?limit=1"
    headers = told["headers"]
    assert (headers["host"], headers["x-forwarded-for"], headers["x-forwarded-proto"]) == (HOST, "127.0.0.1", "https")
    assert not {"x-real-ip", "forwarded", "x-forwarded-host"} & set(headers)
    assert headers["x-correlation-id"] == "of-the-client-1"
    assert "203.0.113.9" not in str(headers)


@pytest.mark.parametrize("offered", ["h2c", "h2c, websocket", "TLS/1.0"])
def test_no_other_protocol_is_smuggled_past_it(edge: Edge, offered: str) -> None:
    told = edge.ask("/api/v1/me", headers={"Connection": "Upgrade", "Upgrade": offered}).json()
    assert "upgrade" not in told["headers"]


def test_another_name_gets_no_certificate(edge: Edge) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with pytest.raises(ssl.SSLError, match=r"(?i)unrecognized.name"):
        ssl.get_server_certificate(("127.0.0.1", edge.https_port))
    with pytest.raises(ssl.SSLError, match=r"(?i)unrecognized.name"):
        _handshake(edge, context, "evil.example")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1:DeprecationWarning")
@pytest.mark.parametrize(("newest", "is_taken"), [("TLSv1_1", False), ("TLSv1_2", True), ("TLSv1_3", True)])
def test_old_tls_is_refused(edge: Edge, newest: str, is_taken: bool) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion[newest]
    if is_taken:
        assert _handshake(edge, context, HOST) == newest.replace("_", ".")
        return
    with pytest.raises(ssl.SSLError, match=r"(?i)protocol.version"):
        _handshake(edge, context, HOST)


def _handshake(edge: Edge, context: ssl.SSLContext, name: str) -> str | None:
    with (
        socket.create_connection(("127.0.0.1", edge.https_port), timeout=20) as raw,
        context.wrap_socket(raw, server_hostname=name) as wrapped,
    ):
        return wrapped.version()


@pytest.mark.parametrize(("path", "most"), [("/api/v1/invoices", MEGABYTE), ("/api/v1/webhook/whatsapp", 3 * MEGABYTE)])
def test_a_body_has_a_bound(edge: Edge, echo: Echo, path: str, most: int) -> None:
    assert edge.ask(path, method="POST", body=b"x" * most).json()["bytes"] == most
    before = len(echo.received)
    refused = edge.ask(path, method="POST", body=b"x" * (most + 1))
    assert (refused.status, refused.json()["code"]) == (413, "BODY_TOO_LARGE")
    assert refused.headers["content-type"] == "application/json"
    assert refused.headers["x-correlation-id"] == refused.json()["correlationId"]
    assert len(echo.received) == before


def test_a_flood_from_one_address_is_slowed_at_the_edge(echo: Echo, tmp_path: Path) -> None:
    upstream = f"127.0.0.1:{echo.server_port}"
    with running_edge(tmp_path, upstream=upstream, EXECORA_RATE="1r/m", EXECORA_BURST="4") as edge:
        before = len(echo.received)
        answers = [edge.ask("/api/v1/me") for _ in range(9)]
        assert [answer.status for answer in answers] == [200] * 5 + [429] * 4
        assert len(echo.received) == before + 5
        refused = answers[-1]
        assert (refused.json()["statusCode"], refused.json()["error"]) == (429, "Too Many Requests")
        assert int(refused.headers["retry-after"]) >= 1
        # Meta's deliveries and the health check are never among them.
        assert edge.ask("/api/v1/webhook/whatsapp", method="POST", body=b"{}").status == 200
        assert edge.ask("/health").status == 200


def test_metrics_are_open_where_it_is_said_alone(echo: Echo, edge: Edge, tmp_path: Path) -> None:
    refused = edge.ask("/metrics")
    assert (refused.status, refused.json()["code"]) == (403, "NOT_PERMITTED")
    upstream = f"127.0.0.1:{echo.server_port}"
    with running_edge(tmp_path, upstream=upstream, EXECORA_METRICS_FROM="127.0.0.1") as opened:
        assert opened.ask("/metrics").json()["path"] == "/metrics"


def test_without_an_application_the_answer_is_ours(tmp_path: Path) -> None:
    with running_edge(tmp_path, upstream=f"127.0.0.1:{free_port()}") as edge:
        answer = edge.ask(f"/api/v1/me?token={CANARY}")
        assert (answer.status, answer.json()["code"]) == (503, "BUSY")
        assert answer.headers["retry-after"] == "2"
        assert CANARY not in edge.log.read_text()


def test_a_signed_link_leads_to_the_store_and_takes_no_credential_there(edge: Edge) -> None:
    path = f"/execora-recordings/a/b.wav?X-Amz-Signature={CANARY}"
    told = edge.ask(path, headers={"Authorization": "Bearer x", "Cookie": "__Host-session=x"})
    assert told.json()["path"] == path
    assert told.json()["headers"]["host"] == HOST  # part of what is signed
    assert not {"authorization", "cookie"} & set(told.json()["headers"])
    assert "sandbox" in told.headers["content-security-policy"]
    assert edge.ask(path, method="DELETE").status == 403
    assert edge.ask(path, method="PUT", body=b"x").status == 403


def test_its_log_has_paths_and_no_credential(edge: Edge) -> None:
    secret_headers = {
        "Authorization": f"Bearer {CANARY}",
        "Cookie": f"__Host-session={CANARY}",
        "Referer": f"/?t={CANARY}",
    }
    edge.ask(f"/ws?token={CANARY}", headers=secret_headers)
    edge.ask(f"/api/v1/log-me?ticket={CANARY}", headers={**secret_headers, "User-Agent": CANARY})
    edge.ask(f"/api/v1/log-me?token={CANARY}", method="POST", body=b"x" * (MEGABYTE + 1))
    edge.ask_plainly(f"/log-me-too?token={CANARY}")
    wanted = {("GET", "/ws", 200), ("GET", "/api/v1/log-me", 200), ("POST", "/api/v1/log-me", 413)}
    wanted |= {("GET", "/log-me-too", 308)}
    assert wait_until(
        lambda: wanted <= {(line["method"], line["path"], line["status"]) for line in edge.logged()}, timeout_seconds=20
    )
    assert CANARY not in edge.log.read_text()


@pytest.mark.xdist_group("live_server")
class TestTheRealServerBehindIt:
    @pytest.fixture
    def front(self, live_server_process: LiveServer, tmp_path: Path) -> Iterator[Edge]:
        with running_edge(tmp_path, upstream=f"127.0.0.1:{live_server_process.port}") as running:
            yield running

    def token(self, front: Edge, server: LiveServer) -> str:
        name, password = server.logins["staff"]
        body = json.dumps({"username": name, "password": password}).encode()
        answer = front.ask("/api/v1/auth/login", method="POST", body=body, headers={"Content-Type": "application/json"})
        assert answer.status == 200, answer.body
        return str(answer.json()["token"])

    def test_rest(self, front: Edge, live_server_process: LiveServer) -> None:
        token = self.token(front, live_server_process)
        bearer = {"Authorization": f"Bearer {token}", "X-Correlation-ID": "through-the-edge-1"}
        answer = front.ask("/api/v1/customers/search?q=suresh", headers=bearer)
        assert answer.json()["customers"][0]["name"] == "Suresh Kumar"
        assert answer.headers["x-correlation-id"] == "through-the-edge-1"
        assert wait_until(
            lambda: "through-the-edge-1" in [line["correlation_id"] for line in front.logged()], timeout_seconds=20
        )
        assert front.ask("/api/v1/me").json()["code"] == "UNAUTHENTICATED"
        assert front.ask("/").headers["content-security-policy"].startswith("default-src 'none'")

    def test_a_socket(self, front: Edge, live_server_process: LiveServer) -> None:
        token = self.token(front, live_server_process)
        url = f"wss://{HOST}:{front.https_port}/ws"
        with connect(url, ssl=front.context, additional_headers={"Authorization": f"Bearer {token}"}) as line:
            assert json.loads(line.recv(timeout=20))["type"] == "voice:start"
            line.send(json.dumps({"type": "ping", "data": {}}))
            assert json.loads(line.recv(timeout=20))["type"] == "pong"
        with connect(f"{url}?token={CANARY}", ssl=front.context) as refused:
            with pytest.raises(ConnectionClosed):
                refused.recv(timeout=20)
            assert refused.close_code == 1008
        assert CANARY not in front.log.read_text()

    def test_requests_side_by_side(self, front: Edge) -> None:
        statuses: list[int] = []
        threads = [threading.Thread(target=lambda: statuses.append(front.ask("/livez").status)) for _ in range(32)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert statuses == [200] * 32
