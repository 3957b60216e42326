"""Proof that a body comes from Meta: an HMAC over its bytes as they came."""

import hashlib
import hmac

_SCHEME = b"sha256="


def signature_of(body: bytes, *, app_secret: str) -> str:
    """Return the value of X-Hub-Signature-256 for `body`. Source: Meta, Webhooks, Validating payloads."""
    return "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()


def is_signed(body: bytes, header: str | None, *, app_secret: str) -> bool:
    """Tell whether `header` signs exactly these bytes. An empty secret signs nothing."""
    if not header or not app_secret:
        return False
    given = header.encode("utf-8", "surrogateescape")
    expected = signature_of(body, app_secret=app_secret).encode()
    return given.startswith(_SCHEME) and hmac.compare_digest(given, expected)
