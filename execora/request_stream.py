"""Bodies that are sent in pieces: from the thread that makes them, through the loop, to a client that may leave."""

import asyncio
import contextlib
from collections.abc import Coroutine, Iterable
from typing import Any

from execora.ops.asgi_types import Message, Receive, Send

STALLED_CLIENT_SECONDS = 30.0
PIECE_BYTES = 64 * 1024


class Stream:
    """One answer in pieces. The thread calls `send_all`, the loop awaits `attend`."""

    def __init__(self, loop: asyncio.AbstractEventLoop, send: Send) -> None:
        self._loop = loop
        self._send = send
        self._gone = False
        self._finished: asyncio.Future[None] = loop.create_future()

    def send_all(self, status: int, headers: list[tuple[bytes, bytes]], pieces: Iterable[bytes]) -> None:
        """Send head and `pieces` as they come, in the thread that makes them; stop soon after the client left.

        What `pieces` raises, and TimeoutError for a client that takes nothing for STALLED_CLIENT_SECONDS, is raised by
        `attend`: the server then breaks the connection, so that a cut body is not taken for a whole one.
        """
        fault: BaseException | None = None
        try:
            self._pass_on({"type": "http.response.start", "status": status, "headers": headers})
            for piece in pieces:
                for start in range(0, len(piece), PIECE_BYTES):
                    if self._gone:
                        return
                    body = piece[start : start + PIECE_BYTES]
                    self._pass_on({"type": "http.response.body", "body": body, "more_body": True})
            if not self._gone:
                self._pass_on({"type": "http.response.body", "body": b"", "more_body": False})
        except BaseException as raised:
            fault = raised
        finally:
            call_in_loop(self._loop, self._finish, fault)

    async def attend(self, receive: Receive) -> None:
        """Return when all is sent or the client is gone."""
        watching = asyncio.ensure_future(_disconnect(receive))
        try:
            await asyncio.wait({watching, self._finished}, return_when=asyncio.FIRST_COMPLETED)
            if self._finished.done():
                self._finished.result()
        finally:
            self._gone = True
            watching.cancel()

    def _pass_on(self, message: Message) -> None:
        if self._gone:
            return
        sent = asyncio.run_coroutine_threadsafe(_sending(self._send, message), self._loop)
        try:
            sent.result(STALLED_CLIENT_SECONDS)
        except TimeoutError:
            sent.cancel()
            raise
        except OSError:  # how a server of ASGI 2.4 says that the client is gone
            self._gone = True

    def _finish(self, fault: BaseException | None) -> None:
        if self._finished.done():
            return
        if fault is None or self._gone:
            self._finished.set_result(None)
        else:
            self._finished.set_exception(
                fault if isinstance(fault, Exception) else RuntimeError("the stream was ended")
            )


def call_in_loop(loop: asyncio.AbstractEventLoop, function: Any, *arguments: Any) -> None:
    """Call `function` in the loop; do nothing when the loop has ended."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(function, *arguments)


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _sending(send: Send, message: Message) -> Coroutine[Any, Any, None]:
    async def sending() -> None:
        await send(message)

    return sending()
