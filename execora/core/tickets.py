"""Tickets: each opens one socket, soon, for the login that asked for it. They work without Redis."""

from datetime import UTC, datetime, timedelta

from django.db import connection

from execora.core.door import acting_in
from execora.core.errors import Unauthenticated
from execora.core.models import SocketTicket
from execora.core.opaque import new_opaque, parse_opaque
from execora.core.tokens import Claims

TICKET_SECONDS = 30
# Whoever takes the row away has the ticket: of several at the same time one.
_REDEEM = """
DELETE FROM core_socketticket t USING core_authsession s
 WHERE t.business_id = %s AND t.token_hash = %s AND t.expires_at > clock_timestamp()
   AND s.business_id = t.business_id AND s.id = t.session_id
RETURNING t.session_id, s.user_id, t.login_expires_at
"""


def issue_ticket(claims: Claims, *, now: datetime) -> tuple[str, int]:
    """Return a ticket for the login of a token, and its life in seconds. Its socket ends when the token does."""
    ticket = new_opaque(claims.business_id)
    SocketTicket.objects.create(
        business_id=claims.business_id,
        session_id=claims.session_id,
        token_hash=ticket.digest,
        expires_at=now + timedelta(seconds=TICKET_SECONDS),
        login_expires_at=datetime.fromtimestamp(claims.expires_at, tz=UTC),
    )
    return str(ticket), TICKET_SECONDS


def redeem_ticket(raw: str) -> Claims:
    """Return the login behind a ticket, once.

    Raises:
        Unauthenticated: it is none, it is over, or it was used.
    """
    ticket = parse_opaque(raw)
    if ticket is None:
        raise Unauthenticated()
    with acting_in(ticket.business_id), connection.cursor() as cursor:
        cursor.execute(_REDEEM, [ticket.business_id, ticket.digest])
        row = cursor.fetchone()
    if row is None:
        raise Unauthenticated()
    session_id, user_id, login_expires_at = row
    return Claims(session_id, user_id, ticket.business_id, int(login_expires_at.timestamp()))
