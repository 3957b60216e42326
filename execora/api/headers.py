"""What every answer tells a browser it may do. A view that needs more sets the header itself, and its word stands."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from execora.api.middleware import ADMIN_PREFIX

# JSON, sound and static files, opened as a document, load and do nothing.
NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
# unfold's pages hold expressions of Alpine, which compiles them (unsafe-eval), and styles in attributes and elements.
# No script is inline, and nothing is fetched from or sent to another host.
ADMIN = (
    "default-src 'none'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# Swagger UI sets styles from its script and draws its icons from data: addresses. "Try it out" calls this host alone.
DOCS = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
NO_DEVICES = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class BrowserHeaders:
    """Set the policies of content, devices and caches on every answer that has none of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        headers = response.headers
        headers.setdefault("Content-Security-Policy", _policy_of(request.path_info))
        headers.setdefault("Permissions-Policy", NO_DEVICES)
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # Answers are one person's, and change with each entry. Static files say for themselves how long they keep.
        headers.setdefault("Cache-Control", "no-store")
        return response


def _policy_of(path: str) -> str:
    if path.startswith(ADMIN_PREFIX):
        return ADMIN
    return DOCS if path in ("/api/docs", "/api/docs/") else NOTHING
