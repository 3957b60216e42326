"""The books on REST."""

from functools import partial
from typing import Any, ClassVar

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from customers.commands import find_customer
from execora.api.pagination import page_of
from execora.api.pdf import PDF, drawn_in_turn, pdf_answer
from execora.api.sheets import CSV, csv_answer
from execora.api.views import WireViewSet
from execora.api.wire import MoneyField
from execora.core.ids import parse_id
from execora.core.money import rupees
from execora.core.permissions import Permission
from ledger.cautions import cautions_on
from ledger.commands import (
    add_credit,
    record_opening_balance,
    record_payment,
    record_split_payment,
    reverse_entry,
    write_off,
)
from ledger.errors import EntryNotFound
from ledger.models import Account, Entry
from ledger.report_serializers import KhataQuery
from ledger.report_sheets import statement as sheet_of
from ledger.serializers import (
    CautionOut,
    CreditIn,
    EntryOut,
    LedgerPage,
    OpeningBalanceIn,
    PaymentIn,
    ReverseIn,
    WriteOffIn,
    days_of,
)
from ledger.statement_paper import statement_paper
from ledger.statements import Statement, statement_for

_ENTRY = inline_serializer("EntryAnswer", {"entry": EntryOut()})
_PAYMENT = inline_serializer("PaymentAnswer", {"entry": EntryOut(), "warnings": CautionOut(many=True)})
_STATEMENT = inline_serializer(
    "StatementAnswer",
    {
        "statement": inline_serializer(
            "Statement",
            {
                "customerId": serializers.CharField(),
                "from": serializers.DateField(),
                "to": serializers.DateField(),
                "opening": MoneyField(),
                "entries": EntryOut(many=True),
                "closing": MoneyField(),
            },
        )
    },
)
_PAGE = inline_serializer(
    "LedgerAnswer",
    {"entries": EntryOut(many=True), "balance": MoneyField(), "next": serializers.CharField(allow_null=True)},
)


def entry_json(entry: Entry) -> dict[str, Any]:
    return dict(EntryOut(entry).data)


def _statement_json(statement: Statement) -> dict[str, Any]:
    return {
        "customerId": str(statement.customer.pk),
        "from": statement.first_day.isoformat(),
        "to": statement.last_day.isoformat(),
        "opening": rupees(statement.opening_paise),
        "entries": [{**entry_json(line.entry), "balance": rupees(line.balance_paise)} for line in statement.lines],
        "closing": rupees(statement.closing_paise),
    }


def _answer(entry: Entry) -> dict[str, Any]:
    return {"entry": entry_json(entry)}


class LedgerViewSet(WireViewSet):
    permissions: ClassVar = {
        "retrieve": Permission.LEDGER_VIEW,
        "statement": Permission.LEDGER_VIEW,
        "payment": Permission.PAYMENT_RECORD,
        "credit": Permission.CREDIT_RECORD,
        "opening_balance": Permission.OPENING_BALANCE_RECORD,
        "write_off": Permission.WRITE_OFF_RECORD,
        "reverse": Permission.ENTRY_REVERSE,
    }

    @extend_schema(parameters=[LedgerPage], responses=_PAGE)
    def retrieve(self, request: Request, pk: str) -> Response:
        """A customer's khata, newest first, each entry with the balance it left."""
        customer = find_customer(self.actor, pk)
        rows = Entry.objects.visible_to(self.actor).filter(customer=customer)
        page, following = page_of(rows, self.query(LedgerPage), order="-sequence")
        account = Account.objects.visible_to(self.actor).filter(customer=customer).first()
        balance = account.balance_paise if account is not None else 0
        return Response({"entries": EntryOut(page, many=True).data, "balance": rupees(balance), "next": following})

    @extend_schema(
        parameters=[KhataQuery],
        responses={
            (200, "application/json"): _STATEMENT,
            (200, CSV): OpenApiTypes.STR,
            (200, PDF): OpenApiTypes.BINARY,
        },
    )
    def statement(self, request: Request, pk: str) -> HttpResponseBase:
        """A customer's khata between two days, oldest first, with opening, running and closing balance."""
        query = self.query(KhataQuery)
        first_day, last_day = days_of(query, self.actor.today)
        customer = find_customer(self.actor, pk)
        statement = statement_for(self.actor, customer=customer, first_day=first_day, last_day=last_day)
        name = f"statement-{customer.code}-{first_day}-{last_day}"
        if query["format"] == "csv":
            return csv_answer(name, *sheet_of(statement))
        if query["format"] == "pdf":
            return pdf_answer(drawn_in_turn(partial(statement_paper, statement, self.actor.business)), f"{name}.pdf")
        return Response({"statement": _statement_json(statement)})

    @extend_schema(request=PaymentIn, responses={201: _PAYMENT})
    def payment(self, request: Request) -> Response:
        """Money received: in one mode, or in several at once (`payments`). `warnings` are worth a second look."""
        given = self.body(PaymentIn)
        facts = {
            "customer": find_customer(self.actor, given["customerId"]),
            "notes": given.get("notes", ""),
            "occurred_on": given.get("date"),
        }
        if "payments" in given:
            parts = {part["paymentMode"]: part["amount"] for part in given["payments"]}
            return self.run(record_split_payment, self._payment_answer, parts=parts, **facts)
        paid = {"amount_paise": given["amount"], "mode": given["paymentMode"]}
        return self.run(record_payment, self._payment_answer, **paid, **facts)

    def _payment_answer(self, entry: Entry) -> dict[str, Any]:
        return {**_answer(entry), "warnings": cautions_on(self.actor, entry)}

    @extend_schema(request=CreditIn, responses={201: _ENTRY})
    def credit(self, request: Request) -> Response:
        given = self.body(CreditIn)
        return self.run(
            add_credit,
            _answer,
            customer=find_customer(self.actor, given["customerId"]),
            amount_paise=given["amount"],
            description=given["description"],
            occurred_on=given.get("date"),
        )

    @extend_schema(request=OpeningBalanceIn, responses={201: _ENTRY})
    def opening_balance(self, request: Request) -> Response:
        given = self.body(OpeningBalanceIn)
        return self.run(
            record_opening_balance,
            _answer,
            customer=find_customer(self.actor, given["customerId"]),
            amount_paise=given["amount"],
            occurred_on=given.get("date"),
        )

    @extend_schema(request=WriteOffIn, responses={201: _ENTRY})
    def write_off(self, request: Request) -> Response:
        """Give up what a customer will not pay, at most what is owed."""
        given = self.body(WriteOffIn)
        return self.run(
            write_off,
            _answer,
            customer=find_customer(self.actor, given["customerId"]),
            amount_paise=given["amount"],
            reason=given["reason"],
            occurred_on=given.get("date"),
        )

    @extend_schema(request=ReverseIn, responses={201: _ENTRY})
    def reverse(self, request: Request, pk: str) -> Response:
        entry_id = parse_id(pk)
        if entry_id is None:
            raise EntryNotFound()
        return self.run(reverse_entry, _answer, entry_id=entry_id, reason=self.body(ReverseIn)["reason"])
