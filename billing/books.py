"""Whether the books of one shop are what the facts behind them say: every check, in the shop's own rows, at one moment."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import connection, transaction

from billing.models import BooksVerification
from billing.verification import BILLING_CHECKS
from execora.core.actor import Actor
from execora.core.books import Check, Finding, find
from execora.core.commands import command
from execora.core.permissions import Permission
from execora.core.verification import rights_checks
from execora.ops.metrics import count_error
from ledger.models import Entry
from ledger.verification import LEDGER_CHECKS

log = structlog.get_logger(__name__)

KEPT_FOR = timedelta(days=90)
WORK_MEMORY = "256MB"
# Merge and hash joins over whole tables: a plan for a few rows would take hours. The setting before ends with the transaction.
ONE_MOMENT = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    f"SET LOCAL work_mem = '{WORK_MEMORY}'",
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL enable_nestloop = off",
)


def checks() -> tuple[Check, ...]:
    """Return every check there is."""
    return (*LEDGER_CHECKS, *BILLING_CHECKS, *rights_checks(settings.APPLICATION_ROLE))


def verify_own_books(actor: Actor) -> BooksVerification:
    """Ask every check of the rows of the actor's business, and keep what came of it.

    The application's role sees no other rows, so a row that names another business's counts as broken. Call it outside of
    any transaction: the checks have one of their own, that reads only.
    """
    began = time.monotonic()
    with _one_moment():
        entries = Entry.objects.visible_to(actor).count()
        found = [find(connection.connection, check) for check in checks()]
    broken = [finding for finding in found if finding.count]
    duration_ms = round((time.monotonic() - began) * 1000)
    kept = keep_verification(actor, entries=entries, duration_ms=duration_ms, broken=broken)
    if broken:
        log.error("books_broken", count=len(broken), total=sum(finding.count for finding in broken))
        count_error("books", "BrokenRules")
    else:
        log.info("books_verified", count=entries, duration_ms=duration_ms)
    return kept


@command(requires=Permission.BOOKS_VERIFY)
def keep_verification(actor: Actor, *, entries: int, duration_ms: int, broken: list[Finding]) -> BooksVerification:
    """Write what a verification found, and forget those that are older than KEPT_FOR."""
    rows = BooksVerification.objects.visible_to(actor)
    rows.filter(at__lt=actor.now - KEPT_FOR).delete()
    return BooksVerification.objects.create(
        business_id=actor.business_id,
        at=actor.now,
        entries=entries,
        duration_ms=duration_ms,
        is_true=not broken,
        broken=[
            {"rule": finding.check.name, "count": finding.count, "rows": [list(map(str, row)) for row in finding.rows]}
            for finding in broken
        ],
    )


@contextmanager
def _one_moment() -> Iterator[None]:
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        for setting in ONE_MOMENT:
            cursor.execute(setting)
        yield
