"""The runbook names only what exists: commands, settings, metrics, routes; and forgets no secret."""

import re
from pathlib import Path

import psycopg
import pytest
from django.core.management import get_commands
from django.test import Client
from django.urls import resolve

from execora.ops import secret_rules
from execora.ops.metrics import REGISTRY
from scripts.restore_drill import blocks
from tests.support.database import TestDatabase
from tests.support.factories import make_shop, token_of

ROOT = Path(__file__).resolve().parent.parent.parent
TEXT = (ROOT / "docs" / "runbook.md").read_text()
RUN_BY_A_TEST = {"archive", "backup-role", "backup", "stop", "restore", "check", "end-all-logins"}
# Functions and words of PromQL, and its labels.
_PROMQL = {"histogram_quantile", "status_code"}


def section(title: str) -> str:
    return TEXT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_every_block_is_run_by_the_drill_or_a_test() -> None:
    fences = re.findall(r"^```(.+)$", TEXT, re.MULTILINE)
    assert {fence.partition(" ")[2] for fence in fences} == RUN_BY_A_TEST
    assert set(blocks()) == RUN_BY_A_TEST


def test_every_management_command_exists_with_its_options() -> None:
    named = set(re.findall(r"manage\.py ([a-z_]+)", TEXT))
    assert named >= {"migrate", "serve", "worker", "verify_books", "create_roles"}
    # pull_secrets runs before there are settings: manage.py itself knows it.
    assert "pull_secrets" in (ROOT / "manage.py").read_text()
    assert named <= {*get_commands(), "pull_secrets"}


def test_every_target_of_make_exists() -> None:
    named = set(re.findall(r"`make ([a-z-]+)`", TEXT))
    assert named
    assert named <= set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_every_setting_exists() -> None:
    read = "".join((ROOT / place).read_text() for place in ("execora/settings.py", ".env.example"))
    known = set(re.findall(r"\b[A-Z][A-Z0-9_]+\b", read))
    of_the_commands = {"PGHOST", "PGPORT", "PGUSER", "PGPASSFILE", "PGDATA", "BACKUPS", "BASE", "UNTIL", "RESTORED"}
    named = set(re.findall(r"\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b", re.sub(r"```.*?```", "", TEXT, flags=re.DOTALL)))
    assert named - known - of_the_commands == {"RESTORED_PORT"}


def test_no_secret_is_without_its_rotation() -> None:
    rows = section("Rotation of secrets")
    for name in (*secret_rules.REQUIRED, *secret_rules.OPTIONAL, *secret_rules.DATABASE_URLS, "REDIS_URL"):
        assert name in rows, name


def expressions() -> list[str]:
    return re.findall(r"^\| `(.+?)` \|", section("Alerts"), re.MULTILINE)


def test_every_metric_of_an_alert_exists() -> None:
    known = {family.name for family in REGISTRY.collect()}
    known |= {f"{name}{suffix}" for name in known for suffix in ("_total", "_bucket", "_count", "_sum")}
    assert len(expressions()) > 8
    for expression in expressions():
        bare = re.sub(r"\{.*?\}|by \(.*?\)", "", expression)
        metrics = set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", bare)) - _PROMQL
        assert metrics, expression
        assert metrics <= known, expression


def test_every_route_of_an_alert_is_one_that_requests_are_counted_by() -> None:
    routes = {route for expression in expressions() for route in re.findall(r'route="(.+?)"', expression)}
    assert routes
    assert {f"/{resolve(route).route}" for route in routes} == routes


@pytest.mark.django_db(transaction=True)
def test_all_logins_end_at_once(test_database: TestDatabase, client: Client) -> None:
    shop = make_shop()
    headers = {"Authorization": f"Bearer {token_of(shop.staff_user)}"}
    assert client.get("/api/v1/me", headers=headers).status_code == 200
    with psycopg.connect(test_database.superuser_url, autocommit=True) as superuser:
        superuser.execute(blocks()["end-all-logins"])  # type: ignore[arg-type]  # our own text
    assert client.get("/api/v1/me", headers=headers).status_code == 401
