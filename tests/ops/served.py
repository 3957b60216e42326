"""The application that the tests of this folder serve: the project's own, with routes that misbehave on demand."""

import hashlib
import json
import logging
import tempfile
import threading
import time
from collections.abc import Iterator

import structlog
from django.core.signals import request_finished
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import path

from execora.ops import correlation, health, metrics
from execora.ops import logging as ops_logging

counts = {"finished": 0, "streams_open": 0, "slow_done": 0}
_lock = threading.Lock()


def _count(name: str, by: int) -> None:
    with _lock:
        counts[name] += by


def _on_finished(**_: object) -> None:
    _count("finished", 1)


request_finished.connect(_on_finished)


def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse("plain", content_type="text/plain")


def where(request: HttpRequest) -> JsonResponse:
    return JsonResponse(
        {
            "correlation_id": correlation.current_correlation_id(),
            "thread": threading.current_thread().name,
            "path": request.path,
            "query": dict(request.GET.lists()),
        }
    )


def echo(request: HttpRequest) -> JsonResponse:
    body = request.read()
    return JsonResponse({"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest(), "method": request.method})


def slow(request: HttpRequest) -> HttpResponse:
    time.sleep(float(request.GET.get("seconds", "0.1")))
    _count("slow_done", 1)
    return HttpResponse("slow")


def stream(request: HttpRequest) -> StreamingHttpResponse:
    pieces, size = int(request.GET.get("pieces", "10")), int(request.GET.get("size", "10"))
    pause, fails_at = float(request.GET.get("pause", "0")), int(request.GET.get("fails_at", "-1"))

    def made() -> Iterator[bytes]:
        _count("streams_open", 1)
        try:
            for number in range(pieces):
                if number == fails_at:
                    raise RuntimeError("the stream broke")
                yield b"x" * size
                time.sleep(pause)
        finally:
            _count("streams_open", -1)

    return StreamingHttpResponse(made(), content_type="application/octet-stream")


def file(request: HttpRequest) -> FileResponse:
    content = tempfile.TemporaryFile()  # noqa: SIM115  # FileResponse closes it
    content.write(b"0123456789" * (int(request.GET.get("size", "100")) // 10))
    content.seek(0)
    return FileResponse(content, content_type="application/octet-stream")


def broken(request: HttpRequest) -> HttpResponse:
    if "exit" in request.GET:
        raise SystemExit(1)
    raise ValueError("canary-in-the-exception password=hunter2hunter2 +919876543210")


def wrong_header(request: HttpRequest) -> HttpResponse:
    response = HttpResponse("x")
    response.headers._store["x-bad"] = ("X-Bad", "\u0939")  # a header that cannot be sent
    return response


def tell(request: HttpRequest) -> HttpResponse:
    """Log what came in, by own and by foreign loggers, as careless code would."""
    body = request.body.decode("utf-8", "replace")
    own = structlog.get_logger("tests.own")
    own.info("told", password=body, body=body, authorization=request.headers.get("Authorization"), transcript=body)
    own.info("told_reason", reason=f"it said {body}", user_id="u-1", headers=dict(request.headers))
    ops_logging.bind_log_fields(business_id="b-1", phone=request.GET.get("phone"))
    foreign = logging.getLogger("some.library")
    foreign.warning("GET %s", request.get_full_path())
    foreign.warning("headers %r", dict(request.headers))
    foreign.warning("body %s", body)
    try:
        raise ValueError(body)
    except ValueError:
        foreign.exception("failed with %s", request.get_full_path())
    return HttpResponse(status=204)


def state(request: HttpRequest) -> HttpResponse:
    threads = [thread.name for thread in threading.enumerate()]
    return HttpResponse(json.dumps({**counts, "threads": threads}), content_type="application/json")


urlpatterns = [
    path("plain", plain),
    path("where", where),
    path("where/<path:rest>", lambda request, rest: where(request)),
    path("echo", echo),
    path("slow", slow),
    path("stream", stream),
    path("file", file),
    path("broken", broken),
    path("wrong-header", wrong_header),
    path("tell", tell),
    path("state", state),
    path("livez", health.livez),
    path("health", health.health),
    path("metrics", metrics.metrics),
]
handler404 = "execora.api.errors.not_found"
handler500 = "execora.api.errors.server_error"
