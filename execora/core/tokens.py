"""Access tokens: who they were given to, and the session that keeps them alive."""

import hashlib
import re
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import jwt
from django.conf import settings
from django.utils import timezone
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError, TokenError
from rest_framework_simplejwt.tokens import AccessToken

from execora.core.errors import Unauthenticated
from execora.core.ids import parse_id
from execora.core.models import AuthSession
from execora.core.permissions import Role

ALGORITHM = "HS256"
LONGEST_TOKEN = 2048
_REQUIRED = ["iss", "aud", "typ", "jti", "sub", "role", "business", "sid", "exp", "iat", "nbf"]
_FORM = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says about whose session to look up. Role and business are read from the database."""

    session_id: UUID
    user_id: UUID
    business_id: UUID
    expires_at: int  # seconds since 1970


class KeyRing(TokenBackend):
    """Signs with the current secret, reads what that or the previous one signed. `kid` says which: stock SimpleJWT has one."""

    def __init__(self, current: str, previous: str) -> None:
        super().__init__(ALGORITHM, signing_key=current, audience=settings.JWT_AUDIENCE, issuer=settings.JWT_ISSUER)
        self._current = current
        self._kid = key_id(current)
        self._secrets = {key_id(secret): secret for secret in (previous, current) if secret}

    def encode(self, payload: dict[str, Any]) -> str:
        claims = {**payload, "aud": self.audience, "iss": self.issuer}
        return jwt.encode(claims, self._current, algorithm=ALGORITHM, headers={"kid": self._kid})

    def decode(self, token: Any, verify: bool = True) -> dict[str, Any]:
        """Return the claims of a token of ours.

        Raises:
            TokenBackendError: anything else.
        """
        try:
            secret = self._secrets.get(str(jwt.get_unverified_header(token).get("kid")))
            if secret is None:
                raise TokenBackendError("Unknown key")
            return jwt.decode(
                token,
                secret,
                algorithms=[ALGORITHM],
                audience=self.audience,
                issuer=self.issuer,
                options={"require": _REQUIRED, "strict_aud": True},
            )
        # A header that is nested deeply or holds odd numbers breaks the parser before the signature is looked at.
        except (jwt.InvalidTokenError, ValueError, ArithmeticError, RecursionError) as fault:
            raise TokenBackendError("Not a token of ours") from fault


def key_id(secret: str) -> str:
    """Return the name of a signing secret, from which it cannot be found."""
    return hashlib.sha256(b"execora kid\0" + secret.encode()).hexdigest()[:16]


@lru_cache(maxsize=4)
def _key_ring(current: str, previous: str) -> KeyRing:
    return KeyRing(current, previous)


class _Access(AccessToken):
    def get_token_backend(self) -> KeyRing:
        return _key_ring(settings.JWT_SECRET, settings.JWT_SECRET_PREVIOUS)


def token_seconds(role: str) -> int:
    """Return how long an access token of `role` lives."""
    return settings.CUSTOMER_TOKEN_SECONDS if role == Role.CUSTOMER else settings.STAFF_TOKEN_SECONDS


def issue_access_token(session: AuthSession) -> tuple[str, int]:
    """Return a signed token for the session and its life in seconds. It never outlives the session."""
    left = int((session.expires_at - timezone.now()).total_seconds())
    seconds = max(0, min(token_seconds(session.user.role), left))
    token = _Access()
    token.set_exp(lifetime=timedelta(seconds=seconds))
    token["nbf"] = token["iat"]
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
    claims = _verified(raw, settings.JWT_SECRET, settings.JWT_SECRET_PREVIOUS) if len(raw) <= LONGEST_TOKEN else None
    if claims is None or claims.expires_at <= time.time():
        raise Unauthenticated()
    return claims


@lru_cache(maxsize=4096)
def _remembered(raw: str, current: str, previous: str) -> Claims:
    """Return the claims of a token. What was verified once stays so until it expires; a refusal is not remembered."""
    if _FORM.fullmatch(raw) is None:
        raise TokenError("Not in the form of a token")
    token = _Access(raw)  # type: ignore[arg-type]  # the stubs name its own Token type only
    session_id, user_id, business_id = (parse_id(str(token[name])) for name in ("sid", "sub", "business"))
    if session_id is None or user_id is None or business_id is None:
        raise TokenError("An id is none")
    return Claims(session_id, user_id, business_id, int(token["exp"]))


def _verified(raw: str, current: str, previous: str) -> Claims | None:
    try:
        return _remembered(raw, current, previous)
    except TokenError:
        return None
