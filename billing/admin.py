"""Products, stock and bills in the admin: to read only."""

from django.contrib import admin

from billing.models import Invoice, InvoiceItem, Product, StockMovement
from execora.api.admin import OwnedAdmin
from execora.core.permissions import Permission


@admin.register(Product)
class ProductAdmin(OwnedAdmin):
    view_permission = Permission.PRODUCT_VIEW
    list_display = ("name", "unit", "price_paise", "stock", "low_stock_at", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name",)
    exclude = ("business",)


@admin.register(StockMovement)
class StockMovementAdmin(OwnedAdmin):
    view_permission = Permission.PRODUCT_VIEW
    list_display = ("at", "product", "quantity", "stock_after", "reason", "invoice")
    list_filter = ("reason",)
    exclude = ("business",)


@admin.register(Invoice)
class InvoiceAdmin(OwnedAdmin):
    view_permission = Permission.INVOICE_VIEW
    list_display = ("number", "status", "customer", "issued_on", "total_paise")
    list_filter = ("status",)
    search_fields = ("number",)
    date_hierarchy = "issued_on"
    exclude = ("business",)


@admin.register(InvoiceItem)
class InvoiceItemAdmin(OwnedAdmin):
    view_permission = Permission.INVOICE_VIEW
    list_display = ("invoice", "line", "description", "quantity", "unit", "total_paise")
    exclude = ("business",)
