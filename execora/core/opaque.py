"""Opaque secrets: a business and 32 random bytes. The database keeps their hash; the business opens the door to that row."""

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass
from uuid import UUID

_SECRET_BYTES, _ID_BYTES = 32, 16
LENGTH = 64  # of the text: 48 bytes in base64, without padding


@dataclass(frozen=True, slots=True)
class Opaque:
    """A secret that a client holds. `str()` is what is given to it."""

    business_id: UUID
    secret: bytes

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(self.business_id.bytes + self.secret).decode()

    def __repr__(self) -> str:
        return f"Opaque({self.business_id})"

    @property
    def digest(self) -> bytes:
        """32 bytes to find it by. The secret is random, so a plain hash tells nothing of it."""
        return hashlib.sha256(self.secret).digest()


def new_opaque(business_id: UUID) -> Opaque:
    return Opaque(business_id, secrets.token_bytes(_SECRET_BYTES))


def parse_opaque(raw: str) -> Opaque | None:
    """Return what `raw` spells, else None. Whether it was ever given to anybody, the database knows."""
    if len(raw) != LENGTH or not raw.isascii():
        return None
    try:
        given = base64.b64decode(raw, altchars=b"-_", validate=True)
    except binascii.Error:
        return None
    if len(given) != _ID_BYTES + _SECRET_BYTES:
        return None  # Python before 3.13 takes any padding behind a shorter text
    return Opaque(UUID(bytes=given[:_ID_BYTES]), given[_ID_BYTES:])
