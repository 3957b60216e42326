"""The servers of a test session: one PostgreSQL and one Redis, started by the session's process when a test asks.

The workers of pytest-xdist come and go, so none of them may own a server. They ask the session's process over loopback;
a thread there starts what is asked for once and answers everybody alike. Tests without a database never wait for one.
"""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
from multiprocessing.connection import Client, Listener
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from execora.ops.database_roles import APPLICATION, OWNER, ensure_database
from execora.ops.embedded import EmbeddedPostgres, EmbeddedRedis

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATE = "execora_test_template"
_ADDRESS = "EXECORA_TEST_SERVICES"
# A test database need not survive a power cut; a failing statement should show all it knows.
_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "200",
    "log_min_messages": "warning",
    "log_min_error_statement": "error",
    "log_error_verbosity": "default",
}


def ask(service: str) -> str:
    """Return the URL of "postgres" (a superuser's, of the migrated template) or "redis", starting it if need be.

    Raises:
        RuntimeError: it could not be started; the message holds what the failing program said.
    """
    port, key = os.environ[_ADDRESS].split(":")
    with Client(("127.0.0.1", int(port)), authkey=bytes.fromhex(key)) as connection:
        connection.send(service)
        succeeded, answer = connection.recv()
    if not succeeded:
        raise RuntimeError(answer)
    return str(answer)


class Services:
    """Owns the session's servers and its temporary directory. `stop` leaves nothing behind."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="execora-tests-"))
        self.directory.chmod(0o711)  # PostgreSQL runs as another user when the tests run as root
        (self.directory / "data" / "static").mkdir(parents=True)
        self._postgres = EmbeddedPostgres(self.directory, options=_FAST, database=TEMPLATE)
        self._redis = EmbeddedRedis(self.directory)
        self._answers: dict[str, tuple[bool, str]] = {}
        key = secrets.token_bytes(16)
        self._listener = Listener(("127.0.0.1", 0), backlog=64, authkey=key)
        os.environ[_ADDRESS] = f"{self._listener.address[1]}:{key.hex()}"
        self._thread = threading.Thread(target=self._serve, name="test services", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop the servers and remove the directory."""
        try:
            ask("stop")
        finally:
            self._thread.join(10)
            self._listener.close()
            shutil.rmtree(self.directory, ignore_errors=True)

    def _serve(self) -> None:
        """Answer until told to stop. The servers are children of this thread and end with it."""
        while True:
            try:
                with self._listener.accept() as connection:
                    wish = connection.recv()
                    if wish not in self._answers:
                        self._answers[wish] = self._fulfil(wish)
                    connection.send(self._answers[wish])
            except (OSError, EOFError):
                continue  # a worker that was killed while it asked
            if wish == "stop":
                return

    def _fulfil(self, wish: str) -> tuple[bool, str]:
        try:
            if wish == "postgres":
                return True, self._start_postgres()
            if wish == "redis":
                return True, os.environ.get("TEST_REDIS_URL") or self._redis.start()
            self._postgres.stop()
            self._redis.stop()
            return True, ""
        except Exception as failed:
            return False, f"{wish}: {failed}"

    def _start_postgres(self) -> str:
        """Start the server, or take that of TEST_DATABASE_URL (a superuser's URL), and migrate the template."""
        given = os.environ.get("TEST_DATABASE_URL")
        if given:
            superuser = given.rsplit("/", 1)[0] + "/" + TEMPLATE
            drop_database(given, TEMPLATE)
        else:
            self._postgres.start()
            superuser = self._postgres.superuser_url(TEMPLATE)
        password = role_password()
        admin_url = given or self._postgres.superuser_url()
        ensure_database(admin_url, database=TEMPLATE, owner_password=password, application_password=password)
        migrate = subprocess.run(
            [sys.executable, "manage.py", "migrate", "--database", "owner", "--verbosity", "0"],
            cwd=ROOT,
            env={**os.environ, **database_environment(superuser, TEMPLATE)},
            capture_output=True,
            text=True,
            check=False,
        )
        if migrate.returncode != 0:
            raise RuntimeError(f"manage.py migrate failed:\n{migrate.stdout}{migrate.stderr}")
        return superuser


def role_password() -> str:
    """Return the password that both roles have in this session."""
    return os.environ["TEST_ROLES_PASSWORD"]


def url_for(superuser_url: str, role: str, database: str) -> str:
    """Return the URL of `database` for `role` on the server of `superuser_url`."""
    server = conninfo_to_dict(superuser_url)
    return f"postgresql://{role}:{role_password()}@{server['host']}:{server.get('port') or 5432}/{database}"


def database_environment(superuser_url: str, database: str) -> dict[str, str]:
    """Return the variables with which a program of ours uses `database`."""
    return {
        "DATABASE_URL": url_for(superuser_url, APPLICATION, database),
        "MIGRATE_DATABASE_URL": url_for(superuser_url, OWNER, database),
    }


def drop_database(superuser_url: str, database: str) -> None:
    """Drop `database`, whoever is connected to it."""
    with psycopg.connect(superuser_url, dbname="postgres", autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
