"""Measure the bridge against Django's own ASGI handler: the same uvicorn, view and middleware.

    python -m bench.bridge [--seconds 4] [--connections 32] [--rounds 3]

Prints requests a second and the server's processor time a request, medians of the rounds, for a view that does nothing.
The client shares the machine: on few or busy cores trust the processor time, not the rate. Needs Linux (/proc).
"""

import argparse
import asyncio
import os
import secrets
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

MIDDLEWARE = {
    "no middleware": [],
    "the project's middleware": [
        "execora.ops.middleware.RequestMiddleware",
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
}
REQUEST = b"GET /plain HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def application(handler: str, middleware: str) -> object:
    """Return the ASGI application under test; runs in the server's process."""
    import django
    from django.conf import settings
    from django.http import HttpRequest, HttpResponse
    from django.urls import path

    from execora.ops.logging import logging_config

    def plain(request: HttpRequest) -> HttpResponse:
        return HttpResponse("plain")

    settings.configure(
        SECRET_KEY=secrets.token_hex(),
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=(path("plain", plain),),
        MIDDLEWARE=MIDDLEWARE[middleware],
        LOGGING=logging_config("INFO", demo=False),
        MAX_BODY_BYTES=1024 * 1024,
        CEILINGS={},
        HTTP_THREADS=4,
        HTTP_QUEUE=256,
    )
    django.setup()
    if handler == "django":
        from django.core.asgi import get_asgi_application

        return get_asgi_application()
    from execora.bridge import Bridge
    from execora.ops.correlation import CorrelationMiddleware

    return CorrelationMiddleware(Bridge())


class Client(asyncio.Protocol):
    """Sends the request again whenever an answer is whole."""

    def __init__(self, answers: list[int]) -> None:
        self._answers = answers
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(REQUEST)

    def data_received(self, data: bytes) -> None:
        if data.endswith((b"plain", b"0\r\n\r\n")):
            assert data.startswith(b"HTTP/1.1 200") or b"HTTP/1.1" not in data, data
            self._answers[0] += 1
            assert self._transport is not None
            self._transport.write(REQUEST)


def processor_seconds(process_id: int) -> float:
    """Return what a process has used so far, user and system."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def load(port: int, process_id: int, connections: int, seconds: float) -> tuple[float, float]:
    """Return requests a second, and microseconds of processor time a request."""
    loop = asyncio.get_running_loop()
    answers = [0]
    transports = [
        (await loop.create_connection(lambda: Client(answers), "127.0.0.1", port))[0] for _ in range(connections)
    ]
    await asyncio.sleep(0.5)
    answers[0], began, used = 0, time.perf_counter(), processor_seconds(process_id)
    await asyncio.sleep(seconds)
    rate = answers[0] / (time.perf_counter() - began)
    cost = (processor_seconds(process_id) - used) / answers[0] * 1e6
    for transport in transports:
        transport.abort()
    return rate, cost


def measure(handler: str, middleware: str, connections: int, seconds: float) -> tuple[float, float]:
    """Start a server, load it, stop it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code = (
        "import uvicorn; from bench.bridge import application;"
        f"uvicorn.run(application({handler!r}, {middleware!r}), port={port}, log_config=None, access_log=False)"
    )
    server = subprocess.Popen(  # our own code
        [sys.executable, "-c", code], cwd=Path(__file__).parents[1], env=os.environ.copy(), stdout=subprocess.DEVNULL
    )
    try:
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.1)
        return asyncio.run(load(port, server.pid, connections, seconds))
    finally:
        server.terminate()
        server.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    for middleware in MIDDLEWARE:
        measured: dict[str, list[tuple[float, float]]] = {"django": [], "bridge": []}
        for _ in range(given.rounds):
            for handler, rounds in measured.items():
                rounds.append(measure(handler, middleware, given.connections, given.seconds))
        for handler, rounds in measured.items():
            rate, cost = (statistics.median(column) for column in zip(*rounds, strict=True))
            spread = f"{min(rounds)[0]:.0f}-{max(rounds)[0]:.0f}"
            print(f"{middleware}, {handler}: {rate:.0f} requests/s ({spread}), {cost:.0f} us of processor a request")


if __name__ == "__main__":
    main()
