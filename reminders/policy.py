"""When a customer may be written to, and when a repeated reminder is due again. Pure: times in, times out."""

import calendar
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from reminders.errors import DueInPast, DueTooFar, OutsideContactHours
from reminders.models import Repeat

OPENS, CLOSES = time(9, 0), time(19, 0)
LATE_BY_AT_MOST = timedelta(minutes=15)
AHEAD_AT_MOST = timedelta(days=366)


def check_due(due_at: datetime, *, now: datetime, zone: str) -> None:
    """Accept a time that is to come, within a year, from 09:00 to 19:00 (both included) in the shop's zone.

    Raises:
        DueInPast, DueTooFar: as their names say.
        OutsideContactHours: its sentence, and the fact `nearest`, offer the nearest time that is allowed.
    """
    if due_at <= now:
        raise DueInPast(fields={"datetime": [DueInPast.message]})
    if due_at - now > AHEAD_AT_MOST:
        raise DueTooFar(fields={"datetime": [DueTooFar.message]})
    if not is_within_hours(due_at, zone):
        nearest = nearest_allowed(due_at, zone=zone, after=now)
        message = (
            f"Customers are written to from {OPENS:%H:%M} to {CLOSES:%H:%M}. "
            f"The nearest time is {nearest:%d %b %Y, %H:%M}; ask for that one."
        )
        raise OutsideContactHours(message, fields={"datetime": [message]}, facts={"nearest": nearest})


def is_within_hours(moment: datetime, zone: str) -> bool:
    return OPENS <= moment.astimezone(ZoneInfo(zone)).time() <= CLOSES


def may_send_now(due_at: datetime, *, now: datetime, zone: str) -> bool:
    """Tell whether a message that was due at `due_at` may go out now: within the hours, or a few minutes behind them
    when it was due at their very end."""
    in_time = is_within_hours(due_at, zone) and timedelta(0) <= now - due_at <= LATE_BY_AT_MOST
    return in_time or is_within_hours(now, zone)


def nearest_allowed(moment: datetime, *, zone: str, after: datetime) -> datetime:
    """Return the allowed time nearest to `moment` that is later than `after`, in the shop's zone."""
    local_zone = ZoneInfo(zone)
    day = moment.astimezone(local_zone).date()
    edges = [
        datetime.combine(day + timedelta(days=offset), edge, local_zone)
        for offset in (-1, 0, 1)
        for edge in (OPENS, CLOSES)
    ]
    return min((edge for edge in edges if edge > after), key=lambda edge: abs(edge - moment))


def next_due(due_at: datetime, repeat: str, *, now: datetime, zone: str) -> datetime | None:
    """Return when a reminder is due again: the first occurrence after `now`, at the same time of the shop's clock.

    Monthly keeps the day of the month; a month that has no such day takes its last one, and the following go on from there.
    """
    if repeat == Repeat.NONE:
        return None
    following = due_at.astimezone(ZoneInfo(zone))
    while following <= max(now, due_at):
        following = _one_on(following, repeat)
    return following


def _one_on(moment: datetime, repeat: str) -> datetime:
    if repeat == Repeat.DAILY:
        return moment + timedelta(days=1)
    if repeat == Repeat.WEEKLY:
        return moment + timedelta(days=7)
    year, month = divmod(moment.year * 12 + moment.month, 12)
    last_day = calendar.monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last_day))
