"""A server whose database lacks migrations answers operators alone: the code would meet tables that are not there yet."""

import asyncio

from execora.ops import health
from execora.ops.asgi_types import Application, Receive, Scope, Send
from execora.ops.requests import record_request
from execora.request_checks import Refused

OPERATORS_PATHS = frozenset(("/livez", "/health", "/metrics"))
TRY_AGAIN_LATER = 1013
NOT_READY = "The server is being brought up to date. Try again in a minute."


class MigratedGate:
    """Refuse requests (503) and sockets (1013) from the start until every migration was seen to be applied, once.

    What cannot be found out is let through: without a database the views answer 503 by themselves.
    """

    def __init__(self, application: Application) -> None:
        self._application = application
        self._is_open = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._is_open or scope["type"] == "lifespan" or scope["path"] in OPERATORS_PATHS or await self._opens():
            await self._application(scope, receive, send)
        else:
            await _refuse(scope, receive, send)

    async def _opens(self) -> bool:
        checks = await asyncio.to_thread(health.newest_checks)
        if checks is None or checks.missing_migrations is None:
            return True
        self._is_open = not checks.missing_migrations
        return self._is_open


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": TRY_AGAIN_LATER, "reason": "Not ready"})
        return
    refusal = Refused(503, NOT_READY)
    record_request(scope["method"], "refused", 503, 0.0)
    await send({"type": "http.response.start", "status": 503, "headers": refusal.headers()})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else refusal.body()})
