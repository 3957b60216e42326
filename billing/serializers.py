"""Products, bills and the day's figures as the wire spells them."""

import re
from decimal import Decimal
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from billing.models import InvoiceStatus, MovementReason
from execora.api.pagination import PageQuery
from execora.api.wire import DayField, MoneyField, QuantityField, TextField, WireSerializer
from execora.core.money import plain_quantity

# Sales and cancellations move stock only through their invoice.
_REASONS = [
    reason.value for reason in MovementReason if reason not in (MovementReason.SALE, MovementReason.CANCELLATION)
]
_HSN = r"\A([0-9]{4,8})?\Z"
_MOST_ITEMS = 100


@extend_schema_field({"type": "string", "pattern": r"^\d{1,9}(\.\d{1,3})?$", "example": "2.5"})
class DecimalTextField(serializers.Field[Decimal, Any, str, Decimal]):
    """A decimal string or JSON number of a bounded form; plain digits out."""

    form = re.compile(r"[0-9]{1,9}(\.[0-9]{1,3})?", re.ASCII)
    default_error_messages: ClassVar = {
        "form": 'Give a number from 0 with at most 9 digits and three decimals, such as "2.5".'
    }

    def to_internal_value(self, data: Any) -> Decimal:
        text = repr(data).removesuffix(".0") if isinstance(data, float) else str(data)
        if isinstance(data, bool) or not isinstance(data, str | int | float) or not self.form.fullmatch(text):
            self.fail("form")
        return Decimal(text)

    def to_representation(self, value: Decimal) -> str:
        return plain_quantity(value)


@extend_schema_field({"type": "string", "pattern": r"^-?\d{1,9}(\.\d{1,3})?$", "example": "-2.5"})
class SignedQuantityField(DecimalTextField):
    form = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,3})?", re.ASCII)
    default_error_messages: ClassVar = {
        "form": 'Give a quantity with at most 9 digits and three decimals, such as "-2.5".'
    }


@extend_schema_field({"type": "string", "pattern": r"^\d{1,3}(\.\d{1,2})?$", "example": "18"})
class PercentField(serializers.Field[int, Any, str, int]):
    """A percentage on the wire ("18", "0.25"), hundredths of a percent inside."""

    form = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?", re.ASCII)
    default_error_messages: ClassVar = {
        "form": 'Give a percentage from 0 to 100 with at most two decimals, such as "18".'
    }

    def to_internal_value(self, data: Any) -> int:
        text = repr(data).removesuffix(".0") if isinstance(data, float) else str(data)
        if isinstance(data, bool) or not isinstance(data, str | int | float) or not self.form.fullmatch(text):
            self.fail("form")
        if Decimal(text) > 100:
            self.fail("form")
        return int(Decimal(text) * 100)

    def to_representation(self, value: int) -> str:
        return plain_quantity(Decimal(value) / 100)


class ProductOut(WireSerializer):
    id = serializers.CharField(source="pk")
    name = serializers.CharField()
    aliases = serializers.ListField(child=serializers.CharField())
    unit = serializers.CharField()
    price = MoneyField(source="price_paise")
    hsn = serializers.CharField()
    gstRate = PercentField(source="gst_rate_bp", allow_null=True, help_text="null: by its HSN, on the day of the bill")
    stock = DecimalTextField()
    lowStockAt = DecimalTextField(source="low_stock_at")
    isActive = serializers.BooleanField(source="is_active")
    createdAt = serializers.DateTimeField(source="created_at")
    updatedAt = serializers.DateTimeField(source="updated_at")


class ProductFields(WireSerializer):
    """What can be set when a product is made and later."""

    aliases = serializers.ListField(child=TextField(max_length=60), max_length=30, required=False)
    hsn = serializers.RegexField(_HSN, required=False, allow_blank=True)
    gstRate = PercentField(source="gst_rate_bp", required=False, allow_null=True)
    lowStockAt = DecimalTextField(source="low_stock_at", required=False)


class ProductIn(ProductFields):
    name = TextField(max_length=120)
    unit = TextField(max_length=12)
    price = MoneyField(source="price_paise", allow_zero=True)
    stock = DecimalTextField(required=False)


class ProductChangeIn(ProductFields):
    name = TextField(max_length=120, required=False)
    price = MoneyField(source="price_paise", allow_zero=True, required=False)
    isActive = serializers.BooleanField(source="is_active", required=False)


class ProductPage(PageQuery):
    isActive = serializers.BooleanField(required=False, default=True)


class StockIn(WireSerializer):
    quantity = SignedQuantityField()
    reason = serializers.ChoiceField(choices=_REASONS)
    note = TextField(max_length=200, required=False, allow_blank=True)


class MovementOut(WireSerializer):
    id = serializers.CharField(source="pk")
    productId = serializers.CharField(source="product_id")
    quantity = SignedQuantityField()
    stockAfter = DecimalTextField(source="stock_after")
    reason = serializers.CharField()
    note = serializers.CharField()
    at = serializers.DateTimeField()


class ItemOut(WireSerializer):
    productId = serializers.CharField(source="product_id", allow_null=True, help_text="null: of this bill alone")
    productName = serializers.CharField(source="description")
    hsn = serializers.CharField()
    quantity = QuantityField()
    unit = serializers.CharField()
    unitPrice = MoneyField(source="unit_price_paise")
    priceUnit = serializers.CharField(source="price_unit", help_text="The unit that unitPrice is for")
    discount = MoneyField(source="discount_paise")
    gstRate = PercentField(source="gst_rate_bp")
    taxable = MoneyField(source="taxable_paise")
    cgst = MoneyField(source="cgst_paise")
    sgst = MoneyField(source="sgst_paise")
    igst = MoneyField(source="igst_paise")
    total = MoneyField(source="total_paise")


class InvoiceOut(WireSerializer):
    id = serializers.CharField(source="pk")
    number = serializers.CharField(allow_null=True)
    status = serializers.CharField()
    customerId = serializers.CharField(source="customer_id")
    customerName = serializers.CharField(source="customer.name")
    date = serializers.DateField(source="issued_on", allow_null=True)
    placeOfSupply = serializers.CharField(source="place_of_supply")
    items = ItemOut(many=True)
    taxable = MoneyField(source="taxable_paise")
    cgst = MoneyField(source="cgst_paise")
    sgst = MoneyField(source="sgst_paise")
    igst = MoneyField(source="igst_paise")
    roundOff = MoneyField(source="round_off_paise")
    total = MoneyField(source="total_paise")
    notes = serializers.CharField()
    entryId = serializers.CharField(source="entry_id", allow_null=True)
    cancelReason = serializers.CharField(source="cancel_reason")
    cancelledAt = serializers.DateTimeField(source="cancelled_at", allow_null=True)
    createdAt = serializers.DateTimeField(source="created_at")


class ItemIn(WireSerializer):
    """`unitPrice` is for one `unit`; without it the product's price holds. `discount` is off the whole line."""

    productId = serializers.UUIDField(required=False)
    productName = TextField(max_length=120, required=False)
    quantity = QuantityField()
    unit = TextField(max_length=12, required=False)
    unitPrice = MoneyField(required=False, allow_zero=True)
    discount = MoneyField(required=False, allow_zero=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("productId" in attrs) == ("productName" in attrs):
            raise serializers.ValidationError("Give productId or productName.")
        return attrs


class InvoiceIn(WireSerializer):
    customerId = TextField(max_length=40)
    items = serializers.ListField(child=ItemIn(), min_length=1, max_length=_MOST_ITEMS)
    notes = TextField(max_length=500, required=False, allow_blank=True)
    draft = serializers.BooleanField(required=False, default=False)


class CancelIn(WireSerializer):
    reason = TextField(max_length=200)


class ConfirmIn(WireSerializer):
    """Confirming takes no fields."""


class InvoicePage(PageQuery):
    customerId = TextField(max_length=40, required=False)
    status = serializers.ChoiceField(choices=InvoiceStatus.values, required=False)


class SummaryQuery(WireSerializer):
    date = DayField(required=False)


class SummaryOut(WireSerializer):
    date = DayField()
    invoiceCount = serializers.IntegerField()
    totalSales = serializers.CharField()
    totalPayments = serializers.CharField()
    cashPayments = serializers.CharField()
    upiPayments = serializers.CharField()
    pendingAmount = serializers.CharField()
