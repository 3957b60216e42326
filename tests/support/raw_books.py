"""Entries written with raw SQL, whole with postings and hash, to try what the database refuses of them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg

from execora.core.ids import new_id
from ledger.chain import hash_of
from ledger.models import Entry, Side

Sides = Sequence[tuple[UUID, str, int]]  # account, side, paise
_PREVIOUS = "SELECT hash FROM ledger_entry WHERE customer_id = %s AND sequence = %s"
_DEFAULTS = {"total_paise": 100, "channel": "rest", "correlation_id": "raw"}


def write_raw(raw: psycopg.Connection, sides: Sides, **values: Any) -> Entry:
    """Insert an entry, its hash and its postings. What is not given is a payment's in cash of ₹1, today."""
    now = datetime.now(UTC)
    given = {"id": new_id(), "occurred_on": now.date(), "recorded_at": now, **_DEFAULTS, **values}
    entry = Entry(**given)
    before = raw.execute(_PREVIOUS, [entry.customer_id, entry.sequence - 1]).fetchone()
    if not entry.hash:
        previous = bytes(before[0]) if before else b""
        entry.hash = hash_of(entry, previous, [(account, Side(side), paise) for account, side, paise in sides])
    columns = [field.column for field in Entry._meta.concrete_fields]
    raw.execute(
        f"INSERT INTO ledger_entry ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})",
        [getattr(entry, field.attname) for field in Entry._meta.concrete_fields],
    )
    for account, side, paise in sides:
        raw.execute(
            "INSERT INTO ledger_posting (id, business_id, entry_id, account_id, side, amount_paise)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            [new_id(), entry.business_id, entry.pk, account, side, paise],
        )
    return entry


def move_account(raw: psycopg.Connection, account_id: UUID, balance_paise: int, sequence: int) -> None:
    """Set what an account keeps of its last entry, the hash among it."""
    raw.execute(
        "UPDATE ledger_account a SET balance_paise = %s, last_sequence = %s, last_hash = coalesce("
        "(SELECT e.hash FROM ledger_entry e WHERE e.customer_id = a.customer_id AND e.sequence = %s), a.last_hash)"
        " WHERE id = %s",
        (balance_paise, sequence, sequence, account_id),
    )
