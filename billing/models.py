"""Products and their stock, invoices and their numbers. See sql/ for the rules that the database holds at commit.

PostgreSQL sorts NaN above every number: the upper bound of each quantity keeps it out.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from billing.stock_models import MovementReason, Product, StockMovement, TaxRate
from billing.units import MAX_QUANTITY
from customers.models import Customer
from execora.core.models import User
from execora.core.tenancy import BusinessOwned
from ledger.models import Entry

__all__ = [
    "CreditNote",
    "CreditNoteItem",
    "DocumentType",
    "Invoice",
    "InvoiceItem",
    "InvoiceStatus",
    "MovementReason",
    "NumberSeries",
    "NumberedDocument",
    "Product",
    "StockMovement",
    "TaxRate",
]


class DocumentType(models.TextChoices):
    """What a bill is called on paper.

    Source: CGST Rules, rule 46 (tax invoice) and rule 49 (bill of supply).
    """

    TAX_INVOICE = "tax_invoice"
    BILL_OF_SUPPLY = "bill_of_supply"
    INVOICE = "invoice"


class InvoiceStatus(models.TextChoices):
    DRAFT = "draft"
    ISSUED = "issued"
    CANCELLED = "cancelled"


class Invoice(BusinessOwned):
    """A bill. A number is taken when it is issued and stays used for ever; a draft has none and moves nothing.

    Amounts are paise: taxable + cgst + sgst + igst + cess + round_off = total. `sgst_paise` is the tax of the state or of the
    union territory. `bill_discount_paise` is off the whole bill as its prices are, `net_discount_paise` what all discounts
    took off the taxable value. Supplier and recipient are as they were when it was issued.
    """

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
    cess_paise = models.BigIntegerField(default=0, db_default=0)
    round_off_paise = models.BigIntegerField()
    total_paise = models.BigIntegerField()
    bill_discount_paise = models.BigIntegerField(default=0, db_default=0)
    net_discount_paise = models.BigIntegerField(default=0, db_default=0)
    prices_include_tax = models.BooleanField(default=True, db_default=True)
    document_type = models.CharField(
        max_length=14,
        choices=DocumentType.choices,
        default=DocumentType.TAX_INVOICE,
        db_default=DocumentType.TAX_INVOICE,
    )
    supplier_name = models.CharField(max_length=120, blank=True, default="", db_default="")
    supplier_address = models.CharField(max_length=300, blank=True, default="", db_default="")
    supplier_gstin = models.CharField("supplier's GSTIN", max_length=15, blank=True, default="", db_default="")
    supplier_state = models.CharField(max_length=2, blank=True, default="", db_default="")
    recipient_name = models.CharField(max_length=120, blank=True, default="", db_default="")
    recipient_address = models.CharField(max_length=300, blank=True, default="", db_default="")
    recipient_gstin = models.CharField("recipient's GSTIN", max_length=15, blank=True, default="", db_default="")
    recipient_state = models.CharField(max_length=2, blank=True, default="", db_default="")
    reverse_charge = models.BooleanField(default=False, db_default=False)
    warnings = ArrayField(
        models.CharField(max_length=40), default=list, db_default=[], blank=True, help_text="Codes of what to look at"
    )
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
                    + models.F("cess_paise")
                    + models.F("round_off_paise")
                ),
                name="invoice_adds_up",
            ),
            models.CheckConstraint(
                condition=models.Q(document_type__in=DocumentType.values), name="invoice_document_known"
            ),
            models.CheckConstraint(
                condition=models.Q(document_type=DocumentType.TAX_INVOICE)
                | models.Q(cgst_paise=0, sgst_paise=0, igst_paise=0, cess_paise=0),
                name="invoice_tax_on_tax_invoices",
            ),
            models.CheckConstraint(
                condition=models.Q(bill_discount_paise__gte=0, net_discount_paise__gte=0),
                name="invoice_discounts_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(round_off_paise__gte=-50, round_off_paise__lte=50), name="invoice_round_off_small"
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
    """One line. `stock_quantity` is the quantity in the product's own unit; `unit_price_paise` is for one `price_unit`.

    Without a product it is what the shop wrote on this bill alone, and moves no stock. `discount_paise` is the line's own
    and `bill_discount_paise` its share of the bill's, both off the price; `net_discount_paise` is what they took off the
    taxable value.
    """

    customer_path: ClassVar[str | None] = "invoice__customer_id"

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="items", db_constraint=False)
    line = models.SmallIntegerField()
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    description = models.CharField(max_length=120)
    hsn = models.CharField(max_length=8, blank=True)
    quantity = models.DecimalField(max_digits=12, decimal_places=3)
    unit = models.CharField(max_length=12)
    uqc = models.CharField("unit quantity code", max_length=3, blank=True, default="", db_default="")
    stock_quantity = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    unit_price_paise = models.BigIntegerField()
    price_unit = models.CharField(max_length=12)
    discount_paise = models.BigIntegerField(default=0)
    bill_discount_paise = models.BigIntegerField(default=0, db_default=0)
    net_discount_paise = models.BigIntegerField(default=0, db_default=0)
    gst_rate_bp = models.IntegerField()
    cess_rate_bp = models.IntegerField(default=0, db_default=0)
    taxable_paise = models.BigIntegerField()
    cgst_paise = models.BigIntegerField()
    sgst_paise = models.BigIntegerField()
    igst_paise = models.BigIntegerField()
    cess_paise = models.BigIntegerField(default=0, db_default=0)
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
                    + models.F("cess_paise")
                ),
                name="item_adds_up",
            ),
            models.CheckConstraint(
                condition=models.Q(product__isnull=False, stock_quantity__isnull=False)
                | models.Q(product=None, stock_quantity=None),
                name="item_stock_of_a_product",
            ),
            models.CheckConstraint(
                condition=models.Q(discount_paise__gte=0, bill_discount_paise__gte=0, net_discount_paise__gte=0),
                name="item_discounts_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(cess_rate_bp__gte=0, cess_rate_bp__lte=100_000), name="item_cess_rate"
            ),
        ]


class CreditNote(BusinessOwned):
    """What was taken back of an issued invoice: all that remained of it, or some lines. It is never changed or undone.
    Amounts are paise: taxable + cgst + sgst + igst + cess + round_off = total; with `restock` the goods went back on the
    shelf. Only the note that leaves nothing of the invoice takes its round-off.

    Source: CGST Act, section 34; CGST Rules, rule 53(1A).
    """

    customer_path: ClassVar[str | None] = "customer_id"

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="credit_notes", db_constraint=False)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="credit_notes", db_constraint=False)
    number = models.CharField(max_length=16)
    issued_on = models.DateField()
    reason = models.CharField(max_length=200)
    restock = models.BooleanField()
    taxable_paise = models.BigIntegerField()
    cgst_paise = models.BigIntegerField()
    sgst_paise = models.BigIntegerField()
    igst_paise = models.BigIntegerField()
    cess_paise = models.BigIntegerField(default=0)
    round_off_paise = models.BigIntegerField()
    total_paise = models.BigIntegerField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="credit_note", db_constraint=False)
    created_at = models.DateTimeField()
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "number"], name="note_number_once"),
            models.CheckConstraint(
                condition=models.Q(
                    total_paise__gt=0,
                    total_paise=models.F("taxable_paise")
                    + models.F("cgst_paise")
                    + models.F("sgst_paise")
                    + models.F("igst_paise")
                    + models.F("cess_paise")
                    + models.F("round_off_paise"),
                ),
                name="note_adds_up",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["business", "-id"], name="note_by_time"),
            models.Index(fields=["business", "customer", "-id"], name="note_by_customer"),
            models.Index(fields=["business", "issued_on"], name="note_by_day"),
        ]

    def __str__(self) -> str:
        return self.number


class CreditNoteItem(BusinessOwned):
    """How much of one `line` of the invoice was taken back, counted in that line's `unit`; what it says is what the line
    says. `stock_quantity` is in the product's own unit."""

    customer_path: ClassVar[str | None] = "note__customer_id"

    note = models.ForeignKey(CreditNote, on_delete=models.PROTECT, related_name="items", db_constraint=False)
    line = models.SmallIntegerField()
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    description = models.CharField(max_length=120)
    hsn = models.CharField(max_length=8, blank=True)
    quantity = models.DecimalField(max_digits=12, decimal_places=3)
    unit = models.CharField(max_length=12)
    stock_quantity = models.DecimalField(max_digits=12, decimal_places=3)
    gst_rate_bp = models.IntegerField()
    taxable_paise = models.BigIntegerField()
    cgst_paise = models.BigIntegerField()
    sgst_paise = models.BigIntegerField()
    igst_paise = models.BigIntegerField()
    cess_paise = models.BigIntegerField(default=0)
    total_paise = models.BigIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["note", "line"], name="note_line_once"),
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0, quantity__lte=MAX_QUANTITY)
                & models.Q(stock_quantity__gte=0, stock_quantity__lte=MAX_QUANTITY),
                name="note_quantity_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    taxable_paise__gte=0,
                    cgst_paise__gte=0,
                    sgst_paise__gte=0,
                    igst_paise__gte=0,
                    cess_paise__gte=0,
                    total_paise=models.F("taxable_paise")
                    + models.F("cgst_paise")
                    + models.F("sgst_paise")
                    + models.F("igst_paise")
                    + models.F("cess_paise"),
                ),
                name="note_item_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.description}, line {self.line}"


class NumberedDocument(models.TextChoices):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note", "Credit note"


class NumberSeries(BusinessOwned):
    """The last number used in a series in a financial year; it goes up by one, never back. Its row is locked last, and
    only until the commit. A series numbers one kind of document."""

    financial_year = models.CharField(max_length=5)
    series = models.CharField(max_length=3)
    document = models.CharField(
        max_length=11,
        choices=NumberedDocument.choices,
        default=NumberedDocument.INVOICE,
        db_default=NumberedDocument.INVOICE,
    )
    last_number = models.BigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "number series"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "financial_year", "series"], name="series_once"),
        ]


class BooksVerification(BusinessOwned):
    """What a verification of the shop's books found. `broken` lists the rules that did not hold, each with its count and the
    first rows as (id, expected, found)."""

    at = models.DateTimeField()
    entries = models.BigIntegerField()
    duration_ms = models.IntegerField()
    is_true = models.BooleanField("Books are right")
    broken = models.JSONField(default=list)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["business", "-at"], name="verification_by_time")]

    def __str__(self) -> str:
        return f"{self.at:%d %b %Y}: {'right' if self.is_true else 'broken'}"
