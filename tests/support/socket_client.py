"""A client of the socket that speaks ASGI to it, without a server between."""

import json
from typing import Any

from asgiref.testing import ApplicationCommunicator

Header = tuple[bytes, bytes]


class Socket(ApplicationCommunicator):
    """An ASGI client of the socket. (channels.testing would need daphne, which nothing else here does.)"""

    async def connect(self) -> dict[str, Any]:
        """Knock, and return the server's first message."""
        await self.send_input({"type": "websocket.connect"})
        return await self.receive_output(timeout=10)

    async def give(self, *, text: str | None = None, audio: bytes | None = None) -> None:
        await self.send_input({"type": "websocket.receive", "text": text, "bytes": audio})

    async def disconnect(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(timeout=10)


def socket(query: str = "", *, headers: list[Header] | None = None, subprotocols: list[str] | None = None) -> Socket:
    from channels.routing import URLRouter

    from voice.routing import websocket_urlpatterns

    scope = {
        "type": "websocket",
        "path": "/ws",
        "query_string": query.removeprefix("?").encode(),
        "headers": headers or [],
        "subprotocols": subprotocols or [],
    }
    return Socket(URLRouter(websocket_urlpatterns), scope)


async def opened(token: str) -> "Socket":
    """Return a socket of this user that has said what is there."""
    communicator = socket(f"?token={token}")
    assert (await communicator.connect())["type"] == "websocket.accept"
    assert (await received(communicator))["type"] == "voice:start"
    return communicator


async def received(communicator: "Socket") -> dict[str, Any]:
    frame: dict[str, Any] = json.loads((await communicator.receive_output(timeout=10))["text"])
    return frame


async def sent(communicator: "Socket", kind: str, **data: Any) -> None:
    await communicator.give(text=json.dumps({"type": kind, "data": data}))


async def until(communicator: "Socket", kind: str) -> dict[str, Any]:
    """Return the data of the next frame of this type."""
    while True:
        frame = await received(communicator)
        if frame["type"] == kind:
            data: dict[str, Any] = frame["data"]
            return data
