"""The first middleware: measures the request and puts the correlation id on its response."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from execora.ops.correlation import HEADER, accepted_correlation_id, bind_correlation_id, current_correlation_id
from execora.ops.requests import record_request


class RequestMiddleware:
    """Measure, log and observe each request.

    The ASGI layer has bound the id already; where there is none (Django's test client), it is chosen here.
    """

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if current_correlation_id():
            return self._measured(request)
        offered = request.headers.get(HEADER)
        with bind_correlation_id(accepted_correlation_id([offered.encode("utf-8")] if offered else [])):
            return self._measured(request)

    def _measured(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = self._get_response(request)
        response.headers[HEADER] = current_correlation_id()
        record_request(request.method or "", route_of(request), response.status_code, time.perf_counter() - began)
        return response


def route_of(request: HttpRequest) -> str:
    """Return the pattern of the route that answered, or "unmatched"."""
    match = request.resolver_match
    return f"/{match.route}" if match is not None else "unmatched"
