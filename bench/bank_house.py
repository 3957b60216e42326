"""The house that bench/bank.py sets on fire: PostgreSQL, Redis, two server processes and the job worker, each killed by kill -9."""

import http.client
import json
import os
import random
import secrets
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from execora.ops.children import spawn, stop, wait_until
from execora.ops.cluster import plain_environment
from execora.ops.embedded import DATABASE, EmbeddedPostgres, EmbeddedRedis, free_port

ROOT = Path(__file__).parents[1]
_SECRETS = ("SECRET_KEY", "JWT_SECRET", "OTP_PEPPER", "WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN")
_UNLIMITED = {f"LIMIT_{name}": "100000000/h" for name in ("DEFAULT", "INVOICE", "LOGIN")} | {"LIMIT_BURST": "1000000/s"}
SERVER_PROCESSES = 2


class House:
    """Everything of Execora as processes of this one, on a data directory of its own. Start it in a thread that outlives it."""

    def __init__(self, directory: Path) -> None:
        directory.chmod(0o711)  # PostgreSQL runs as another user when this runs as root
        self.directory = directory
        self.port = free_port()
        # Everything is on as it is shipped, fsync too; the port stays, since the server knows it.
        self._postgres = EmbeddedPostgres(directory, port=free_port())
        self._redis = EmbeddedRedis(directory)
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> dict[str, Any]:
        """Start it all; return the first shop of `manage.py fixture`."""
        urls = self._postgres.start()
        self.superuser_url = self._postgres.superuser_url(DATABASE)
        self.environment = {
            **plain_environment(),
            **{name: secrets.token_urlsafe(36) for name in _SECRETS},
            **_UNLIMITED,
            "DJANGO_SETTINGS_MODULE": "execora.settings",
            "EXECORA_DEMO": "1",
            "DATA_DIR": str(self.directory / "data"),
            "DATABASE_URL": urls.app_url,
            "MIGRATE_DATABASE_URL": urls.owner_url,
            "REDIS_URL": self._redis.start(),
            "PORT": str(self.port),
        }
        self.manage("migrate", "--verbosity", "0")
        shop: dict[str, Any] = json.loads(self.manage("fixture"))["businesses"]["A"]
        self.start_program("worker")
        self.start_program("server")
        return shop

    def stop(self) -> None:
        for process in self._running.values():
            stop(process, (signal.SIGTERM, 8.0))
        self._redis.stop()
        self._postgres.stop()

    def manage(self, *arguments: str) -> str:
        """Run a management command and return what it printed.

        Raises:
            RuntimeError: it failed.
        """
        done = subprocess.run(
            _manage(*arguments), cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"manage.py {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def start_program(self, name: str) -> None:
        """Start "server" or "worker"; the server answers /health when this returns.

        Raises:
            RuntimeError: it did not become healthy.
        """
        serve = _manage("serve", "--port", str(self.port), "--workers", str(SERVER_PROCESSES))
        command = serve if name == "server" else _manage("worker")
        environment = {key: value for key, value in self.environment.items() if key != "MIGRATE_DATABASE_URL"}
        with (self.directory / f"{name}.log").open("ab") as log:
            process = spawn(command, environment=environment, output=log, working_directory=ROOT)
        self._running[name] = process
        if name == "server" and not self.wait_until_healthy():
            raise RuntimeError(f"the server did not become healthy; see {self.directory / 'server.log'}")

    def wait_until_healthy(self, timeout_seconds: float = 90.0) -> bool:
        return wait_until(lambda: _is_healthy(self.port), timeout_seconds=timeout_seconds, pause_seconds=0.1)

    def kill_a_server_process(self, chance: random.Random) -> None:
        """Kill one of the processes that answer; their parent starts another."""
        answering = [pid for pid in _children_of(self._running["server"].pid) if "spawn_main" in _command_of(pid)]
        if answering:
            _kill(chance.choice(answering))

    def kill_the_server(self, chance: random.Random) -> None:
        """Kill the server and all its processes at once, and start it again."""
        self._kill_program("server")
        self.start_program("server")

    def kill_the_worker(self, chance: random.Random) -> None:
        self._kill_program("worker")
        self.start_program("worker")

    def kill_postgres(self, chance: random.Random) -> None:
        """Kill PostgreSQL with every backend, and start it on what the disk has: it recovers by its log."""
        cluster = self.directory / "postgres"
        postmaster = int((cluster / "postmaster.pid").read_text().split("\n", 1)[0])
        backends = _children_of(postmaster)
        for pid in (postmaster, *backends):
            if "postgres" in _command_of(pid):
                _kill(pid)
        if not wait_until(lambda: not any(map(_command_of, backends)), timeout_seconds=10):
            raise RuntimeError("PostgreSQL's processes outlived kill -9")
        self._postgres.stop()
        self._postgres.start()

    def kill_one_backend(self, chance: random.Random) -> None:
        """Kill one session's backend: PostgreSQL ends all the others and recovers by itself."""
        postmaster = int((self.directory / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])
        backends = [pid for pid in _children_of(postmaster) if "execora_app" in _command_of(pid)]
        if backends:
            _kill(chance.choice(backends))

    def _kill_program(self, name: str) -> None:
        process = self._running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def ask(connection: http.client.HTTPConnection, path: str, body: Any, **headers: str) -> tuple[int, Any, bool]:
    """POST to a path below /api/v1; return status, body, and whether it is an answer given before.

    Raises:
        OSError, http.client.HTTPException, ValueError: no whole answer came.
    """
    sent = {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    connection.request("POST", f"/api/v1/{path}", json.dumps(body), sent)
    response = connection.getresponse()
    return response.status, json.loads(response.read()), response.headers.get("Idempotent-Replay") == "true"


def _manage(*arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *arguments]


def _is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # it ended by itself in the meantime


def _children_of(parent: int) -> list[int]:
    found = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(place.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(place.parent.name))
        except (OSError, ValueError):
            continue
    return found


def _command_of(pid: int) -> str:
    """Return the command line of a process; empty when it has ended, reaped or not."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
