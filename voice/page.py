"""The page at `/`: an empty shell, the same for everybody. Its modules log in and talk over REST and the socket."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self' ws://{host} wss://{host}",  # older browsers do not take a socket for 'self'
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Answer the page to anybody; what it shows needs a token, which it asks for."""
    response = TemplateResponse(request, "voice/page.html")
    response.headers["Content-Security-Policy"] = "; ".join(_POLICY).format(host=request.get_host())
    response.headers["Permissions-Policy"] = "microphone=(self), camera=(), geolocation=(), payment=(), usb=()"
    response.headers["Cache-Control"] = "no-cache"
    return response
