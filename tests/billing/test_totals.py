"""GST worked by hand, and the sums that hold for every bill."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.errors import DiscountTooLarge
from billing.totals import Discount, PricedLine, TaxRules, amounts_of, spread
from ledger.errors import AmountTooLarge

INCLUSIVE = TaxRules(charges_gst=True, prices_include_tax=True, is_inter_state=False, rounds_to_rupee=False)
EXCLUSIVE = TaxRules(charges_gst=True, prices_include_tax=False, is_inter_state=False, rounds_to_rupee=False)
INTER_STATE = TaxRules(charges_gst=True, prices_include_tax=False, is_inter_state=True, rounds_to_rupee=False)
UNREGISTERED = TaxRules(charges_gst=False, prices_include_tax=True, is_inter_state=False, rounds_to_rupee=True)


def line(quantity: str, price: int, rate: int, discount: int = 0) -> PricedLine:
    return PricedLine(Decimal(quantity), price, discount, rate)


@pytest.mark.parametrize(
    ("rules", "one", "expected"),
    [
        # 118.00 with 18 % inside: 100.00 + 9.00 + 9.00.
        (INCLUSIVE, line("1", 11_800, 1_800), (10_000, 900, 900, 0, 11_800)),
        # 5 kg at 60.00 with 5 % inside: 285.714 -> CGST 7.142 -> 7.14; the taxable value takes the residue.
        (INCLUSIVE, line("5", 6_000, 500), (28_572, 714, 714, 0, 30_000)),
        # 99.99 with 5 % on top: CGST 2.49975 -> 2.50, SGST the same.
        (EXCLUSIVE, line("1", 9_999, 500), (9_999, 250, 250, 0, 10_499)),
        # Half a paisa goes up: 2.5 % of 0.20 is half a paisa.
        (EXCLUSIVE, line("1", 20, 500), (20, 1, 1, 0, 22)),
        (INTER_STATE, line("2", 5_000, 1_800, discount=1_000), (9_000, 0, 0, 1_620, 10_620)),
        (UNREGISTERED, line("1", 11_800, 1_800), (11_800, 0, 0, 0, 11_800)),
        (INCLUSIVE, line("0.333", 100, 0), (33, 0, 0, 0, 33)),
    ],
)
def test_one_line(rules: TaxRules, one: PricedLine, expected: tuple[int, ...]) -> None:
    [amounts] = amounts_of([one], rules).lines
    assert (
        amounts.taxable_paise,
        amounts.cgst_paise,
        amounts.sgst_paise,
        amounts.igst_paise,
        amounts.total_paise,
    ) == expected


@pytest.mark.parametrize(
    ("exact", "round_off", "total"), [(10_049, -49, 10_000), (10_050, 50, 10_100), (10_000, 0, 10_000)]
)
def test_rounds_to_the_rupee_half_up(exact: int, round_off: int, total: int) -> None:
    amounts = amounts_of([line("1", exact, 0)], UNREGISTERED)
    assert (amounts.round_off_paise, amounts.total_paise) == (round_off, total)


def test_without_tax_the_rate_is_not_shown() -> None:
    assert amounts_of([line("1", 100, 1_800)], UNREGISTERED).lines[0].gst_rate_bp == 0


def test_a_discount_takes_at_most_its_line() -> None:
    assert amounts_of([line("1", 100, 0, discount=100)], INCLUSIVE).total_paise == 0
    with pytest.raises(DiscountTooLarge):
        amounts_of([line("1", 100, 0, discount=101)], INCLUSIVE)


def test_a_bill_is_not_larger_than_an_entry() -> None:
    with pytest.raises(AmountTooLarge):
        amounts_of([line("999999999.999", 999_999_999_999, 0)], INCLUSIVE)


LINES = st.lists(
    st.builds(
        PricedLine,
        quantity=st.decimals("0.001", "9999", places=3),
        unit_price_paise=st.integers(0, 100_000),
        discount_paise=st.just(0),
        gst_rate_bp=st.sampled_from([0, 25, 150, 300, 500, 1_800, 4_000, 10_000]),
        cess_rate_bp=st.sampled_from([0, 100, 1_200, 29_000]),
    ),
    min_size=1,
    max_size=8,
)
RULES = st.builds(TaxRules, *[st.booleans()] * 4)


@given(lines=LINES, rules=RULES)
def test_every_bill_adds_up(lines: list[PricedLine], rules: TaxRules) -> None:
    bill = amounts_of(lines, rules)
    assert bill.total_paise == (
        bill.taxable_paise
        + bill.cgst_paise
        + bill.sgst_paise
        + bill.igst_paise
        + bill.cess_paise
        + bill.round_off_paise
    )
    for priced, amounts in zip(lines, bill.lines, strict=True):
        price = Decimal(priced.quantity * priced.unit_price_paise)
        assert amounts.cgst_paise == amounts.sgst_paise
        assert min(amounts.taxable_paise, amounts.cgst_paise, amounts.igst_paise, amounts.cess_paise) >= 0
        assert not (amounts.cgst_paise and amounts.igst_paise)
        if rules.prices_include_tax or not rules.charges_gst:
            assert abs(amounts.total_paise - price) <= Decimal("0.5")
        if not rules.charges_gst:
            assert amounts.total_paise == amounts.taxable_paise
    if rules.rounds_to_rupee:
        assert bill.total_paise % 100 == 0
        assert -50 < bill.round_off_paise <= 50
    else:
        assert bill.round_off_paise == 0


@given(lines=LINES, rules=RULES, percent_bp=st.integers(0, 10_000))
def test_a_discount_of_the_bill_comes_off_the_price_to_the_paisa(
    lines: list[PricedLine], rules: TaxRules, percent_bp: int
) -> None:
    price = sum(line.price_paise for line in lines)
    bill = amounts_of(lines, rules, Discount(percent_bp=percent_bp))
    assert bill.bill_discount_paise == sum(line.bill_discount_paise for line in bill.lines)
    assert bill.bill_discount_paise == Discount(percent_bp=percent_bp).off(price)
    if rules.prices_include_tax or not rules.charges_gst:
        assert bill.total_paise - bill.round_off_paise == price - bill.bill_discount_paise
    for line in bill.lines:
        assert min(line.taxable_paise, line.net_discount_paise) >= 0


@given(values=st.lists(st.integers(0, 10**9), min_size=1, max_size=9), part=st.fractions(0, 1))
def test_spreading_loses_nothing(values: list[int], part: Fraction) -> None:
    amount = int(sum(values) * part)
    shares = spread(amount, values)
    assert sum(shares) == amount
    assert all(0 <= share <= value for share, value in zip(shares, values, strict=True))


def test_a_discount_of_more_than_the_bill_is_refused() -> None:
    with pytest.raises(DiscountTooLarge):
        amounts_of([line("1", 100, 0)], INCLUSIVE, Discount(101))
