"""Quantities are counted exactly or not at all."""

from decimal import Decimal

import pytest

from billing.errors import StockTooLarge, UnitMismatch
from billing.units import convert, unit_name


@pytest.mark.parametrize(
    ("quantity", "given", "wanted", "expected"),
    [
        ("500", "g", "kg", "0.5"),
        ("2.5", "quintal", "kg", "250"),
        ("250", "ml", "litre", "0.25"),
        ("1.5", "dozen", "piece", "18"),
        ("6", "piece", "dozen", "0.5"),
        ("3", "packet", "packet", "3"),
        ("2", "Kilo", "kg", "2"),
    ],
)
def test_converts_exactly(quantity: str, given: str, wanted: str, expected: str) -> None:
    assert convert(Decimal(quantity), given, wanted) == Decimal(expected)


@pytest.mark.parametrize(
    ("quantity", "given", "wanted"),
    [("1", "kg", "litre"), ("1", "packet", "piece"), ("0.5", "g", "kg"), ("1", "piece", "dozen"), ("1", "box", "bag")],
)
def test_refuses_what_is_not_exact(quantity: str, given: str, wanted: str) -> None:
    with pytest.raises(UnitMismatch):
        convert(Decimal(quantity), given, wanted)


def test_refuses_what_no_stock_can_be() -> None:
    with pytest.raises(StockTooLarge):
        convert(Decimal(999_999_999), "quintal", "g")


def test_spells_a_unit_one_way() -> None:
    assert [unit_name(word) for word in (" KGS ", "Ltr.", "Bori", "pcs")] == ["kg", "litre", "bori", "piece"]
