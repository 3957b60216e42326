"""uvicorn's HTTP protocol with a bound on the head of a request, in size and in time.

uvicorn keeps whatever a client sends as headers until they end. To be named to the server: uvicorn.run(...,
http="execora.http_protocol:BoundedProtocol").
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from execora.ops.correlation import HEADER, bind_correlation_id
from execora.ops.requests import record_request
from execora.request_checks import MOST_HEADER_BYTES, MOST_TARGET_BYTES, Refused

MOST_HEAD_BYTES = 2 * (MOST_HEADER_BYTES + MOST_TARGET_BYTES)
HEAD_SECONDS = 20.0


class BoundedProtocol(HttpToolsProtocol):
    """Refuse a head that is too long or too slow, and what is no HTTP, with 400 in the form of the wire."""

    _head_timer: asyncio.TimerHandle | None = None
    _is_in_head = False
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        began_in_head = self._is_in_head
        super().data_received(data)
        # Only what came while the head was already unfinished is counted: one read may hold a body and a head.
        if not self._is_in_head or self.transport.is_closing():
            return
        self._arm()
        if began_in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES:
                self.send_400_response("The headers are too large. Send fewer or shorter headers and cookies.")

    def on_message_begin(self) -> None:
        self._is_in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._is_in_head, self._head_bytes = False, 0
        self._disarm()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer and close. What came before it on this connection was answered or is given up."""
        self._disarm()
        if self.transport.is_closing():
            return
        with bind_correlation_id("") as correlation_id:
            record_request("OTHER", "refused", 400, 0.0)
            refusal = Refused(400, msg)
            headers = [
                *self.server_state.default_headers,
                *refusal.headers(),
                (HEADER.lower().encode(), correlation_id.encode()),
            ]
            lines = [b"%b: %b\r\n" % pair for pair in headers]
            self.transport.write(b"".join([STATUS_LINE[400], *lines, b"\r\n", refusal.body()]))
        self.transport.close()

    def _arm(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _disarm(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _give_up(self) -> None:
        self._head_timer = None
        if self.transport.is_closing():
            return
        if self._is_in_head:
            self.send_400_response("The headers came too slowly. Send the request again.")
        else:
            self.transport.close()
