"""Measure what counting costs GET /api/v1/customers/:id: two servers side by side, one of which does not count.

    python -m bench.limits [--seconds 4] [--connections 16] [--rounds 5]

Both serve the same PostgreSQL and Redis of their own, with everything else on, and are loaded in turn. Prints requests a
second and the server's processor time a request, medians of the rounds, and the ratio of each round to the one beside
it. The client, PostgreSQL and Redis share the machine. Needs Linux (/proc).
"""

import argparse
import asyncio
import http.client
import json
import os
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench.bridge import processor_seconds
from execora.ops.children import wait_until
from execora.ops.cluster import plain_environment
from execora.ops.embedded import EmbeddedPostgres, EmbeddedRedis, free_port

ROOT = Path(__file__).parents[1]
KINDS = ("not counting", "counting")
_SECRETS = ("SECRET_KEY", "JWT_SECRET", "OTP_PEPPER", "WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN")
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


def application(kind: str) -> object:
    """Return the ASGI application under test; runs in the server's process."""
    from execora.asgi import application as served

    if kind == "not counting":
        from rest_framework.views import APIView

        from execora.api.limited import Limited

        Limited.perform_authentication = APIView.perform_authentication  # type: ignore[method-assign]  # what is measured
    return served


class Client(asyncio.Protocol):
    """Sends its request again whenever an answer is whole."""

    def __init__(self, request: bytes, answers: list[int]) -> None:
        self._request, self._answers = request, answers
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not end or length is None or len(body) < int(length[1]):
            return
        assert head.startswith(b"HTTP/1.1 200"), self._received
        self._received = b""
        self._answers[0] += 1
        self._transport.write(self._request)


async def load(port: int, process_id: int, request: bytes, connections: int, seconds: float) -> tuple[float, float]:
    """Return requests a second, and microseconds of the server's processor time a request."""
    loop, answers = asyncio.get_running_loop(), [0]
    made = [
        await loop.create_connection(lambda: Client(request, answers), "127.0.0.1", port) for _ in range(connections)
    ]
    await asyncio.sleep(0.5)
    answers[0], began, used = 0, time.perf_counter(), processor_seconds(process_id)
    await asyncio.sleep(seconds)
    rate = answers[0] / (time.perf_counter() - began)
    cost = (processor_seconds(process_id) - used) / answers[0] * 1e6
    for transport, _ in made:
        transport.abort()
    return rate, cost


@contextmanager
def server(kind: str, environment: dict[str, str]) -> Iterator[tuple[int, int]]:
    """Run a server of `kind`; give its port and its process id."""
    port = free_port()
    code = (
        "import uvicorn; from bench.limits import application; from execora.http_protocol import BoundedProtocol;"
        f"uvicorn.run(application({kind!r}), port={port}, http=BoundedProtocol, log_config=None, access_log=False,"
        " proxy_headers=False)"
    )
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        if not wait_until(
            lambda: process.poll() is not None or ask(port, "GET", "/health")[0] == 200, timeout_seconds=60
        ):
            raise SystemExit("The server does not become healthy.")
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


def ask(port: int, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, json.dumps(body), {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    except OSError:
        return 0, None
    finally:
        connection.close()


def manage(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True
    )
    return done.stdout.decode()


@contextmanager
def shop() -> Iterator[tuple[dict[str, str], dict[str, Any]]]:
    """Start PostgreSQL and Redis with the shops of `manage.py fixture`; give the environment and the shops."""
    with tempfile.TemporaryDirectory(prefix="execora-bench-") as directory:
        Path(directory).chmod(0o711)  # PostgreSQL runs as another user when this runs as root
        postgres, store = EmbeddedPostgres(Path(directory)), EmbeddedRedis(Path(directory))
        try:
            urls = postgres.start()
            environment = {
                **plain_environment(),
                **{name: secrets.token_urlsafe(36) for name in _SECRETS},
                "DJANGO_SETTINGS_MODULE": "execora.settings",
                "EXECORA_DEMO": "1",
                "DATA_DIR": str(Path(directory) / "data"),
                "DATABASE_URL": urls.app_url,
                "MIGRATE_DATABASE_URL": urls.owner_url,
                "REDIS_URL": store.start(),
                "LIMIT_DEFAULT": "100000000/h",
                "LIMIT_BURST": "1000000/s",
                "LOG_LEVEL": "INFO",
            }
            manage(environment, "migrate", "--verbosity", "0")
            yield environment, json.loads(manage(environment, "fixture"))["businesses"]["A"]
        finally:
            store.stop()
            postgres.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with shop() as (environment, made), ExitStack() as servers:
        running = {kind: servers.enter_context(server(kind, environment)) for kind in KINDS}
        login = {name: made["staff"][0][name] for name in ("username", "password")}
        token = ask(running["counting"][0], "POST", "/api/v1/auth/login", login)[1]["token"]
        path = f"/api/v1/customers/{made['customers'][0]['id']}"
        request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
        measured: dict[str, list[tuple[float, float]]] = {kind: [] for kind in KINDS}
        for _ in range(given.rounds):
            for kind, (port, process_id) in running.items():
                measured[kind].append(asyncio.run(load(port, process_id, request, given.connections, given.seconds)))
    for kind, rounds in measured.items():
        rate, cost = (statistics.median(column) for column in zip(*rounds, strict=True))
        spread = f"{min(rounds)[0]:.0f}-{max(rounds)[0]:.0f}"
        print(f"{kind}: {rate:.0f} requests/s ({spread}), {cost:.0f} us of processor a request")
    pairs = list(zip(measured["counting"], measured["not counting"], strict=True))
    for place, name in enumerate(("requests/s", "processor a request")):
        ratios = sorted(counting[place] / bare[place] for counting, bare in pairs)
        print(f"counting to not counting, {name}: {statistics.median(ratios):.3f} ({ratios[0]:.3f}-{ratios[-1]:.3f})")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
