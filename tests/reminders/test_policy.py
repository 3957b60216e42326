"""Contact hours and repetition, as pure rules."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.errors import DueInPast, DueTooFar, OutsideContactHours
from reminders.policy import check_due, is_within_hours, may_send_now, nearest_allowed, next_due

ZONE = "Asia/Kolkata"


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo(ZONE))


NOW = at(24, 12)


@pytest.mark.parametrize("due", [at(25, 9), at(25, 19), at(24, 12, 1), at(25, 13, 30)])
def test_hours_from_nine_to_seven_are_allowed_ends_included(due: datetime) -> None:
    check_due(due, now=NOW, zone=ZONE)


@pytest.mark.parametrize(
    ("due", "nearest"),
    [
        (at(25, 8, 59), at(25, 9)),
        (at(25, 19, 1), at(25, 19)),
        (at(25, 23), at(25, 19)),
        (at(25, 1), at(24, 19)),
        (at(25, 5), at(25, 9)),
    ],
)
def test_another_hour_is_refused_with_the_nearest_that_is_allowed(due: datetime, nearest: datetime) -> None:
    with pytest.raises(OutsideContactHours) as refused:
        check_due(due, now=NOW, zone=ZONE)
    assert refused.value.facts == {"nearest": nearest}
    assert f"{nearest:%d %b %Y, %H:%M}" in refused.value.message


def test_the_shops_zone_decides_not_utc() -> None:
    noon_utc = datetime(2026, 11, 25, 14, 0, tzinfo=ZoneInfo("UTC"))  # 19:30 in India
    assert not is_within_hours(noon_utc, ZONE)
    assert is_within_hours(noon_utc, "UTC")


def test_past_and_far_times_are_refused() -> None:
    with pytest.raises(DueInPast):
        check_due(NOW, now=NOW, zone=ZONE)
    with pytest.raises(DueTooFar):
        check_due(NOW + timedelta(days=367), now=NOW, zone=ZONE)


def test_the_nearest_time_is_never_one_that_has_passed() -> None:
    late = at(24, 20)
    assert nearest_allowed(late, zone=ZONE, after=late) == at(25, 9)


def test_a_message_due_at_closing_may_be_a_few_minutes_late_but_not_an_hour() -> None:
    assert may_send_now(at(24, 19), now=at(24, 19, 2), zone=ZONE)
    assert not may_send_now(at(24, 19), now=at(24, 20), zone=ZONE)
    assert may_send_now(at(24, 19), now=at(25, 10), zone=ZONE)


@pytest.mark.parametrize(
    ("due", "repeat", "following"),
    [
        (at(24, 10), "none", None),
        (at(24, 10), "daily", at(25, 10)),
        (at(24, 10), "weekly", datetime(2026, 12, 1, 10, tzinfo=ZoneInfo(ZONE))),
        (at(24, 10), "monthly", at(24, 10, month=12)),
        (at(20, 10), "daily", at(25, 10)),
        (at(31, 10, month=10), "monthly", at(30, 10)),
        (at(30, 10, month=11), "monthly", at(30, 10, month=12)),
    ],
)
def test_a_repeated_reminder_is_due_again_after_now(due: datetime, repeat: str, following: datetime | None) -> None:
    assert next_due(due, repeat, now=NOW, zone=ZONE) == following


def test_monthly_goes_over_the_year_and_into_a_short_month() -> None:
    due = datetime(2026, 12, 31, 10, tzinfo=ZoneInfo(ZONE))
    january = next_due(due, "monthly", now=due, zone=ZONE)
    assert january == datetime(2027, 1, 31, 10, tzinfo=ZoneInfo(ZONE))
    assert next_due(january, "monthly", now=january, zone=ZONE) == datetime(2027, 2, 28, 10, tzinfo=ZoneInfo(ZONE))


@given(st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)), st.integers(0, 3 * 24 * 60))
def test_the_offered_time_is_always_allowed_and_to_come(moment: datetime, minutes_ahead: int) -> None:
    now = moment.replace(tzinfo=ZoneInfo(ZONE))
    nearest = nearest_allowed(now + timedelta(minutes=minutes_ahead), zone=ZONE, after=now)
    assert nearest > now
    assert is_within_hours(nearest, ZONE)
