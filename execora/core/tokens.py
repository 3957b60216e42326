"""Access tokens: who they were given to, and the session that keeps them alive."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken

from execora.core.errors import Unauthenticated
from execora.core.ids import parse_id
from execora.core.models import AuthSession
from execora.core.permissions import Role


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says. Only `session_id` is acted on: role and business are read from the database."""

    session_id: UUID
    user_id: UUID
    expires_at: int  # seconds since 1970


def token_seconds(role: str) -> int:
    """Return how long an access token of `role` lives."""
    return settings.CUSTOMER_TOKEN_SECONDS if role == Role.CUSTOMER else settings.STAFF_TOKEN_SECONDS


def issue_access_token(session: AuthSession) -> tuple[str, int]:
    """Return a signed token for the session and its life in seconds."""
    seconds = token_seconds(session.user.role)
    token = AccessToken()
    token.set_exp(lifetime=timedelta(seconds=seconds))
    token["sub"] = str(session.user_id)
    token["role"] = session.user.role
    token["business"] = str(session.business_id)
    token["sid"] = str(session.pk)
    return str(token), seconds


def read_access_token(raw: str) -> Claims:
    """Return the claims of a token that we signed, that has not expired and that is an access token.

    Raises:
        Unauthenticated: anything else, without saying which.
    """
    if not raw.isascii():
        raise Unauthenticated()
    try:
        token = AccessToken(raw)  # type: ignore[arg-type]  # the stubs name its own Token type only
        session_id, user_id = parse_id(str(token["sid"])), parse_id(str(token["sub"]))
    except (TokenError, KeyError) as fault:
        raise Unauthenticated() from fault
    if session_id is None or user_id is None:
        raise Unauthenticated()
    return Claims(session_id, user_id, int(token["exp"]))
