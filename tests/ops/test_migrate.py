"""Migrations as a step of a release: by the owner, one at a time, and nothing works before they are applied."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from execora.ops.children import spawn, stop, wait_until
from execora.ops.database_roles import ensure_database
from execora.ops.embedded import free_port
from execora.ops.health import _migrations_on_disk
from execora.ops.management.commands.migrate import LOCK
from tests.support import services
from tests.support.requests import get

MANAGE = [sys.executable, str(services.ROOT / "manage.py")]


@pytest.fixture
def superuser_url() -> Iterator[str]:
    """An empty database with the roles' grants, as a deployment begins."""
    name = f"execora_empty_{os.getpid()}"
    template = services.ask("postgres")
    services.drop_database(template, name)
    password = services.role_password()
    admin = template.rsplit("/", 1)[0] + "/postgres"
    ensure_database(admin, database=name, owner_password=password, application_password=password)
    yield template.rsplit("/", 1)[0] + "/" + name
    services.drop_database(template, name)


@pytest.fixture
def environment(superuser_url: str) -> dict[str, str]:
    return {**os.environ, **services.database_environment(superuser_url, superuser_url.rsplit("/", 1)[1])}


def begin(environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*MANAGE, "migrate", *arguments],
        env=environment,
        cwd=services.ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def applied(superuser_url: str) -> list[tuple[str, str]]:
    with psycopg.connect(superuser_url) as raw:
        return raw.execute("SELECT app, name FROM django_migrations ORDER BY id").fetchall()


def test_two_at_once_apply_each_migration_once(superuser_url: str, environment: dict[str, str]) -> None:
    with psycopg.connect(superuser_url, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        both = [begin(environment), begin(environment)]
        # Both are at the door before it opens, so that they do race.
        waiting = "SELECT count(*) = 2 FROM pg_stat_activity WHERE state = 'idle' AND query LIKE 'SELECT pg_try_advisory_lock%%' AND usename = %s AND datname = current_database()"
        assert wait_until(lambda: other.execute(waiting, ["execora_owner"]).fetchone()[0], timeout_seconds=60)  # type: ignore[index]
        other.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
        results = [end(process) for process in both]
    assert [code for code, _, _ in results] == [0, 0], results
    assert all("Another migrate is at work" in err for _, _, err in results)
    assert sorted("No migrations to apply" in out for _, out, _ in results) == [False, True]
    names = applied(superuser_url)
    assert len(names) == len(set(names))
    assert set(names) == _migrations_on_disk().keys()


def test_the_wait_is_bounded(superuser_url: str, environment: dict[str, str]) -> None:
    with psycopg.connect(superuser_url, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        code, _, err = end(begin(environment, "--wait-seconds", "1"))
        tables = other.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert code == 1
    assert "Nothing was done here" in err
    assert tables == (0,)


def test_a_table_in_use_ends_it_with_a_reason(superuser_url: str, environment: dict[str, str]) -> None:
    assert end(begin(environment, "billing", "0001"))[0] == 0
    short = {**environment, "MIGRATE_LOCK_TIMEOUT": "300ms"}
    with psycopg.connect(superuser_url) as reader:
        reader.execute("LOCK TABLE billing_product IN ROW EXCLUSIVE MODE")  # as an update takes it
        code, _, err = end(begin(short, "billing"))
    assert code == 1
    assert "A table was in use" in err
    assert "Traceback" not in err
    assert ("billing", "0002_same_business") not in applied(superuser_url)


@pytest.mark.parametrize(
    ("missing", "said"),
    [(True, "Set MIGRATE_DATABASE_URL"), (False, "is the application's role, which owns nothing")],
    ids=["no owner", "the application"],
)
def test_nobody_else_migrates(superuser_url: str, environment: dict[str, str], missing: bool, said: str) -> None:
    changed = dict(environment)
    if missing:
        del changed["MIGRATE_DATABASE_URL"]
    else:
        changed["MIGRATE_DATABASE_URL"] = changed["DATABASE_URL"]
    code, _, err = end(begin(changed))
    assert code == 1
    assert said in err
    assert "Traceback" not in err
    with psycopg.connect(superuser_url) as raw:
        assert raw.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def socket_close_code(port: int) -> int | None:
    with connect(f"ws://127.0.0.1:{port}/ws") as socket:
        try:
            socket.recv(timeout=20)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None
    return None


def test_neither_server_nor_worker_begins_before_the_last_migration(
    superuser_url: str, environment: dict[str, str], tmp_path: Path
) -> None:
    assert end(begin(environment))[0] == 0
    with psycopg.connect(superuser_url, autocommit=True) as raw:
        raw.execute("DELETE FROM django_migrations WHERE app = 'billing' AND name = '0002_same_business'")
        raw.execute(
            "INSERT INTO procrastinate_jobs (task_name, queue_name, args, status)"
            " VALUES ('webhooks.none_such', 'default', '{}', 'todo')"
        )
        serving = {name: value for name, value in environment.items() if name != "MIGRATE_DATABASE_URL"}
        port = free_port()
        with (tmp_path / "server.log").open("wb") as server_log, (tmp_path / "worker.log").open("wb") as worker_log:
            server = spawn([*MANAGE, "serve", "--port", str(port)], environment=serving, output=server_log)
            worker = spawn([*MANAGE, "worker"], environment=serving, output=worker_log)
        try:
            assert wait_until(lambda: get(port, "/livez")[0] == 200, timeout_seconds=60)
            status, body = get(port, "/health")
            health: dict[str, Any] = json.loads(body)
            assert status == 503
            assert health["details"] == {"unappliedMigrations": ["billing.0002_same_business"]}
            status, body = get(port, "/api/v1/products")
            assert (status, json.loads(body)["code"]) == (503, "BUSY")
            assert socket_close_code(port) == 1013
            worker_said = (tmp_path / "worker.log").read_text
            assert wait_until(lambda: "billing.0002_same_business" in worker_said(), timeout_seconds=60)
            assert "worker_ready" not in worker_said()
            assert raw.execute("SELECT status FROM procrastinate_jobs").fetchall() == [("todo",)]
            assert ("billing", "0002_same_business") not in applied(superuser_url)

            raw.execute(
                "INSERT INTO django_migrations (app, name, applied) VALUES ('billing', '0002_same_business', now())"
            )
            assert wait_until(lambda: get(port, "/health")[0] == 200, timeout_seconds=30)
            assert get(port, "/api/v1/products")[0] == 401
            assert socket_close_code(port) == 1008
            job = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'"
            assert wait_until(lambda: raw.execute(job).fetchone() == (0,), timeout_seconds=30)
            assert "worker_ready" in worker_said()
        finally:
            for process in (server, worker):
                stop(process, (15, 8.0))
