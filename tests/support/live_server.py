"""The whole of Execora as its users meet it: uvicorn and the job worker as processes, on a database with something in it."""

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from execora.ops.children import spawn, stop, wait_until
from execora.ops.embedded import EmbeddedRedis, free_port
from tests.support import services
from tests.support.database import TestDatabase
from tests.support.own_postgres import OwnPostgres

_PASSWORD = "correct-horse-42"
LOGINS = {"admin": "admin", "staff": "staff", "customer": "cust-001"}


class LiveServer:
    """A running server. `base_url` is its address, `environment` what programs need to reach its database.

    With `data="demo"` it serves the demo shop, and `logins` has a (name, password) for "admin", "staff" and "customer";
    with `data="fixture"` it serves the two shops of `manage.py fixture`, whose JSON is `fixture`. `redis=True` gives it a
    Redis of its own, which a test may kill. `postgres` is a migrated PostgreSQL of the test's own, instead of the session's;
    `process_environment` is what server and worker have beyond `environment`, None to unset. `log_file` has every log line of all its processes, `code_sink_file` the
    one-time codes; `database` serves raw looks at the rows.
    """

    def __init__(
        self,
        database_name: str,
        *,
        workers: int = 1,
        redis: bool = False,
        data: Literal["demo", "fixture"] = "demo",
        environment: Mapping[str, str] | None = None,
        process_environment: Mapping[str, str | None] | None = None,
        postgres: OwnPostgres | None = None,
    ) -> None:
        self.database = postgres or TestDatabase(database_name)
        self.port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.ws_url = f"ws://127.0.0.1:{self.port}/ws"
        self.logins = {name: (login, _PASSWORD) for name, login in LOGINS.items()}
        self.logs = Path(tempfile.mkdtemp(prefix="live-", dir=os.environ["DATA_DIR"]))
        self.log_file, self.code_sink_file = self.logs / "all.jsonl", self.logs / "codes"
        self.fixture: dict[str, Any] = {}
        self.environment = {
            **os.environ,
            **self.database.environment(),
            **{f"DEMO_{name.upper()}_PASSWORD": _PASSWORD for name in LOGINS},
            "EXECORA_DEMO": "1",
            "PORT": str(self.port),
            "LOG_FILE": str(self.log_file),
            "CODE_SINK_FILE": str(self.code_sink_file),
            **(environment or {}),
        }
        # As in a deployment, neither process knows the owner's password.
        self._changes: dict[str, str | None] = {"MIGRATE_DATABASE_URL": None, **(process_environment or {})}
        self._data = data
        self._workers = workers
        self._redis = EmbeddedRedis(self.logs) if redis else None
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        try:
            if self._redis is not None:
                self.environment["REDIS_URL"] = self._redis.start()
            if self._data == "fixture":
                self.fixture = json.loads(self.manage("fixture"))
            else:
                self.manage("seed_demo")
            self.start("worker")
            self.start("server")
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in reversed(self._processes.values()):
            stop(process, (signal.SIGTERM, 6.0))
        self.kill_redis()
        self.database.drop()

    def start(self, name: str) -> None:
        """Start "worker" or "server"; the server answers /health when this returns.

        Raises:
            RuntimeError: it did not become healthy.
        """
        from execora.ops.demo import programs, supervisor

        server = (*programs.server(self.port), "--workers", str(self._workers))
        command = server if name == "server" else programs.worker()
        changed = {**self.environment, **self._changes}
        environment = {key: value for key, value in changed.items() if value is not None}
        with (self.logs / f"{name}.log").open("ab") as log:
            process = spawn(command, environment=environment, output=log, working_directory=services.ROOT)
        self._processes[name] = process
        if name != "server":
            return
        healthy = wait_until(lambda: process.poll() is not None or supervisor.is_healthy(self.port), timeout_seconds=90)
        if process.poll() is not None or not healthy:
            raise RuntimeError(f"the server did not become healthy:\n{self.said('server')}")

    def stop(self, name: str) -> None:
        """Ask "worker" or "server" to end, as a deployment does, and wait for it."""
        stop(self._processes.pop(name), (signal.SIGTERM, 10.0))

    def kill(self, name: str) -> None:
        """Kill "worker" or "server" with all its processes at once: nothing of it runs another line."""
        process = self._processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def redis_log(self) -> str:
        """Return what this server's own Redis has written so far."""
        return (self.logs / "logs" / "redis.log").read_text()

    def kill_redis(self) -> None:
        """End this server's own Redis, if it has one that runs."""
        if self._redis is not None:
            self._redis.stop()

    def manage(self, *arguments: str) -> str:
        """Run a management command against this server's database and return what it printed.

        Raises:
            RuntimeError: it failed.
        """
        from execora.ops.demo import programs

        done = subprocess.run(
            programs.manage(*arguments),
            cwd=services.ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        if done.returncode != 0:
            raise RuntimeError(f"manage.py {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def said(self, program: str) -> str:
        """Return what "server" or "worker" has written so far."""
        return (self.logs / f"{program}.log").read_text(errors="replace")

    def log_lines(self) -> list[dict[str, Any]]:
        """Return all log lines of all processes so far."""
        return [json.loads(line) for line in self.log_file.read_text().splitlines()]
