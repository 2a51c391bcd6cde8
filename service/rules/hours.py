"""When somebody of the organisation is on duty: weekly hours, less the holidays."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from service.rules.local_time import clock_change, instants_of, to_instant, to_local

Hours = Mapping[int, Sequence[tuple[time, time]]]


def on_duty(hours: Hours, holidays: Collection[date], zone: str, at: datetime) -> bool:
    """Tell whether the organisation is on duty at the aware instant `at`, by its own clocks in `zone`.

    `hours` has for each weekday (0 is Monday) its shifts; a shift holds its first moment and not its last, may run past
    midnight, and belongs to the day it begins on, as do holidays. Two equal times mean the whole day. Raises ZoneProblem.
    """
    return _shift_end(hours, holidays, to_local(at, zone)) is not None


def next_opening(hours: Hours, holidays: Collection[date], zone: str, at: datetime) -> datetime | None:
    """Give the first instant, `at` itself or later, on duty; None if there never is one. Raises ZoneProblem."""
    if on_duty(hours, holidays, zone, at):
        return at
    opening = next((found for found in _beginnings(hours, holidays, zone, at) if found > at), None)
    if opening is None:
        return None
    change = clock_change(zone, at, opening)
    return change if change and on_duty(hours, holidays, zone, change) else opening


def end_of_shift(hours: Hours, holidays: Collection[date], zone: str, at: datetime) -> datetime | None:
    """Give the instant at which the shift that runs at `at` ends, shifts without a break between them counted as one.

    None when nobody is on duty, or when the hours have no end at all. Raises ZoneProblem.
    """
    local_end = _shift_end(hours, holidays, to_local(at, zone))
    if local_end is None:
        return None
    last = local_end + timedelta(weeks=2)  # by then every weekday was seen twice: the hours have no end
    while (later := _shift_end(hours, holidays, local_end)) is not None:
        local_end = later
        if local_end > last:
            return None
    end = next((found for found in instants_of(local_end, zone) if found > at), to_instant(local_end, zone))
    change = clock_change(zone, at, end)
    return change if change and not on_duty(hours, holidays, zone, change) else end


def _shift_end(hours: Hours, holidays: Collection[date], local: datetime) -> datetime | None:
    days = (local.date() - timedelta(days=1), local.date())
    shifts = (shift for day in days for shift in _shifts(hours, holidays, day))
    return max((end for begin, end in shifts if begin <= local < end), default=None)


def _shifts(hours: Hours, holidays: Collection[date], day: date) -> Iterator[tuple[datetime, datetime]]:
    if day in holidays:
        return
    for begin, end in hours.get(day.weekday(), ()):
        last_day = day if end > begin else day + timedelta(days=1)
        yield datetime.combine(day, begin), datetime.combine(last_day, end)


def _beginnings(hours: Hours, holidays: Collection[date], zone: str, at: datetime) -> Iterator[datetime]:
    # One week after the last holiday every weekday has been looked at; two more days cover a skipped one.
    today = to_local(at, zone).date()
    ahead = 9 + max(0, *((holiday - today).days for holiday in holidays), 0)
    for day in (today + timedelta(days=count) for count in range(ahead + 1)):
        beginnings = (instant for begin, _ in _shifts(hours, holidays, day) for instant in instants_of(begin, zone))
        yield from sorted(beginnings)
