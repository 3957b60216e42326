"""What a tax adviser asks for, on REST."""

from datetime import date
from typing import Any, ClassVar

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.gstr1 import gstr1
from billing.sales import HEADS, SaleRow, sales_rows
from billing.serializers import PercentField
from execora.api.sheets import csv_answer, rupee_cell
from execora.api.views import WireViewSet
from execora.api.wire import DayField, MoneyField, TextField, WireSerializer
from execora.core.errors import BadInput
from execora.core.permissions import Permission
from execora.core.snapshot import one_moment
from ledger.report_serializers import DaysQuery
from ledger.report_views import or_csv
from ledger.serializers import days_of
from ledger.statements import check_days


class RegisterTooLong(BadInput):
    code = "REGISTER_TOO_LONG"
    message = "A register is from a day to the same or a later one, over 366 days at the most."


class PeriodQuery(WireSerializer):
    """`period`: a month of the shop, 2026-11."""

    period = serializers.RegexField(r"^20[0-9]{2}-(0[1-9]|1[0-2])$")


class _Heads(WireSerializer):
    taxable = MoneyField(source="taxable_paise")
    cgst = MoneyField(source="cgst_paise")
    sgst = MoneyField(source="sgst_paise")
    igst = MoneyField(source="igst_paise")
    cess = MoneyField(source="cess_paise")


class SaleOut(_Heads):
    date = DayField(source="day")
    kind = serializers.CharField()
    number = serializers.CharField()
    issuedOn = DayField(source="issued_on")
    documentType = serializers.CharField(source="document_type")
    recipient = serializers.CharField(source="recipient_name")
    gstin = serializers.CharField(source="recipient_gstin")
    placeOfSupply = serializers.CharField(source="place_of_supply")
    gstRate = PercentField(source="gst_rate_bp")
    cessRate = PercentField(source="cess_rate_bp")
    billTotal = MoneyField(source="total_paise")
    billNumber = serializers.CharField(source="bill_number")


class _Bill(WireSerializer):
    number = serializers.CharField()
    date = serializers.DateField()
    value = MoneyField()
    placeOfSupply = serializers.CharField()
    reverseCharge = serializers.BooleanField()
    rates = inline_serializer("Gstr1Rate", {"rate": TextField(), **_Heads().get_fields()}, many=True)


class _Note(_Bill):
    billNumber = serializers.CharField()
    billDate = serializers.DateField()


_HSN = inline_serializer(
    "Gstr1Hsn",
    {
        "hsn": TextField(),
        "unitCode": TextField(),
        "rate": TextField(),
        "quantity": TextField(),
        "value": MoneyField(),
        **_Heads().get_fields(),
    },
    many=True,
)
_GSTR1 = inline_serializer(
    "Gstr1Answer",
    {
        "gstr1": inline_serializer(
            "Gstr1",
            {
                "period": TextField(),
                "b2b": inline_serializer(
                    "Gstr1Recipient",
                    {"gstin": TextField(), "name": TextField(), "invoices": _Bill(many=True)},
                    many=True,
                ),
                "b2cl": _Bill(many=True),
                "b2cs": inline_serializer(
                    "Gstr1Small",
                    {
                        "placeOfSupply": TextField(),
                        "interState": serializers.BooleanField(),
                        "rate": TextField(),
                        **_Heads().get_fields(),
                    },
                    many=True,
                ),
                "cdnr": inline_serializer(
                    "Gstr1NotesTo", {"gstin": TextField(), "name": TextField(), "notes": _Note(many=True)}, many=True
                ),
                "cdnur": _Note(many=True),
                "nil": inline_serializer(
                    "Gstr1Nil",
                    {
                        "interState": serializers.BooleanField(),
                        "registered": serializers.BooleanField(),
                        "value": MoneyField(),
                    },
                    many=True,
                ),
                "hsnB2b": _HSN,
                "hsnB2c": _HSN,
                "documents": inline_serializer(
                    "Gstr1Documents",
                    {
                        "series": TextField(),
                        "from": TextField(),
                        "to": TextField(),
                        "total": serializers.IntegerField(),
                        "cancelled": serializers.IntegerField(),
                        "net": serializers.IntegerField(),
                    },
                    many=True,
                ),
                "cancelledLater": _Bill(many=True),
                "totals": inline_serializer("Gstr1Totals", _Heads().get_fields()),
            },
        )
    },
)
_REGISTER = inline_serializer("SalesRegisterAnswer", {"sales": SaleOut(many=True)})


class TaxReportViewSet(WireViewSet):
    permissions: ClassVar = {"gstr1": Permission.SUMMARY_VIEW, "sales_register": Permission.SUMMARY_VIEW}

    @extend_schema(parameters=[PeriodQuery], responses=_GSTR1)
    def gstr1(self, request: Request) -> Response:
        """The figures of GSTR-1 for a month, by its tables."""
        first_day = date.fromisoformat(f"{self.query(PeriodQuery)['period']}-01")
        return Response({"gstr1": gstr1(self.actor, first_day=first_day)})

    @extend_schema(parameters=[DaysQuery], responses=or_csv(_REGISTER))
    def sales_register(self, request: Request) -> HttpResponseBase:
        """A row for each bill and rate, and below zero for each cancellation and credit note, on its day in the books."""
        query = self.query(DaysQuery)
        first_day, last_day = days_of(query, self.actor.today)
        check_days(first_day, last_day, refusal=RegisterTooLong)
        with one_moment():
            rows = sales_rows(self.actor, first_day=first_day, last_day=last_day)
        if query["format"] == "json":
            return Response({"sales": SaleOut(rows, many=True).data})
        names = list(SaleOut().fields)
        return csv_answer(f"sales-{first_day}-{last_day}", names, (_cells(row) for row in rows))


def _cells(row: SaleRow) -> list[Any]:
    answer = SaleOut(row).data
    money = {
        name: getattr(row, head) for name, head in zip(("taxable", "cgst", "sgst", "igst", "cess"), HEADS, strict=True)
    }
    money["billTotal"] = row.total_paise
    return [rupee_cell(money[name]) if name in money else answer[name] for name in answer]
