"""Bills on paper, on REST."""

from typing import ClassVar

from django.db.models import Prefetch
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from billing.errors import InvoiceNotFound
from billing.lookup import invoices_of
from billing.models import InvoiceItem
from billing.papers.press import PAPERS, file_name, print_invoice
from billing.papers.words import WORDS
from execora.api.pdf import PDF, pdf_answer
from execora.api.views import WireViewSet
from execora.api.wire import WireSerializer
from execora.core.ids import parse_id
from execora.core.permissions import Permission


class PaperQuery(WireSerializer):
    paper = serializers.ChoiceField(choices=list(PAPERS), required=False, default="a4")
    language = serializers.ChoiceField(choices=list(WORDS), required=False, default="en")


class InvoicePaperViewSet(WireViewSet):
    permissions: ClassVar = {"pdf": Permission.INVOICE_VIEW}

    @extend_schema(parameters=[PaperQuery], responses={(200, PDF): OpenApiTypes.BINARY})
    def pdf(self, request: Request, pk: str) -> HttpResponse:
        """An invoice to print: on A4, or on a roll of 80 mm; in English or Hindi."""
        query, key = self.query(PaperQuery), parse_id(pk)
        rows = invoices_of(self.actor).select_related("business", "customer", "entry")
        rows = rows.prefetch_related(Prefetch("items", InvoiceItem.objects.order_by("line")))
        invoice = rows.filter(pk=key).first() if key is not None else None
        if invoice is None:
            raise InvoiceNotFound()
        content = print_invoice(invoice, paper=query["paper"], language=query["language"])
        return pdf_answer(content, file_name(invoice.number))
