"""Tokens as a forger or an insider would make them: a true one with something changed, signed as well as they can."""

import base64
import json
from typing import Any

import jwt
from django.conf import settings

from execora.core.tokens import key_id


def claims_of(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def signed(claims: dict[str, Any], *, secret: str = "", algorithm: str = "HS256", **headers: Any) -> str:
    """Return a token of `claims`; by default under our own key and its id. A header given as None is left out."""
    given = {"kid": key_id(settings.JWT_SECRET), **headers}
    return jwt.encode(
        claims,
        secret or settings.JWT_SECRET,
        algorithm=algorithm,
        headers={name: value for name, value in given.items() if value is not None},
    )


def part(value: Any) -> str:
    """Return one part of a token that no library would write."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
