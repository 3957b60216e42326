"""Money in and out: what is taken is exactly what was written, and nothing else is taken."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from execora.core.money import indian_rupees, parse_quantity, parse_rupees, plain_quantity, round_half_up, rupees

MOST_PAISE = 9_999_999_999_99
AMOUNTS = st.integers(0, MOST_PAISE)


@given(AMOUNTS)
def test_what_is_written_is_read_back(paise: int) -> None:
    assert parse_rupees(rupees(paise)) == paise


@given(AMOUNTS)
def test_a_negative_amount_is_written_but_never_read(paise: int) -> None:
    written = rupees(-paise - 1)
    assert written == f"-{rupees(paise + 1)}"
    with pytest.raises(ValueError, match="no sign"):
        parse_rupees(written)


@given(st.integers(0, 9_999_999_999))
def test_whole_rupees_may_be_a_number_or_a_string(whole: int) -> None:
    assert parse_rupees(whole) == parse_rupees(str(whole)) == parse_rupees(float(whole)) == whole * 100


@given(st.integers(0, 10_000_000_00))
def test_a_number_with_two_decimals_is_taken_as_it_is_spelt(paise: int) -> None:
    assert parse_rupees(paise / 100) == paise


@pytest.mark.parametrize(("spelt", "paise"), [("0", 0), ("5", 500), ("5.5", 550), ("05.05", 505), (12.5, 1250), (0, 0)])
def test_usual_spellings(spelt: object, paise: int) -> None:
    assert parse_rupees(spelt) == paise


WRONG = [
    *(
        "",
        " ",
        "-1",
        "+1",
        "1.",
        ".5",
        "1.005",
        "1e3",
        "1E3",
        "1,000",
        "NaN",
        "nan",
        "inf",
        "Infinity",
        "0x10",
        "1_000",
    ),
    *("₹5", "५", "٥", "１", "5\n", " 5", "5 ", "1" * 11, "1" * 20, "1.0.0", "5\x00"),
    *(True, False, None, [], {}, b"5", Decimal(5)),
    *(-1, -0.5, 0.001, 1e16, 1e300, float("nan"), float("inf"), float("-inf"), 10**10, 10**19),
]


@pytest.mark.parametrize("value", WRONG, ids=lambda value: repr(value)[:30])
def test_anything_else_is_refused_as_money(value: object) -> None:
    with pytest.raises(ValueError, match=r"Give"):
        parse_rupees(value)


@pytest.mark.parametrize(
    "value",
    [
        *(value for value in WRONG if value not in ("1.005", 0.001)),  # three decimals are a quantity
        *("0", "0.000", 0, 0.0, "1.0001", 0.0001, "1" * 10),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_anything_else_is_refused_as_a_quantity(value: object) -> None:
    with pytest.raises(ValueError, match=r"Give"):
        parse_quantity(value)


@given(st.text(max_size=12))
def test_no_text_is_half_understood(text: str) -> None:
    """Either it is an amount that is written back the same but for zeros, or it is refused."""
    try:
        paise = parse_rupees(text)
    except ValueError:
        return
    assert Decimal(text) * 100 == paise
    assert text.isascii()


@given(st.integers(1, 999_999_999_999))
def test_a_quantity_is_read_back_without_loss(thousandths: int) -> None:
    quantity = Decimal(thousandths) / 1000
    assert parse_quantity(str(quantity)) == quantity
    assert parse_quantity(plain_quantity(quantity)) == quantity
    assert "E" not in plain_quantity(quantity)


@pytest.mark.parametrize(
    ("paise", "text"),
    [
        (0, "0"),
        (5, "0.05"),
        (100, "1"),
        (99_900, "999"),
        (1_00_000, "1,000"),
        (1_25_000_00, "1,25,000"),
        (12_34_56_789_05, "12,34,56,789.05"),
        (-1_00_000_50, "-1,00,000.50"),
    ],
)
def test_a_person_reads_lakhs(paise: int, text: str) -> None:
    assert indian_rupees(paise) == text


@given(st.integers(-MOST_PAISE, MOST_PAISE))
def test_grouping_changes_no_digit(paise: int) -> None:
    plain = indian_rupees(paise).replace(",", "")
    assert int(Decimal(plain) * 100) == paise


@given(st.integers(-(10**12), 10**12), st.integers(0, 999))
def test_halves_go_away_from_zero(whole: int, thousandths: int) -> None:
    exact = Decimal(whole) + Decimal(thousandths) / 1000 * (1 if whole >= 0 else -1)
    rounded = round_half_up(exact)
    assert abs(rounded - exact) <= Decimal("0.5")
    if thousandths == 500:
        assert abs(rounded) == abs(whole) + 1
