"""What must be true of the books, asked of the whole database at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

MOST_ROWS_SHOWN = 20

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Check:
    """A rule and the statement that finds what breaks it: one row each of (id, expected, found), all text."""

    name: str
    broken_rows: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: how many rows break the rule, and the first of them."""

    check: Check
    count: int
    rows: Sequence[tuple[object, ...]]


def find(connection: Connection, check: Check) -> Finding:
    """Ask one check. The counting and the rows come from one statement, so from one moment."""
    statement = sql.SQL("SELECT b.*, count(*) OVER () FROM ({}) b (id, expected, found) LIMIT {}").format(
        sql.SQL(check.broken_rows),  # our own text
        sql.Literal(MOST_ROWS_SHOWN),
    )
    rows = connection.execute(statement).fetchall()
    return Finding(check, int(str(rows[0][-1])) if rows else 0, [row[:-1] for row in rows])
