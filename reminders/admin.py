"""Reminders and messages in the admin."""

from functools import partial

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from execora.api.admin import OwnedAdmin, admin_actor, rupee_column
from execora.core.permissions import Permission
from reminders.commands import cancel_reminder
from reminders.models import OutgoingMessage, Reminder


@admin.register(Reminder)
class ReminderAdmin(OwnedAdmin):
    view_permission = Permission.REMINDER_VIEW
    list_display = ("customer", "due_at", rupee_column("amount_paise", "Amount"), "repeat", "status", "outcome")
    list_filter = ("status", "repeat")
    list_select_related = ("customer",)
    actions = ("cancel",)

    @admin.action(description="Cancel the chosen reminders")
    def cancel(self, request: HttpRequest, chosen: QuerySet[Reminder]) -> None:
        actor = admin_actor(request)
        for reminder in chosen:
            self.attempt(
                request,
                partial(cancel_reminder, actor, reminder_id=reminder.pk),
                f"The reminder to {reminder.customer} was cancelled.",
            )


@admin.register(OutgoingMessage)
class OutgoingMessageAdmin(OwnedAdmin):
    view_permission = Permission.REMINDER_VIEW
    list_display = ("customer", "status", "provider", "created_at", "status_at", "error")
    list_filter = ("status", "provider")
    list_select_related = ("customer",)
