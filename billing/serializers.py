"""Products, bills and the day's figures as the wire spells them."""

import re
from decimal import Decimal
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from billing.document import WARNINGS
from billing.hsn import hsn_summary
from billing.models import DocumentType, Invoice, InvoiceStatus, MovementReason
from billing.words import rupees_in_hindi, rupees_in_words
from execora.api.pagination import PageQuery
from execora.api.wire import DayField, MoneyField, QuantityField, TextField, WireSerializer
from execora.core.gst import STATE_NAMES
from execora.core.money import plain_quantity, rupees

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
    stock = SignedQuantityField()
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
    stockAfter = SignedQuantityField(source="stock_after")
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
    uqc = serializers.CharField()
    discount = MoneyField(source="discount_paise")
    billDiscount = MoneyField(
        source="bill_discount_paise", help_text="The line's share of the discount of the whole bill"
    )
    gstRate = PercentField(source="gst_rate_bp")
    cessRate = PercentField(source="cess_rate_bp")
    taxable = MoneyField(source="taxable_paise")
    cgst = MoneyField(source="cgst_paise")
    sgst = MoneyField(source="sgst_paise")
    igst = MoneyField(source="igst_paise")
    cess = MoneyField(source="cess_paise")
    total = MoneyField(source="total_paise")


class HsnOut(WireSerializer):
    hsn = serializers.CharField()
    uqc = serializers.CharField()
    quantity = QuantityField()
    gstRate = PercentField(source="gst_rate_bp")
    taxable = MoneyField(source="taxable_paise")
    cgst = MoneyField(source="cgst_paise")
    sgst = MoneyField(source="sgst_paise")
    igst = MoneyField(source="igst_paise")
    cess = MoneyField(source="cess_paise")
    total = MoneyField(source="total_paise")


class PartyOut(WireSerializer):
    """Who sold or who bought, as they were when the bill was issued."""

    name = serializers.CharField()
    address = serializers.CharField()
    gstin = serializers.CharField()
    stateCode = serializers.CharField()
    stateName = serializers.CharField()


class WarningOut(WireSerializer):
    code = serializers.CharField()
    message = serializers.CharField()


class InvoiceOut(WireSerializer):
    id = serializers.CharField(source="pk")
    number = serializers.CharField(allow_null=True)
    status = serializers.CharField()
    customerId = serializers.CharField(source="customer_id")
    customerName = serializers.CharField(source="customer.name")
    date = serializers.DateField(source="issued_on", allow_null=True)
    documentType = serializers.ChoiceField(source="document_type", choices=DocumentType.values)
    placeOfSupply = serializers.CharField(source="place_of_supply")
    placeOfSupplyName = serializers.SerializerMethodField()
    reverseCharge = serializers.BooleanField(source="reverse_charge")
    pricesIncludeTax = serializers.BooleanField(source="prices_include_tax")
    supplier = serializers.SerializerMethodField()
    recipient = serializers.SerializerMethodField()
    items = ItemOut(many=True)
    hsnSummary = serializers.SerializerMethodField()
    discount = serializers.SerializerMethodField(help_text="All discounts together, as the bill's prices are")
    taxable = MoneyField(source="taxable_paise")
    cgst = MoneyField(source="cgst_paise")
    sgst = MoneyField(source="sgst_paise")
    igst = MoneyField(source="igst_paise")
    cess = MoneyField(source="cess_paise")
    roundOff = MoneyField(source="round_off_paise")
    total = MoneyField(source="total_paise")
    amountInWords = serializers.SerializerMethodField()
    amountInHindiWords = serializers.SerializerMethodField()
    warnings = serializers.SerializerMethodField()
    notes = serializers.CharField()
    entryId = serializers.CharField(source="entry_id", allow_null=True)
    cancelReason = serializers.CharField(source="cancel_reason")
    cancelledAt = serializers.DateTimeField(source="cancelled_at", allow_null=True)
    createdAt = serializers.DateTimeField(source="created_at")

    def get_placeOfSupplyName(self, invoice: Invoice) -> str:
        return STATE_NAMES.get(invoice.place_of_supply, "")

    @extend_schema_field(PartyOut)
    def get_supplier(self, invoice: Invoice) -> dict[str, str]:
        return _party(invoice, "supplier")

    @extend_schema_field(PartyOut)
    def get_recipient(self, invoice: Invoice) -> dict[str, str]:
        return _party(invoice, "recipient")

    @extend_schema_field(HsnOut(many=True))
    def get_hsnSummary(self, invoice: Invoice) -> list[dict[str, Any]]:
        return [dict(row) for row in HsnOut(hsn_summary(invoice.items.all()), many=True).data]

    def get_discount(self, invoice: Invoice) -> str:
        return rupees(invoice.bill_discount_paise + sum(item.discount_paise for item in invoice.items.all()))

    def get_amountInWords(self, invoice: Invoice) -> str:
        return rupees_in_words(invoice.total_paise)

    def get_amountInHindiWords(self, invoice: Invoice) -> str:
        return rupees_in_hindi(invoice.total_paise)

    @extend_schema_field(WarningOut(many=True))
    def get_warnings(self, invoice: Invoice) -> list[dict[str, str]]:
        return [{"code": code, "message": WARNINGS.get(code, code)} for code in invoice.warnings]


def _party(invoice: Invoice, side: str) -> dict[str, str]:
    state = getattr(invoice, f"{side}_state")
    facts = {name: getattr(invoice, f"{side}_{name}") for name in ("name", "address", "gstin")}
    return {**facts, "stateCode": state, "stateName": STATE_NAMES.get(state, "")}


class DiscountFields(WireSerializer):
    """`discount` in rupees or `discountPercent`, not both."""

    discount = MoneyField(required=False, allow_zero=True)
    discountPercent = PercentField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "discount" in attrs and "discountPercent" in attrs:
            raise serializers.ValidationError("Give discount or discountPercent.")
        return attrs


class ItemIn(DiscountFields):
    """A product, or with `name` goods of this bill alone: they need a `unitPrice` and move no stock. `unitPrice` is for one
    `unit`; without it the product's price holds. The discount is off the whole line."""

    productId = serializers.UUIDField(required=False)
    productName = TextField(max_length=120, required=False)
    name = TextField(max_length=120, required=False)
    quantity = QuantityField()
    unit = TextField(max_length=12, required=False)
    unitPrice = MoneyField(required=False, allow_zero=True)
    hsn = serializers.RegexField(_HSN, required=False, allow_blank=True, help_text="With `name` alone")
    gstRate = PercentField(required=False, allow_null=True, help_text="With `name` alone; without it by the HSN")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len({"productId", "productName", "name"} & attrs.keys()) != 1:
            raise serializers.ValidationError("Give productId or productName, or for goods of this bill alone a name.")
        if "name" in attrs and "unitPrice" not in attrs:
            raise serializers.ValidationError({"unitPrice": ["Give the price: what is no product has none."]})
        if "name" not in attrs and {"hsn", "gstRate"} & attrs.keys():
            raise serializers.ValidationError("A product has its own hsn and gstRate: give them with a name alone.")
        return super().validate(attrs)


class SeriesField(TextField):
    """A series of the shop's invoice numbers; without it the first one."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=3, **options)


class InvoiceIn(DiscountFields):
    customerId = TextField(max_length=40)
    items = serializers.ListField(child=ItemIn(), min_length=1, max_length=_MOST_ITEMS)
    notes = TextField(max_length=500, required=False, allow_blank=True)
    draft = serializers.BooleanField(required=False, default=False)
    series = SeriesField(required=False)
    placeOfSupply = TextField(
        max_length=2, required=False, help_text="State code; without it the customer's, or the shop's"
    )
    pricesIncludeTax = serializers.BooleanField(required=False, help_text="Without it as the shop's prices are")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if attrs["draft"] and "series" in attrs:
            raise serializers.ValidationError(
                {"series": ["A draft has no number: give the series when it is confirmed."]}
            )
        return attrs


class CancelIn(WireSerializer):
    reason = TextField(max_length=200)


class CreditLineIn(WireSerializer):
    """A line of the invoice by its place, from 1, and how much of it is taken back, in the line's own unit."""

    line = serializers.IntegerField(min_value=1, max_value=_MOST_ITEMS)
    quantity = QuantityField()


class CreditNoteIn(WireSerializer):
    """Without `items` all that remains of the invoice is taken back. `restock` false: the goods do not go on sale again."""

    reason = TextField(max_length=200)
    items = serializers.ListField(child=CreditLineIn(), min_length=1, max_length=_MOST_ITEMS, required=False)
    restock = serializers.BooleanField(required=False, default=True)


class CreditNoteItemOut(WireSerializer):
    line = serializers.IntegerField(help_text="Of the invoice, from 1")
    productId = serializers.CharField(source="product_id", allow_null=True)
    productName = serializers.CharField(source="description")
    hsn = serializers.CharField()
    quantity = QuantityField()
    unit = serializers.CharField()
    gstRate = PercentField(source="gst_rate_bp")
    taxable = MoneyField(source="taxable_paise")
    cgst = MoneyField(source="cgst_paise")
    sgst = MoneyField(source="sgst_paise")
    igst = MoneyField(source="igst_paise")
    cess = MoneyField(source="cess_paise")
    total = MoneyField(source="total_paise")


class CreditNoteOut(WireSerializer):
    id = serializers.CharField(source="pk")
    number = serializers.CharField()
    date = serializers.DateField(source="issued_on")
    invoiceId = serializers.CharField(source="invoice_id")
    invoiceNumber = serializers.CharField(source="invoice.number")
    invoiceDate = serializers.DateField(source="invoice.issued_on")
    customerId = serializers.CharField(source="customer_id")
    customerName = serializers.CharField(source="customer.name")
    reason = serializers.CharField()
    restock = serializers.BooleanField()
    items = CreditNoteItemOut(many=True)
    taxable = MoneyField(source="taxable_paise")
    cgst = MoneyField(source="cgst_paise")
    sgst = MoneyField(source="sgst_paise")
    igst = MoneyField(source="igst_paise")
    cess = MoneyField(source="cess_paise")
    roundOff = MoneyField(source="round_off_paise")
    total = MoneyField(source="total_paise")
    entryId = serializers.CharField(source="entry_id")
    createdAt = serializers.DateTimeField(source="created_at")


class CreditNotePage(PageQuery):
    customerId = TextField(max_length=40, required=False)
    invoiceId = serializers.UUIDField(required=False)


class ConfirmIn(WireSerializer):
    """A draft is numbered when it is confirmed."""

    series = SeriesField(required=False)


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
