"""Reminders and messages in the admin."""

from django.contrib import admin

from execora.api.admin import OwnedAdmin
from execora.core.permissions import Permission
from reminders.models import OutgoingMessage, Reminder


@admin.register(Reminder)
class ReminderAdmin(OwnedAdmin):
    view_permission = Permission.REMINDER_VIEW
    list_display = ("customer", "due_at", "amount_paise", "repeat", "status", "outcome")
    list_filter = ("status", "repeat")
    exclude = ("business",)


@admin.register(OutgoingMessage)
class OutgoingMessageAdmin(OwnedAdmin):
    view_permission = Permission.REMINDER_VIEW
    list_display = ("customer", "status", "provider", "created_at", "status_at", "error")
    list_filter = ("status", "provider")
    exclude = ("business",)
