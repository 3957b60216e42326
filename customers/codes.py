"""One-time codes: who may have one is sealed, what was sent is hashed, and each counts once."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import Any
from uuid import UUID

import structlog
from django.db import connection
from django.utils import timezone

from customers.errors import InvalidCode
from customers.models import LoginCode
from execora.api.limits import LIMITS, TooManyRequests, take
from execora.core.door import NOBODY, acting_in
from execora.core.ids import new_id
from execora.core.sealing import peppered, seal, unseal

log = structlog.get_logger(__name__)

CODE_SECONDS = 300
MOST_TRIES = 5
_CHALLENGE, _JOB = "login challenge", "login code"
# The newest request of a customer has the only code that counts, in whatever order the jobs run.
_KEEP = """
INSERT INTO customers_logincode (id, business_id, customer_id, challenge_id, code_hash, tries, requested_at, expires_at)
VALUES (%s, %s, %s, %s, %s, 0, %s, %s)
ON CONFLICT (business_id, customer_id) DO UPDATE
   SET challenge_id = excluded.challenge_id, code_hash = excluded.code_hash, requested_at = excluded.requested_at,
       expires_at = excluded.expires_at, used_at = NULL,
       tries = CASE WHEN customers_logincode.challenge_id = excluded.challenge_id THEN customers_logincode.tries ELSE 0 END
 WHERE customers_logincode.challenge_id = excluded.challenge_id AND customers_logincode.used_at IS NULL
    OR customers_logincode.requested_at < excluded.requested_at
"""
# One statement counts the try and uses the code: of many guesses at the same time, five are looked at.
_TRY = """
UPDATE customers_logincode
   SET tries = tries + 1, used_at = CASE WHEN code_hash = %(hash)s THEN clock_timestamp() END
 WHERE business_id = %(business)s AND challenge_id = %(challenge)s AND used_at IS NULL AND tries < %(most)s
   AND expires_at > clock_timestamp()
RETURNING customer_id, used_at IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Request:
    """What a job is to do: send a code to a customer."""

    business_id: UUID
    customer_id: UUID
    challenge_id: UUID
    requested_at: datetime


class Standing(Enum):
    """Whether an earlier attempt has made a code for a request, or a later request has taken its place."""

    NEW = auto()
    BEGUN = auto()
    SUPERSEDED = auto()


def sealed_request(business_id: UUID, customer_id: UUID) -> tuple[str, str]:
    """Return a job's argument and the client's challenge for a new request. Both tell nothing to who holds them.

    For a customer that is nobody both ids are NOBODY: the texts are as long as any others.
    """
    facts = {"business": business_id, "challenge": new_id()}
    asked = {"customer": customer_id, "requested": int(timezone.now().timestamp() * 1_000_000)}
    return seal(_JOB, {**facts, **asked}), seal(_CHALLENGE, facts)


def asked_for(sealed: str) -> Request | None:
    """Return what a job is to do; None when it is too late, or when it was asked for nobody."""
    facts = unseal(_JOB, sealed, seconds=CODE_SECONDS)
    if facts is None or UUID(facts["customer"]) == NOBODY:
        return None
    return Request(
        business_id=UUID(facts["business"]),
        customer_id=UUID(facts["customer"]),
        challenge_id=UUID(facts["challenge"]),
        requested_at=datetime.fromtimestamp(facts["requested"] / 1_000_000, tz=UTC),
    )


def standing_of(request: Request) -> Standing:
    """Return where a request stands now. Another may supersede it at any moment: `keep_code` decides."""
    kept = LoginCode.objects.filter(business_id=request.business_id, customer_id=request.customer_id).first()
    if kept is None:
        return Standing.NEW
    if kept.challenge_id == request.challenge_id:
        return Standing.BEGUN
    return Standing.NEW if kept.requested_at < request.requested_at else Standing.SUPERSEDED


def keep_code(request: Request) -> str | None:
    """Return a new code that answers the request's challenge, or None when a later request has taken its place."""
    code = f"{secrets.randbelow(10**6):06d}"
    kept = [new_id(), request.business_id, request.customer_id, request.challenge_id]
    times = [request.requested_at, request.requested_at + timedelta(seconds=CODE_SECONDS)]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [*kept, peppered(request.challenge_id, code), *times])
        return code if cursor.rowcount == 1 else None


def use_code(challenge: str, code: str) -> tuple[UUID, UUID]:
    """Return (business, customer) of a code that is right. Counts the try, and uses the code up.

    Raises:
        InvalidCode: wrong, over, used, tried too often, or never sent.
        LimitsUnavailable: as `take`.
    """
    facts = unseal(_CHALLENGE, challenge, seconds=CODE_SECONDS)
    if facts is None:
        raise InvalidCode()
    business_id, challenge_id = UUID(facts["business"]), UUID(facts["challenge"])
    given: dict[str, Any] = {"business": business_id, "challenge": challenge_id, "most": MOST_TRIES}
    with acting_in(business_id), connection.cursor() as cursor:
        cursor.execute(_TRY, {**given, "hash": peppered(challenge_id, code)})
        row = cursor.fetchone()
    if row is None:
        raise InvalidCode()
    customer_id, is_right = row
    _count_in_the_day(customer_id)
    if not is_right:
        raise InvalidCode()
    return business_id, customer_id


def _count_in_the_day(customer_id: UUID) -> None:
    """Count a try that was looked at, whichever challenge it answered and before anybody is told how it went.

    Raises:
        InvalidCode: there were too many. Another answer would tell that there is such a customer.
    """
    try:
        take(LIMITS["code_tries"], str(customer_id))
    except TooManyRequests as refusal:
        log.warning("login_code_tries_used_up", customer_id=str(customer_id), delay_seconds=refusal.retry_after_seconds)
        raise InvalidCode() from None
