"""Local time and instants: the one place where a wall clock's reading becomes a moment.

A local time is a naive datetime, what a clock on the wall shows; an instant is an aware one in UTC. Zones are IANA names.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from whenever import PlainDateTime

# The longest gap on record is a whole day (Pacific/Apia, 30 December 2011), so one day reaches past any change.
LONGEST_GAP = timedelta(days=1)
FIRST_DAY, LAST_DAY = date(1, 1, 10).toordinal(), date(9998, 12, 1).toordinal()
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LOCAL_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - local by design


def to_instant(local: datetime, zone: str) -> datetime:
    """Give the instant, aware and in UTC, at which clocks in `zone` show the naive `local`.

    A time that does not exist moves forward by the gap; one that comes twice is the first (RFC 5545, section 3.3.5).
    Raises ZoneProblem.
    """
    zone_of(zone)
    moment = PlainDateTime(local).assume_tz(zone, disambiguation="compatible")
    return moment.to_instant().to_stdlib()


def to_local(at: datetime, zone: str) -> datetime:
    """Give what clocks in `zone` show at the instant `at`, as a naive datetime. Raises ZoneProblem."""
    # Twice as fast as replacing the zone by none, and this is called for every member's next moment.
    return LOCAL_EPOCH + ((at - EPOCH) + offset_at(at, zone))


def offset_at(at: datetime, zone: str) -> timedelta:
    """Give how far clocks in `zone` are ahead of UTC at the instant `at`. Raises ZoneProblem."""
    return at.astimezone(zone_of(zone)).utcoffset() or timedelta()


@lru_cache(maxsize=16384)
def steady_offset(zone: str, day: int) -> timedelta | None:
    """Give how far clocks in `zone` are ahead of UTC for two days before and after a day (its ordinal), where that is one.

    On such a day a local time is one instant and an instant one local time, with a plain sum between them. None near a
    change of clocks, and near the ends of the calendar. Raises ZoneProblem.
    """
    if not FIRST_DAY < day < LAST_DAY:
        return None
    middle = EPOCH + timedelta(days=day - EPOCH.toordinal())
    found = {offset_at(middle + timedelta(hours=hours), zone) for hours in range(-48, 96, 6)}
    return found.pop() if len(found) == 1 else None


def instants_of(local: datetime, zone: str) -> tuple[datetime, ...]:
    """Give every instant at which clocks in `zone` show the naive `local`: none in a gap, two where hours come twice."""
    both = (local.replace(tzinfo=zone_of(zone), fold=fold).astimezone(UTC) for fold in (0, 1))
    return tuple(sorted({at for at in both if to_local(at, zone) == local}))


def clock_change(zone: str, begin: datetime, end: datetime) -> datetime | None:
    """Give the first instant after `begin`, to the second and not after `end`, at which clocks in `zone` jump.

    The two may be some days apart: two changes that cancel each other in between would not be seen, and no zone has had
    such within a week.
    """
    if offset_at(begin, zone) == offset_at(end, zone):
        return None
    low, high = begin, end
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        low, high = (low, middle) if offset_at(middle, zone) != offset_at(begin, zone) else (middle, high)
    return high.replace(microsecond=0)


def is_zone(name: str) -> bool:
    """Tell whether `name` is a zone of the IANA database, such as America/New_York."""
    try:
        zone_of(name)
    except ZoneProblem:
        return False
    return True


class ZoneProblem(ValueError):
    """A name that is no time zone."""


@cache
def zone_of(name: str) -> ZoneInfo:
    """Give the zone of that name, read once. Raises ZoneProblem."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
        message = f"{name!r} is not a time zone; write one such as America/New_York"
        raise ZoneProblem(message) from problem
