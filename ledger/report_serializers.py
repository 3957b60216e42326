"""The reports as the wire spells them."""

from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from execora.api.pagination import PageQuery
from execora.api.wire import DayField, MoneyField, WireSerializer
from ledger.models import AccountKind
from ledger.serializers import EntryOut, StatementQuery
from ledger.summary import MODES

FORMATS = ("json", "csv")
OF_THE_SHOP = [kind.value for kind in AccountKind if kind != AccountKind.RECEIVABLE]


class DayQuery(WireSerializer):
    """A day of the shop, today without `date`."""

    date = DayField(required=False)
    format = serializers.ChoiceField(choices=FORMATS, required=False, default="json")


class PagedDayQuery(PageQuery):
    """A day; pages are of the JSON, a CSV has all rows."""

    date = DayField(required=False)
    format = serializers.ChoiceField(choices=FORMATS, required=False, default="json")


class DaysQuery(StatementQuery):
    """`from` and `to`; without them the month up to today."""

    format = serializers.ChoiceField(choices=FORMATS, required=False, default="json")


class KhataQuery(StatementQuery):
    """`from` and `to`; without them the month up to today."""

    format = serializers.ChoiceField(choices=(*FORMATS, "pdf"), required=False, default="json")


class BookQuery(DaysQuery):
    """`account` is one of the shop's own, cash without it."""

    account = serializers.ChoiceField(choices=OF_THE_SHOP, required=False, default=AccountKind.CASH.value)


class PostingOut(WireSerializer):
    account = serializers.CharField(source="account.kind")
    debit = serializers.SerializerMethodField()
    credit = serializers.SerializerMethodField()

    def get_debit(self, posting: Any) -> str:
        return MoneyField().to_representation(posting.amount_paise if posting.side == "D" else 0)

    def get_credit(self, posting: Any) -> str:
        return MoneyField().to_representation(posting.amount_paise if posting.side == "C" else 0)


class DayBookEntryOut(EntryOut):
    customerName = serializers.CharField(source="customer.name")
    postings = PostingOut(many=True)


class AgeingTotalOut(WireSerializer):
    days0To30 = MoneyField()
    days31To60 = MoneyField()
    days61To90 = MoneyField()
    daysOver90 = MoneyField()
    owed = MoneyField()
    advance = MoneyField()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        money = MoneyField().to_representation
        names = ("days0To30", "days31To60", "days61To90", "daysOver90")
        buckets = {name: money(paise) for name, paise in zip(names, instance.buckets_paise, strict=True)}
        return {**buckets, "owed": money(instance.owed_paise), "advance": money(instance.advance_paise)}


class AgeingOut(AgeingTotalOut):
    customerId = serializers.CharField()
    code = serializers.CharField()
    name = serializers.CharField()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        who = {"customerId": instance.customer_id, "code": instance.code, "name": instance.name}
        return {**who, **super().to_representation(instance)}


class TrialRowOut(WireSerializer):
    account = serializers.CharField()
    name = serializers.CharField()
    debit = MoneyField(source="debit_paise")
    credit = MoneyField(source="credit_paise")


class BookDayOut(WireSerializer):
    date = serializers.DateField(source="day")
    receipts = MoneyField(source="in_paise")
    payments = MoneyField(source="out_paise")
    closing = MoneyField(source="closing_paise")


BY_MODE = inline_serializer("ByMode", {mode: MoneyField() for mode in MODES})


class DaySummaryOut(WireSerializer):
    date = serializers.DateField(source="day")
    billed = MoneyField(source="billed_paise")
    credit = MoneyField(source="credit_paise")
    openingBalances = MoneyField(source="opening_paise")
    creditNotes = MoneyField(source="credit_notes_paise")
    writtenOff = MoneyField(source="written_off_paise")
    reversals = MoneyField(source="reversals_paise")
    received = BY_MODE
    returned = BY_MODE
    change = MoneyField(source="change_paise")


AGEING_ANSWER = inline_serializer(
    "AgeingAnswer",
    {
        "date": serializers.DateField(),
        "customers": AgeingOut(many=True),
        "total": AgeingTotalOut(),
        "next": serializers.CharField(allow_null=True),
    },
)
DAY_BOOK_ANSWER = inline_serializer(
    "DayBookAnswer",
    {
        "date": serializers.DateField(),
        "entries": DayBookEntryOut(many=True),
        "next": serializers.CharField(allow_null=True),
    },
)
CASH_BOOK_ANSWER = inline_serializer(
    "CashBookAnswer",
    {
        "cashBook": inline_serializer(
            "CashBook",
            {
                "account": serializers.CharField(),
                "from": serializers.DateField(),
                "to": serializers.DateField(),
                "opening": MoneyField(),
                "days": BookDayOut(many=True),
                "closing": MoneyField(),
            },
        )
    },
)
TRIAL_BALANCE_ANSWER = inline_serializer(
    "TrialBalanceAnswer",
    {
        "trialBalance": inline_serializer(
            "TrialBalance",
            {
                "date": serializers.DateField(),
                "accounts": TrialRowOut(many=True),
                "debits": MoneyField(),
                "credits": MoneyField(),
            },
        )
    },
)
LEDGER_SUMMARY_ANSWER = inline_serializer(
    "LedgerSummaryAnswer",
    {
        "summary": inline_serializer(
            "LedgerSummary",
            {
                "from": serializers.DateField(),
                "to": serializers.DateField(),
                "days": DaySummaryOut(many=True),
                "owed": MoneyField(),
                "advances": MoneyField(),
            },
        )
    },
)
