"""When a customer is reminded, and what became of each message."""

from typing import ClassVar

from django.db import models

from customers.models import Customer
from execora.core.models import User
from execora.core.tenancy import BusinessOwned


class Repeat(models.TextChoices):
    NONE = "none"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class ReminderStatus(models.TextChoices):
    SCHEDULED = "scheduled"
    DONE = "done"
    CANCELLED = "cancelled"


class Reminder(BusinessOwned):
    """A promise to remind. `due_at` is the next occurrence; `occurrence` counts them, so that each is sent once."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="reminders", db_constraint=False)
    amount_paise = models.BigIntegerField(null=True, blank=True)
    message = models.CharField(max_length=300, blank=True)
    due_at = models.DateTimeField()
    repeat = models.CharField(max_length=8, choices=Repeat.choices, default=Repeat.NONE)
    occurrence = models.IntegerField(default=1)
    status = models.CharField(max_length=10, choices=ReminderStatus.choices, default=ReminderStatus.SCHEDULED)
    outcome = models.CharField(max_length=40, blank=True, help_text="What became of the last occurrence")
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(amount_paise=None) | models.Q(amount_paise__gt=0), name="reminder_amount_positive"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at"], condition=models.Q(status="scheduled"), name="reminder_due"),
            models.Index(fields=["business", "-id"], name="reminder_by_time"),
        ]


class MessageStatus(models.TextChoices):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNKNOWN = "unknown", "Unknown: the provider did not answer"


class OutgoingMessage(BusinessOwned):
    """One message to a customer and its fate. A reminder's occurrence has one at the most."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="messages", db_constraint=False)
    reminder = models.ForeignKey(
        Reminder, null=True, on_delete=models.PROTECT, related_name="messages", db_constraint=False
    )
    occurrence = models.IntegerField(null=True)
    provider = models.CharField(max_length=20)
    body = models.CharField(max_length=1000)
    status = models.CharField(max_length=10, choices=MessageStatus.choices, default=MessageStatus.QUEUED)
    provider_message_id = models.CharField(max_length=200, null=True, blank=True)
    error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    status_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["reminder", "occurrence"], name="message_once_an_occurrence"),
            models.UniqueConstraint(fields=["provider", "provider_message_id"], name="message_provider_id_once"),
        ]
