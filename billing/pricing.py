"""What is asked for on a bill, line by line, and what each line costs before tax is split off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from billing.models import Product
from billing.rates import Rate, checked_rate, rate_of, rates_by_hsn
from billing.totals import Discount, PricedLine
from billing.units import convert, unit_name
from execora.core.actor import Actor

PIECE = "piece"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What is asked for on a bill: a product, the name of one, or goods that are no product of the shop (`ad_hoc`).

    The quantity is above 0, in `unit` (None: the product's). A given `unit_price_paise` is for one `unit`; None takes the
    product's price, which is for one of its own unit. `discount_paise` and `discount_bp` (hundredths of a percent) are taken
    off the whole line.
    """

    quantity: Decimal
    product: Product | None = None
    product_name: str | None = None
    ad_hoc: "AdHoc | None" = None
    unit: str | None = None
    unit_price_paise: int | None = None
    discount_paise: int = 0
    discount_bp: int = 0


@dataclass(frozen=True, slots=True)
class AdHoc:
    """Goods on this bill alone: they have a price on the line and no stock. `gst_rate_bp` None: by the HSN."""

    name: str
    hsn: str = ""
    gst_rate_bp: int | None = None


@dataclass(frozen=True, slots=True)
class PricedItem:
    """A line with its price, its rate and what it takes from the stock (None: nothing)."""

    line: Line
    product: Product | None
    description: str
    hsn: str
    unit: str
    price_unit: str
    price_paise: int
    stock_quantity: Decimal | None
    rate: Rate

    @property
    def priced(self) -> PricedLine:
        """The line for `amounts_of`.

        Raises:
            DiscountTooLarge: the discount is more than the line.
        """
        is_in_own_unit = self.line.unit_price_paise is None and self.stock_quantity is not None
        quantity = self.stock_quantity if is_in_own_unit and self.stock_quantity is not None else self.line.quantity
        full = PricedLine(quantity, self.price_paise, 0, self.rate.gst_bp, self.rate.cess_bp)
        taken = Discount(self.line.discount_paise, self.line.discount_bp).off(full.price_paise)
        return PricedLine(quantity, self.price_paise, taken, self.rate.gst_bp, self.rate.cess_bp)


def priced_items(
    actor: Actor, lines: Sequence[Line], ids: Sequence[UUID | None], products: Mapping[UUID, Product]
) -> list[PricedItem]:
    """Return the lines priced; `ids` names the product of each, None for goods of this bill alone.

    Raises:
        UnitMismatch, StockTooLarge: a quantity cannot be counted in its product's unit.
        GstRateUnknown: goods of this bill alone have a rate that there is not.
    """
    codes = {product.hsn for product in products.values() if product.gst_rate_bp is None}
    codes |= {line.ad_hoc.hsn for line in lines if line.ad_hoc and line.ad_hoc.gst_rate_bp is None}
    rates = rates_by_hsn(actor, codes, actor.today)
    return [
        _of_product(line, products[key], rate_of(products[key], rates))
        if key is not None
        else _of_this_bill(actor, line, rates)
        for line, key in zip(lines, ids, strict=True)
    ]


def _of_product(line: Line, product: Product, rate: Rate) -> PricedItem:
    unit = unit_name(line.unit) if line.unit else product.unit
    is_given = line.unit_price_paise is not None
    return PricedItem(
        line=line,
        product=product,
        description=product.name,
        hsn=product.hsn,
        unit=unit,
        price_unit=unit if is_given else product.unit,
        price_paise=line.unit_price_paise if line.unit_price_paise is not None else product.price_paise,
        stock_quantity=convert(line.quantity, unit, product.unit),
        rate=rate,
    )


def _of_this_bill(actor: Actor, line: Line, rates: Mapping[str, Rate]) -> PricedItem:
    goods = line.ad_hoc
    if goods is None or line.unit_price_paise is None:
        raise ValueError("a line without a product has a name and a price")
    own = checked_rate(actor, goods.gst_rate_bp, actor.today)
    unit = unit_name(line.unit or PIECE)
    return PricedItem(
        line=line,
        product=None,
        description=goods.name,
        hsn=goods.hsn,
        unit=unit,
        price_unit=unit,
        price_paise=line.unit_price_paise,
        stock_quantity=None,
        rate=Rate(own) if own is not None else rates.get(goods.hsn, Rate()),
    )
