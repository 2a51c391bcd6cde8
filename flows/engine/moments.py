"""Lengths of time and moments as flows write them, and when they come on a member's own clock.

after: 24 hours      30 minutes · 2 days · 1 week
at: 9:00             monday 9:00 · tomorrow 9:00
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flows.engine.clock_words import WEEKDAYS
from flows.engine.kinds import Kind, read_literal
from flows.engine.normalise import fold

_LENGTH = re.compile(r"(\d{1,4}) (minute|hour|day|week)s?")
_AT = re.compile(r"(?:([a-z]+) )?(\d{1,2}:\d{2})")
_LONGEST = timedelta(days=366)
_TIME = Kind("time")


@dataclass(frozen=True, slots=True)
class Length:
    """A length of time: hours and minutes by the watch, days by the calendar, so that nine o'clock stays nine."""

    days: int = 0
    minutes: int = 0

    @property
    def shortest(self) -> timedelta:
        """The least that can go by, with a day cut to 23 hours by a change of the clocks."""
        return timedelta(hours=23 * self.days, minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class ClockTime:
    """The next time that a member's clock shows this, on this weekday (0 is Monday), or tomorrow."""

    at: time
    weekday: int | None = None
    tomorrow: bool = False


@dataclass(frozen=True, slots=True)
class DateKept:
    """Some days before (or on) a date that the flow knows by this name, at this time of the member's clock."""

    name: str
    at: time
    before: Length = Length()


def read_length(text: str) -> Length | None:
    """Read `24 hours`, `30 minutes`, `2 days` or `1 week`, up to a year; None if it is none of these."""
    found = _LENGTH.fullmatch(" ".join(text.split()))
    if found is None:
        return None
    number, unit = int(found[1]), found[2]
    length = {
        "minute": Length(minutes=number),
        "hour": Length(minutes=60 * number),
        "day": Length(days=number),
        "week": Length(days=7 * number),
    }[unit]
    return length if timedelta(0) < length.shortest <= _LONGEST else None


def read_clock_time(text: str) -> ClockTime | None:
    """Read `9:00`, `monday 9:00` or `tomorrow 9:00`; None if it is none of these."""
    found = _AT.fullmatch(" ".join(fold(text).split()))
    at = read_time_of_day(found[2]) if found else None
    if found is None or at is None or (found[1] and found[1] != "tomorrow" and found[1] not in WEEKDAYS):
        return None
    return ClockTime(at, WEEKDAYS.get(found[1] or ""), tomorrow=found[1] == "tomorrow")


def read_time_of_day(text: str) -> time | None:
    """Read `9:00` or `21:30`; None if it is no time."""
    said = read_literal(_TIME, text)
    return time.fromisoformat(said) if isinstance(said, str) else None


def after(length: Length, zone: str, now: datetime) -> datetime:
    """The moment (UTC) a length of time after another."""
    if not length.days:
        return now.astimezone(UTC) + timedelta(minutes=length.minutes)
    local = now.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return _instant(local + timedelta(days=length.days), zone)


def next_clock_time(clock: ClockTime, zone: str, now: datetime) -> datetime:
    """The first moment (UTC) after `now` at which the member's clock shows a time."""
    today = now.astimezone(ZoneInfo(zone)).date()
    first = 1 if clock.tomorrow else 0
    days = (today + timedelta(days=ahead) for ahead in range(first, first + 9))
    moments = (
        _instant(datetime.combine(day, clock.at), zone) for day in days if clock.weekday in (None, day.weekday())
    )
    return next(moment for moment in moments if moment > now)


def date_moment(wait: DateKept, day: date, zone: str) -> datetime:
    """The moment (UTC) that a wait for a known date is for; it may lie in the past."""
    local = datetime.combine(day, wait.at) - timedelta(days=wait.before.days, minutes=wait.before.minutes)
    return _instant(local, zone)


def _instant(local: datetime, zone: str) -> datetime:
    """Local time as UTC. A time that does not exist moves forward by the gap; one that comes twice is the first."""
    return local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)
