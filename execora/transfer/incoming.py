"""A shop out of its file into a database that does not have it: all of it, or nothing."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg
from django.apps import apps
from django.db.models import Model
from psycopg import sql
from psycopg.types.json import Jsonb

from execora.core.books import Check, Connection, find
from execora.transfer.archive import ArchiveReader, ArchiveRefused
from execora.transfer.choices import GROWN, INSTEAD, taken_models
from execora.transfer.outgoing import file_of, schema_version, trial_balance


def import_business(
    connection: Connection, archive: ArchiveReader, *, slug: str | None, checks: Sequence[Check]
) -> dict[str, int]:
    """Load the shop in one transaction and return how many rows each file had. `slug` renames it.

    `connection` is the tables' owner's, in autocommit. Every deferred rule of the database runs, then `checks`.

    Raises:
        ArchiveRefused: it is of another schema, the shop or a login of it is there already, or a rule does not hold.
    """
    wanted = {file_of(model) for model in taken_models()}
    found = {name for name in archive.files if name.startswith("rows/")}
    if wanted != found:
        raise ArchiveRefused(f"Its tables are others than here: {', '.join(sorted(wanted ^ found))}.")
    business_id = UUID(archive.manifest["business"]["id"])
    try:
        with connection.transaction():
            _prepare(connection, archive)
            _refuse_known(connection, business_id, slug or archive.manifest["business"]["slug"])
            for model in taken_models():
                if model._meta.label in GROWN:
                    _guard(connection, model, is_on=False)
                _load(
                    connection, archive, model, {"slug": slug} if slug and model._meta.label == "core.Business" else {}
                )
            connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for label in GROWN:
                _guard(connection, apps.get_model(label), is_on=True)
            _check(connection, archive, business_id, checks)
    except psycopg.errors.IntegrityError as fault:
        raise ArchiveRefused(f"A rule of the database refuses it: {fault.diag.message_primary}") from fault
    except psycopg.errors.DataError as fault:
        raise ArchiveRefused(f"A row cannot be read: {fault.diag.message_primary}") from fault
    return {name: archive.files[name]["rows"] for name in sorted(found)}


def _prepare(connection: Connection, archive: ArchiveReader) -> None:
    connection.execute("SET LOCAL statement_timeout = 0")
    connection.execute("SET LOCAL TIME ZONE 'UTC'")
    here, there = schema_version(connection), archive.manifest.get("schema")
    if here != there:
        between = sorted(set(here) ^ set(there if isinstance(there, list) else ()))
        raise ArchiveRefused(f"It was exported under another schema. Different migrations: {', '.join(between)}.")
    connection.execute("CREATE TEMPORARY TABLE incoming (row jsonb NOT NULL) ON COMMIT DROP")


def _guard(connection: Connection, model: type[Model], *, is_on: bool) -> None:
    """Set the trigger of a GROWN model, and lock its table against other writers until the end of the transaction."""
    does, trigger = sql.SQL("ENABLE" if is_on else "DISABLE"), sql.Identifier(GROWN[model._meta.label])
    table = sql.Identifier(model._meta.db_table)
    connection.execute(sql.SQL("ALTER TABLE {} {} TRIGGER {}").format(table, does, trigger))


def _refuse_known(connection: Connection, business_id: UUID, slug: str) -> None:
    known = connection.execute("SELECT slug FROM core_business WHERE id = %s OR slug = %s", [business_id, slug])
    if row := known.fetchone():
        raise ArchiveRefused(f"The shop is here already, or another of its name: {row[0]}.")


def _load(connection: Connection, archive: ArchiveReader, model: type[Model], given: dict[str, Any]) -> None:
    """Load a table in one statement: rows of it may refer to each other in any order."""
    connection.execute("TRUNCATE pg_temp.incoming")
    with connection.cursor() as cursor, cursor.copy("COPY pg_temp.incoming (row) FROM STDIN") as copy:
        for line in archive.lines(file_of(model)):
            copy.write_row([line])
    table = sql.Identifier(model._meta.db_table)
    statement = sql.SQL(
        "INSERT INTO {} SELECT r.* FROM pg_temp.incoming i, jsonb_populate_record(NULL::{}, i.row || %s) r ORDER BY r.id"
    ).format(table, table)
    connection.execute(statement, [Jsonb({**INSTEAD.get(model._meta.label, {}), **given})])


def _check(connection: Connection, archive: ArchiveReader, business_id: UUID, checks: Sequence[Check]) -> None:
    """Refuse rows of another shop, other sums than were exported, and whatever breaks a rule of the books."""
    for model in taken_models():
        column = "id" if model._meta.label == "core.Business" else "business_id"
        question = sql.SQL("SELECT count(*) FROM {} WHERE {} = %s").format(
            sql.Identifier(model._meta.db_table), sql.Identifier(column)
        )
        row = connection.execute(question, [business_id]).fetchone()
        if row is None or row[0] != archive.files[file_of(model)]["rows"]:
            raise ArchiveRefused(f"{file_of(model)} has rows of another shop, or the shop has some here already.")
    if trial_balance(connection, business_id) != archive.manifest.get("trialBalancePaise"):
        raise ArchiveRefused("The trial balance is another than it was when the shop was exported.")
    connection.execute("SET LOCAL enable_nestloop = off")
    for check in checks:
        finding = find(connection, check)
        if finding.count:
            raise ArchiveRefused(f"The books would be wrong ({finding.count}): {check.name}. First: {finding.rows[0]}")
