"""Append-only double entry. The database checks every entry at commit; see sql/ for the rules it holds."""

from typing import ClassVar

from django.db import models

from customers.models import Customer
from execora.core.models import User
from execora.core.money import rupees
from execora.core.tenancy import BusinessOwned


class AccountKind(models.TextChoices):
    RECEIVABLE = "receivable", "Khata of a customer"
    CASH = "cash"
    UPI = "upi", "UPI"
    CARD = "card"
    BANK = "bank"
    OTHER = "other", "Other payments"
    SALES = "sales"
    CGST = "cgst", "Output CGST"
    SGST = "sgst", "Output SGST"
    UTGST = "utgst", "Output UTGST"
    IGST = "igst", "Output IGST"
    CESS = "cess", "Output cess"
    ROUND_OFF = "round_off", "Round-off"
    DISCOUNT = "discount", "Discounts"
    WRITE_OFF = "write_off", "Written off"
    OPENING = "opening", "Opening balances"


class Account(BusinessOwned):
    """A place money can be. Only a customer's account keeps its balance (paise, positive: the customer owes) and the
    number and hash of its last entry; all are proven against the entries by the database. Shop-wide accounts are summed."""

    customer_path: ClassVar[str | None] = "customer_id"

    kind = models.CharField(max_length=12, choices=AccountKind.choices)
    customer = models.OneToOneField(
        Customer, null=True, on_delete=models.PROTECT, related_name="account", db_constraint=False
    )
    balance_paise = models.BigIntegerField(default=0)
    last_sequence = models.BigIntegerField(default=0)
    last_hash = models.BinaryField(max_length=32, default=bytes, db_default=b"")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["business", "kind"], condition=models.Q(customer=None), name="account_shop_wide_once"
            ),
            models.CheckConstraint(condition=models.Q(kind__in=AccountKind.values), name="account_kind_known"),
            models.CheckConstraint(
                condition=models.Q(kind=AccountKind.RECEIVABLE, customer__isnull=False)
                | (~models.Q(kind=AccountKind.RECEIVABLE) & models.Q(customer=None, balance_paise=0, last_sequence=0)),
                name="account_receivable_is_a_customers",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.customer or ''}".strip()


class EntryKind(models.TextChoices):
    INVOICE = "invoice"
    PAYMENT = "payment"
    CREDIT = "credit", "Credit without a bill"
    OPENING = "opening", "Opening balance"
    CREDIT_NOTE = "credit_note", "Credit note"
    WRITE_OFF = "write_off", "Write-off"
    REVERSAL = "reversal"


# What a shop writes on a khata as owed; an opening balance too is what the customer owed before, never an advance.
DEBITS_THE_CUSTOMER = (EntryKind.INVOICE, EntryKind.CREDIT, EntryKind.OPENING)
CREDITS_THE_CUSTOMER = (EntryKind.PAYMENT, EntryKind.CREDIT_NOTE, EntryKind.WRITE_OFF)


class Entry(BusinessOwned):
    """One fact of the books. `effect_paise` is what it does to the customer's balance, `balance_after_paise` what the
    balance was then, `sequence` its place in the customer's account: 1, 2, 3 without a gap. `hash` stands for it and for all
    before it there; see ledger/chain.py."""

    customer_path: ClassVar[str | None] = "customer_id"

    kind = models.CharField(max_length=12, choices=EntryKind.choices)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="entries", db_constraint=False)
    sequence = models.BigIntegerField()
    total_paise = models.BigIntegerField()
    effect_paise = models.BigIntegerField()
    balance_after_paise = models.BigIntegerField()
    mode = models.CharField(max_length=10, blank=True)
    description = models.CharField(max_length=300, blank=True)
    occurred_on = models.DateField()
    recorded_at = models.DateTimeField()
    reverses = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="reversed_by", db_constraint=False
    )
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    channel = models.CharField(max_length=10)
    correlation_id = models.CharField(max_length=64)
    hash = models.BinaryField(max_length=32, default=bytes, db_default=b"")

    class Meta:
        verbose_name_plural = "entries"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "customer", "sequence"], name="entry_sequence_once"),
            models.CheckConstraint(condition=models.Q(total_paise__gt=0), name="entry_total_positive"),
            models.CheckConstraint(condition=models.Q(sequence__gt=0), name="entry_sequence_positive"),
            models.CheckConstraint(
                condition=models.Q(kind=EntryKind.REVERSAL, reverses__isnull=False)
                | (~models.Q(kind=EntryKind.REVERSAL) & models.Q(reverses=None)),
                name="entry_reversal_names_entry",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=DEBITS_THE_CUSTOMER, effect_paise__gt=0)
                | models.Q(kind__in=CREDITS_THE_CUSTOMER, effect_paise__lt=0)
                | (models.Q(kind=EntryKind.REVERSAL) & ~models.Q(effect_paise=0)),
                name="entry_kind_says_direction",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["business", "occurred_on", "kind"], name="entry_by_day"),
            models.Index(
                fields=["business", "customer"], condition=models.Q(kind=EntryKind.OPENING), name="entry_opening"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {rupees(self.amount_paise)}"

    @property
    def amount_paise(self) -> int:
        """What the entry moves on the khata. `total_paise` is the sum of its debits, a bill's round-off among them."""
        return abs(self.effect_paise)


class Side(models.TextChoices):
    DEBIT = "D", "Debit"
    CREDIT = "C", "Credit"


class Posting(BusinessOwned):
    """One side of an entry on one account; paise above zero."""

    customer_path: ClassVar[str | None] = "entry__customer_id"

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="postings", db_constraint=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="postings", db_constraint=False)
    side = models.CharField(max_length=1, choices=Side.choices)
    amount_paise = models.BigIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(amount_paise__gt=0), name="posting_amount_positive"),
            models.CheckConstraint(condition=models.Q(side__in=Side.values), name="posting_side_known"),
        ]
