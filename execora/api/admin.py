"""The base of every admin page: what is seen is `visible_to` the actor, what is written goes through a command."""

from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import ModelAdmin

from execora.core.actor import Actor, Channel
from execora.core.models import User
from execora.core.permissions import Permission, Role
from execora.ops.correlation import current_correlation_id


def admin_actor(request: HttpRequest) -> Actor:
    """Return the actor of a request inside the admin."""
    user = request.user
    assert isinstance(user, User)
    return Actor(user.business, user.pk, Role(user.role), None, Channel.ADMIN, current_correlation_id(), timezone.now())


class OwnedAdmin(ModelAdmin):  # type: ignore[misc]  # unfold carries no types
    """Read-only pages over the rows of the actor's shop."""

    view_permission: ClassVar[Permission]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        return self.model.objects.visible_to(admin_actor(request))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        user = request.user
        return (
            isinstance(user, User)
            and user.is_active
            and user.is_staff
            and admin_actor(request).may(self.view_permission)
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
