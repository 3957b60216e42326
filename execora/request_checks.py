"""What a request must look like before a thread is spent on it, and how it is refused."""

import re
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_to_bytes

import orjson

from execora.ops.asgi_types import Scope
from execora.ops.correlation import current_correlation_id

MOST_HEADER_BYTES = 32 * 1024
MOST_HEADERS = 100
MOST_TARGET_BYTES = 8 * 1024
# A second one of these would be read differently by a proxy and by Django.
_SINGLE = frozenset(
    (b"host", b"content-length", b"content-type", b"transfer-encoding", b"authorization", b"idempotency-key")
)
_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CODES = {400: "INVALID_INPUT", 408: "BODY_TOO_SLOW", 413: "BODY_TOO_LARGE", 500: "INTERNAL_ERROR", 503: "BUSY"}


class Refused(Exception):
    """The request ends here with `status` and, for the client, `message`.

    `body_pending` says that the client may still be sending its body.
    """

    def __init__(self, status: int, message: str, *, body_pending: bool = True) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.body_pending = body_pending

    def body(self) -> bytes:
        """Return the error body of the wire."""
        return orjson.dumps(
            {
                "statusCode": self.status,
                "error": HTTPStatus(self.status).phrase,
                "message": self.message,
                "code": _CODES[self.status],
                "correlationId": current_correlation_id(),
            }
        )

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Return the headers of the refusal; the connection closes, since the body may not have been read."""
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(self.body())).encode("ascii")),
            (b"connection", b"close"),
            (b"x-content-type-options", b"nosniff"),
            (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
            (b"cache-control", b"no-store"),
        ]
        if self.status == HTTPStatus.SERVICE_UNAVAILABLE:
            headers.append((b"retry-after", b"1"))
        return headers


def declared_length(scope: Scope) -> int | None:
    """Check head and address of a request and return its Content-Length, None when it has none.

    Raises: Refused with 400 when they are malformed.
    """
    seen: set[bytes] = set()
    size, length = 0, None
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    for name, value in headers:
        size += len(name) + len(value)
        if name in _SINGLE:
            if name in seen:
                raise Refused(400, f"The header {name.decode('ascii')} was sent more than once. Send it once.")
            seen.add(name)
            if name == b"content-length":
                if not (value.isdigit() and len(value) < 16):
                    raise Refused(400, "Content-Length must be a whole number.")
                length = int(value)
    if size > MOST_HEADER_BYTES or len(headers) > MOST_HEADERS:
        raise Refused(400, "The headers are too large. Send fewer or shorter headers and cookies.")
    _check_address(scope)
    return length


def _check_address(scope: Scope) -> None:
    raw_path: Any = scope.get("raw_path") or b""
    query: bytes = scope.get("query_string") or b""
    if len(raw_path) + len(query) > MOST_TARGET_BYTES:
        raise Refused(400, "The address is too long.")
    if _CONTROL.search(scope["path"]):
        raise Refused(400, "The address holds a control character.")
    for part in (raw_path, query):
        if b"%" in part:
            _check_escapes(part)
        elif not part.isascii():
            raise Refused(400, "The address is not percent-encoded.")


def _check_escapes(part: bytes) -> None:
    if _BROKEN_ESCAPE.search(part):
        raise Refused(400, "The address holds a % that is not followed by two hexadecimal digits. Write it as %25.")
    try:
        text = unquote_to_bytes(part).decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(400, "The address is not UTF-8 under its percent-encoding.") from None
    if "\x00" in text:
        raise Refused(400, "The address holds a NUL character.")
