"""The books as the wire spells them."""

from datetime import date
from typing import Any

from rest_framework import serializers

from execora.api.pagination import PageQuery
from execora.api.wire import DayField, MoneyField, TextField, WireSerializer
from ledger.commands import PAYMENT_MODES


class EntryOut(WireSerializer):
    id = serializers.CharField(source="pk")
    kind = serializers.CharField()
    customerId = serializers.CharField(source="customer_id")
    sequence = serializers.IntegerField()
    amount = MoneyField(source="amount_paise")
    effect = MoneyField(source="effect_paise")
    balance = MoneyField(source="balance_after_paise")
    mode = serializers.CharField()
    description = serializers.CharField()
    date = serializers.DateField(source="occurred_on")
    recordedAt = serializers.DateTimeField(source="recorded_at")
    reverses = serializers.CharField(source="reverses_id", allow_null=True)


class CautionOut(WireSerializer):
    code = serializers.CharField()
    message = serializers.CharField()


class PaymentPart(WireSerializer):
    paymentMode = serializers.ChoiceField(choices=list(PAYMENT_MODES))
    amount = MoneyField()


class PaymentIn(WireSerializer):
    """Either `amount` and `paymentMode`, or `payments`: what came in each of several modes."""

    customerId = TextField(max_length=40)
    amount = MoneyField(required=False)
    paymentMode = serializers.ChoiceField(choices=list(PAYMENT_MODES), required=False)
    payments: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=PaymentPart(), required=False, min_length=2, max_length=len(PAYMENT_MODES)
    )
    notes = TextField(max_length=300, required=False, allow_blank=True)
    date = DayField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "payments" in attrs:
            if attrs.keys() & {"amount", "paymentMode"}:
                raise serializers.ValidationError({"payments": ["Give this or amount and paymentMode, not both."]})
            modes = [part["paymentMode"] for part in attrs["payments"]]
            if len(set(modes)) < len(modes):
                raise serializers.ValidationError({"payments": ["Give each mode once."]})
            return attrs
        missing = {"amount", "paymentMode"} - attrs.keys()
        if missing:
            raise serializers.ValidationError({name: ["This field is required."] for name in sorted(missing)})
        return attrs


class WriteOffIn(WireSerializer):
    customerId = TextField(max_length=40)
    amount = MoneyField()
    reason = TextField(max_length=300)
    date = DayField(required=False)


class CreditIn(WireSerializer):
    customerId = TextField(max_length=40)
    amount = MoneyField()
    description = TextField(max_length=300)
    date = DayField(required=False)


class OpeningBalanceIn(WireSerializer):
    customerId = TextField(max_length=40)
    amount = MoneyField()
    date = DayField(required=False)


class ReverseIn(WireSerializer):
    reason = TextField(max_length=300)


class LedgerPage(PageQuery):
    """The page of a khata takes no filters."""


class StatementQuery(WireSerializer):
    """`from` and `to`, days of the shop; without them the month up to today."""

    to = DayField(required=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {"from": DayField(required=False), **super().get_fields()}  # `from` is no name for an attribute


def days_of(query: dict[str, Any], today: date) -> tuple[date, date]:
    """Return the first and the last day that a StatementQuery asks for."""
    last_day = query.get("to", today)
    return query.get("from", last_day.replace(day=1)), last_day
