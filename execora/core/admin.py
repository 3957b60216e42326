"""The ground in the admin, for admins alone: the shop, its people, their logins, and what was done."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest

from execora.api.admin import OwnedAdmin, admin_actor, rupee_column
from execora.core.models import AuditEvent, AuthSession, Business, Counter, IdempotencyKey, User
from execora.core.permissions import Permission

admin.site.unregister(Group)


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
    exclude = ("business", "password")
    list_display = ("name", "username", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return User.objects.filter(business_id=admin_actor(request).business_id)


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
