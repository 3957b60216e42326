"""Promising, moving and cancelling reminders. Each writes its job in its own transaction."""

from datetime import datetime
from uuid import UUID

from customers.models import Customer, person_of
from execora.core.actor import Actor
from execora.core.commands import command
from execora.core.events import announce
from execora.core.permissions import Permission
from reminders.errors import ReminderClosed, ReminderNotFound
from reminders.jobs import enqueue_occurrence
from reminders.models import Reminder, ReminderStatus
from reminders.policy import check_due


@command(requires=Permission.REMINDER_CHANGE)
def schedule_reminder(
    actor: Actor,
    *,
    customer: Customer,
    due_at: datetime,
    amount_paise: int | None = None,
    message: str = "",
    repeat: str = "none",
) -> Reminder:
    """Promise to remind a customer at `due_at` (aware). Without an amount the balance of that day is named.

    Raises:
        DueInPast, DueTooFar, OutsideContactHours: as their names say.
    """
    check_due(due_at, now=actor.now, zone=actor.business.time_zone)
    reminder = Reminder.objects.create(
        business_id=actor.business_id,
        customer=customer,
        amount_paise=amount_paise,
        message=message,
        due_at=due_at,
        repeat=repeat,
        user_id=actor.user_id,
        created_at=actor.now,
    )
    enqueue_occurrence(reminder)
    _announce(actor, "reminder.scheduled", reminder)
    return reminder


@command(requires=Permission.REMINDER_CHANGE)
def move_reminder(actor: Actor, *, reminder_id: UUID, due_at: datetime) -> Reminder:
    """Give the next occurrence another time; the job of the earlier time finds it moved. Locks the reminder.

    Raises:
        ReminderNotFound, ReminderClosed, DueInPast, DueTooFar, OutsideContactHours: as their names say.
    """
    reminder = _lock_open(actor, reminder_id)
    check_due(due_at, now=actor.now, zone=actor.business.time_zone)
    reminder.due_at = due_at
    reminder.save(update_fields=["due_at"])
    enqueue_occurrence(reminder)
    _announce(actor, "reminder.moved", reminder)
    return reminder


@command(requires=Permission.REMINDER_CHANGE)
def cancel_reminder(actor: Actor, *, reminder_id: UUID) -> Reminder:
    """Take a promise back, with all its repetitions; its job finds it cancelled. Locks the reminder.

    Raises:
        ReminderNotFound, ReminderClosed: as their names say.
    """
    reminder = _lock_open(actor, reminder_id)
    reminder.status = ReminderStatus.CANCELLED
    reminder.save(update_fields=["status"])
    _announce(actor, "reminder.cancelled", reminder)
    return reminder


def _lock_open(actor: Actor, reminder_id: UUID) -> Reminder:
    rows = Reminder.objects.visible_to(actor).select_related("customer").select_for_update(of=("self",))
    reminder: Reminder | None = rows.filter(pk=reminder_id).first()
    if reminder is None:
        raise ReminderNotFound()
    if reminder.status != ReminderStatus.SCHEDULED:
        raise ReminderClosed()
    return reminder


def _announce(actor: Actor, name: str, reminder: Reminder) -> None:
    data = {
        "reminderId": str(reminder.pk),
        "customer": person_of(reminder.customer),
        "datetime": reminder.due_at.isoformat(),
    }
    announce(actor, name, data)
