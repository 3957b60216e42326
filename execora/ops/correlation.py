"""The correlation id: one word that ties a request, its log lines, its socket and its jobs together."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from urllib.parse import parse_qsl

import uuid_utils

from execora.ops.asgi_types import Application, Message, Receive, Scope, Send

HEADER = "X-Correlation-ID"
QUERY_PARAMETER = "correlation_id"

_HEADER_IN = HEADER.lower().encode("ascii")
_HEADER_OUT = HEADER.encode("ascii")
_ACCEPTED = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_current: ContextVar[str] = ContextVar("execora_correlation_id", default="")


def current_correlation_id() -> str:
    """Return the id of the request, socket or job that runs here, or "" outside of them."""
    return _current.get()


def new_correlation_id() -> str:
    """Return 32 hexadecimal digits that sort by time (a UUIDv7)."""
    return uuid_utils.uuid7().hex


def accepted_correlation_id(offered: Iterable[bytes]) -> str:
    """Return the offered id if all that was offered is one well-formed id, else a new one."""
    distinct = set(offered)
    if len(distinct) == 1:
        value = distinct.pop()
        if _ACCEPTED.fullmatch(value):
            return value.decode("ascii")
    return new_correlation_id()


@contextmanager
def bind_correlation_id(value: str) -> Iterator[str]:
    """Make `value` the current id inside the block and give it; a new id replaces a malformed or empty one."""
    bound = accepted_correlation_id([value.encode("utf-8", "replace")])
    token = _current.set(bound)
    try:
        yield bound
    finally:
        _current.reset(token)


class CorrelationMiddleware:
    """Give each request and socket its id: in the context, in scope["correlation_id"], and in the answer's header.

    It is the outermost ASGI application, so that refusals that never reach Django carry the header too.
    """

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._application(scope, receive, send)
            return
        correlation_id = accepted_correlation_id(_offered(scope))
        scope["correlation_id"] = correlation_id
        header = (_HEADER_OUT, correlation_id.encode("ascii"))

        async def send_with_id(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.accept"):
                others = [pair for pair in message.get("headers", ()) if pair[0].lower() != _HEADER_IN]
                message = {**message, "headers": [*others, header]}
            await send(message)

        # It stays set when the application has ended: the server logs what that raised in the same context.
        _current.set(correlation_id)
        await self._application(scope, receive, send_with_id)


def _offered(scope: Scope) -> list[bytes]:
    offered = [value for name, value in scope["headers"] if name == _HEADER_IN]
    query: bytes = scope.get("query_string", b"")
    if not offered and scope["type"] == "websocket":
        pairs = parse_qsl(query.decode("latin-1"), encoding="latin-1")
        offered = [value.encode("latin-1") for name, value in pairs if name == QUERY_PARAMETER]
    return offered
