"""`manage.py migrate` as the owner of the tables, one at a time: the application's role may not change them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import CommandParser
from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

# Any number will do, as long as every version of Execora asks for the same one.
LOCK = int.from_bytes(b"execora", "big")
WAIT_SECONDS = 300
_ASK_EVERY_SECONDS = 0.5
LOCK_NOT_AVAILABLE = "55P03"


class Command(DjangoMigrate):
    """Django's migrate, on the `owner` connection, under a lock that a second one waits for."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner" if "owner" in settings.DATABASES else None)
        parser.add_argument(
            "--wait-seconds",
            type=int,
            default=WAIT_SECONDS,
            help="how long to wait for another migrate at work on this database (default: %(default)s)",
        )

    def execute(self, *args: Any, **options: Any) -> str | None:
        # Before Django's own checks, which look at the connection.
        if options["database"] is None:
            raise CommandError("Set MIGRATE_DATABASE_URL to the database's URL with the owner role, and migrate again.")
        try:
            connections[options["database"]].ensure_connection()
        except OperationalError as fault:
            raise _unreachable(fault) from fault
        return super().execute(*args, **options)

    def handle(self, *args: Any, wait_seconds: int = WAIT_SECONDS, **options: Any) -> None:
        owner = connections[options["database"]]
        _refuse_the_application(owner)
        with self._alone(owner, wait_seconds):
            try:
                super().handle(*args, **options)
            except OperationalError as fault:
                if getattr(fault.__cause__, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                    raise
                raise CommandError(
                    "A table was in use for longer than lock_timeout allows. The migration that needed it was rolled "
                    "back, those before it stay; nothing waits behind it. Migrate again at a quieter moment."
                ) from fault

    @contextmanager
    def _alone(self, owner: BaseDatabaseWrapper, wait_seconds: int) -> Iterator[None]:
        """Hold the lock of this database's migrations.

        It is asked for again and again: waiting inside PostgreSQL would hold a snapshot, which a CREATE INDEX
        CONCURRENTLY of the other migrate waits for in its turn.
        """
        deadline = time.monotonic() + wait_seconds
        was_told = False
        while not _ask(owner, "SELECT pg_try_advisory_lock(%s)"):
            if time.monotonic() > deadline:
                raise CommandError(
                    f"Another migrate has been at work on this database for {wait_seconds} s. Nothing was done here. "
                    f"See what it does (pg_stat_activity), or wait for longer: --wait-seconds."
                )
            if not was_told:
                was_told = True
                self.stderr.write(f"Another migrate is at work on this database: waiting {wait_seconds} s at most.")
            time.sleep(_ASK_EVERY_SECONDS)
        try:
            yield
        finally:
            # A connection that broke has given its lock back already.
            if owner.connection is not None and not owner.connection.closed:
                _ask(owner, "SELECT pg_advisory_unlock(%s)")


def _refuse_the_application(owner: BaseDatabaseWrapper) -> None:
    if owner.settings_dict["USER"] == settings.APPLICATION_ROLE:
        raise CommandError(
            f"{settings.APPLICATION_ROLE} is the application's role, which owns nothing and may not migrate. Set "
            f"MIGRATE_DATABASE_URL to the same database with the owner role."
        )


def _ask(owner: BaseDatabaseWrapper, question: str) -> bool:
    try:
        with owner.cursor() as cursor:
            cursor.execute(question, [LOCK])
            return bool(cursor.fetchone()[0])
    except OperationalError as fault:
        raise _unreachable(fault) from fault


def _unreachable(fault: OperationalError) -> CommandError:
    return CommandError(f"The database cannot be reached with MIGRATE_DATABASE_URL: {fault}")
