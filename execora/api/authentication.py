"""From a token to an actor: the session, its user and the business are read together, on every request."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from execora.core.actor import Actor, Channel
from execora.core.door import enter
from execora.core.errors import Unauthenticated
from execora.core.tokens import Claims, read_access_token
from execora.ops.correlation import current_correlation_id


@dataclass(frozen=True, slots=True)
class Login:
    """What `request.auth` holds."""

    claims: Claims
    actor: Actor


def login_by_token(raw: str, *, channel: Channel, correlation_id: str, now: datetime) -> Login:
    """Return the login behind a token, as the database has it now, and act in its business from here on. One statement.

    Raises:
        Unauthenticated: the token is not valid, its session is over, or its user is gone or inactive.
    """
    return login_by_claims(read_access_token(raw), channel=channel, correlation_id=correlation_id, now=now)


def login_by_claims(claims: Claims, *, channel: Channel, correlation_id: str, now: datetime) -> Login:
    """Return the login behind claims that were verified before, as `login_by_token` does. One statement.

    Raises:
        Unauthenticated: its session is over, or its user is gone or inactive.
    """
    entered = enter(claims.session_id, claims.user_id)
    if entered is None or entered.business.pk != claims.business_id:
        raise Unauthenticated()
    actor = Actor(entered.business, entered.user_id, entered.role, entered.customer_id, channel, correlation_id, now)
    return Login(claims, actor)


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`. Absent: nobody, and only a route declared public goes on."""

    def authenticate(self, request: Request) -> tuple[Any, Login] | None:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        scheme, _, raw = header.partition(" ")
        if not header:
            return None
        if scheme.lower() != "bearer" or not raw:
            raise Unauthenticated()
        login = login_by_token(
            raw.strip(), channel=Channel.REST, correlation_id=current_correlation_id(), now=timezone.now()
        )
        return login.actor, login

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def login_of(request: Request) -> Login:
    """Return the login that makes this request.

    Raises:
        Unauthenticated: nobody is logged in.
    """
    if not isinstance(request.auth, Login):
        raise Unauthenticated()
    return request.auth


def actor_of(request: Request) -> Actor:
    """Return who makes this request.

    Raises:
        Unauthenticated: nobody is logged in.
    """
    return login_of(request).actor
