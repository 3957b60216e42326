"""A login's life: it begins with a pair of tokens, and each refresh token is good for the next pair, once.

A client that lost the answer may ask again: for ten seconds a used token gives the same successor, as long as that has not
been used itself. Later, or when it has, somebody else holds a copy, and the whole login ends. Requests that come within the
first second are not a client that lost an answer but several at the same time; they are told to wait and get nothing.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.functions import TransactionNow
from django.db import connection, transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from execora.core.door import acting_in
from execora.core.errors import Conflict, DomainError, Unauthenticated
from execora.core.models import AuthSession, RefreshToken, User
from execora.core.opaque import Opaque, new_opaque, parse_opaque
from execora.core.tokens import issue_access_token

IN_FLIGHT = timedelta(seconds=1)
REPEATABLE = timedelta(seconds=10)
# One statement decides who is first: it waits for no other, and finds no row when another holds or has used it. Times are the
# database's, for the servers' clocks differ.
_USE = """
UPDATE core_refreshtoken SET used_at = clock_timestamp(), salt = %s
 WHERE id = (SELECT id FROM core_refreshtoken WHERE business_id = %s AND token_hash = %s AND used_at IS NULL
               FOR NO KEY UPDATE SKIP LOCKED)
"""


class RefreshInFlight(Conflict):
    code = "REFRESH_IN_FLIGHT"
    message = "This refresh token is being used by another request. Use its answer, or ask again in a second."
    retry_after_seconds = 1


@dataclass(frozen=True, slots=True)
class Pair:
    """What a login and a refresh give."""

    token: str
    seconds: int  # the token's life
    refresh_token: str


def begin_session(user: User, *, user_agent: str, now: datetime) -> Pair:
    """Write a login of a user whose proof was just checked, unless user or password changed since they were read.

    Locks the user, as does everything that ends a user's logins: none that began before slips through.

    Raises:
        Unauthenticated: something changed.
    """
    first = new_opaque(user.business_id)
    with acting_in(user.business_id), transaction.atomic():
        unchanged = User.objects.select_for_update(no_key=True).filter(
            pk=user.pk, password=user.password, role=user.role, is_active=True
        )
        if not unchanged.exists():
            raise Unauthenticated()
        session = AuthSession.objects.create(
            business_id=user.business_id,
            user=user,
            role=user.role,
            expires_at=now + timedelta(seconds=settings.REFRESH_SECONDS),
            user_agent=user_agent[:200],
        )
        _keep(session, first, now)
    return _pair(session, first)


def renew(raw: str, *, now: datetime) -> Pair:
    """Return the next pair of the login that a refresh token belongs to.

    Raises:
        RefreshInFlight: another request uses it, or has within the last second; nothing is lost.
        Unauthenticated: it is none of ours, its login is over, or it was used before; then the login is over now.
    """
    given = parse_opaque(raw)
    if given is None:
        raise Unauthenticated()
    with acting_in(given.business_id), transaction.atomic():
        answer = _turn(given, now)
    if isinstance(answer, DomainError):
        raise answer  # after the commit: what the refusal wrote stays
    return answer


def _turn(given: Opaque, now: datetime) -> Pair | DomainError:
    with connection.cursor() as cursor:
        cursor.execute(_USE, [secrets.token_bytes(16), given.business_id, given.digest])
        is_first = cursor.rowcount == 1
    rows = RefreshToken.objects.filter(business_id=given.business_id, token_hash=given.digest)
    row: Any = rows.select_related("session__user").annotate(age=TransactionNow() - F("used_at")).first()
    if row is None or not _goes_on(row.session, now):
        return Unauthenticated()
    if row.used_at is None:
        return RefreshInFlight()  # who holds it has not committed
    successor = _successor(given, bytes(row.salt))
    if is_first:
        _keep(row.session, successor, now)
        AuthSession.objects.filter(pk=row.session_id).update(last_used_at=now)
        return _pair(row.session, successor)
    if row.age < IN_FLIGHT:
        return RefreshInFlight()
    unused = RefreshToken.objects.filter(business_id=given.business_id, token_hash=successor.digest, used_at=None)
    if row.age <= REPEATABLE and unused.exists():
        return _pair(row.session, successor)
    AuthSession.objects.filter(pk=row.session_id, revoked_at=None).update(revoked_at=now)
    return Unauthenticated()


def _goes_on(session: AuthSession, now: datetime) -> bool:
    user = session.user
    return session.revoked_at is None and session.expires_at > now and user.is_active and user.role == session.role


def _successor(used: Opaque, salt: bytes) -> Opaque:
    """Return the one that follows: found again from the used token, the row's salt and the server's key, and only from all three."""
    key = salted_hmac("execora.refresh", salt, algorithm="sha256").digest()
    return Opaque(used.business_id, hmac.digest(key, used.secret, hashlib.sha256))


def _keep(session: AuthSession, token: Opaque, now: datetime) -> None:
    RefreshToken.objects.create(
        business_id=session.business_id, session=session, token_hash=token.digest, issued_at=now
    )


def _pair(session: AuthSession, refresh: Opaque) -> Pair:
    token, seconds = issue_access_token(session)
    return Pair(token, seconds, str(refresh))
