"""The whole of Execora as its users meet it: uvicorn and the job worker as processes, on a seeded database."""

import os
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from execora.ops.children import spawn, stop, wait_until
from execora.ops.embedded import free_port
from tests.support import services
from tests.support.database import TestDatabase

_PASSWORD = "correct-horse-42"


class LiveServer:
    """A running server. `base_url` is its address, `environment` what programs need to reach its database.

    `logins` has a (name, password) for "admin", "staff" and "customer"; `database` serves raw looks at the rows.
    """

    def __init__(self, database_name: str) -> None:
        self.database = TestDatabase(database_name)
        self.port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.ws_url = f"ws://127.0.0.1:{self.port}/ws"
        self.logins = {name: (login, _PASSWORD) for name, login in LOGINS.items()}
        self.environment = {
            **os.environ,
            **self.database.environment(),
            **{f"DEMO_{name.upper()}_PASSWORD": _PASSWORD for name in LOGINS},
            "EXECORA_DEMO": "1",
            "PORT": str(self.port),
        }
        self.logs = Path(tempfile.mkdtemp(prefix="live-", dir=os.environ["DATA_DIR"]))
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        from execora.ops.demo import programs, supervisor

        self.manage("seed_demo")
        # As in a deployment, neither process knows the owner's password.
        environment = {name: value for name, value in self.environment.items() if name != "MIGRATE_DATABASE_URL"}
        for name, command in (("worker", programs.worker()), ("server", programs.server(self.port))):
            with self._log(name) as log:
                self._processes.append(
                    spawn(command, environment=environment, output=log, working_directory=services.ROOT)
                )
        server = self._processes[-1]
        healthy = wait_until(
            lambda: server.poll() is not None or supervisor.is_healthy(self.port), timeout_seconds=60, pause_seconds=0.1
        )
        if server.poll() is not None or not healthy:
            self.__exit__(None, None, None)
            raise RuntimeError(f"the server did not become healthy:\n{self.said('server')}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in reversed(self._processes):
            stop(process, (15, 6.0))
        self.database.drop()

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

    def _log(self, name: str) -> IO[bytes]:
        return (self.logs / f"{name}.log").open("ab")


LOGINS = {"admin": "admin", "staff": "staff", "customer": "cust-001"}
