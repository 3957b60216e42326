"""PDFs on REST: drawn in turn, and answered to who asked alone."""

from collections.abc import Callable
from threading import BoundedSemaphore, Lock

from django.conf import settings
from django.http import HttpResponse

from execora.core.errors import DomainError

PDF = "application/pdf"
# Drawing is work of the processor: two at once take as long as one after the other. Who waits holds a thread of the
# server, so that half of them stay free for everything else.
_press = Lock()
seats = BoundedSemaphore(max(1, settings.HTTP_THREADS // 2))


class PressBusy(DomainError):
    status = 503
    code = "BUSY"
    message = "Many papers are being printed at the moment. Try again in a second."
    retry_after_seconds = 1


def drawn_in_turn(draw: Callable[[], bytes]) -> bytes:
    """Return what `draw` draws, when it is its turn.

    Raises:
        PressBusy: as many as may wait are waiting.
    """
    if not seats.acquire(blocking=False):
        raise PressBusy()
    try:
        with _press:
            return draw()
    finally:
        seats.release()


def pdf_answer(content: bytes, name: str) -> HttpResponse:
    """Answer a PDF that only who asked may keep. `name` is our own ASCII text."""
    headers = {
        "Content-Disposition": f'inline; filename="{name}"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type=PDF, headers=headers)
