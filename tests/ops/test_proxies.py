"""Whose word on a client's address and scheme counts, asked of the server as every deployment runs it.

What the limit says is left tells two clients apart: each counts down by itself. HSTS is told over TLS alone.
"""

import ipaddress
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from execora.ops.proxies import trusted_networks
from tests.ops.server import ROOT, Server

SERVE = ["manage.py", "serve"]
HERE = "127.0.0.1"


@pytest.fixture(scope="module", params=["", "203.0.113.0/24"], ids=["no proxy", "another proxy"])
def direct(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server that believes nobody who comes from this machine."""
    yield from serving(TRUSTED_PROXIES=request.param)


@pytest.fixture(scope="module")
def behind() -> Iterator[Server]:
    """A server whose proxies are this machine and one more."""
    yield from serving(TRUSTED_PROXIES=f"{HERE},203.0.113.0/24")


def serving(**environment: str) -> Iterator[Server]:
    with TemporaryDirectory() as directory:
        # By the first uvicorn itself would take everybody's word; with the second no window ends while a test counts.
        environment |= {"FORWARDED_ALLOW_IPS": "*", "LIMIT_DEFAULT": "1000000/d"}
        running = Server(Path(directory) / "log", command=SERVE, ready_at="/livez", **environment)
        yield running
        running.stop()


def ask(server: Server, *forwarded_for: str, **headers: str) -> dict[str, str]:
    """Ask for an address that nobody has, below /api/v1, and return the headers of the answer."""
    sent = {"X-Forwarded-For": ", ".join(forwarded_for)} if forwarded_for else {}
    status, answered, _ = server.get("/api/v1/nowhere", headers={**sent, **headers})
    assert status == 404
    return answered


def left(server: Server, *forwarded_for: str) -> int:
    return int(ask(server, *forwarded_for)["ratelimit-remaining"])


def test_who_is_not_a_trusted_proxy_chooses_no_address(direct: Server) -> None:
    first = left(direct)
    told = [("198.51.100.1",), ("198.51.100.2",), ("127.0.0.1",), ("2001:db8::1",), ("1.1.1.1", "198.51.100.3")]
    assert [left(direct, *addresses) for addresses in told] == [first - place for place in range(1, 6)]


def test_a_proxys_client_counts_by_itself_whatever_it_claims_to_be(behind: Server) -> None:
    first = left(behind, "198.51.100.10")
    assert left(behind, "198.51.100.11") == first
    for place, claimed in enumerate(("8.8.8.8", "127.0.0.1", "203.0.113.5", "nonsense", "", "8.8.8.8:80"), 1):
        assert left(behind, claimed, "198.51.100.10") == first - place


def test_the_last_who_is_no_proxy_is_the_client_however_many_proxies_follow(behind: Server) -> None:
    first = left(behind, "198.51.100.20")
    assert left(behind, "198.51.100.20", "203.0.113.9") == first - 1
    assert left(behind, "8.8.8.8", "198.51.100.20", "203.0.113.9", HERE) == first - 2
    assert left(behind, "198.51.100.20:50123") == first - 3
    assert left(behind, "::ffff:198.51.100.20", "::ffff:203.0.113.9") == first - 4


def test_one_line_of_ipv6_is_one_client(behind: Server) -> None:
    first = left(behind, "2001:db8:1:2::1")
    assert left(behind, "2001:db8:1:2:ffff::99") == first - 1
    assert left(behind, "[2001:db8:1:2::7]:443") == first - 2
    assert left(behind, "2001:db8:1:3::1") == first


def test_two_headers_are_read_as_one_list(behind: Server) -> None:
    first = left(behind, "198.51.100.30")
    head = b"GET /api/v1/nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    told = b"X-Forwarded-For: 8.8.8.8\r\nX-Forwarded-For: 198.51.100.30\r\n\r\n"
    assert f"ratelimit-remaining: {first - 1}\r\n".encode() in behind.raw(head + told).lower()


def test_the_scheme_is_believed_of_a_trusted_proxy_alone(direct: Server, behind: Server) -> None:
    assert "strict-transport-security" in ask(behind, **{"X-Forwarded-Proto": "https"})
    assert "strict-transport-security" not in ask(direct, **{"X-Forwarded-Proto": "https"})
    for other in ("http", "https, http", "ftp", ""):
        assert "strict-transport-security" not in ask(behind, **{"X-Forwarded-Proto": other})


@pytest.mark.parametrize(
    "wrong", ["*", "0.0.0.0/0", "::/0", "10.0.0.1/8", "proxy.internal", "10.0.0.7, nginx", "10.0.0"]
)
def test_what_is_no_network_stops_the_start(wrong: str) -> None:
    with pytest.raises(ValueError, match="everybody|no address"):
        trusted_networks(wrong.split(", "))


def test_the_start_stops_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", "*")
    ended = subprocess.run([sys.executable, *SERVE], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 1
    assert ended.stderr.startswith("TRUSTED_PROXIES: '*' is no address")


@pytest.mark.parametrize("name", ["10.0.0.0/8", "192.0.2.7", "2001:db8::/32"])
def test_a_network_is_itself_however_it_is_seen(name: str) -> None:
    network: Any = ipaddress.ip_network(name)
    seen = [ipaddress.ip_network(one) for one in trusted_networks([name])]
    assert network in seen
    if network.version == 4:
        assert any(ipaddress.ip_address(f"::ffff:{network[0]}") in one for one in seen)
