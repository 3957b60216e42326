"""A shop's rows into a file, at one moment, a few thousand rows in memory at a time."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Model
from psycopg import sql

from execora.api.sheets import safe_cell
from execora.core.books import Connection
from execora.transfer.archive import ArchiveWriter
from execora.transfer.choices import TAKEN, taken_models

_CHUNK = 2000
TRIAL_BALANCE = """
SELECT a.kind, sum(CASE p.side WHEN 'D' THEN p.amount_paise ELSE -p.amount_paise END)::bigint
  FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
 WHERE p.business_id = %s GROUP BY a.kind ORDER BY a.kind
"""
MIGRATIONS = "SELECT app || '.' || name FROM django_migrations WHERE app = ANY(%s) ORDER BY 1"
# What a shopkeeper opens in a spreadsheet; the import does not read these.
SHEETS = {
    "customers.csv": "SELECT c.code, c.name, c.nickname, c.landmark, c.phone_e164 AS phone, c.address, c.state_code, c.gstin,"
    " coalesce(a.balance_paise, 0) * 0.01 AS balance FROM customers_customer c LEFT JOIN ledger_account a"
    " ON a.customer_id = c.id WHERE c.business_id = %s ORDER BY c.id",
    "products.csv": "SELECT name, unit, price_paise * 0.01 AS price, hsn, gst_rate_bp * 0.01 AS gst_rate, stock, low_stock_at,"
    " is_active FROM billing_product WHERE business_id = %s ORDER BY id",
    "invoices.csv": "SELECT i.number, i.issued_on, i.status, c.code AS customer, c.name, i.place_of_supply,"
    " i.taxable_paise * 0.01 AS taxable, i.cgst_paise * 0.01 AS cgst, i.sgst_paise * 0.01 AS sgst,"
    " i.igst_paise * 0.01 AS igst, i.cess_paise * 0.01 AS cess, i.round_off_paise * 0.01 AS round_off,"
    " i.total_paise * 0.01 AS total FROM billing_invoice i JOIN customers_customer c ON c.id = i.customer_id"
    " WHERE i.business_id = %s ORDER BY i.id",
    "entries.csv": "SELECT e.occurred_on, e.kind, c.code AS customer, c.name, e.effect_paise * 0.01 AS effect,"
    " e.balance_after_paise * 0.01 AS balance, e.mode, e.description, e.recorded_at FROM ledger_entry e"
    " JOIN customers_customer c ON c.id = e.customer_id WHERE e.business_id = %s ORDER BY e.id",
}


def file_of(model: type[Model]) -> str:
    return f"rows/{model._meta.db_table}.jsonl"


def schema_version(connection: Connection) -> list[str]:
    """Return the applied migrations of the apps whose rows leave."""
    applied = sorted({model._meta.app_label for model in taken_models()})
    return [str(row[0]) for row in connection.execute(MIGRATIONS, [applied]).fetchall()]


def trial_balance(connection: Connection, business_id: UUID) -> dict[str, int]:
    """Return what the accounts of each kind hold, in paise, debit above zero."""
    return {str(kind): int(str(paise)) for kind, paise in connection.execute(TRIAL_BALANCE, [business_id]).fetchall()}


def export_business(connection: Connection, business_id: UUID, path: str) -> dict[str, Any]:
    """Write the shop to a new file and return what the manifest says of each file in it.

    `connection` is the tables' owner's, in autocommit. Raises FileExistsError.
    """
    archive = ArchiveWriter(path)
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute("SET LOCAL statement_timeout = 0")
        connection.execute("SET LOCAL TIME ZONE 'UTC'")
        for model in taken_models():
            archive.write(file_of(model), _rows(connection, model, business_id))
        for name, question in SHEETS.items():
            archive.write(name, _sheet(connection, question, business_id))
        slug, shop = connection.execute(
            "SELECT slug, name FROM core_business WHERE id = %s", [business_id]
        ).fetchone() or ("", "")
        facts = {
            "business": {"id": str(business_id), "slug": slug, "name": shop},
            "exportedAt": datetime.now(UTC).isoformat(),
            "schema": schema_version(connection),
            "trialBalancePaise": trial_balance(connection, business_id),
        }
    archive.finish(facts)
    return archive.files


def _rows(connection: Connection, model: type[Model], business_id: UUID) -> Iterator[bytes]:
    """Yield each row as PostgreSQL's own JSON of it, which spells every type so that it is read back the same."""
    question = sql.SQL("SELECT (to_jsonb(t) - {}::text[])::text FROM {} t WHERE t.{} = {} ORDER BY t.id").format(
        sql.Literal(sorted(TAKEN[model._meta.label])),
        sql.Identifier(model._meta.db_table),
        sql.Identifier("id" if model._meta.label == "core.Business" else "business_id"),
        sql.Literal(business_id),
    )
    with connection.cursor(name="rows") as cursor:
        cursor.itersize = _CHUNK
        cursor.execute(question)
        for (row,) in cursor:
            yield str(row).encode() + b"\n"


def _sheet(connection: Connection, question: str, business_id: UUID) -> Iterator[bytes]:
    with connection.cursor(name="sheet") as cursor:
        cursor.itersize = _CHUNK
        cursor.execute(question, [business_id])
        yield b"\xef\xbb\xbf" + _line([column.name for column in cursor.description or ()])
        for row in cursor:
            yield _line([safe_cell(cell) for cell in row])  # type: ignore[arg-type]  # text, numbers and days


def _line(cells: list[str]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue().encode()
