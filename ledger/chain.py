"""The hash chain of a customer's account: each entry's hash stands for itself and for every entry before it.

The canonical text of an entry is the netstrings (`<bytes in UTF-8>:<text>,`) of, in this order: the hash of the entry before
it in lower-case hexadecimal, empty for the first; id, business, customer; sequence; kind; total, effect and balance after in
paise; mode; description; the day, `2026-04-01`; the moment it was recorded in UTC, `2026-04-01T09:30:00.000001Z`; the
entry it reverses, or empty; user, or empty; channel; correlation id; and for each posting, ordered by account, side and
amount: account, side, amount. Each field says its own length, so no two entries have the same text. The hash is SHA-256.

PostgreSQL says the same in sql/chain.sql; a test holds the two together.
Source: netstrings, https://cr.yp.to/proto/netstrings.txt.
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC
from uuid import UUID

from ledger.models import Entry, Side

SidedAmount = tuple[UUID, Side, int]


def netstring(text: str) -> str:
    return f"{len(text.encode())}:{text},"


def canonical_text(entry: Entry, previous: bytes, postings: Iterable[SidedAmount]) -> str:
    """Return what is hashed. `previous` is the hash of the entry before, 32 bytes, or none for the first."""
    fields = [
        previous.hex(),
        str(entry.pk),
        str(entry.business_id),
        str(entry.customer_id),
        str(entry.sequence),
        str(entry.kind),
        str(entry.total_paise),
        str(entry.effect_paise),
        str(entry.balance_after_paise),
        entry.mode,
        entry.description,
        entry.occurred_on.isoformat(),
        entry.recorded_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        str(entry.reverses_id or ""),
        str(entry.user_id or ""),
        str(entry.channel),
        entry.correlation_id,
    ]
    for account_id, side, amount_paise in sorted(
        (account.bytes, str(side), paise) for account, side, paise in postings
    ):
        fields += [str(UUID(bytes=account_id)), side, str(amount_paise)]
    return "".join(map(netstring, fields))


def hash_of(entry: Entry, previous: bytes, postings: Iterable[SidedAmount]) -> bytes:
    """Return the 32 bytes that the entry carries, after the one with the hash `previous`."""
    return hashlib.sha256(canonical_text(entry, previous, postings).encode()).digest()
