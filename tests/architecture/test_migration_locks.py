"""No migration added from now on holds up a busy table, or breaks the version that still serves. By squawk, on the SQL itself."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

SQUAWK = Path(sys.executable).parent / "squawk"
# These made the first tables, on databases that were empty then.
BEFORE = {"core": 4, "customers": 4, "ledger": 2, "billing": 2, "reminders": 3, "voice": 3, "webhooks": 1}
# What squawk knows and we do otherwise, and why.
NOT_OURS = {
    "require-lock-timeout": "`manage.py migrate` sets it for the whole of its session",
    "require-statement-timeout": "a release job may take its time once it has its lock",
    "prefer-robust-stmts": "a migration that fails is rolled back whole; one that is not atomic is named below",
    "prefer-text-field": "lengths are part of the models, and growing one only changes the catalogue",
    "prefer-bigint-over-int": "counts of jobs tried and lines of a bill stay small; keys are UUIDs",
    "prefer-bigint-over-smallint": "likewise",
}
# Of one migration: {("billing", "0003_name"): {"rule": "why it does no harm"}}.
EXCEPTED: dict[tuple[str, str], dict[str, str]] = {
    ("core", "0005_refresh"): {
        "adding-field-with-default": "statement_timestamp() is one value for all rows: no rewrite",
        "require-concurrent-index-creation": "a table of logins is small, and no version was deployed before this",
    },
    ("billing", "0009_stock_below_zero"): {"ban-drop-constraint": "a wider one comes back in the same transaction"},
    ("ledger", "0004_more_kinds"): {"ban-drop-constraint": "each comes back in the same transaction, and allows more"},
    ("billing", "0004_taxes"): {
        "ban-drop-constraint": "each comes back in the same transaction, and allows more",
        "ban-drop-not-null": "only a shop that uses what is new writes the first NULL",
    },
}


def faults_of(sql: str, *, in_transaction: bool = True, excepted: dict[str, str] | None = None) -> list[str]:
    """Return what squawk finds, "rule: message" each."""
    command = [str(SQUAWK), "--pg-version=15.0", "--reporter=json", "--stdin-filepath=migration.sql"]
    command += ["--assume-in-transaction"] * in_transaction
    command += [f"--exclude={rule}" for rule in (*NOT_OURS, *(excepted or {}))]
    done = subprocess.run(command, input=sql, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode in (0, 1), done.stderr
    return [f"{fault['rule_name']}: {fault['message']}" for fault in json.loads(done.stdout)]


def sql_of(app: str, name: str) -> str:
    out = io.StringIO()
    call_command("sqlmigrate", app, name, stdout=out, no_color=True)
    return "\n".join(line for line in out.getvalue().splitlines() if line not in ("BEGIN;", "COMMIT;"))


@pytest.mark.django_db
def test_no_new_migration_holds_up_a_busy_table() -> None:
    found = {}
    for (app, name), migration in MigrationLoader(connection).disk_migrations.items():
        if app not in BEFORE or int(name[:4]) <= BEFORE[app]:
            continue
        excepted = EXCEPTED.get((app, name), {})
        faults = faults_of(sql_of(app, name), in_transaction=migration.atomic, excepted=excepted)
        if faults:
            found[f"{app}.{name}"] = faults
    assert not found, "Do it in steps that do not block, or say in EXCEPTED why it does no harm: " + json.dumps(
        found, indent=2
    )


@pytest.mark.django_db
def test_what_is_excepted_is_there() -> None:
    assert set(EXCEPTED) <= set(MigrationLoader(connection).disk_migrations)


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("ALTER TABLE t ADD CONSTRAINT u UNIQUE (a);", "disallowed-unique-constraint"),
        ("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0);", "constraint-missing-not-valid"),
        ("ALTER TABLE t ALTER COLUMN a TYPE bigint;", "changing-column-type"),
        ("ALTER TABLE t ALTER COLUMN a SET NOT NULL;", "adding-not-nullable-field"),
        ("ALTER TABLE t ADD COLUMN a int NOT NULL;", "adding-required-field"),
        ("CREATE INDEX i ON t (a);", "require-concurrent-index-creation"),
        ("ALTER TABLE t DROP COLUMN a;", "ban-drop-column"),
        ("ALTER TABLE t RENAME COLUMN a TO b;", "renaming-column"),
    ],
)
def test_what_would_hold_up_a_busy_table_is_found(sql: str, rule: str) -> None:
    assert rule in [fault.partition(":")[0] for fault in faults_of(sql)]


@pytest.mark.django_db
def test_the_sql_of_a_migration_is_what_is_looked_at() -> None:
    found = faults_of(sql_of("billing", "0002_same_business"))
    assert {fault.partition(":")[0] for fault in found} >= {
        "constraint-missing-not-valid",
        "adding-foreign-key-constraint",
    }


def test_a_table_of_ones_own_may_be_made_at_once() -> None:
    assert faults_of("CREATE TABLE t (a uuid PRIMARY KEY); CREATE INDEX i ON t (a);") == []
