"""Sessions, CSRF, login and messages only where they are needed: in the admin. REST requests do not pay for them."""

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.deprecation import MiddlewareMixin

ADMIN_PREFIX = "/admin/"


class AdminOnly(MiddlewareMixin):
    """Skip the middleware for everything outside the admin."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:  # type: ignore[override]  # always synchronous here
        if request.path_info.startswith(ADMIN_PREFIX):
            return super().__call__(request)  # type: ignore[return-value]
        return self.get_response(request)


class AdminSessionMiddleware(AdminOnly, SessionMiddleware):
    pass


class AdminCsrfMiddleware(AdminOnly, CsrfViewMiddleware):
    def process_view(self, request, callback, args, kwargs):  # type: ignore[no-untyped-def]
        if request.path_info.startswith(ADMIN_PREFIX):
            return super().process_view(request, callback, args, kwargs)
        return None


class AdminAuthenticationMiddleware(AdminOnly, AuthenticationMiddleware):
    pass


class AdminMessageMiddleware(AdminOnly, MessageMiddleware):
    pass
