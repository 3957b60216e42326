"""From spoken words to rows of the shop: which customer, which products, how much of each."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Max
from django.utils import timezone

from billing.errors import ProductAmbiguous, ProductNotFound
from billing.lookup import products_by_id, products_by_name
from billing.models import Product
from billing.rates import rate_of, rates_of
from billing.totals import PricedLine, amounts_of, tax_rules_of
from billing.units import convert
from customers.models import Customer
from customers.search import search_customers
from execora.core.actor import Actor
from execora.core.errors import DomainError
from execora.core.ids import parse_id
from voice.intents.names import Candidate, Resolution, resolve
from voice.intents.products import Lexicon, ProductEntry
from voice.intents.schema import Item

READ_WHOLE = 500  # customers; a larger shop is searched by sound first
NEAREST = 40
LEXICONS_KEPT = 64

_Stamp = tuple[int, datetime | None]
_lexicons: dict[UUID, tuple[_Stamp, Lexicon]] = {}


@dataclass(frozen=True, slots=True)
class LineWanted:
    """One line of a bill, of a product that the shop has.

    `unit_price_paise` was said and is for one `unit`; None takes the shop's, `listed_paise`, for one of the product's own.
    """

    product_id: UUID
    product: str
    quantity: Decimal
    unit: str
    unit_price_paise: int | None
    listed_paise: int

    @property
    def price_paise(self) -> int:
        return self.listed_paise if self.unit_price_paise is None else self.unit_price_paise


class ProductUnknown(DomainError):
    status = 404
    code = "PRODUCT_NOT_FOUND"
    message = "The shop has no such product."


class QuantityNeeded(DomainError):
    code = "QUANTITY_NEEDED"
    message = "Say how much."


class PriceUneven(DomainError):
    code = "PRICE_UNEVEN"
    message = "The price of the line is not a whole number of paise for one. Say the price of one."


def lexicon_of(actor: Actor) -> Lexicon:
    """Return the shop's product words, built anew only when a product has changed."""
    rows = Product.objects.filter(business_id=actor.business_id, is_active=True)
    seen = rows.aggregate(count=Count("pk"), newest=Max("updated_at"))
    stamp: _Stamp = (seen["count"], seen["newest"])
    kept = _lexicons.get(actor.business_id)
    if kept is not None and kept[0] == stamp:
        return kept[1]
    lexicon = Lexicon(
        ProductEntry(id=str(key), name=name, unit=unit, aliases=tuple(aliases))
        for key, name, unit, aliases in rows.values_list("pk", "name", "unit", "aliases")
    )
    if len(_lexicons) >= LEXICONS_KEPT:
        _lexicons.clear()
    _lexicons[actor.business_id] = (stamp, lexicon)
    return lexicon


def customer_named(actor: Actor, spoken: str) -> Resolution:
    """Return whom the spoken name means among the customers that the actor may see."""
    rows = list(Customer.objects.visible_to(actor).order_by("id")[: READ_WHOLE + 1])
    if len(rows) > READ_WHOLE:
        rows = [found.customer for found in search_customers(actor, spoken, limit=NEAREST)]
    return resolve(spoken, candidates(rows))


def customer_by_id(actor: Actor, customer_id: UUID) -> Candidate | None:
    """Return a customer whom the actor may see, as they are now."""
    return next(iter(candidates(Customer.objects.visible_to(actor).filter(pk=customer_id))), None)


def candidates(rows: Iterable[Customer]) -> list[Candidate]:
    return [
        Candidate(
            id=row.pk,
            name=row.name,
            nickname=row.nickname,
            landmark=row.landmark,
            phone=row.phone_e164 or "",
            recency=_recency(row.last_active_at),
        )
        for row in rows
    ]


def _recency(last_active_at: datetime | None) -> float:
    """Return 1 for now, halved each day or so: it orders the choices of a question."""
    return 0.0 if last_active_at is None else 1 / (1 + max((timezone.now() - last_active_at).days, 0))


def product_meant(actor: Actor, product_id: str | None, spoken: str) -> Product:
    """Return the product that the grammar found, or the one whose name or alias is exactly what was said.

    Raises:
        ProductUnknown: there is none, or more than one; `facts` has what was said.
    """
    key = parse_id(product_id) if product_id else None
    try:
        return products_by_id(actor, [key])[key] if key is not None else products_by_name(actor, [spoken])[spoken]
    except (ProductNotFound, ProductAmbiguous) as fault:
        raise ProductUnknown(facts={"product": spoken}) from fault


def lines_wanted(actor: Actor, items: Iterable[Item]) -> tuple[LineWanted, ...]:
    """Return the lines of a bill.

    Raises:
        ProductUnknown, QuantityNeeded, PriceUneven: as their names say; `facts` has the product.
    """
    return tuple(_line(actor, item) for item in items)


def _line(actor: Actor, item: Item) -> LineWanted:
    product = product_meant(actor, item.product_id, item.product)
    if item.quantity is None:
        raise QuantityNeeded(facts={"product": product.name})
    price = item.price_paise
    if price is None and item.line_total_paise is not None:
        exact = Decimal(item.line_total_paise) / item.quantity
        if exact != exact.to_integral_value():
            raise PriceUneven(facts={"product": product.name})
        price = int(exact)
    return LineWanted(product.pk, product.name, item.quantity, item.unit or product.unit, price, product.price_paise)


def listed_now(actor: Actor, lines: Iterable[LineWanted]) -> tuple[LineWanted, ...]:
    """Return the lines at the prices that the shop has now.

    Raises:
        ProductNotFound: a product is not on sale any more.
    """
    wanted = list(lines)
    products = products_by_id(actor, [line.product_id for line in wanted])
    return tuple(replace(line, listed_paise=products[line.product_id].price_paise) for line in wanted)


def total_of(actor: Actor, customer_id: UUID | None, lines: Iterable[LineWanted]) -> int:
    """Return what a bill of these lines comes to, tax and rounding included, in paise: what `issue_invoice` would write.

    Raises:
        UnitMismatch, StockTooLarge, AmountTooLarge, ProductNotFound: as their names say.
    """
    wanted = list(lines)
    products = products_by_id(actor, [line.product_id for line in wanted])
    state = Customer.objects.visible_to(actor).filter(pk=customer_id).values_list("state_code", flat=True).first()
    rules = tax_rules_of(actor.business, state or "")
    rates = rates_of(actor, products.values(), actor.today)
    priced = []
    for line in wanted:
        product = products[line.product_id]
        in_own_unit = convert(line.quantity, line.unit, product.unit)
        quantity = in_own_unit if line.unit_price_paise is None else line.quantity
        rate = rate_of(product, rates)
        priced.append(PricedLine(quantity, line.price_paise, 0, rate.gst_bp, rate.cess_bp))
    return amounts_of(priced, rules).total_paise
