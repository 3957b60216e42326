"""Products, stock and bills in the admin."""

from functools import partial
from typing import Any, cast

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join

from billing.commands import CHANGEABLE, cancel_invoice, change_product, create_product, move_stock
from billing.models import BooksVerification, Invoice, InvoiceItem, MovementReason, NumberSeries, Product, StockMovement
from execora.api.admin import OwnedAdmin, WritableAdmin, admin_actor, rupee_column
from execora.core.actor import Actor
from execora.core.permissions import Permission


@admin.register(Product)
class ProductAdmin(WritableAdmin):
    view_permission = Permission.PRODUCT_VIEW
    change_permission = Permission.PRODUCT_CHANGE
    list_display = ("name", rupee_column("price_paise", "Price"), "unit", "stock", "low_stock_at", "is_active")
    list_filter = ("is_active", "unit")
    search_fields = ("name",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A unit is chosen once, and stock is moved by movements."""
        if obj is None:
            return ("name", "aliases", "unit", "price_paise", "hsn", "gst_rate_bp", "stock", "low_stock_at")
        return ("name", "aliases", "price_paise", "hsn", "gst_rate_bp", "low_stock_at", "is_active")

    def write(self, actor: Actor, instance: Model | None, given: dict[str, Any]) -> Product:
        if instance is None:
            return create_product(actor, **given)
        changes = {name: value for name, value in given.items() if name in CHANGEABLE}
        return change_product(actor, product=cast("Product", instance), changes=changes)


@admin.register(StockMovement)
class StockMovementAdmin(WritableAdmin):
    """A movement is added, never changed: what came, went or was counted wrong."""

    view_permission = Permission.PRODUCT_VIEW
    change_permission = Permission.STOCK_CHANGE
    fields = ("product", "quantity", "reason", "note")
    list_display = ("at", "product", "quantity", "stock_after", "reason", "invoice")
    list_filter = ("reason",)
    list_select_related = ("product", "invoice")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name == "product":
            options["queryset"] = Product.objects.visible_to(admin_actor(request)).order_by("name")
        return super().formfield_for_foreignkey(db_field, request, **options)

    def write(self, actor: Actor, instance: Model | None, given: dict[str, Any]) -> StockMovement:
        return move_stock(actor, **{**given, "reason": MovementReason(given["reason"])})


@admin.register(Invoice)
class InvoiceAdmin(OwnedAdmin):
    view_permission = Permission.INVOICE_VIEW
    list_display = ("__str__", "status", "customer", "issued_on", rupee_column("total_paise", "Total"))
    list_filter = ("status",)
    list_select_related = ("customer",)
    search_fields = ("number",)
    ordering = ("-id",)
    actions = ("cancel",)

    @admin.action(description="Cancel the chosen invoices")
    def cancel(self, request: HttpRequest, chosen: QuerySet[Invoice]) -> None:
        actor = admin_actor(request)
        for invoice in chosen:
            self.attempt(
                request,
                partial(cancel_invoice, actor, invoice_id=invoice.pk, reason="Cancelled in the admin"),
                f"{invoice} was cancelled.",
            )


@admin.register(InvoiceItem)
class InvoiceItemAdmin(OwnedAdmin):
    view_permission = Permission.INVOICE_VIEW
    list_display = ("invoice", "line", "description", "quantity", "unit", rupee_column("total_paise", "Total"))
    list_select_related = ("invoice",)


@admin.register(NumberSeries)
class NumberSeriesAdmin(OwnedAdmin):
    view_permission = Permission.INVOICE_VIEW
    list_display = ("financial_year", "series", "last_number")


@admin.register(BooksVerification)
class BooksVerificationAdmin(OwnedAdmin):
    view_permission = Permission.LEDGER_VIEW
    list_display = ("at", "is_true", "entries", "rules_broken", "duration_ms")
    list_filter = ("is_true",)
    ordering = ("-at",)
    fields = ("at", "is_true", "entries", "duration_ms", "what_is_broken")
    readonly_fields = ("what_is_broken",)

    @admin.display(description="Rules broken")
    def rules_broken(self, row: BooksVerification) -> int:
        return len(row.broken)

    @admin.display(description="What is broken")
    def what_is_broken(self, row: BooksVerification) -> str:
        """Each rule, how many rows break it, and the first of them."""
        return (
            format_html_join(
                "",
                "<p><b>{}: {}</b></p><pre>{}</pre>",
                (
                    (
                        rule["rule"],
                        rule["count"],
                        "\n".join("{}: expected {}; found {}".format(*one) for one in rule["rows"]),
                    )
                    for rule in row.broken
                ),
            )
            or "Nothing: every rule holds."
        )
