"""What stands on a bill, as it was at its time. Paper is made of this and of nothing else.

Source: CGST Rules, rule 46 (tax invoice), rule 49 (bill of supply), rule 53 (credit note).
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from execora.core.money import rupees
from execora.papers.text import upi_link


class Title(StrEnum):
    TAX_INVOICE = "tax_invoice"
    BILL_OF_SUPPLY = "bill_of_supply"
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class Stamp(StrEnum):
    """What is written across a paper that is not, or no longer, a valid one."""

    DRAFT = "draft"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A supplier or a recipient; `state` is "27 Maharashtra" or empty, `gstin` is empty for who is not registered."""

    name: str
    address: str = ""
    gstin: str = ""
    state: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """`unit_price_paise` is for one `price_unit`; `taxable_paise` is after discount; rates are hundredths of a percent."""

    description: str
    quantity: Decimal
    unit: str
    unit_price_paise: int
    price_unit: str
    total_paise: int
    taxable_paise: int
    hsn: str = ""
    discount_paise: int = 0
    gst_rate_bp: int = 0
    cgst_paise: int = 0
    sgst_paise: int = 0
    igst_paise: int = 0
    cess_paise: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HsnRow:
    hsn: str
    gst_rate_bp: int
    taxable_paise: int
    cgst_paise: int
    sgst_paise: int
    igst_paise: int
    cess_paise: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """A bill or credit note. `day` is the issue's, of a draft the writing's. `state_tax` names the tax beside CGST, SGST or
    UTGST. Balances are the customer's, above zero owed, None where they do not belong on the paper."""

    title: Title
    day: date
    supplier: Party
    recipient: Party
    lines: tuple[BillLine, ...]
    total_paise: int
    round_off_paise: int = 0
    number: str = ""
    stamp: Stamp | None = None
    place_of_supply: str = ""
    is_inter_state: bool = False
    reverse_charge: bool = False
    is_composition: bool = False
    state_tax: str = "SGST"
    notes: str = ""
    terms: str = ""
    upi_address: str = ""
    balance_before_paise: int | None = None
    balance_after_paise: int | None = None
    reason: str = ""
    original_number: str = ""
    original_day: date | None = None
    logo: bytes | None = field(default=None, repr=False)

    def sum_of(self, name: str) -> int:
        """Return the sum over the lines of one of their amounts."""
        return sum(getattr(line, name) for line in self.lines)

    @property
    def is_taxed(self) -> bool:
        """Whether the paper has tax columns at all: a bill of supply and an unregistered shop's bill have none."""
        return self.title in (Title.TAX_INVOICE, Title.CREDIT_NOTE) and any(line.gst_rate_bp for line in self.lines)

    @property
    def payment_link(self) -> str | None:
        """Return what the QR code says, or None: there is nothing to pay, or nowhere to pay it to."""
        if not self.upi_address or not self.number or self.stamp or self.title == Title.CREDIT_NOTE:
            return None
        return upi_link(
            address=self.upi_address,
            name=self.supplier.name,
            amount_paise=self.total_paise,
            reference=self.number,
            note=f"Bill {self.number}",
        )

    def hsn_rows(self) -> tuple[HsnRow, ...]:
        """Return the summary by HSN and rate, in the order of both."""
        keys = sorted({(line.hsn, line.gst_rate_bp) for line in self.lines})
        return tuple(self._hsn_row(hsn, rate) for hsn, rate in keys)

    def _hsn_row(self, hsn: str, rate: int) -> HsnRow:
        lines = [line for line in self.lines if (line.hsn, line.gst_rate_bp) == (hsn, rate)]
        return HsnRow(
            hsn=hsn,
            gst_rate_bp=rate,
            taxable_paise=sum(line.taxable_paise for line in lines),
            cgst_paise=sum(line.cgst_paise for line in lines),
            sgst_paise=sum(line.sgst_paise for line in lines),
            igst_paise=sum(line.igst_paise for line in lines),
            cess_paise=sum(line.cess_paise for line in lines),
        )

    def __str__(self) -> str:
        return f"{self.title} {self.number or 'draft'}: {rupees(self.total_paise)}"
