"""Units in any spelling, and conversion that is exact or refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from execora.language.script import normalise
from execora.language.units import UNITS, convert, read_unit


@pytest.mark.parametrize(
    ("spellings", "name"),
    [
        ("kilo kilos kg kgs keji killo kilogram किलो केजी keels", "kg"),
        ("gram graam gm grams g ग्राम", "g"),
        ("quintal kuntal क्विंटल", "quintal"),
        ("litre liter litar leetar ltr litter लीटर", "litre"),
        ("ml milliliter", "ml"),
        ("dozen darjan doz दर्जन", "dozen"),
        ("piece pis pc pcs nag adad पीस नग", "piece"),
        ("packet pakit paket pack pekit पैकेट pouch", "packet"),
        ("bottle botal बोतल", "bottle"),
        ("box dabba dibba peti carton डिब्बा", "box"),
        ("bori katta bag बोरी", "bag"),
        ("tin kanastar", "tin"),
    ],
)
def test_every_spelling_of_a_unit_is_known(spellings: str, name: str) -> None:
    assert {read_unit(normalise(word)) for word in spellings.split()} == {name}


@pytest.mark.parametrize("word", "khata khate baje do can rice paise rupaye rahul car 500 mein".split())
def test_an_everyday_word_is_no_unit(word: str) -> None:
    assert read_unit(word) is None


@pytest.mark.parametrize(
    ("quantity", "unit", "to", "result"),
    [
        ("0.25", "kg", "g", "250"),
        ("250", "g", "kg", "0.25"),
        ("2.5", "quintal", "kg", "250"),
        ("1.5", "litre", "ml", "1500"),
        ("1.5", "dozen", "piece", "18"),
        ("6", "piece", "dozen", "0.5"),
        ("3", "packet", "packet", "3"),
        ("0.001", "kg", "g", "1"),
    ],
)
def test_a_quantity_is_converted_exactly(quantity: str, unit: str, to: str, result: str) -> None:
    assert str(convert(Decimal(quantity), unit, to)) == result


@pytest.mark.parametrize(
    ("quantity", "unit", "to"),
    [
        ("1", "kg", "litre"),
        ("1", "packet", "piece"),
        ("5", "piece", "dozen"),
        ("1", "g", "quintal"),
        ("0.0005", "kg", "kg"),
        ("1", "kg", "stone"),
        ("NaN", "kg", "g"),
        ("Infinity", "kg", "g"),
        ("1E+40", "kg", "g"),
    ],
)
def test_what_cannot_be_converted_exactly_is_refused(quantity: str, unit: str, to: str) -> None:
    assert convert(Decimal(quantity), unit, to) is None


@given(st.decimals(0, 10**6, places=3), st.sampled_from(UNITS), st.sampled_from(UNITS))
def test_a_conversion_can_be_undone(quantity: Decimal, unit: object, to: object) -> None:
    there = convert(quantity, unit.name, to.name)  # type: ignore[attr-defined]
    if there is not None:
        assert convert(there, to.name, unit.name) == quantity  # type: ignore[attr-defined]


@given(st.text(max_size=30))
def test_any_word_is_a_unit_or_not(word: str) -> None:
    assert read_unit(word) in {None, *(unit.name for unit in UNITS)}
