"""Units of quantity and the exact conversions between them. Pure."""

from decimal import Decimal
from fractions import Fraction

from billing.errors import StockTooLarge, UnitMismatch

MAX_QUANTITY = Decimal("999999999.999")
_THOUSANDTHS = 1000

# What one of a unit is of the smallest unit of its kind.
_SIZES: dict[str, tuple[str, int]] = {
    "g": ("g", 1),
    "kg": ("g", 1_000),
    "quintal": ("g", 100_000),
    "ml": ("ml", 1),
    "litre": ("ml", 1_000),
    "piece": ("piece", 1),
    "dozen": ("piece", 12),
}
_SPELLINGS: dict[str, str] = {
    "gm": "g",
    "gms": "g",
    "gram": "g",
    "grams": "g",
    "kgs": "kg",
    "kilo": "kg",
    "kilos": "kg",
    "kilogram": "kg",
    "kilograms": "kg",
    "quintals": "quintal",
    "l": "litre",
    "ltr": "litre",
    "liter": "litre",
    "liters": "litre",
    "litres": "litre",
    "millilitre": "ml",
    "milliliter": "ml",
    "pc": "piece",
    "pcs": "piece",
    "pieces": "piece",
    "dozens": "dozen",
    "darjan": "dozen",
    "pack": "packet",
    "packets": "packet",
    "pkt": "packet",
    "no": "number",
    "nos": "number",
}

# Source: the unit quantity codes of GST returns.
_CODES: dict[str, str] = {
    "g": "GMS",
    "kg": "KGS",
    "quintal": "QTL",
    "ml": "MLT",
    "litre": "LTR",
    "piece": "PCS",
    "dozen": "DOZ",
    "packet": "PAC",
    "number": "NOS",
}


def uqc_of(unit: str) -> str:
    """Return the unit quantity code that returns and invoices name a unit by; OTH for one that has none here."""
    return _CODES.get(unit_name(unit), "OTH")


def unit_name(unit: str) -> str:
    """Return the one spelling of a unit: "Kilo" -> "kg". A unit that is not known here is its own, in lower case."""
    plain = " ".join(unit.lower().split()).removesuffix(".")
    return _SPELLINGS.get(plain, plain)


def convert(quantity: Decimal, given: str, wanted: str) -> Decimal:
    """Return `quantity` of `given` counted in `wanted`, exactly, with at most three decimals.

    Raises:
        UnitMismatch: the two do not measure the same, or the result has more than three decimals.
        StockTooLarge: the result is more than a stock can be.
    """
    source, target = unit_name(given), unit_name(wanted)
    if source == target:
        return _bounded(quantity)
    (kind, size), (wanted_kind, wanted_size) = _SIZES.get(source, (source, 1)), _SIZES.get(target, (target, 1))
    thousandths = Fraction(quantity) * size / wanted_size * _THOUSANDTHS
    if kind != wanted_kind or thousandths.denominator != 1:
        raise UnitMismatch(given, wanted)
    return _bounded(Decimal(thousandths.numerator) / _THOUSANDTHS)


def _bounded(quantity: Decimal) -> Decimal:
    if quantity > MAX_QUANTITY:
        raise StockTooLarge()
    return quantity
