"""The hours of the day in which a member may be written to unasked."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from service.rules.local_time import clock_change, instants_of, to_local

Window = tuple[time, time]


def is_open(window: Window, zone: str, at: datetime) -> bool:
    """Tell whether clocks in `zone` stand within `window` at the aware instant `at`.

    The window holds its first moment and not its last; it may cross midnight (22:00 to 06:00); two equal times mean all day.
    Raises ZoneProblem.
    """
    return _holds(window, to_local(at, zone).time())


def next_open(window: Window, zone: str, at: datetime) -> datetime:
    """Give the first instant, `at` itself or later, at which the window is open. Raises ZoneProblem.

    A window that begins in a gap opens where the gap ends; one that lies in a gap is left out for that day.
    """
    if is_open(window, zone, at):
        return at
    opening = min(found for found in _beginnings(window[0], zone, at) if found > at)
    change = clock_change(zone, at, opening)
    return change if change and is_open(window, zone, change) else opening


def _holds(window: Window, now: time) -> bool:
    begin, end = window
    return begin <= now < end if begin < end else now >= begin or now < end


def _beginnings(begin: time, zone: str, at: datetime) -> tuple[datetime, ...]:
    # Three days ahead hold at least one beginning, even where the calendar skips a day.
    today = to_local(at, zone).date()
    days = (today + timedelta(days=ahead) for ahead in range(4))
    return tuple(found for day in days for found in instants_of(datetime.combine(day, begin), zone))
