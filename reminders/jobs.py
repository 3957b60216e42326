"""Sending what falls due. A job trusts nothing it was told: it reads the reminder again, under a lock, when it runs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import structlog
from django.db import connection
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from customers.models import Customer
from execora.core.actor import Actor, system_actor
from execora.core.commands import command
from execora.core.door import acting_in
from execora.core.jobs import correlated, enqueue, in_its_business, renew_connection
from execora.core.models import Business
from execora.core.money import indian_rupees
from execora.core.permissions import Permission
from execora.ops.correlation import bind_correlation_id, current_correlation_id
from execora.providers.messages import MessageOutcomeUnknown, MessageProvider, MessageRefused, message_provider
from ledger.models import Account
from reminders.delivery import record_message_status
from reminders.models import MessageStatus, OutgoingMessage, Reminder, ReminderStatus
from reminders.policy import may_send_now, nearest_allowed, next_due

log = structlog.get_logger(__name__)

LOST_AFTER = timedelta(minutes=5)
SWEPT_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Taken:
    """What was decided about an occurrence; `message` is there when it is to be sent. `pk` is the reminder's."""

    pk: UUID
    outcome: str
    message: OutgoingMessage | None = None


def enqueue_occurrence(reminder: Reminder) -> None:
    """Put the reminder's next occurrence in the queue, if the current transaction commits."""
    enqueue(
        send_due,
        at=reminder.due_at,
        business_id=str(reminder.business_id),
        reminder_id=str(reminder.pk),
        occurrence=reminder.occurrence,
    )


@app.task(name="reminders.send_due", retry=RetryStrategy(max_attempts=5, exponential_wait=5))
@correlated
@in_its_business
def send_due(*, reminder_id: str, occurrence: int) -> None:
    """Send an occurrence at the most once. A second run, or one after a crash in mid-sending, sends nothing."""
    reminder = Reminder.objects.select_related("business").filter(pk=UUID(reminder_id)).first()
    if reminder is None:
        log.warning("reminder_missing", reminder_id=reminder_id)
        return
    provider = message_provider()
    actor = system_actor(reminder.business, correlation_id=current_correlation_id(), now=timezone.now())
    taken = take_occurrence(actor, reminder_id=reminder.pk, occurrence=occurrence, provider_name=provider.name)
    if taken.message is not None:
        _send(actor, provider, taken.message)
    log.info("reminder_occurrence", reminder_id=reminder_id, occurrence=occurrence, outcome=taken.outcome)


@command(requires=Permission.REMINDER_CHANGE)
def take_occurrence(actor: Actor, *, reminder_id: UUID, occurrence: int, provider_name: str) -> Taken:
    """Decide about an occurrence by what is true now, write the outcome, the message and the next occurrence's job.

    Locks the reminder. The caller sends `message` after the commit.
    """
    rows = Reminder.objects.visible_to(actor).select_related("customer").select_for_update(of=("self",))
    reminder: Reminder = rows.get(pk=reminder_id)
    if reminder.status == ReminderStatus.CANCELLED:
        return _stay(reminder, "cancelled")
    if reminder.status == ReminderStatus.DONE or reminder.occurrence != occurrence:
        return Taken(reminder.pk, "already_handled")  # the outcome of the earlier run stands
    if reminder.due_at > actor.now:
        return _stay(reminder, "moved")  # the later time has a job of its own
    zone = actor.business.time_zone
    if not may_send_now(reminder.due_at, now=actor.now, zone=zone):
        reminder.due_at = nearest_allowed(actor.now, zone=zone, after=actor.now)
        enqueue_occurrence(reminder)
        return _stay(reminder, "postponed_to_contact_hours")
    owed_paise = _balance_of(actor, reminder.customer)
    message = None
    if owed_paise <= 0:
        outcome = "already_paid"
    elif not reminder.customer.phone_e164:
        outcome = "no_phone"
    else:
        outcome = MessageStatus.SENDING.value
        message = _write_message(actor, reminder, owed_paise, provider_name)
    _go_on(actor, reminder, outcome)
    return Taken(reminder.pk, outcome, message)


def _stay(reminder: Reminder, outcome: str) -> Taken:
    reminder.outcome = outcome
    reminder.save(update_fields=["outcome", "due_at"])
    return Taken(reminder.pk, outcome)


def _go_on(actor: Actor, reminder: Reminder, outcome: str) -> None:
    """Close the occurrence; a repeated reminder waits for its next one."""
    reminder.outcome = outcome
    following = next_due(reminder.due_at, reminder.repeat, now=actor.now, zone=actor.business.time_zone)
    if following is None:
        reminder.status = ReminderStatus.DONE
    else:
        reminder.due_at = following
        reminder.occurrence += 1
        enqueue_occurrence(reminder)
    reminder.save(update_fields=["outcome", "status", "due_at", "occurrence"])


def _balance_of(actor: Actor, customer: Customer) -> int:
    account = Account.objects.visible_to(actor).filter(customer=customer).first()
    return account.balance_paise if account is not None else 0


def _write_message(actor: Actor, reminder: Reminder, owed_paise: int, provider_name: str) -> OutgoingMessage:
    amount_paise = min(owed_paise, reminder.amount_paise or owed_paise)
    body = f"Namaste {reminder.customer.name}, {actor.business.name} se yaad dila rahe hain: "
    body += f"Rs {indian_rupees(amount_paise)} baaki hai."
    return OutgoingMessage.objects.create(
        business_id=actor.business_id,
        customer=reminder.customer,
        reminder=reminder,
        occurrence=reminder.occurrence,
        provider=provider_name,
        body=f"{body} {reminder.message}".strip(),
        status=MessageStatus.SENDING,
        created_at=actor.now,
        status_at=actor.now,
    )


def _send(actor: Actor, provider: MessageProvider, message: OutgoingMessage) -> None:
    """Hand the message over, outside of any transaction, and write what the provider said."""
    sent_id, error = None, ""
    try:
        sent_id = provider.send(to_e164=message.customer.phone_e164 or "", body=message.body, message_id=message.pk)
        status = MessageStatus.SENT
    except MessageRefused as refusal:
        status, error = MessageStatus.FAILED, str(refusal)
    except MessageOutcomeUnknown as doubt:
        status, error = MessageStatus.UNKNOWN, str(doubt)
    except Exception:
        # It may have gone out before the fault: sending again could disturb the customer twice.
        log.exception("message_outcome_unknown", message_id=str(message.pk))
        status, error = MessageStatus.UNKNOWN, "The provider's program failed."
    record_message_status(
        actor,
        message_id=message.pk,
        status=status,
        at=timezone.now(),
        error=error,
        provider_message_id=sent_id,
    )


@app.periodic(cron="*/5 * * * *")
@app.task(name="reminders.sweep")
def sweep(timestamp: int) -> None:
    """Every five minutes: enqueue again what fell due and was not handled, and give up on messages stuck in sending."""
    with bind_correlation_id(""):
        renew_connection()
        sweep_lost(timezone.now())


def sweep_lost(now: datetime) -> None:
    """Catch what a lost job missed up to five minutes before `now`. Enqueueing twice is harmless: each is sent once."""
    for business_id, reminder_id, occurrence in _overdue("reminders_lost", now - LOST_AFTER):
        enqueue(send_due, business_id=str(business_id), reminder_id=str(reminder_id), occurrence=occurrence)
    for business_id, message_id in _overdue("messages_stuck", now - LOST_AFTER):
        with acting_in(business_id):
            business = Business.objects.get(pk=business_id)
            actor = system_actor(business, correlation_id=current_correlation_id(), now=now)
            error = "The sending was interrupted."
            record_message_status(actor, message_id=message_id, status=MessageStatus.UNKNOWN, at=now, error=error)


def _overdue(function: Literal["reminders_lost", "messages_stuck"], before: datetime) -> list[Any]:
    """Ask which rows of any business wait since before `before`: their keys, at most SWEPT_AT_ONCE, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {function}(%s, %s)", [before, SWEPT_AT_ONCE])  # noqa: S608  # one of two names
        return cursor.fetchall()
