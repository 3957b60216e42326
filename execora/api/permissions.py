"""Default deny: a view says which permission each of its actions needs, or that it is public."""

from typing import Any

from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from execora.api.authentication import actor_of
from execora.core.errors import NotPermitted


class DeclaredPermission(BasePermission):
    """Look the action up in the view's `permissions`; an action without an entry is refused to everybody."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if getattr(view, "is_public", False):
            return True
        actor = actor_of(request)
        if getattr(view, "action_map", None) and view.action in (None, "metadata"):  # the latter is what OPTIONS asks
            raise MethodNotAllowed(str(request.method))
        required = view.permissions.get(getattr(view, "action", None) or str(request.method).lower())
        if required is None or not actor.may(required):
            raise NotPermitted()
        return True


class Authenticated(BasePermission):
    """Anybody who is logged in, for views about themselves."""

    def has_permission(self, request: Request, view: Any) -> bool:
        actor_of(request)
        return True
