"""What a bill comes to. Pure: paise in, paise out.

Source: CGST Act, sections 15 and 170; CGST Rules, rule 46. Each line and each tax head is rounded to a paisa, half up. CGST
is computed once and SGST is the same. A price that includes the tax stays what it is: the taxable value takes the residue.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from billing.errors import DiscountTooLarge
from execora.core.models import Business, GstRegistration
from execora.core.money import round_half_up
from ledger.errors import AmountTooLarge
from ledger.postings import MAX_TOTAL_PAISE

_WHOLE_BP = 10_000
_PAISE_IN_A_RUPEE = 100


@dataclass(frozen=True, slots=True)
class TaxRules:
    """How a bill is taxed and rounded. Without `charges_gst` (unregistered or composition) no line carries a tax."""

    charges_gst: bool
    prices_include_tax: bool
    is_inter_state: bool
    rounds_to_rupee: bool


def tax_rules_of(business: Business, customer_state: str) -> TaxRules:
    """Return how this shop bills a customer of that state ("": the shop's own)."""
    return TaxRules(
        charges_gst=business.gst_registration == GstRegistration.REGULAR,
        prices_include_tax=business.prices_include_tax,
        is_inter_state=(customer_state or business.state_code) != business.state_code,
        rounds_to_rupee=business.rounds_to_rupee,
    )


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line before tax is split off. `quantity` is counted in the unit that `unit_price_paise` is for."""

    quantity: Decimal
    unit_price_paise: int
    discount_paise: int
    gst_rate_bp: int


@dataclass(frozen=True, slots=True)
class LineAmounts:
    gst_rate_bp: int
    taxable_paise: int
    cgst_paise: int
    sgst_paise: int
    igst_paise: int

    @property
    def total_paise(self) -> int:
        return self.taxable_paise + self.cgst_paise + self.sgst_paise + self.igst_paise


@dataclass(frozen=True, slots=True)
class InvoiceAmounts:
    """taxable + cgst + sgst + igst + round_off = total; all but `round_off_paise` are sums over the lines."""

    lines: tuple[LineAmounts, ...]
    taxable_paise: int
    cgst_paise: int
    sgst_paise: int
    igst_paise: int
    round_off_paise: int
    total_paise: int


def amounts_of(lines: Sequence[PricedLine], rules: TaxRules) -> InvoiceAmounts:
    """Return what each line and the whole bill come to.

    Raises:
        DiscountTooLarge: a discount is more than its line.
        AmountTooLarge: a line or the bill is more than one entry of the books may move.
    """
    done = tuple(_line_amounts(line, rules) for line in lines)
    exact = sum(line.total_paise for line in done)
    total = _nearest_rupee(exact) if rules.rounds_to_rupee else exact
    if total > MAX_TOTAL_PAISE:
        raise AmountTooLarge()
    return InvoiceAmounts(
        lines=done,
        taxable_paise=sum(line.taxable_paise for line in done),
        cgst_paise=sum(line.cgst_paise for line in done),
        sgst_paise=sum(line.sgst_paise for line in done),
        igst_paise=sum(line.igst_paise for line in done),
        round_off_paise=total - exact,
        total_paise=total,
    )


def _line_amounts(line: PricedLine, rules: TaxRules) -> LineAmounts:
    price = round_half_up(line.quantity * line.unit_price_paise)
    if line.discount_paise > price:
        raise DiscountTooLarge()
    net = price - line.discount_paise
    if net > MAX_TOTAL_PAISE:
        raise AmountTooLarge()
    rate = line.gst_rate_bp if rules.charges_gst else 0
    taxable = net
    if rules.prices_include_tax:
        taxable = round_half_up(Decimal(net * _WHOLE_BP) / (_WHOLE_BP + rate))
    cgst, igst = 0, 0
    if rules.is_inter_state:
        igst = round_half_up(Decimal(taxable * rate) / _WHOLE_BP)
    else:
        cgst = round_half_up(Decimal(taxable * rate) / (2 * _WHOLE_BP))
    if rules.prices_include_tax:
        cgst, igst = min(cgst, net // 2), min(igst, net)
        taxable = net - 2 * cgst - igst
    return LineAmounts(rate, taxable, cgst, cgst, igst)


def _nearest_rupee(paise: int) -> int:
    return round_half_up(Decimal(paise) / _PAISE_IN_A_RUPEE) * _PAISE_IN_A_RUPEE
