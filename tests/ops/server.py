"""A real server in a process of its own, on a loopback port, for the tests of this folder."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
MOST_SECONDS_TO_START = 40


_MISBEHAVING = "-m uvicorn tests.ops.served_asgi:application --http execora.http_protocol:BoundedProtocol".split()


class Server:
    """A running server; `output` is what it has written so far.

    It serves routes that misbehave on demand; with `command` and what it answers first, `ready_at`, anything else.
    """

    def __init__(
        self, log_file: Path, *, command: Sequence[str] = _MISBEHAVING, ready_at: str = "/plain", **environment: str
    ) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._log_file = log_file
        # Nobody listens on port 9: these tests need no database, and /health is to say so.
        fixed = {
            "DATABASE_URL": "postgres://nobody:nobody-listens-there@127.0.0.1:9/nothing",
            "REDIS_URL": "",
            "EXECORA_DEMO": "0",
        }
        without_owner = {name: value for name, value in os.environ.items() if name != "MIGRATE_DATABASE_URL"}
        with log_file.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, *command, "--port", str(self.port)],
                cwd=ROOT,
                env={**without_owner, **fixed, **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self._wait(ready_at)

    def _wait(self, ready_at: str) -> None:
        deadline = time.monotonic() + MOST_SECONDS_TO_START
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                if self.get(ready_at)[0] == 200:
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(f"the server did not start:\n{self.output()}")

    def output(self) -> str:
        return self._log_file.read_text()

    def lines(self, event: str) -> list[dict[str, Any]]:
        """Return the JSON lines of `event`, after the writer had time to write them."""
        time.sleep(0.5)
        parsed = [json.loads(line) for line in self.output().splitlines() if line.startswith("{")]
        return [line for line in parsed if line["event"] == event]

    def get(
        self, target: str, *, method: str = "GET", body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers (lower case) and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, target, body=body, headers=headers or {})
            response = connection.getresponse()
            return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
        finally:
            connection.close()

    def state(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.get("/state")[2])
        return parsed

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def raw(self, sent: bytes) -> bytes:
        """Send bytes as they are and return all that comes back until the server closes or is silent for 3 s."""
        with self.connect() as client:
            client.sendall(sent)
            client.settimeout(3)
            received = b""
            try:
                while piece := client.recv(65536):
                    received += piece
            except (TimeoutError, ConnectionResetError):
                pass
            return received

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(20)


def eventually(condition: Any, *, seconds: float = 5.0) -> bool:
    """Return whether `condition()` becomes true within `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return bool(condition())
