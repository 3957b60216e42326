"""What every test runs on: a real PostgreSQL seen as the application's role, a real Redis, a really running server.

DJANGO_SETTINGS_MODULE is set by tests.support.environment and nowhere else: named in pyproject.toml, pytest-django
would read the settings before this file could prepare their environment.
"""

import functools
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from xdist.scheduler import LoadScopeScheduling

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.support import environment, services
from tests.support.database import TestDatabase
from tests.support.live_server import LiveServer

pytest_plugins = ["tests.support.browser"]

_services: services.Services | None = None
if not environment.is_worker():
    _services = services.Services()
    environment.prepare(str(_services.directory / "data"))


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    # Touching one setting reads them, which is what pytest-django waits for before it calls django.setup().
    assert settings.DATABASES


class _ByGroup(LoadScopeScheduling):
    """Tests of a file that names an xdist_group run in one process. xdist's own way writes to `_nodeid`, which pytest 9.2 no
    longer reads."""

    def _split_scope(self, nodeid: str) -> str:
        return _group_of(nodeid.partition("::")[0]) or nodeid


@functools.cache
def _group_of(path: str) -> str | None:
    named = re.search(r'xdist_group\("(\w+)"\)', (Path(__file__).parent.parent / path).read_text())
    return named[1] if named else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    return _ByGroup(config, log) if config.getvalue("dist") == "loadgroup" else None


def pytest_unconfigure(config: pytest.Config) -> None:
    if _services is not None:
        _services.stop()


def _process_name() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def test_database(django_test_environment: None) -> Iterator[TestDatabase]:
    """This process's own migrated database."""
    database = TestDatabase(f"execora_test_{_process_name()}")
    database.use_in_django()
    yield database
    from django.db import connections

    connections.close_all()
    database.drop()


@pytest.fixture(scope="session")
def django_db_setup(test_database: TestDatabase) -> Iterator[None]:
    """Let pytest-django's tests use this process's database, leave what they acted in, and empty it after those that commit."""
    from django.test import TestCase, TransactionTestCase

    from tests.support.factories import leave_first_shop

    def empty_database(case: TransactionTestCase) -> None:
        leave_first_shop()
        test_database.empty()

    def roll_back(case: TestCase) -> None:
        leave_first_shop()
        rolling_back(case)

    rolling_back = TestCase._fixture_teardown
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TestCase, "_fixture_teardown", roll_back)
        # Django truncates as the connected role; ours may not.
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_database)
        yield


@pytest.fixture
def owner_connection(test_database: TestDatabase, db: None) -> Iterator[psycopg.Connection]:
    """A raw connection as the tables' owner, in autocommit. What it writes is seen by a transactional test only."""
    with psycopg.connect(test_database.owner_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def app_connection_factory(test_database: TestDatabase, db: None) -> Iterator[Callable[[], psycopg.Connection]]:
    """Make raw connections as the application's role, not in autocommit, that act in what the test acts in when they are made.

    All are closed after the test.
    """
    from execora.core.door import acted_in

    opened: list[psycopg.Connection] = []

    def connect() -> psycopg.Connection:
        opened.append(psycopg.connect(test_database.app_url))
        if business_id := acted_in():
            opened[-1].execute("SELECT set_config('app.business', %s, false)", [str(business_id)])
            opened[-1].commit()
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


@pytest.fixture(scope="session")
def redis_url() -> str:
    """A real Redis; each test process has a database number of its own."""
    number = int("0" + "".join(filter(str.isdigit, _process_name()))) % 16
    return f"{services.ask('redis').rstrip('/')}/{number}"


@pytest.fixture(scope="session")
def live_server_process() -> Iterator[LiveServer]:
    """The demo as people run it, uvicorn and the worker as processes, on a seeded database of its own."""
    with LiveServer(f"execora_live_{_process_name()}") as server:
        yield server


# A loaded machine is no fault of the code: examples have no time limit of their own.
hypothesis_settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("steady")
