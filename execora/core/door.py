"""The door to one business's rows.

PostgreSQL shows the application's role the rows of the business that its connection acts in, and none when it acts in none.
`acting_in` sets that for a block. `enter` finds out who a session is and sets it until `leave`, which ends every request
and every piece of a socket's work. Who must be identified before a business is known is asked by narrow functions that run
with rights of their own; each answers ids and nothing else.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError, InterfaceError, InternalError, connection
from django.db.backends.signals import connection_created

from execora.core.models import Business
from execora.core.permissions import Role

# The business and the user of whoever is not found: what is then done costs the same and finds nothing.
NOBODY = UUID(int=0)
_ACT_IN = "SELECT set_config('app.business', %s, false)"
_BUSINESS = [field for field in Business._meta.concrete_fields if field.column]
_ENTER = (
    "SELECT e.role, e.customer_id, e.expires_at, "  # noqa: S608  # the columns are the model's own
    + ", ".join(f"(e.business).{field.column}" for field in _BUSINESS)
    + " FROM enter(%s, %s) e"
)


class _Here(threading.local):
    """What this thread's connection acts in; `outer` is what it returns to when the unit of work that entered is over."""

    business_id: UUID | None = None
    has_entered = False
    outer: UUID | None = None


_here = _Here()


@dataclass(frozen=True, slots=True)
class Entered:
    """Who a live session is, read in one statement."""

    business: Business
    user_id: UUID
    role: Role
    customer_id: UUID | None
    session_expires_at: datetime


@contextmanager
def acting_in(business_id: UUID) -> Iterator[None]:
    """See and write the rows of `business_id` in this block, in this thread; afterwards those of before, or none."""
    outer = _here.business_id
    try:
        _act_in(business_id)
        yield
    finally:
        _return_to(outer)


def enter(session_id: UUID, user_id: UUID) -> Entered | None:
    """Return who a live session of an active user is, and act in their business until `leave`. One statement.

    None: there is no such session any more; then no business is acted in, whichever was before.
    """
    _begin()
    with connection.cursor() as cursor:
        cursor.execute(_ENTER, [session_id, user_id])
        row = cursor.fetchone()
    if row is None:
        return None
    role, customer_id, expires_at, *values = row
    business = Business.from_db(connection.alias, [field.attname for field in _BUSINESS], values)
    _here.business_id = business.pk
    return Entered(business, user_id, Role(role), customer_id, expires_at)


def enter_business(business_id: UUID) -> None:
    """Act in `business_id` until `leave`, for a request whose user was found by other means than a token."""
    _begin()
    _act_in(business_id)


def leave() -> None:
    """End what `enter` began. Does nothing when nothing was entered."""
    if _here.has_entered:
        outer, _here.has_entered, _here.outer = _here.outer, False, None
        _return_to(outer)


def acted_in() -> UUID | None:
    """Return the business that this thread acts in."""
    return _here.business_id


def business_of_user(user_id: UUID) -> UUID | None:
    """Return the business of an active user."""
    return _one("SELECT business_of_user(%s)", [user_id])


def business_of_number(whatsapp_number_id: str) -> UUID | None:
    """Return the business that receives on this WhatsApp number id."""
    return _one("SELECT business_of_number(%s)", [whatsapp_number_id])


def business_of_slug(slug: str) -> UUID | None:
    return _one("SELECT business_of_slug(%s)", [slug])


def businesses_count() -> int:
    return int(_one("SELECT businesses_count()", []))


def business_ids() -> list[UUID]:
    """Return every business, for work that is done in each of them."""
    return [row[0] for row in _rows("SELECT business_ids()", [])]


def user_of_username(username: str) -> tuple[UUID, UUID] | None:
    """Return (business, user) of a username in any case, whether or not the user is active."""
    rows = _rows("SELECT business_id, user_id FROM user_of_username(%s)", [username])
    return (rows[0][0], rows[0][1]) if rows else None


def customers_of(
    *, customer_id: UUID | None = None, code: str | None = None, phone_e164: str | None = None, slug: str | None = None
) -> list[tuple[UUID, UUID, UUID | None]]:
    """Return (business, customer, user if they may log in) of whoever has this id, code or phone, in the business `slug` or in any.

    Give one of the three. At most 10 are returned.
    """
    rows = _rows(
        "SELECT business_id, customer_id, user_id FROM customers_of(%s::uuid, %s::text, %s::text, %s::text)",
        [customer_id, code, phone_e164, slug],
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _begin() -> None:
    """Note where to return to, once for a unit of work; until it is known who enters, act in no business."""
    if not _here.has_entered:
        _here.has_entered, _here.outer = True, _here.business_id
    _here.business_id = None


def _act_in(business_id: UUID | None) -> None:
    _here.business_id = business_id
    with connection.cursor() as cursor:
        cursor.execute(_ACT_IN, [str(business_id) if business_id is not None else ""])


def _return_to(outer: UUID | None) -> None:
    """Act in `outer` again, by whatever way is left: a connection on which that fails is closed, and a new one acts in none."""
    _here.business_id = outer
    if connection.connection is None or connection.needs_rollback:
        return  # a new connection is told when it opens; a rollback takes the setting back with all else
    try:
        _act_in(outer)
    except InternalError:
        if not connection.in_atomic_block:
            connection.close()  # else the transaction has failed, and its rollback takes the setting back
    except (DatabaseError, InterfaceError):
        connection.close()


def _tell_new_connection(connection: Any, **given: Any) -> None:
    """A connection that is opened anew in the middle of a block acts in the block's business."""
    if connection.alias == "default" and _here.business_id is not None:
        with connection.cursor() as cursor:
            cursor.execute(_ACT_IN, [str(_here.business_id)])


connection_created.connect(_tell_new_connection, dispatch_uid="execora.core.door")


def _rows(statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def _one(statement: str, values: list[Any]) -> Any:
    return _rows(statement, values)[0][0]
