"""The tables' owner, who sees every business's rows: for commands that an operator runs."""

import psycopg
from django.conf import settings
from django.core.management.base import CommandError
from django.db import connections


def open_as_owner() -> psycopg.Connection[tuple[object, ...]]:
    """Return a new connection, in autocommit.

    Raises:
        CommandError: there is none, and what to do.
    """
    if "owner" not in settings.DATABASES:
        raise CommandError("Set MIGRATE_DATABASE_URL: only the owner of the tables sees every business's rows.")
    place = connections["owner"].settings_dict
    try:
        return psycopg.connect(
            dbname=place["NAME"],
            user=place["USER"],
            password=place["PASSWORD"],
            host=place["HOST"],
            port=place["PORT"] or None,
            connect_timeout=5,
            autocommit=True,
        )
    except psycopg.OperationalError as fault:
        raise CommandError(f"The database cannot be reached with MIGRATE_DATABASE_URL: {fault}") from fault
