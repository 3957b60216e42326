"""A trailing slash is accepted. Sessions, CSRF, login and messages only where they are needed: in the admin. REST requests do not pay for them."""

import time
from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.deprecation import MiddlewareMixin

from execora.core.apps import BEGAN

ADMIN_PREFIX = "/admin/"
ADMIN_SECONDS = 12 * 3600


class TrailingSlash:
    """Take `/api/v1/customers/` for `/api/v1/customers`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith("/api/") and request.path_info.endswith("/"):
            request.path_info = request.path_info.removesuffix("/")
        return self.get_response(request)


class AdminOnly(MiddlewareMixin):
    """Skip the middleware for everything outside the admin."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(ADMIN_PREFIX):
            return super().__call__(request)  # type: ignore[return-value]
        return self.get_response(request)  # type: ignore[return-value]  # the chain is synchronous


class AdminSessionMiddleware(AdminOnly, SessionMiddleware):
    pass


class AdminCsrfMiddleware(AdminOnly, CsrfViewMiddleware):
    def process_view(self, request, callback, args, kwargs):  # type: ignore[no-untyped-def]
        if request.path_info.startswith(ADMIN_PREFIX):
            return super().process_view(request, callback, args, kwargs)
        return None


class AdminAuthenticationMiddleware(AdminOnly, AuthenticationMiddleware):
    """Knows the user of a session until ADMIN_SECONDS after the login, however often they click."""

    def process_request(self, request: HttpRequest) -> None:
        age = time.time() - request.session.get(BEGAN, 0)
        if SESSION_KEY in request.session and not 0 <= age < ADMIN_SECONDS:
            request.session.flush()
        super().process_request(request)


class AdminMessageMiddleware(AdminOnly, MessageMiddleware):
    pass
