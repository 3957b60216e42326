"""Counting the requests of REST in one place, and telling a client where it stands.

A request is counted once, after it is known who sends it: by the user, else by the address. Every answer says where the
limit stands that will refuse next. `RateLimit-Limit`, `-Remaining` and `-Reset` are the three headers that clients of
the field read; `RateLimit-Policy` adds the window. Source: draft-ietf-httpapi-ratelimit-headers-06, sections 3 and 5.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from execora.api.authentication import Login
from execora.api.limits import LIMITS, Taken, TooManyRequests, address_key, take, take_all
from execora.ops.asgi_types import Scope


class Limited(APIView):
    """A view whose every request counts. `limits` names the limit that an action has besides."""

    limits: ClassVar[Mapping[str, str]] = {}
    taken: Sequence[Taken] = ()

    def perform_authentication(self, request: Request) -> None:
        """Count after the user is known, and also when none is: guessing tokens is no way around the limit."""
        self._counted_as = address_key(request._request)
        try:
            super().perform_authentication(request)
            if isinstance(request.auth, Login):
                self._counted_as = f"user:{request.auth.actor.user_id}"
        finally:
            self.taken = take_request(self._counted_as)

    def count_action(self) -> None:
        """Count the limit of this action, if it has one. A request that is answered from its key does not come here."""
        name = self.limits.get(getattr(self, "action", None) or "")
        if name is not None:
            self.taken = [*self.taken, take(LIMITS[name], self._counted_as)]

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, TooManyRequests):
            self.taken = [exc.taken]  # also what an action counts by itself, such as a login
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        finished = super().finalize_response(request, response, *args, **kwargs)
        tell(finished, self.taken)
        return finished


def take_request(key: str) -> list[Taken]:
    """Count a request of `key`: one of its hour and one of its second, in one round trip.

    Raises: as `execora.api.limits.take`.
    """
    return take_all((LIMITS["default"], key), (LIMITS["burst"], key))


def counted_by_address(source: HttpRequest | Scope) -> tuple[Sequence[Taken], TooManyRequests | None]:
    """Count a request of which only the address is known; return where its limits stand, and the refusal if it is refused."""
    try:
        return take_request(address_key(source)), None
    except TooManyRequests as refused:
        return [refused.taken], refused


def headers_after_counting(scope: Scope) -> dict[str, str]:
    """Count a request that is refused before any view sees it, and return what its answer is to say of the limit:
    nothing, where no limit is."""
    path = scope["path"]
    if not path.startswith("/api/v1/") or path.removesuffix("/") in settings.CEILINGS:
        return {}
    taken, _ = counted_by_address(scope)
    return limit_headers(taken)


def tell(response: HttpResponseBase, taken: Sequence[Taken]) -> None:
    """Set the headers that say where the limit stands that will refuse next."""
    for name, value in limit_headers(taken).items():
        response[name] = value


def limit_headers(taken: Sequence[Taken]) -> dict[str, str]:
    """Return the headers of RateLimit. `RateLimit-Reset` is in seconds until the limit is whole again.

    What a second allows is told only when it refused: a client that reads it is already in the next one.
    """
    told = [one for one in taken if one.limit.seconds > 1] or taken
    if not told:
        return {}
    nearest = min(told, key=lambda one: one.remaining)
    return {
        "RateLimit-Limit": str(nearest.limit.count),
        "RateLimit-Remaining": str(nearest.remaining),
        "RateLimit-Reset": str(nearest.reset_seconds),
        "RateLimit-Policy": ", ".join(f"{one.limit.count};w={one.limit.seconds}" for one in taken),
    }
