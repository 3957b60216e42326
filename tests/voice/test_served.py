"""The socket of really served processes: a restart, a flood, and silence with Redis between."""

import asyncio
import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from execora.ops.children import spawn, stop, wait_until
from execora.ops.embedded import free_port
from tests.end_to_end.client import logged_in
from tests.support import services
from tests.support.live_server import LiveServer

pytestmark = pytest.mark.xdist_group("live_server")
Start = Callable[..., "Served"]


class Served:
    """A server of its own on the live server's database."""

    def __init__(self, live: LiveServer, log: Path, workers: int, **environment: str) -> None:
        from execora.ops.demo import programs, supervisor

        self.port, self._log = free_port(), log
        without_owner = {name: value for name, value in live.environment.items() if name != "MIGRATE_DATABASE_URL"}
        with log.open("wb") as output:
            self.process: subprocess.Popen[bytes] = spawn(
                [*programs.server(self.port), "--workers", str(workers)],
                environment={**without_owner, "PORT": str(self.port), **environment},
                output=output,
                working_directory=services.ROOT,
            )
        healthy = wait_until(lambda: supervisor.is_healthy(self.port), timeout_seconds=90, pause_seconds=0.2)
        assert healthy, self.said()

    def said(self) -> str:
        return self._log.read_text(errors="replace")

    def resident_bytes(self) -> int:
        fields = Path(f"/proc/{self.process.pid}/statm").read_text().split()
        return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")

    async def open(self, token: str, **how: Any) -> ClientConnection:
        address, headers = f"ws://127.0.0.1:{self.port}/ws", {"Authorization": f"Bearer {token}"}
        socket = await connect(address, additional_headers=headers, proxy=None, max_size=None, **how)
        assert json.loads(await socket.recv())["type"] == "voice:start"
        return socket


@pytest.fixture
def start(live_server_process: LiveServer, redis_url: str, tmp_path: Path) -> Iterator[Start]:
    started: list[Served] = []

    def serve(workers: int = 1, **environment: str) -> Served:
        log = tmp_path / f"server-{len(started)}.log"
        given = {"REDIS_URL": redis_url, "LIMIT_SOCKET": "1000/d", **environment}
        started.append(Served(live_server_process, log, workers, **given))
        return started[-1]

    yield serve
    for served in started:
        stop(served.process, (signal.SIGTERM, 10.0))


@pytest.fixture
def token(live_server_process: LiveServer) -> str:
    return logged_in(live_server_process, "staff").token or ""


async def pong(socket: ClientConnection) -> bool:
    await socket.send(json.dumps({"type": "ping", "data": {}}))
    async with asyncio.timeout(10):
        while json.loads(await socket.recv())["type"] != "pong":
            pass  # what the server says meanwhile is not asked here
    return True


@pytest.mark.parametrize("workers", [1, 2])
def test_a_restart_closes_every_socket_with_1012(start: Start, token: str, workers: int) -> None:
    served = start(workers)

    async def codes() -> list[int]:
        sockets = [await served.open(token) for _ in range(6)]
        served.process.terminate()
        async with asyncio.timeout(20):
            for socket in sockets:
                with suppress(ConnectionClosed):
                    while True:
                        await socket.recv()
        return [socket.close_code or 0 for socket in sockets]

    assert asyncio.run(codes()) == [1012] * 6
    assert served.process.wait(20) in (0, -15)


def test_a_flood_from_one_client_costs_little_memory_and_others_are_answered(start: Start, token: str) -> None:
    """The frames are sound before any voice:start: each is refused, and the refusals wait for the flood's pace."""
    served = start(AUDIO_BYTES_PER_SECOND="16384")

    async def flood() -> tuple[int, bool]:
        other, rude = await served.open(token), await served.open(token, ping_interval=None)
        before, most, sent = served.resident_bytes(), 0, 0

        async def pour() -> None:
            nonlocal sent
            while True:
                await rude.send(bytes(64 * 1024))
                sent += 64 * 1024

        pouring, answered = asyncio.create_task(pour()), True
        for _ in range(80):
            answered = await pong(other) and answered
            most = max(most, served.resident_bytes() - before)
            await asyncio.sleep(0.05)
        pouring.cancel()
        with suppress(asyncio.CancelledError, ConnectionClosed):
            await pouring
        # The server stopped reading: what was sent fits into its queue and the buffers between.
        assert sent < 32 * 1024 * 1024
        rude.transport.abort()
        await other.close()
        return most, answered

    most, answered = asyncio.run(flood())
    assert answered
    assert most < 64 * 1024 * 1024


def test_an_idle_socket_is_alive_after_120_seconds_with_redis_between(start: Start, token: str) -> None:
    served = start(2)

    async def idle() -> bool:
        socket = await served.open(token)
        await asyncio.sleep(121)
        return await pong(socket)

    assert asyncio.run(idle())
