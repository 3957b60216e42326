"""Days and financial years as the shop counts them: in its own time zone, never in UTC."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

FINANCIAL_YEAR_FIRST_MONTH = 4


def local_day(moment: datetime, zone: str) -> date:
    """Return the calendar day of `moment` (aware) in the shop's zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


def financial_year(day: date) -> str:
    """Return the Indian financial year of `day`, "26-27" for 1 April 2026 to 31 March 2027."""
    start = day.year if day.month >= FINANCIAL_YEAR_FIRST_MONTH else day.year - 1
    return f"{start % 100:02d}-{(start + 1) % 100:02d}"
