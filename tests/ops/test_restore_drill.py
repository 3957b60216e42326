"""A lost database comes back by the runbook's own commands; what the drill seeds is as the database's rules would have it."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from execora.ops.management.commands.verify_books import verify
from scripts.restore_drill import SHOP, drill
from tests.support.database import TestDatabase

ENTRIES = 20_000


def test_the_moment_before_is_restored_with_every_row(capfd: pytest.CaptureFixture[str]) -> None:
    """The drill itself compares all rows, and proves that verify_books sees the loss and no other."""
    within = Path(os.environ["DATA_DIR"]).parent  # PostgreSQL's own user may pass through it
    done = drill(ENTRIES, within)
    assert [name.split(",")[0].split(":")[0] for name in done.took_seconds] == [
        "start",
        "seed 20",
        "verify_books",
        "base backup",
        "work on",
        "lose every posting",
        "stop",
        "restore to the moment before",
        "verify_books of what was restored",
    ]
    assert not done.directory.exists()


@pytest.fixture
def superuser(test_database: TestDatabase, transactional_db: None) -> Iterator[psycopg.Connection]:
    with psycopg.connect(test_database.superuser_url) as connection:
        yield connection


def test_the_seeded_books_pass_every_trigger_that_did_not_look(superuser: psycopg.Connection) -> None:
    superuser.execute("SET LOCAL session_replication_role = replica")
    superuser.execute("SET LOCAL drill.entries = 400")
    superuser.execute(SHOP.read_text())  # type: ignore[arg-type]  # our own text
    superuser.commit()
    assert superuser.execute("SELECT count(*) FROM ledger_entry").fetchone() == (400,)
    # The deferred checks run at this commit, on every row of accounts, products and invoices.
    superuser.execute("SELECT ledger_check_entry(id) FROM ledger_entry")
    superuser.execute("UPDATE ledger_account SET balance_paise = balance_paise")
    superuser.execute("UPDATE billing_product SET stock = stock")
    superuser.execute("UPDATE billing_invoice SET notes = notes")
    superuser.commit()
    assert [finding.check.name for finding in verify() if finding.count] == []
