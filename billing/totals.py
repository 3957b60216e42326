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


def tax_rules_of(business: Business, place_of_supply: str, *, prices_include_tax: bool | None = None) -> TaxRules:
    """Return how this shop bills what is supplied in that state ("": the shop's own); None: prices as the shop's are."""
    return TaxRules(
        charges_gst=business.gst_registration == GstRegistration.REGULAR,
        prices_include_tax=business.prices_include_tax if prices_include_tax is None else prices_include_tax,
        is_inter_state=(place_of_supply or business.state_code) != business.state_code,
        rounds_to_rupee=business.rounds_to_rupee,
    )


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line before tax is split off. `quantity` is counted in the unit that `unit_price_paise` is for."""

    quantity: Decimal
    unit_price_paise: int
    discount_paise: int
    gst_rate_bp: int
    cess_rate_bp: int = 0

    @property
    def price_paise(self) -> int:
        """What the line is before any discount, as the shop's prices are."""
        return round_half_up(self.quantity * self.unit_price_paise)


@dataclass(frozen=True, slots=True)
class Discount:
    """Paise, or hundredths of a percent, off a price."""

    paise: int = 0
    percent_bp: int = 0

    def off(self, price_paise: int) -> int:
        """Return the paise that it takes off `price_paise`, rounded half up.

        Raises:
            DiscountTooLarge: it is more than that.
        """
        taken = self.paise + round_half_up(Decimal(price_paise * self.percent_bp) / _WHOLE_BP)
        if taken > price_paise:
            raise DiscountTooLarge()
        return taken


@dataclass(frozen=True, slots=True)
class LineAmounts:
    """`bill_discount_paise` is the line's share of the bill's discount; `net_discount_paise` is what that and the line's own
    took off the taxable value: less than off the price, where that includes the tax."""

    gst_rate_bp: int
    taxable_paise: int
    cgst_paise: int
    sgst_paise: int
    igst_paise: int
    cess_rate_bp: int = 0
    cess_paise: int = 0
    bill_discount_paise: int = 0
    net_discount_paise: int = 0

    @property
    def total_paise(self) -> int:
        return self.taxable_paise + self.cgst_paise + self.sgst_paise + self.igst_paise + self.cess_paise


@dataclass(frozen=True, slots=True)
class InvoiceAmounts:
    """taxable + cgst + sgst + igst + cess + round_off = total; all but `round_off_paise` are sums over the lines."""

    lines: tuple[LineAmounts, ...]
    taxable_paise: int
    cgst_paise: int
    sgst_paise: int
    igst_paise: int
    cess_paise: int
    bill_discount_paise: int
    net_discount_paise: int
    round_off_paise: int
    total_paise: int


NO_DISCOUNT = Discount()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What holds for one bill other than the shop's and the customer's settings say. `discount` is off the whole bill."""

    place_of_supply: str = ""
    prices_include_tax: bool | None = None
    discount: Discount = NO_DISCOUNT


AS_THE_SHOP_BILLS = Terms()


def amounts_of(lines: Sequence[PricedLine], rules: TaxRules, discount: Discount = NO_DISCOUNT) -> InvoiceAmounts:
    """Return what each line and the whole bill come to; `discount` is off all lines together, before tax is split off.

    Raises:
        DiscountTooLarge: a discount is more than its line, or the bill's than the bill.
        AmountTooLarge: a line or the bill is more than one entry of the books may move.
    """
    nets = [line.price_paise - Discount(line.discount_paise).off(line.price_paise) for line in lines]
    if sum(nets) > MAX_TOTAL_PAISE:
        raise AmountTooLarge()
    shares = spread(discount.off(sum(nets)), nets)
    done = tuple(_line_amounts(line, net, share, rules) for line, net, share in zip(lines, nets, shares, strict=True))
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
        cess_paise=sum(line.cess_paise for line in done),
        bill_discount_paise=sum(shares),
        net_discount_paise=sum(line.net_discount_paise for line in done),
        round_off_paise=total - exact,
        total_paise=total,
    )


def spread(amount_paise: int, over: Sequence[int]) -> list[int]:
    """Return `amount_paise` divided over values in proportion; what is left of a paisa goes to the largest of them.

    `amount_paise` is at most the sum of the values, and no share is more than its value.
    """
    whole = sum(over)
    shares = [amount_paise * value // whole if whole else 0 for value in over]
    left = amount_paise - sum(shares)
    for place in sorted(range(len(over)), key=lambda place: -over[place]):
        more = min(left, over[place] - shares[place])
        shares[place] += more
        left -= more
    return shares


def _line_amounts(line: PricedLine, net: int, share: int, rules: TaxRules) -> LineAmounts:
    """Return a line whose price after its own discount is `net`, less `share` of the bill's discount."""
    rate = line.gst_rate_bp if rules.charges_gst else 0
    cess_rate = line.cess_rate_bp if rules.charges_gst else 0
    taxable, cgst, igst, cess = _split(net - share, rate, cess_rate, rules)
    undiscounted = _split(line.price_paise, rate, cess_rate, rules)[0] if line.discount_paise or share else taxable
    return LineAmounts(
        gst_rate_bp=rate,
        taxable_paise=taxable,
        cgst_paise=cgst,
        sgst_paise=cgst,
        igst_paise=igst,
        cess_rate_bp=cess_rate,
        cess_paise=cess,
        bill_discount_paise=share,
        # A paisa off an inclusive price may, by rounding, leave the taxable value a paisa higher.
        net_discount_paise=max(0, undiscounted - taxable),
    )


def _split(price: int, rate: int, cess_rate: int, rules: TaxRules) -> tuple[int, int, int, int]:
    """Return the taxable value, CGST (SGST is the same), IGST and cess of a price."""
    taxable = price
    if rules.prices_include_tax:
        taxable = round_half_up(Decimal(price * _WHOLE_BP) / (_WHOLE_BP + rate + cess_rate))
    cgst, igst = 0, 0
    if rules.is_inter_state:
        igst = round_half_up(Decimal(taxable * rate) / _WHOLE_BP)
    else:
        cgst = round_half_up(Decimal(taxable * rate) / (2 * _WHOLE_BP))
    cess = round_half_up(Decimal(taxable * cess_rate) / _WHOLE_BP)
    if rules.prices_include_tax:
        cgst, igst = min(cgst, price // 2), min(igst, price)
        cess = min(cess, price - 2 * cgst - igst)
        taxable = price - 2 * cgst - igst - cess
    return taxable, cgst, igst, cess


def _nearest_rupee(paise: int) -> int:
    return round_half_up(Decimal(paise) / _PAISE_IN_A_RUPEE) * _PAISE_IN_A_RUPEE
