"""What the tests stand on: the application's role, a database of one's own, nothing left by the test before."""

import json
import urllib.request
from collections.abc import Callable

import psycopg
import pytest
from django.db import ProgrammingError, connection, connections

from execora.core.door import acting_in
from execora.core.ids import new_id
from execora.core.models import Business
from tests.support.database import TestDatabase
from tests.support.live_server import LiveServer


@pytest.mark.django_db
def test_tests_run_as_the_application() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = 'core_user')"
        )
        assert cursor.fetchone() == ("execora_app", "execora_owner")


@pytest.mark.django_db
def test_the_application_may_not_truncate() -> None:
    with connection.cursor() as cursor, pytest.raises(ProgrammingError, match="permission denied"):
        cursor.execute("TRUNCATE core_auditevent")


@pytest.mark.django_db(databases=["default", "owner"])
def test_the_owner_is_at_hand_on_the_same_database() -> None:
    asked = "SELECT current_user, current_database()"
    with connection.cursor() as application, connections["owner"].cursor() as owner:
        assert owner.execute(asked).fetchone() == ("execora_owner", application.execute(asked).fetchone()[1])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_transactional_test_commits_is_gone_in_the_next(
    turn: int, app_connection_factory: Callable[[], psycopg.Connection], owner_connection: psycopg.Connection
) -> None:
    assert owner_connection.execute("SELECT count(*) FROM core_business").fetchone() == (0,)
    key = new_id()
    with acting_in(key):
        Business.objects.create(id=key, name=f"Shop {turn}", slug="shop", state_code="27")
    other = app_connection_factory()
    other.execute("SELECT set_config('app.business', %s, false)", [str(key)])
    assert other.execute("SELECT name FROM core_business").fetchall() == [(f"Shop {turn}",)]


@pytest.mark.django_db(transaction=True)
def test_what_the_migrations_filled_stays(test_database: TestDatabase, owner_connection: psycopg.Connection) -> None:
    before = owner_connection.execute("SELECT count(*) FROM django_migrations").fetchone()
    test_database.empty()
    assert owner_connection.execute("SELECT count(*) FROM django_migrations").fetchone() == before
    assert before is not None
    assert int(str(before[0])) > 10


def test_the_live_server_answers_from_its_own_database(live_server_process: LiveServer) -> None:
    with urllib.request.urlopen(f"{live_server_process.base_url}/health") as answer:
        assert json.load(answer)["checks"] == {"database": "ok", "redis": "ok", "migrations": "ok"}
    with psycopg.connect(live_server_process.database.superuser_url) as database:
        assert database.execute("SELECT count(*) FROM core_business").fetchone() == (1,)


def test_the_live_server_lets_the_printed_logins_in(live_server_process: LiveServer) -> None:
    name, password = live_server_process.logins["staff"]
    request = urllib.request.Request(
        f"{live_server_process.base_url}/api/v1/auth/login",
        data=json.dumps({"username": name, "password": password}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        assert set(json.load(answer)) >= {"token", "expiresIn"}
