"""What a WhatsApp body says. Anything may be missing or of another type; what is not understood is left out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

STATUSES = frozenset({"sent", "delivered", "read", "failed"})


@dataclass(frozen=True, slots=True)
class StatusReport:
    """One status of one message. `message_id` is our own id if it was sent along; `at` is None when it is not readable."""

    wamid: str
    status: str
    at: datetime | None
    error: str
    message_id: str
    phone_number_id: str


def statuses_in(payload: Any) -> list[StatusReport]:
    """Return the statuses of every change of every entry, in the order they came."""
    return [
        report
        for entry in _objects(payload, "entry")
        for change in _objects(entry, "changes")
        for report in _of_change(change.get("value"))
    ]


def _of_change(value: Any) -> Iterator[StatusReport]:
    for status in _objects(value, "statuses"):
        wamid, name = _text(status, "id"), _text(status, "status")
        if wamid and name in STATUSES:
            yield StatusReport(
                wamid=wamid,
                status=name,
                at=_moment(status.get("timestamp")),
                error=_error(status),
                message_id=_text(status, "biz_opaque_callback_data"),
                phone_number_id=_text(value.get("metadata"), "phone_number_id"),
            )


def _objects(holder: Any, key: str) -> list[dict[str, Any]]:
    found = holder.get(key) if isinstance(holder, dict) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _text(holder: Any, key: str) -> str:
    found = holder.get(key) if isinstance(holder, dict) else None
    return found if isinstance(found, str) and len(found) <= 200 and "\x00" not in found else ""


def _moment(timestamp: Any) -> datetime | None:
    """Read Unix seconds, which Meta sends as a string."""
    text = str(timestamp)
    if not (text.isascii() and text.isdigit() and len(text) <= 11):
        return None
    return datetime.fromtimestamp(int(text), UTC)


def _error(status: dict[str, Any]) -> str:
    for error in _objects(status, "errors"):
        code = error.get("code")
        number = str(code) if isinstance(code, int) and not isinstance(code, bool) else ""
        return f"{number} {_text(error, 'title')}".strip()
    return ""
