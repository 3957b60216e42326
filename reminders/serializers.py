"""Reminders as the wire spells them."""

from datetime import UTC, datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from execora.api.pagination import PageQuery
from execora.api.wire import MoneyField, TextField, WireSerializer
from reminders.models import ReminderStatus, Repeat

LONGEST_PHRASE = 80
MOMENT_NEEDED = 'Give a date and time such as 2026-11-25T18:00:00+05:30, or say it: "kal shaam 7 baje".'


@extend_schema_field({"type": "string", "example": "kal shaam 7 baje", "description": "ISO 8601, or a phrase"})
class MomentField(serializers.Field["datetime | str", Any, str, datetime]):
    """An ISO 8601 date and time, or a phrase. Both are the shop's clock's to finish: one without an offset stays naive, and
    a phrase stays text."""

    default_error_messages = {"form": MOMENT_NEEDED}  # noqa: RUF012

    def to_internal_value(self, data: Any) -> datetime | str:
        if not isinstance(data, str) or "\0" in data:
            self.fail("form")
        if not data[:4].isdigit() or not data.isascii():
            return data if len(data) <= LONGEST_PHRASE else self.fail("form")
        if not 16 <= len(data) <= 40 or data[10] not in "Tt ":
            self.fail("form")
        try:
            moment = parse_datetime(data.upper())
            if moment is None:
                self.fail("form")
            moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)  # refuses what no calendar can hold
        except (ValueError, OverflowError):
            self.fail("form")
        return moment

    def to_representation(self, value: datetime | str) -> str:
        return value if isinstance(value, str) else value.isoformat()


class ReminderOut(WireSerializer):
    id = serializers.CharField(source="pk")
    customerId = serializers.CharField(source="customer_id")
    customerCode = serializers.CharField(source="customer.code")
    customerName = serializers.CharField(source="customer.name")
    amount = MoneyField(source="amount_paise", allow_null=True)
    message = serializers.CharField()
    datetime = serializers.DateTimeField(source="due_at")
    repeat = serializers.CharField()
    status = serializers.CharField()
    outcome = serializers.CharField()
    occurrence = serializers.IntegerField()
    createdAt = serializers.DateTimeField(source="created_at")


class ReminderIn(WireSerializer):
    customerId = TextField(max_length=40)
    amount = MoneyField(required=False)
    datetime = MomentField()
    message = TextField(max_length=300, required=False, allow_blank=True)
    repeat = serializers.ChoiceField(choices=Repeat.values, required=False)


class ReminderMoveIn(WireSerializer):
    datetime = MomentField()


class ReminderCancelIn(WireSerializer):
    """Cancelling takes no fields."""


class ReminderPage(PageQuery):
    status = serializers.ChoiceField(choices=ReminderStatus.values, required=False)
    customerId = TextField(max_length=40, required=False)
