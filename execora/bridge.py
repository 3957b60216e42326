"""HTTP from the event loop to Django's synchronous handler: one crossing there, one back.

Django's own ASGI handler crosses between loop and thread several times a request. Here the loop reads the body, one
pool thread runs the request whole (signals, middleware, view, close), and the loop sends what it gives.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from typing import IO

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.core.signals import request_finished, request_started
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.urls import get_resolver, set_script_prefix

from execora.ops.asgi_types import Receive, Scope, Send
from execora.ops.log_output import write_at_once
from execora.ops.requests import record_request
from execora.readiness import OPERATORS_PATHS
from execora.request_body import ClientGone, read_body
from execora.request_checks import Refused, declared_length
from execora.request_pool import RequestPool
from execora.request_stream import Stream, call_in_loop

log = logging.getLogger(__name__)

SHUTDOWN_SECONDS = 30.0
LINGER_SECONDS = 2.0
LINGER_BYTES = 4 * 1024 * 1024
FILE_BLOCK_BYTES = 64 * 1024
WHOLE_FILE_BYTES = 256 * 1024
STREAMS = 16
FAILED = "Something failed on our side. Try again; if it stays, report the correlation id."
BUSY = "Too many requests are waiting. Try again in a moment."

Headers = list[tuple[bytes, bytes]]
Answer = tuple[int, Headers, bytes]


class Bridge:
    """The ASGI application for `http` and `lifespan`.

    `on_start` is called in the server's loop before the first request. `on_refused` is called in a thread for what is
    refused here, before any view, for a fault of its own; it returns headers for the answer.
    """

    def __init__(
        self,
        *,
        on_start: Callable[[asyncio.AbstractEventLoop], None] = lambda loop: None,
        on_refused: Callable[[Scope], Mapping[str, str]] = lambda scope: {},
    ) -> None:
        self._on_start, self._on_refused = on_start, on_refused
        self._handler = BaseHandler()
        self._pool = RequestPool(threads=settings.HTTP_THREADS, lendable=STREAMS)
        self._operators_pool = RequestPool(threads=1, lendable=0, name="operators")
        self._most_body_bytes: int = settings.MAX_BODY_BYTES
        self._ceilings = {path: _Ceiling(*given) for path, given in settings.CEILINGS.items()}
        self._most_waiting: int = settings.HTTP_QUEUE
        self._handler.load_middleware(is_async=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        began = time.perf_counter()
        try:
            answer = await self._answer(scope, receive, send)
        except ClientGone:
            return
        except Refused as refusal:
            record_request(scope["method"], "refused", refusal.status, time.perf_counter() - began)
            # For want of room all that helps is haste.
            told = await asyncio.to_thread(self._on_refused, scope) if refusal.status < 500 else {}
            await _refuse(refusal, scope, receive, send, told)
            return
        if isinstance(answer, Stream):
            await answer.attend(receive)
            return
        status, headers, body = answer
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> Answer | Stream:
        length = declared_length(scope)
        # Operators are answered even when every request thread waits for a database that hangs.
        pool = self._operators_pool if scope["path"] in OPERATORS_PATHS else self._pool
        self._check_room(pool, body_pending=True)
        ceiling = self._ceilings.get(scope["path"].removesuffix("/"))
        most_bytes = self._most_body_bytes if ceiling is None else ceiling.body_bytes
        body = await read_body(receive, declared_bytes=length, most_bytes=most_bytes)
        if ceiling is None:
            return await self._run(pool, scope, body, send)
        # Only now: who sends slowly must not keep others out.
        with ceiling.place():
            return await self._run(pool, scope, body, send)

    async def _run(self, pool: RequestPool, scope: Scope, body: IO[bytes], send: Send) -> Answer | Stream:
        self._check_room(pool, body_pending=False)
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[Answer | Stream] = loop.create_future()
        exchange = _Exchange(self._handler, pool, scope, body, loop, send, answered)
        pool.submit(partial(copy_context().run, exchange.run))
        return await answered

    def _check_room(self, pool: RequestPool, *, body_pending: bool) -> None:
        if pool.waiting >= self._most_waiting:
            raise Refused(503, BUSY, body_pending=body_pending)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    await asyncio.to_thread(_import_routes)
                except Exception as fault:
                    log.exception("The routes could not be loaded")
                    await send(
                        {"type": "lifespan.startup.failed", "message": f"The routes could not be loaded: {fault}"}
                    )
                    return
                self._on_start(asyncio.get_running_loop())
                await send({"type": "lifespan.startup.complete"})
            else:
                await asyncio.to_thread(self._close)
                await send({"type": "lifespan.shutdown.complete"})
                return

    def _close(self) -> None:
        self._operators_pool.close(1.0)
        if not self._pool.close(SHUTDOWN_SECONDS):
            log.warning("Some requests still run and are left behind")
        write_at_once()


@dataclass(slots=True)
class _Ceiling:
    """What one path may take: `body_bytes` a request, and `places` requests at once. Used in the loop alone."""

    body_bytes: int
    places: int

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place while the block runs.

        Raises: Refused with 503 when none is free.
        """
        if not self.places:
            raise Refused(503, BUSY, body_pending=False)
        self.places -= 1
        try:
            yield
        finally:
            self.places += 1


@dataclass(frozen=True)
class _Exchange:
    """One request in its thread."""

    handler: BaseHandler
    pool: RequestPool
    scope: Scope
    body: IO[bytes]
    loop: asyncio.AbstractEventLoop
    send: Send
    answered: "asyncio.Future[Answer | Stream]"

    def run(self) -> None:
        """Run the request; whatever happens, the loop gets an answer and the thread's connections are looked after."""
        response: HttpResponseBase | None = None
        try:
            set_script_prefix(get_script_prefix(self.scope))
            request_started.send(sender=BaseHandler, scope=self.scope)
            try:
                request = ASGIRequest(self.scope, self.body)
            except UnicodeDecodeError:
                self._fail(Refused(400, "The address is not UTF-8.", body_pending=False))
                return
            response = self.handler.get_response(request)
            response._handler_class = BaseHandler  # type: ignore[attr-defined]  # close() names it as the sender
            self._deliver(response)
        except BaseException:  # SystemExit from a view too: the thread serves others
            log.exception("A request failed outside of the view")
            self._fail(Refused(500, FAILED, body_pending=False))
        finally:
            self._close(response)

    def _deliver(self, response: HttpResponseBase) -> None:
        headers = _headers_of(response)
        bodiless = self.scope["method"] == "HEAD" or response.status_code in (204, 304) or response.status_code < 200
        if isinstance(response, HttpResponse):
            body = response.content
            if response.status_code not in (204, 304) and not response.has_header("Content-Length"):
                headers.append((b"Content-Length", str(len(body)).encode("ascii")))
            self._resolve((response.status_code, headers, b"" if bodiless else body))
        elif bodiless:
            self._resolve((response.status_code, headers, b""))
        elif _is_small_file(response):
            self._resolve((response.status_code, headers, b"".join(response)))
        else:
            if isinstance(response, FileResponse):
                response.block_size = FILE_BLOCK_BYTES
            self.pool.lend()
            stream = Stream(self.loop, self.send)
            self._resolve(stream)
            stream.send_all(response.status_code, headers, response)

    def _close(self, response: HttpResponseBase | None) -> None:
        try:
            if response is None:
                request_finished.send(sender=BaseHandler)
            else:
                response.close()
            self.body.close()
        except Exception:
            log.exception("A response could not be closed")

    def _resolve(self, answer: Answer | Stream) -> None:
        call_in_loop(self.loop, _set_result, self.answered, answer)

    def _fail(self, refusal: Refused) -> None:
        call_in_loop(self.loop, _set_exception, self.answered, refusal)


def _set_result(future: "asyncio.Future[Answer | Stream]", answer: Answer | Stream) -> None:
    if not future.done():
        future.set_result(answer)


def _set_exception(future: "asyncio.Future[Answer | Stream]", fault: Exception) -> None:
    if not future.done():
        future.set_exception(fault)


def _headers_of(response: HttpResponseBase) -> Headers:
    headers = [(name.encode("ascii"), value.encode("latin-1")) for name, value in response.items()]
    headers.extend((b"Set-Cookie", cookie.OutputString().encode("ascii")) for cookie in response.cookies.values())
    return headers


def _is_small_file(response: HttpResponseBase) -> bool:
    length = response.headers.get("Content-Length", "")
    return isinstance(response, FileResponse) and length.isdigit() and int(length) <= WHOLE_FILE_BYTES


def _import_routes() -> None:
    _ = get_resolver().url_patterns


async def _refuse(
    refusal: Refused, scope: Scope, receive: Receive, send: Send, more_headers: Mapping[str, str]
) -> None:
    """Answer at once, then take in some of what the client still sends: closing on unread data destroys the answer."""
    body = b"" if scope["method"] == "HEAD" else refusal.body()
    more = [(name.lower().encode("ascii"), value.encode("ascii")) for name, value in more_headers.items()]
    headers = [*refusal.headers(), *more]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    if refusal.body_pending and not any(name == b"expect" for name, _ in scope["headers"]):
        await send({"type": "http.response.body", "body": body, "more_body": True})
        body = b""
        await _linger(receive)
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _linger(receive: Receive) -> None:
    taken = 0
    try:
        async with asyncio.timeout(LINGER_SECONDS):
            while taken < LINGER_BYTES:
                message = await receive()
                if message["type"] == "http.disconnect" or not message.get("more_body"):
                    return
                taken += len(message.get("body", b""))
    except TimeoutError:
        pass
