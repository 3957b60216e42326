"""The units goods are sold in, as they are said, and exact conversion between them."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from execora.language.folding import light_fold, word_set

_THOUSANDTHS: Final = 1_000
_MAX_QUANTITY: Final = 10**12


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of sale: `size` of it in the smallest unit of its `kind` (g, ml, piece; else itself)."""

    name: str
    kind: str
    size: int
    spellings: frozenset[str]


def _unit(name: str, kind: str, size: int, spellings: str) -> Unit:
    return Unit(name, kind, size, word_set(spellings))


UNITS: Final = (
    _unit(
        "kg",
        "mass",
        1_000,
        "kg kgs kilo kilos kilon kilu kilogram kilograms kilogramme kilograam kelo keelo kilow keels keji kejee kgm kgms",
    ),
    _unit("g", "mass", 1, "g gm gms gr gram grams gramme grammes graam graams graamm giram"),
    _unit("quintal", "mass", 100_000, "quintal quintals kuntal kwintal kuintal kvintal qtl"),
    _unit(
        "litre", "volume", 1_000, "litre litres liter liters litar leetar letar litr ltr ltrs lt l lita leater leeter"
    ),
    _unit("ml", "volume", 1, "ml mls emel millilitre millilitres milliliter milliliters mililitar mililiter"),
    _unit("dozen", "count", 12, "dozen dozens darjan darjans darzan darjun darjon darjen dajan dazan doz dozan"),
    _unit("piece", "count", 1, "piece pieces pis pees pc pcs peace nag nang adad nos dana daana daane dane"),
    _unit(
        "packet",
        "packet",
        1,
        "packet packets pakit paket packit pekit paikat paiket pakat pack packs pkt pkts pouch pouches sachet pudiya thaili",
    ),
    _unit("bottle", "bottle", 1, "bottle bottles botal botale bottal botil botel botol shishi"),
    _unit(
        "box",
        "box",
        1,
        "box boxes dabba dabbe dabbi dibba dibbe dibbi daba peti petiyan petti carton cartons kartan bakas baksa",
    ),
    _unit("bag", "bag", 1, "bag bags bori boriyan boriya bora bore katta katte thaila thaile baig"),
    _unit("tin", "tin", 1, "tin tins kanastar canister pipa peepa"),
    _unit("bundle", "bundle", 1, "bundle bundles bandal gaddi gathri"),
    _unit("metre", "length", 1, "metre metres meter meters mitar meetar mtr"),
)
_BY_NAME: Final = {unit.name: unit for unit in UNITS}
_BY_SPELLING: Final = {spelling: unit.name for unit in UNITS for spelling in unit.spellings}
_BY_FOLD: Final = {
    light_fold(spelling): unit.name for unit in UNITS for spelling in unit.spellings if len(spelling) > 3
}


def read_unit(word: str) -> str | None:
    """Return the name of the unit that `word` (as `script.tokens` gives it) means, or None.

    `tin` is a unit here and three to `numbers.read_number`: after a number it is the unit.
    """
    exact = _BY_SPELLING.get(word)
    if exact is not None or len(word) > 20:
        return exact
    return _BY_FOLD.get(light_fold(word))


def convert(quantity: Decimal, unit: str, to: str) -> Decimal | None:
    """Return `quantity` of `unit` in the unit named `to`, exactly.

    None when the two do not measure the same thing or three decimals cannot hold the result.
    """
    given, wanted = _BY_NAME.get(unit), _BY_NAME.get(to)
    if (
        given is None
        or wanted is None
        or given.kind != wanted.kind
        or not quantity.is_finite()
        or abs(quantity) >= _MAX_QUANTITY
    ):
        return None
    thousandths = Fraction(quantity) * given.size * _THOUSANDTHS / wanted.size
    if thousandths.denominator != 1 or abs(thousandths.numerator) >= _MAX_QUANTITY * _THOUSANDTHS:
        return None
    whole, rest = divmod(abs(thousandths.numerator), _THOUSANDTHS)
    sign = "-" if thousandths < 0 else ""
    return Decimal(f"{sign}{whole}.{rest:03d}".rstrip("0").rstrip(".") if rest else f"{sign}{whole}")
