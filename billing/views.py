"""Products, bills and the day's figures on REST."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import F, Prefetch, QuerySet
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.commands import (
    cancel_invoice,
    change_product,
    confirm_invoice,
    create_product,
    issue_invoice,
    move_stock,
)
from billing.credit_notes import CreditLine, credit_notes_of, find_credit_note, issue_credit_note
from billing.errors import InvoiceNotFound
from billing.lookup import find_product, invoices_of, products_by_id
from billing.models import CreditNote, CreditNoteItem, Invoice, InvoiceItem, MovementReason, Product, StockMovement
from billing.pricing import AdHoc, Line
from billing.serializers import (
    CancelIn,
    ConfirmIn,
    CreditNoteIn,
    CreditNoteOut,
    CreditNotePage,
    InvoiceIn,
    InvoiceOut,
    InvoicePage,
    MovementOut,
    ProductChangeIn,
    ProductIn,
    ProductOut,
    ProductPage,
    StockIn,
    SummaryOut,
    SummaryQuery,
)
from billing.summary import daily_summary
from billing.totals import Discount, Terms
from customers.commands import find_customer
from execora.api.pagination import PageQuery, page_of
from execora.api.views import WireViewSet
from execora.core.actor import Actor
from execora.core.ids import parse_id
from execora.core.permissions import Permission

_PRODUCT = inline_serializer("ProductAnswer", {"product": ProductOut()})
_PRODUCTS = inline_serializer(
    "ProductsAnswer", {"products": ProductOut(many=True), "next": serializers.CharField(allow_null=True)}
)
_MOVEMENT = inline_serializer("MovementAnswer", {"movement": MovementOut(), "product": ProductOut()})
_INVOICE = inline_serializer("InvoiceAnswer", {"invoice": InvoiceOut()})
_INVOICES = inline_serializer(
    "InvoicesAnswer", {"invoices": InvoiceOut(many=True), "next": serializers.CharField(allow_null=True)}
)
_NOTE = inline_serializer("CreditNoteAnswer", {"creditNote": CreditNoteOut()})
_NOTES = inline_serializer(
    "CreditNotesAnswer", {"creditNotes": CreditNoteOut(many=True), "next": serializers.CharField(allow_null=True)}
)
_SUMMARY = inline_serializer("SummaryAnswer", {"summary": SummaryOut()})


def invoice_json(invoice: Invoice) -> dict[str, Any]:
    return dict(InvoiceOut(_with_items(Invoice.objects.filter(pk=invoice.pk)).get()).data)


def _with_items(rows: QuerySet[Invoice]) -> QuerySet[Invoice]:
    items = Prefetch("items", InvoiceItem.objects.order_by("line"))
    return rows.select_related("customer").prefetch_related(items)


def _product_answer(product: Product) -> dict[str, Any]:
    return {"product": dict(ProductOut(product).data)}


def _movement_answer(movement: StockMovement) -> dict[str, Any]:
    return {"movement": dict(MovementOut(movement).data), **_product_answer(movement.product)}


def _invoice_answer(invoice: Invoice) -> dict[str, Any]:
    return {"invoice": invoice_json(invoice)}


def _note_answer(note: CreditNote) -> dict[str, Any]:
    return {"creditNote": dict(CreditNoteOut(_with_note_items(CreditNote.objects.filter(pk=note.pk)).get()).data)}


def _with_note_items(rows: QuerySet[CreditNote]) -> QuerySet[CreditNote]:
    items = Prefetch("items", CreditNoteItem.objects.order_by("line"))
    return rows.select_related("customer", "invoice").prefetch_related(items)


class ProductViewSet(WireViewSet):
    permissions: ClassVar = {
        "list": Permission.PRODUCT_VIEW,
        "low_stock": Permission.PRODUCT_VIEW,
        "retrieve": Permission.PRODUCT_VIEW,
        "create": Permission.PRODUCT_CHANGE,
        "partial_update": Permission.PRODUCT_CHANGE,
        "stock": Permission.STOCK_CHANGE,
    }

    @extend_schema(parameters=[ProductPage], responses=_PRODUCTS)
    def list(self, request: Request) -> Response:
        query = self.query(ProductPage)
        rows = Product.objects.visible_to(self.actor).filter(is_active=query["isActive"])
        return self._page(rows, query)

    @extend_schema(parameters=[PageQuery], responses=_PRODUCTS)
    def low_stock(self, request: Request) -> Response:
        """Products on sale whose stock is at or below their `lowStockAt`."""
        rows = Product.objects.visible_to(self.actor).filter(is_active=True, stock__lte=F("low_stock_at"))
        return self._page(rows, self.query(PageQuery))

    @extend_schema(responses=_PRODUCT)
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(_product_answer(find_product(self.actor, pk)))

    @extend_schema(request=ProductIn, responses={201: _PRODUCT})
    def create(self, request: Request) -> Response:
        return self.run(create_product, _product_answer, **self.body(ProductIn))

    @extend_schema(request=ProductChangeIn, responses=_PRODUCT)
    def partial_update(self, request: Request, pk: str) -> Response:
        changes = self.body(ProductChangeIn)
        product = find_product(self.actor, pk)
        return self.run(change_product, _product_answer, status=200, product=product, changes=changes)

    @extend_schema(request=StockIn, responses={201: _MOVEMENT})
    def stock(self, request: Request, pk: str) -> Response:
        given = self.body(StockIn)
        return self.run(
            move_stock,
            _movement_answer,
            product=find_product(self.actor, pk),
            quantity=given["quantity"],
            reason=MovementReason(given["reason"]),
            note=given.get("note", ""),
        )

    def _page(self, rows: QuerySet[Product], query: dict[str, Any]) -> Response:
        page, following = page_of(rows, query)
        return Response({"products": ProductOut(page, many=True).data, "next": following})


class InvoiceViewSet(WireViewSet):
    limits: ClassVar = {"create": "invoice"}
    permissions: ClassVar = {
        "list": Permission.INVOICE_VIEW,
        "retrieve": Permission.INVOICE_VIEW,
        "create": Permission.INVOICE_ISSUE,
        "confirm": Permission.INVOICE_ISSUE,
        "cancel": Permission.INVOICE_CANCEL,
        "credit": Permission.CREDIT_NOTE_ISSUE,
    }

    @extend_schema(parameters=[InvoicePage], responses=_INVOICES)
    def list(self, request: Request) -> Response:
        query = self.query(InvoicePage)
        rows = invoices_of(self.actor)
        if "customerId" in query:
            rows = rows.filter(customer=find_customer(self.actor, query["customerId"]))
        if "status" in query:
            rows = rows.filter(status=query["status"])
        page, following = page_of(_with_items(rows), query)
        return Response({"invoices": InvoiceOut(page, many=True).data, "next": following})

    @extend_schema(responses=_INVOICE)
    def retrieve(self, request: Request, pk: str) -> Response:
        invoice = _with_items(invoices_of(self.actor)).filter(pk=_invoice_id(pk)).first()
        if invoice is None:
            raise InvoiceNotFound()
        return Response({"invoice": InvoiceOut(invoice).data})

    @extend_schema(request=InvoiceIn, responses={201: _INVOICE})
    def create(self, request: Request) -> Response:
        given = self.body(InvoiceIn)
        return self.run(
            issue_invoice,
            _invoice_answer,
            customer=find_customer(self.actor, given["customerId"]),
            lines=_lines(self.actor, given["items"]),
            notes=given.get("notes", ""),
            draft=given["draft"],
            series=given.get("series", ""),
            terms=Terms(
                place_of_supply=given.get("placeOfSupply", ""),
                prices_include_tax=given.get("pricesIncludeTax"),
                discount=Discount(given.get("discount", 0), given.get("discountPercent", 0)),
            ),
        )

    @extend_schema(request=ConfirmIn, responses=_INVOICE)
    def confirm(self, request: Request, pk: str) -> Response:
        series = self.body(ConfirmIn).get("series", "")
        return self.run(confirm_invoice, _invoice_answer, status=200, invoice_id=_invoice_id(pk), series=series)

    @extend_schema(request=CancelIn, responses=_INVOICE)
    def cancel(self, request: Request, pk: str) -> Response:
        reason = self.body(CancelIn)["reason"]
        return self.run(cancel_invoice, _invoice_answer, status=200, invoice_id=_invoice_id(pk), reason=reason)

    @extend_schema(request=CreditNoteIn, responses={201: _NOTE})
    def credit(self, request: Request, pk: str) -> Response:
        """Take back what remains of an issued invoice, or some of its lines, by a credit note."""
        given = self.body(CreditNoteIn)
        lines = [CreditLine(**item) for item in given["items"]] if "items" in given else None
        return self.run(
            issue_credit_note,
            _note_answer,
            invoice_id=_invoice_id(pk),
            reason=given["reason"],
            lines=lines,
            restock=given["restock"],
        )


class CreditNoteViewSet(WireViewSet):
    permissions: ClassVar = {"list": Permission.INVOICE_VIEW, "retrieve": Permission.INVOICE_VIEW}

    @extend_schema(parameters=[CreditNotePage], responses=_NOTES)
    def list(self, request: Request) -> Response:
        query = self.query(CreditNotePage)
        rows = credit_notes_of(self.actor)
        if "customerId" in query:
            rows = rows.filter(customer=find_customer(self.actor, query["customerId"]))
        if "invoiceId" in query:
            rows = rows.filter(invoice_id=query["invoiceId"])
        page, following = page_of(_with_note_items(rows), query)
        return Response({"creditNotes": CreditNoteOut(page, many=True).data, "next": following})

    @extend_schema(responses=_NOTE)
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(_note_answer(find_credit_note(self.actor, pk)))


class SummaryViewSet(WireViewSet):
    permissions: ClassVar = {"daily": Permission.SUMMARY_VIEW}

    @extend_schema(parameters=[SummaryQuery], responses=_SUMMARY)
    def daily(self, request: Request) -> Response:
        """The figures of a day of the shop, today's without `date`."""
        day = self.query(SummaryQuery).get("date", self.actor.today)
        return Response({"summary": daily_summary(self.actor, day)})


def _invoice_id(reference: str) -> UUID:
    key = parse_id(reference)
    if key is None:
        raise InvoiceNotFound()
    return key


def _lines(actor: Actor, items: Sequence[dict[str, Any]]) -> list[Line]:
    products = products_by_id(actor, [item["productId"] for item in items if "productId" in item])
    return [
        Line(
            quantity=item["quantity"],
            product=products[item["productId"]] if "productId" in item else None,
            product_name=item.get("productName"),
            unit=item.get("unit"),
            unit_price_paise=item.get("unitPrice"),
            discount_paise=item.get("discount", 0),
            discount_bp=item.get("discountPercent", 0),
            ad_hoc=AdHoc(item["name"], item.get("hsn", ""), item.get("gstRate")) if "name" in item else None,
        )
        for item in items
    ]
