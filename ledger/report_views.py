"""The shop's books on REST, for staff: as JSON, or with `format=csv` as a file for a spreadsheet."""

from typing import Any, ClassVar

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from customers.models import Customer
from execora.api.pagination import cursor_after, key_of, page_of
from execora.api.sheets import CSV, csv_answer
from execora.api.views import WireViewSet
from execora.core.money import rupees
from execora.core.permissions import Permission
from ledger import report_sheets as sheets
from ledger.models import AccountKind
from ledger.report_serializers import (
    AGEING_ANSWER,
    CASH_BOOK_ANSWER,
    DAY_BOOK_ANSWER,
    LEDGER_SUMMARY_ANSWER,
    TRIAL_BALANCE_ANSWER,
    AgeingOut,
    AgeingTotalOut,
    BookDayOut,
    BookQuery,
    DayBookEntryOut,
    DayQuery,
    DaysQuery,
    PagedDayQuery,
    TrialRowOut,
)
from ledger.reports import ageing_of_customers, ageing_of_shop, book_of, day_book, owed_at, trial_balance
from ledger.serializers import days_of
from ledger.summary import DaySummary, summary_of_days


def or_csv(answer: Any) -> dict[tuple[int, str], Any]:
    return {(200, "application/json"): answer, (200, CSV): OpenApiTypes.STR}


def _day_json(day: DaySummary) -> dict[str, Any]:
    return {
        "date": day.day.isoformat(),
        "billed": rupees(day.billed_paise),
        "credit": rupees(day.credit_paise),
        "openingBalances": rupees(day.opening_paise),
        "creditNotes": rupees(day.credit_notes_paise),
        "writtenOff": rupees(day.written_off_paise),
        "reversals": rupees(day.reversals_paise),
        "received": {mode: rupees(paise) for mode, paise in day.received.items()},
        "returned": {mode: rupees(paise) for mode, paise in day.returned.items()},
        "change": rupees(day.change_paise),
    }


class ReportViewSet(WireViewSet):
    permissions: ClassVar = dict.fromkeys(
        ("summary", "ageing", "day_book", "cash_book", "trial_balance"), Permission.SUMMARY_VIEW
    )

    def _days(self, query: dict[str, Any]) -> dict[str, Any]:
        return dict(zip(("first_day", "last_day"), days_of(query, self.actor.today), strict=True))

    @extend_schema(parameters=[DaysQuery], responses=or_csv(LEDGER_SUMMARY_ANSWER))
    def summary(self, request: Request) -> HttpResponseBase:
        """Each day's bills, money by mode, credit notes and reversals; and what is owed at the end of the last."""
        query = self.query(DaysQuery)
        period = self._days(query)
        days = summary_of_days(self.actor, **period)
        if query["format"] == "csv":
            return csv_answer(f"summary-{period['first_day']}-{period['last_day']}", *sheets.summary(days))
        owed, advances = owed_at(self.actor, period["last_day"])
        return Response(
            {
                "summary": {
                    "from": period["first_day"].isoformat(),
                    "to": period["last_day"].isoformat(),
                    "days": [_day_json(day) for day in days],
                    "owed": rupees(owed),
                    "advances": rupees(advances),
                }
            }
        )

    @extend_schema(parameters=[PagedDayQuery], responses=or_csv(AGEING_ANSWER))
    def ageing(self, request: Request) -> HttpResponseBase:
        """What each customer owes by the age of the debt. Payments settle the oldest debt first."""
        query = self.query(PagedDayQuery)
        day = query.get("date", self.actor.today)
        if query["format"] == "csv":
            everybody = ageing_of_customers(self.actor, day)
            return csv_answer(f"ageing-{day}", *sheets.ageing(everybody))
        after = key_of(Customer, "id", query["cursor"]) if "cursor" in query else None
        found = ageing_of_customers(self.actor, day, after=after, limit=query["limit"] + 1)
        page = found[: query["limit"]]
        following = cursor_after(page[-1].customer_id) if len(found) > len(page) else None
        total = AgeingTotalOut(ageing_of_shop(self.actor, day)).data
        customers = AgeingOut(page, many=True).data
        return Response({"date": day.isoformat(), "customers": customers, "total": total, "next": following})

    @extend_schema(parameters=[PagedDayQuery], responses=or_csv(DAY_BOOK_ANSWER))
    def day_book(self, request: Request) -> HttpResponseBase:
        """Every entry of a day with its debits and credits, newest first; the CSV is in the order of recording."""
        query = self.query(PagedDayQuery)
        day = query.get("date", self.actor.today)
        entries = day_book(self.actor, day)
        if query["format"] == "csv":
            return csv_answer(f"day-book-{day}", *sheets.day_book(entries.order_by("id")))
        page, following = page_of(entries, query)
        entries_out = DayBookEntryOut(page, many=True).data
        return Response({"date": day.isoformat(), "entries": entries_out, "next": following})

    @extend_schema(parameters=[BookQuery], responses=or_csv(CASH_BOOK_ANSWER))
    def cash_book(self, request: Request) -> HttpResponseBase:
        """What came in and went out of an account of the shop, by day."""
        query = self.query(BookQuery)
        book = book_of(self.actor, account=AccountKind(query["account"]), **self._days(query))
        if query["format"] == "csv":
            return csv_answer(f"{book.account.value}-book-{book.first_day}-{book.last_day}", *sheets.book(book))
        return Response(
            {
                "cashBook": {
                    "account": book.account.value,
                    "from": book.first_day.isoformat(),
                    "to": book.last_day.isoformat(),
                    "opening": rupees(book.opening_paise),
                    "days": BookDayOut(book.days, many=True).data,
                    "closing": rupees(book.closing_paise),
                }
            }
        )

    @extend_schema(parameters=[DayQuery], responses=or_csv(TRIAL_BALANCE_ANSWER))
    def trial_balance(self, request: Request) -> HttpResponseBase:
        """Every account at the end of a day; debits equal credits."""
        query = self.query(DayQuery)
        trial = trial_balance(self.actor, query.get("date", self.actor.today))
        if query["format"] == "csv":
            return csv_answer(f"trial-balance-{trial.day}", *sheets.trial_balance(trial))
        return Response(
            {
                "trialBalance": {
                    "date": trial.day.isoformat(),
                    "accounts": TrialRowOut(trial.rows, many=True).data,
                    "debits": rupees(trial.debits_paise),
                    "credits": rupees(trial.credits_paise),
                }
            }
        )
