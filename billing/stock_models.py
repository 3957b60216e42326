"""Products and the movements of their stock. See sql/rules.sql for what the database holds at commit."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower

from billing.units import MAX_QUANTITY
from execora.core.models import User
from execora.core.tenancy import BusinessOwned


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
    gst_rate_bp = models.IntegerField(
        "GST rate (1/100 %)", null=True, blank=True, default=0, help_text="Empty: by its HSN, on the day of the bill"
    )
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
                condition=models.Q(stock__gte=-MAX_QUANTITY, stock__lte=MAX_QUANTITY), name="product_stock_bounded"
            ),
            models.CheckConstraint(
                condition=models.Q(low_stock_at__gte=0, low_stock_at__lte=MAX_QUANTITY),
                name="product_low_stock_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TaxRate(BusinessOwned):
    """What the goods of an HSN, or of all that begin with it, are taxed at from one day to another, both included.

    `cess_rate_bp` is on the taxable value too. The longest HSN that fits decides, and of its rows the one that began last.
    """

    hsn = models.CharField("HSN", max_length=8, validators=[RegexValidator(r"^\d{2,8}$")])
    rate_bp = models.IntegerField("GST rate (1/100 %)")
    cess_rate_bp = models.IntegerField("cess rate (1/100 %)", default=0, db_default=0)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True, help_text="The last day; empty: until further notice")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "hsn", "valid_from"], name="tax_rate_once"),
            models.CheckConstraint(condition=models.Q(hsn__regex=r"^[0-9]{2,8}$"), name="tax_rate_hsn"),
            models.CheckConstraint(
                condition=models.Q(rate_bp__gte=0, rate_bp__lte=10_000)
                & models.Q(cess_rate_bp__gte=0, cess_rate_bp__lte=100_000),
                name="tax_rate_bounds",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
                name="tax_rate_days_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hsn} from {self.valid_from}"


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
    # No index: a note's movements are found by its invoice.
    credit_note = models.ForeignKey(
        "CreditNote",
        null=True,
        on_delete=models.PROTECT,
        related_name="movements",
        db_constraint=False,
        db_index=False,
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
                condition=models.Q(stock_after__gte=-MAX_QUANTITY, stock_after__lte=MAX_QUANTITY),
                name="movement_stock_bounded",
            ),
            models.CheckConstraint(condition=models.Q(reason__in=MovementReason.values), name="movement_reason_known"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["product", "-id"], name="movement_by_product")]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} {self.quantity:+}"
