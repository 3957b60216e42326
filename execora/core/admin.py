"""The ground in the admin, for admins alone: the shop, its people, their logins, and what was done."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest

from execora.api.admin import OwnedAdmin, admin_actor, rupee_column
from execora.core.commands import Command
from execora.core.models import AuditEvent, AuthSession, Business, Counter, IdempotencyKey, User
from execora.core.people import end_logins, set_user_active, set_user_role
from execora.core.permissions import Permission, Role
from execora.core.second_factor import reset_second_factor

admin.site.unregister(Group)
admin.site.login_template = "execora/admin_login.html"


@admin.register(Business)
class BusinessAdmin(OwnedAdmin):
    view_permission = Permission.BUSINESS_CHANGE
    exclude = ()
    list_display = ("name", "slug", "gstin", rupee_column("voice_confirm_above_paise", "Voice asks above"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return Business.objects.filter(pk=admin_actor(request).business_id)


@admin.register(User)
class UserAdmin(OwnedAdmin):
    view_permission = Permission.USER_MANAGE
    exclude = ("business", "password", "login_epoch")
    list_display = ("name", "username", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    actions = ("deactivate", "activate", "make_admin", "make_staff", "end_logins", "reset_second_factor")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return User.objects.filter(business_id=admin_actor(request).business_id)

    @admin.action(description="Deactivate: they are logged out and stay out")
    def deactivate(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        self._each(request, chosen, set_user_active, "was deactivated", is_active=False)

    @admin.action(description="Activate")
    def activate(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        self._each(request, chosen, set_user_active, "was activated", is_active=True)

    @admin.action(description="Make admin")
    def make_admin(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        self._each(request, chosen, set_user_role, "is an admin now", role=Role.ADMIN)

    @admin.action(description="Make staff")
    def make_staff(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        self._each(request, chosen, set_user_role, "is staff now", role=Role.STAFF)

    @admin.action(description="Log out everywhere")
    def end_logins(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        self._each(request, chosen, end_logins, "was logged out")

    @admin.action(description="Reset the second factor")
    def reset_second_factor(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        self._each(request, chosen, reset_second_factor, "has no second factor now")

    def _each(
        self, request: HttpRequest, chosen: QuerySet[User], act: Command[..., User], done: str, **how: Any
    ) -> None:
        actor = admin_actor(request)
        for user in chosen:
            self.attempt(request, partial(act, actor, user_id=user.pk, **how), f"{user} {done}.")


@admin.register(AuthSession)
class AuthSessionAdmin(OwnedAdmin):
    view_permission = Permission.USER_MANAGE
    list_display = ("user", "created_at", "expires_at", "revoked_at", "user_agent")
    list_select_related = ("user",)


@admin.register(AuditEvent)
class AuditEventAdmin(OwnedAdmin):
    view_permission = Permission.AUDIT_VIEW
    list_display = ("at", "command", "user", "channel", "target_id", "correlation_id")
    list_filter = ("command", "channel")
    list_select_related = ("user",)
    ordering = ("-id",)


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(OwnedAdmin):
    view_permission = Permission.AUDIT_VIEW
    list_display = ("key", "user", "created_at")
    exclude = ("business", "fingerprint")


@admin.register(Counter)
class CounterAdmin(OwnedAdmin):
    view_permission = Permission.AUDIT_VIEW
    list_display = ("name", "value")
