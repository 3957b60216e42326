"""Which GST rate holds for an HSN on a day.

A product's own rate is what the shop decided; without one the shop's dated rows (TaxRate) decide, the longest HSN first.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from django.db.models import Q

from billing.errors import GstRateUnknown
from billing.models import Product, TaxRate
from execora.core.actor import Actor

SHORTEST_HSN = 2
# The slabs by law, with the days from which and to which each held. A new one is a row here, or until then of the shop's.
_SLABS = Path(__file__).parent / "data" / "gst_slabs.csv"


@dataclass(frozen=True, slots=True)
class Rate:
    """Both in hundredths of a percent of the taxable value."""

    gst_bp: int = 0
    cess_bp: int = 0


def rates_of(actor: Actor, products: Iterable[Product], day: date) -> dict[str, Rate]:
    """Return the rate of each HSN of products that have no rate of their own, for `rate_of`."""
    return rates_by_hsn(actor, {product.hsn for product in products if product.gst_rate_bp is None}, day)


def rate_of(product: Product, rates: dict[str, Rate]) -> Rate:
    """Return a product's own rate, else that of its HSN; 0 where the shop has none for it."""
    return Rate(product.gst_rate_bp) if product.gst_rate_bp is not None else rates.get(product.hsn, Rate())


def rates_by_hsn(actor: Actor, codes: set[str], day: date) -> dict[str, Rate]:
    """Return the rate on `day` of each code that a row fits; the longest fitting HSN wins. No statement without a code."""
    prefixes = {code[:length] for code in codes for length in range(SHORTEST_HSN, len(code) + 1)}
    if not prefixes:
        return {}
    rows = TaxRate.objects.filter(business_id=actor.business_id, hsn__in=prefixes, valid_from__lte=day)
    in_force = {
        row.hsn: Rate(row.rate_bp, row.cess_rate_bp)
        for row in rows.filter(Q(valid_to=None) | Q(valid_to__gte=day)).order_by("valid_from")
    }
    found: dict[str, Rate] = {}
    for code in codes:
        fitting = [code[:length] for length in range(len(code), SHORTEST_HSN - 1, -1) if code[:length] in in_force]
        if fitting:
            found[code] = in_force[fitting[0]]
    return found


def checked_rate(actor: Actor, rate_bp: int | None, day: date) -> int | None:
    """Return the rate if it is a slab of that day, by law or in a dated row of the shop's; None stays None.

    Raises:
        GstRateUnknown: it is neither: a slip of the pen, or a slab of another time.
    """
    if rate_bp is None or rate_bp in slabs_on(day):
        return rate_bp
    own = TaxRate.objects.filter(business_id=actor.business_id, rate_bp=rate_bp, valid_from__lte=day)
    if not own.filter(Q(valid_to=None) | Q(valid_to__gte=day)).exists():
        raise GstRateUnknown(rate_bp, slabs_on(day))
    return rate_bp


def slabs_on(day: date) -> list[int]:
    """Return the GST rates that there are by law on a day, in hundredths of a percent, ascending."""
    return sorted(rate for rate, first, last in _slabs() if first <= day <= last)


@cache
def _slabs() -> tuple[tuple[int, date, date], ...]:
    with _SLABS.open(encoding="utf-8", newline="") as file:
        return tuple(
            (
                int(row["rate_bp"]),
                date.fromisoformat(row["valid_from"]),
                date.fromisoformat(row["valid_to"]) if row["valid_to"] else date.max,
            )
            for row in csv.DictReader(file)
        )
