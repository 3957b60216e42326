"""The fate of a message: written forward only, whoever reports it and in whatever order the reports come."""

from datetime import datetime
from uuid import UUID

from customers.models import person_of
from execora.core.actor import Actor
from execora.core.commands import command
from execora.core.events import announce
from execora.core.permissions import Permission
from reminders.models import MessageStatus, OutgoingMessage, Reminder

# A failure may be reported before the delivery that it did not prevent; `error` keeps the failure then.
_ORDER = (
    MessageStatus.QUEUED,
    MessageStatus.SENDING,
    MessageStatus.UNKNOWN,
    MessageStatus.SENT,
    MessageStatus.FAILED,
    MessageStatus.DELIVERED,
    MessageStatus.READ,
)
_RANK = {str(status): rank for rank, status in enumerate(_ORDER)}
MOST_ERROR_CHARACTERS = 200


@command(requires=Permission.REMINDER_CHANGE)
def record_message_status(
    actor: Actor,
    *,
    message_id: UUID,
    status: str,
    at: datetime,
    error: str = "",
    provider_message_id: str | None = None,
) -> OutgoingMessage:
    """Write a status that is further on than the one known; an earlier one changes nothing but fills in what was missing.

    `at` is when it happened (aware), by the reporter's clock. Locks the message. The reminder's outcome follows its message.
    """
    rows = OutgoingMessage.objects.visible_to(actor).select_related("customer").select_for_update(of=("self",))
    message: OutgoingMessage = rows.get(pk=message_id)
    message.provider_message_id = message.provider_message_id or provider_message_id
    message.error = error[:MOST_ERROR_CHARACTERS] or message.error
    moved_on = _RANK[status] > _RANK[message.status]
    if moved_on:
        message.status, message.status_at = status, at
    message.save(update_fields=["provider_message_id", "error", "status", "status_at"])
    if moved_on:
        _tell(actor, message)
    return message


def _tell(actor: Actor, message: OutgoingMessage) -> None:
    if message.reminder_id is None:
        return
    latest = OutgoingMessage.objects.visible_to(actor).filter(reminder_id=message.reminder_id).order_by("-occurrence")
    if latest.values_list("pk", flat=True).first() == message.pk:
        Reminder.objects.visible_to(actor).filter(pk=message.reminder_id).update(outcome=message.status)
    data = {
        "reminderId": str(message.reminder_id),
        "messageId": str(message.pk),
        "customer": person_of(message.customer),
    }
    announce(actor, f"reminder.{message.status}", data)
