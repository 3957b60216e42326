"""Days as the shop counts them: a financial year begins at midnight in India, which is half past six in the evening in UTC."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from execora.core.clock import financial_year, local_day

INDIA = "Asia/Kolkata"
MIDNIGHT = datetime(2026, 3, 31, 18, 30, tzinfo=UTC)  # 1 April 2026, 00:00 in India


@pytest.mark.parametrize(
    ("moment", "day", "year"),
    [
        (MIDNIGHT - timedelta(microseconds=1), date(2026, 3, 31), "25-26"),
        (MIDNIGHT, date(2026, 4, 1), "26-27"),
        (MIDNIGHT + timedelta(hours=5, minutes=29), date(2026, 4, 1), "26-27"),
        (datetime(2026, 3, 31, 23, 59, 59, tzinfo=ZoneInfo(INDIA)), date(2026, 3, 31), "25-26"),
        (datetime(2026, 4, 1, tzinfo=ZoneInfo(INDIA)), date(2026, 4, 1), "26-27"),
        (datetime(2026, 4, 1, 0, 0, tzinfo=UTC), date(2026, 4, 1), "26-27"),
        (datetime(2025, 12, 31, 18, 30, tzinfo=UTC), date(2026, 1, 1), "25-26"),
    ],
)
def test_the_year_turns_at_midnight_in_india(moment: datetime, day: date, year: str) -> None:
    assert local_day(moment, INDIA) == day
    assert financial_year(local_day(moment, INDIA)) == year


def test_the_same_moment_is_another_day_elsewhere() -> None:
    assert local_day(MIDNIGHT, "America/New_York") == date(2026, 3, 31)


@pytest.mark.parametrize(
    ("day", "year"), [(date(1999, 4, 1), "99-00"), (date(2000, 3, 31), "99-00"), (date(2099, 12, 1), "99-00")]
)
def test_a_century_turns(day: date, year: str) -> None:
    assert financial_year(day) == year


@given(st.dates(date(2000, 1, 1), date(2098, 12, 31)))
def test_a_year_has_all_its_days_and_no_other(day: date) -> None:
    start = day.year if (day.month, day.day) >= (4, 1) else day.year - 1
    assert financial_year(day) == f"{start % 100:02d}-{(start + 1) % 100:02d}"
    assert len(financial_year(day)) == 5


@pytest.mark.django_db
@pytest.mark.parametrize(("moment", "prefix"), [(MIDNIGHT - timedelta(seconds=1), "25-26/"), (MIDNIGHT, "26-27/")])
def test_a_bill_is_numbered_by_the_year_of_the_shops_day(moment: datetime, prefix: str) -> None:
    from dataclasses import replace
    from decimal import Decimal

    from billing.commands import Line, create_product, issue_invoice
    from tests.support.factories import make_shop

    shop = make_shop()
    actor = replace(shop.staff, now=moment)
    rice = create_product(actor, name="Rice", unit="kg", price_paise=6_000, stock=Decimal(10))
    invoice = issue_invoice(actor, customer=shop.rahul, lines=[Line(product=rice, quantity=Decimal(1))])
    assert invoice.number == f"{prefix}A/000001"
    assert invoice.issued_on == local_day(moment, INDIA)
