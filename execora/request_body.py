"""The body of a request: read on the event loop, bounded in size and in time."""

import asyncio
import io
import tempfile
from typing import IO

from execora.ops.asgi_types import Message, Receive
from execora.request_checks import Refused

BODY_SECONDS = 30.0
SPOOL_BYTES = 1024 * 1024


class ClientGone(Exception):
    """The client left before its request was whole."""


async def read_body(receive: Receive, *, declared_bytes: int | None, most_bytes: int) -> IO[bytes]:
    """Return the body, at its beginning; beyond SPOOL_BYTES it lies in a temporary file.

    Raises: Refused (413 too large, 408 too slow, 400 not as long as declared), ClientGone.
    """
    if declared_bytes is not None and declared_bytes > most_bytes:
        raise _too_large(most_bytes, body_pending=True)
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        first = message.get("body", b"")
        _check_size(len(first), declared_bytes, most_bytes, whole=True)
        return io.BytesIO(first)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _read_pieces(message, receive, declared_bytes, most_bytes)
    except TimeoutError:
        raise Refused(408, "The body came too slowly. Send the request again.") from None


async def _read_pieces(message: Message, receive: Receive, declared_bytes: int | None, most_bytes: int) -> IO[bytes]:
    body = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115  # the request closes it
    try:
        size = 0
        while True:
            if message["type"] == "http.disconnect":
                raise ClientGone
            piece = message.get("body", b"")
            size += len(piece)
            whole = not message.get("more_body")
            _check_size(size, declared_bytes, most_bytes, whole=whole)
            body.write(piece)
            if whole:
                body.seek(0)
                return body
            message = await receive()
    except BaseException:
        body.close()
        raise


def _check_size(size: int, declared_bytes: int | None, most_bytes: int, *, whole: bool) -> None:
    if size > most_bytes:
        raise _too_large(most_bytes, body_pending=not whole)
    if declared_bytes is not None and (size > declared_bytes or (whole and size < declared_bytes)):
        raise Refused(400, "The body is not as long as Content-Length says.", body_pending=not whole)


def _too_large(most_bytes: int, *, body_pending: bool) -> Refused:
    return Refused(413, f"The body is too large. At most {most_bytes} bytes are taken.", body_pending=body_pending)
