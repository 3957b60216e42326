"""Products and their stock, invoices and their numbers. See sql/ for the rules that the database holds at commit.

PostgreSQL sorts NaN above every number: the upper bound of each quantity keeps it out.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower

from billing.units import MAX_QUANTITY
from customers.models import Customer
from execora.core.models import User
from execora.core.tenancy import BusinessOwned
from ledger.models import Entry


class Product(BusinessOwned):
    """What the shop sells. `stock` is in `unit`; `price_paise` is for one unit, with tax or without by the shop's setting.
    `stock` and `last_movement` are what the product's last movement left, proven by the database."""

    name = models.CharField(max_length=120)
    aliases = ArrayField(
        models.CharField(max_length=60), default=list, blank=True, help_text="Other words, either script"
    )
    unit = models.CharField(max_length=12)
    price_paise = models.BigIntegerField()
    hsn = models.CharField("HSN", max_length=8, blank=True, validators=[RegexValidator(r"^\d{4,8}$")])
    gst_rate_bp = models.IntegerField("GST rate (1/100 %)", default=0)
    stock = models.DecimalField(max_digits=12, decimal_places=3, default=0)
    last_movement = models.BigIntegerField(default=0, editable=False)
    low_stock_at = models.DecimalField(max_digits=12, decimal_places=3, default=0)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint("business", Lower("name"), name="product_name_once"),
            models.CheckConstraint(condition=models.Q(price_paise__gte=0), name="product_price_positive"),
            models.CheckConstraint(
                condition=models.Q(gst_rate_bp__gte=0, gst_rate_bp__lte=10_000), name="product_rate"
            ),
            models.CheckConstraint(
                condition=models.Q(stock__gte=0, stock__lte=MAX_QUANTITY), name="product_stock_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(low_stock_at__gte=0, low_stock_at__lte=MAX_QUANTITY),
                name="product_low_stock_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MovementReason(models.TextChoices):
    OPENING = "opening"
    PURCHASE = "purchase"
    SALE = "sale"
    CANCELLATION = "cancellation"
    COUNT = "count", "Stock count"
    DAMAGE = "damage"
    RETURN = "return"


class StockMovement(BusinessOwned):
    """One change of a product's stock; `stock_after` is what was there then, `sequence` its place among the product's
    movements: 1, 2, 3 without a gap. Grows only."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="movements", db_constraint=False)
    sequence = models.BigIntegerField()
    quantity = models.DecimalField(max_digits=12, decimal_places=3, help_text="Signed, in the product's unit")
    stock_after = models.DecimalField(max_digits=12, decimal_places=3)
    reason = models.CharField(max_length=12, choices=MovementReason.choices)
    note = models.CharField(max_length=200, blank=True)
    invoice = models.ForeignKey(
        "Invoice", null=True, on_delete=models.PROTECT, related_name="movements", db_constraint=False
    )
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["product", "sequence"], name="movement_sequence_once"),
            models.CheckConstraint(condition=models.Q(sequence__gt=0), name="movement_sequence_positive"),
            models.CheckConstraint(
                condition=models.Q(quantity__gte=-MAX_QUANTITY, quantity__lte=MAX_QUANTITY) & ~models.Q(quantity=0),
                name="movement_moves",
            ),
            models.CheckConstraint(
                condition=models.Q(stock_after__gte=0, stock_after__lte=MAX_QUANTITY), name="movement_leaves_stock"
            ),
            models.CheckConstraint(condition=models.Q(reason__in=MovementReason.values), name="movement_reason_known"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["product", "-id"], name="movement_by_product")]


class InvoiceStatus(models.TextChoices):
    DRAFT = "draft"
    ISSUED = "issued"
    CANCELLED = "cancelled"


class Invoice(BusinessOwned):
    """A bill. A number is taken when it is issued and stays used for ever; a draft has none and moves nothing.
    Amounts are paise: taxable + cgst + sgst + igst + round_off = total."""

    customer_path: ClassVar[str | None] = "customer_id"

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="invoices", db_constraint=False)
    status = models.CharField(max_length=10, choices=InvoiceStatus.choices)
    number = models.CharField(max_length=16, null=True, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    place_of_supply = models.CharField(max_length=2)
    taxable_paise = models.BigIntegerField()
    cgst_paise = models.BigIntegerField()
    sgst_paise = models.BigIntegerField()
    igst_paise = models.BigIntegerField()
    round_off_paise = models.BigIntegerField()
    total_paise = models.BigIntegerField()
    notes = models.CharField(max_length=500, blank=True)
    entry = models.OneToOneField(
        Entry, null=True, on_delete=models.PROTECT, related_name="invoice", db_constraint=False
    )
    cancel_reason = models.CharField(max_length=200, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "number"], name="invoice_number_once"),
            models.CheckConstraint(
                condition=models.Q(
                    total_paise=models.F("taxable_paise")
                    + models.F("cgst_paise")
                    + models.F("sgst_paise")
                    + models.F("igst_paise")
                    + models.F("round_off_paise")
                ),
                name="invoice_adds_up",
            ),
            models.CheckConstraint(
                condition=models.Q(status=InvoiceStatus.DRAFT, number=None, entry=None, issued_on=None)
                | models.Q(
                    status__in=(InvoiceStatus.ISSUED, InvoiceStatus.CANCELLED),
                    number__isnull=False,
                    entry__isnull=False,
                    issued_on__isnull=False,
                ),
                name="invoice_number_when_issued",
            ),
            models.CheckConstraint(
                condition=models.Q(status=InvoiceStatus.CANCELLED, cancelled_at__isnull=False)
                | (~models.Q(status=InvoiceStatus.CANCELLED) & models.Q(cancelled_at=None, cancel_reason="")),
                name="invoice_reason_when_cancelled",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["business", "-id"], name="invoice_by_time"),
            models.Index(fields=["business", "customer", "-id"], name="invoice_by_customer"),
            models.Index(fields=["business", "issued_on"], name="invoice_by_day"),
        ]

    def __str__(self) -> str:
        return self.number or "Draft"


class InvoiceItem(BusinessOwned):
    """One line. `stock_quantity` is the quantity in the product's own unit; `unit_price_paise` is for one `price_unit`."""

    customer_path: ClassVar[str | None] = "invoice__customer_id"

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="items", db_constraint=False)
    line = models.SmallIntegerField()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    description = models.CharField(max_length=120)
    hsn = models.CharField(max_length=8, blank=True)
    quantity = models.DecimalField(max_digits=12, decimal_places=3)
    unit = models.CharField(max_length=12)
    stock_quantity = models.DecimalField(max_digits=12, decimal_places=3)
    unit_price_paise = models.BigIntegerField()
    price_unit = models.CharField(max_length=12)
    discount_paise = models.BigIntegerField(default=0)
    gst_rate_bp = models.IntegerField()
    taxable_paise = models.BigIntegerField()
    cgst_paise = models.BigIntegerField()
    sgst_paise = models.BigIntegerField()
    igst_paise = models.BigIntegerField()
    total_paise = models.BigIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["invoice", "line"], name="item_line_once"),
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0, quantity__lte=MAX_QUANTITY)
                & models.Q(stock_quantity__gt=0, stock_quantity__lte=MAX_QUANTITY),
                name="item_quantity_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    total_paise=models.F("taxable_paise")
                    + models.F("cgst_paise")
                    + models.F("sgst_paise")
                    + models.F("igst_paise")
                ),
                name="item_adds_up",
            ),
        ]


class NumberSeries(BusinessOwned):
    """The last number used in a series in a financial year; it goes up by one, never back. Its row is locked last, and
    only until the commit."""

    financial_year = models.CharField(max_length=5)
    series = models.CharField(max_length=3)
    last_number = models.BigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "number series"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "financial_year", "series"], name="series_once"),
        ]
