"""Identifiers: UUIDv7, sortable by time and not guessable."""

import uuid

from uuid_utils.compat import uuid7


def new_id() -> uuid.UUID:
    """Return a new UUIDv7. Source: RFC 9562, 5.7."""
    return uuid7()


def parse_id(text: str) -> uuid.UUID | None:
    """Return the UUID that `text` spells in its usual 36 characters, else None: one id has one spelling, but for case."""
    if len(text) != 36:
        return None
    try:
        key = uuid.UUID(text)
    except ValueError:
        return None
    return key if str(key) == text.lower() else None
