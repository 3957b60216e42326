"""/.well-known/security.txt: whom to tell of a weakness. Source: RFC 9116."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

# The RFC asks for less than a year. Whoever keeps a copy for longer asks again.
GOOD_FOR = timedelta(days=180)


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Name SECURITY_CONTACT to anybody; 404 where none is set."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    expires = (datetime.now(UTC) + GOOD_FOR).strftime("%Y-%m-%dT00:00:00Z")
    lines = [f"Contact: {settings.SECURITY_CONTACT}", f"Expires: {expires}", "Preferred-Languages: en, hi"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
