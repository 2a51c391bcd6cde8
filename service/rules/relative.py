"""Moments relative to a date: `2 days before at 12:00`, `3 hours before`, `1 week after`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from service.rules.local_time import to_instant, to_local

_UNITS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}
_WRITTEN = re.compile(r"(\d{1,3}) (hour|day|week)s? (before|after)(?: at (\d{1,2}):(\d{2}))?")
_SAME_DAY = re.compile(r"(?:that|the same) day at (\d{1,2}):(\d{2})")
LONGEST = timedelta(days=731)


class RelativeProblem(ValueError):
    """Words that say no moment relative to a date; its text says what to write."""


@dataclass(frozen=True, slots=True)
class Relative:
    """How far from a date: days and weeks count on the calendar, hours as they pass. `at` is the clock time of that day."""

    distance: timedelta
    at: time | None = None
    by_hours: bool = False


def read_relative(text: str) -> Relative:
    """Read words such as `2 days before at 12:00`. Raises RelativeProblem."""
    words = " ".join(text.lower().split())
    found, same = _WRITTEN.fullmatch(words), _SAME_DAY.fullmatch(words)
    if same is not None:
        return Relative(timedelta(), _clock(text, same[1], same[2]))
    if found is None:
        raise RelativeProblem(
            f"{text!r}: write such as '2 days before at 12:00', '3 hours before', 'that day at 09:00'"
        )
    distance = int(found[1]) * _UNITS[found[2]] * (-1 if found[3] == "before" else 1)
    if abs(distance) > LONGEST:
        raise RelativeProblem(f"{text!r}: write at most two years")
    if found[2] == "hour" and found[4]:
        raise RelativeProblem(f"{text!r}: hours have no time of day; write days, or leave out 'at'")
    at = _clock(text, found[4], found[5]) if found[4] else None
    return Relative(distance, at, found[2] == "hour")


def moment_of(relative: Relative, date_at: datetime, zone: str) -> datetime:
    """Give the local time that lies so far from the local time `date_at`, on the clocks of `zone`. Raises ZoneProblem."""
    if relative.by_hours:
        return to_local(to_instant(date_at, zone) + relative.distance, zone)
    day = date_at + relative.distance
    return day if relative.at is None else datetime.combine(day.date(), relative.at)


def is_before(relative: Relative, date_at: datetime, zone: str) -> bool:
    """Whether that moment is earlier than its date: what is said then is a reminder. Raises ZoneProblem."""
    return to_instant(moment_of(relative, date_at, zone), zone) < to_instant(date_at, zone)


def _clock(text: str, hour: str, minute: str) -> time:
    try:
        return time(int(hour), int(minute))
    except ValueError as problem:
        raise RelativeProblem(f"{text!r}: {hour}:{minute} is no time of day; write from 00:00 to 23:59") from problem
