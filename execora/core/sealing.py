"""What passes through a client or the job table and is read by us alone, and what is kept of a short secret."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac


def seal(purpose: str, facts: Mapping[str, Any]) -> str:
    """Return `facts` as text that nobody else can read or make. Its length tells only the length of the facts."""
    return _box(purpose).encrypt(orjson.dumps(facts)).decode()


def unseal(purpose: str, raw: str, *, seconds: int | None) -> dict[str, Any] | None:
    """Return what was sealed for this purpose at the most `seconds` ago, or ever; else None."""
    try:
        facts: dict[str, Any] = orjson.loads(_box(purpose).decrypt(raw.encode("ascii"), ttl=seconds))
        return facts
    except (InvalidToken, UnicodeEncodeError):
        return None


def resealed(purpose: str, raw: str) -> str | None:
    """Return what was sealed, under SECRET_KEY: as it is when it is so already, None when no key opens it."""
    box = raw.encode()
    try:
        _under(settings.SECRET_KEY, purpose).decrypt(box)
    except InvalidToken:
        try:
            return _box(purpose).rotate(box).decode()
        except InvalidToken:
            return None
    return raw


def peppered(owner_id: UUID, code: str) -> bytes:
    """Return what is kept of a short code: 32 bytes, bound to the row it belongs to and to a secret that no database holds."""
    return hmac.digest(settings.OTP_PEPPER.encode(), owner_id.bytes + code.encode(), hashlib.sha256)


def _box(purpose: str) -> MultiFernet:
    """Seals under SECRET_KEY; opens what the key before it sealed too."""
    return MultiFernet([_under(key, purpose) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _under(secret: str, purpose: str) -> Fernet:
    key = salted_hmac("execora.seal", purpose, secret=secret, algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))
