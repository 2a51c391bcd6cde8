"""When a member's rule comes next: RFC 5545 on the local time of their zone, so that nine o'clock stays nine o'clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from heapq import heappop, heappush
from itertools import islice, takewhile
from typing import Literal

from dateutil import rrule as dateutil

from service.rules.local_time import LONGEST_GAP, offset_at, steady_offset, to_instant, to_local, zone_of
from service.rules.rrule_finders import finder_of
from service.rules.rrule_shapes import Shape, moments_since, shape_of
from service.rules.rrule_text import Rule, RuleProblem, read_rule

__all__ = ["RuleProblem", "check_rule", "moments", "next_moment", "to_instant"]

Walk = Callable[[datetime], Iterator[datetime]]

# Every kind of year there is (each weekday it may begin on, leap or not) comes in 28 years without a century between.
# These are dateutil's last, so that it stops soon by itself when it finds nothing.
LAST_YEARS = datetime(9972, 1, 1)  # noqa: DTZ001 - local by design
# The calendar ends with 9999, and a zone may carry its last moments past the end.
LAST_MOMENT = datetime(9999, 1, 1)  # noqa: DTZ001 - local by design
FREQUENCIES: dict[str, Literal[0, 1, 2, 3, 4]] = {
    "YEARLY": dateutil.YEARLY,
    "MONTHLY": dateutil.MONTHLY,
    "WEEKLY": dateutil.WEEKLY,
    "DAILY": dateutil.DAILY,
    "HOURLY": dateutil.HOURLY,
}


def next_moment(rule: str, zone: str, start: datetime, after: datetime) -> datetime | None:
    """Give the first instant (in UTC) of the rule that is later than the instant `after`, or None.

    `start` is DTSTART, naive, on the clocks of `zone`. Two moments at one instant are one. Raises RuleProblem, ZoneProblem.
    """
    after = after if after.tzinfo is UTC else after.astimezone(UTC)
    found = _swift(rule, zone, start, after)
    if found is not None:
        return found
    walk = _walk(rule, zone, start)
    if offset_at(after - LONGEST_GAP, zone) == offset_at(after, zone):
        local = next(walk(to_local(after, zone) + timedelta.resolution), None)
        moment = local and to_instant(local, zone)
        if moment is None or to_local(moment, zone) == local:
            return moment
    return _next_past_a_change(walk, zone, after)


def moments(rule: str, zone: str, start: datetime, count: int) -> tuple[datetime, ...]:
    """Give the first `count` instants (in UTC) of the rule in order; `start` is one of them if the rule matches it.

    `start` is DTSTART, naive, on the clocks of `zone`. Raises RuleProblem, ZoneProblem.
    """
    walk = _walk(rule, zone, start)
    return tuple(islice(_instants(walk(start), zone), count))


def check_rule(rule: str) -> tuple[str, ...]:
    """Give every mistake of a rule in words, each with its mend; none if the rule can be used."""
    try:
        found = read_rule(rule)
    except RuleProblem as problem:
        return problem.mistakes
    return () if _can_happen(found) else ("this rule never happens; look at the days, months and times it asks for",)


@lru_cache(maxsize=65536)
def _swift(rule: str, zone: str, start: datetime, after: datetime) -> datetime | None:
    """The next moment of a common shape, far from any change of clocks, by sums alone; None: look the careful way.

    Kept, because whoever shares a rule asks for the same moment (PERFORMANCE.md, section 4).
    """
    finder = _finder(rule, zone, start)
    offset = steady_offset(zone, after.toordinal())
    if finder is None or offset is None:
        return None
    local = finder((after + offset + timedelta.resolution).replace(tzinfo=None))
    offset = None if local is None else steady_offset(zone, local.toordinal())
    return None if local is None or offset is None else (local - offset).replace(tzinfo=UTC)


@lru_cache(maxsize=16384)
def _finder(text: str, zone: str, start: datetime) -> Callable[[datetime], datetime | None] | None:
    """What finds the first local moment from a local time on; None for a rule that needs to be walked."""
    rule = read_rule(text)
    if rule.count or rule.until:
        return None
    shape = shape_of(rule, start.replace(microsecond=0, fold=0))
    zone_of(zone)
    return None if shape is None else finder_of(shape)


@lru_cache(maxsize=4096)
def _walk(text: str, zone: str, start: datetime) -> Walk:
    rule = read_rule(text)
    begin = start.replace(microsecond=0, fold=0)
    until = to_local(rule.until.replace(tzinfo=UTC), zone) if rule.until and rule.until_is_utc else rule.until
    shape = shape_of(rule, begin)
    if shape is None:
        return _walk_by_dateutil(rule, begin, until)
    last = _last(shape, begin, rule.count) if rule.count else until
    return lambda local: takewhile(lambda moment: last is None or moment <= last, moments_since(shape, local))


def _last(shape: Shape, begin: datetime, count: int) -> datetime:
    counted = deque(islice(moments_since(shape, begin), count), maxlen=1)
    return counted[0] if counted else begin


def _walk_by_dateutil(rule: Rule, begin: datetime, until: datetime | None) -> Walk:
    try:
        found = _dateutil_rule(replace(rule, until=until), begin) if _can_happen(rule) else None
    except ValueError:  # dateutil's word for an hourly rule whose steps meet none of its hours
        found = None
    return lambda local: (
        takewhile(lambda moment: moment < LAST_MOMENT, found.xafter(local, inc=True)) if found else iter(())
    )


def _can_happen(rule: Rule) -> bool:
    endless = replace(rule, interval=1, count=None, until=None)
    return next(iter(_dateutil_rule(endless, LAST_YEARS)), None) is not None


def _dateutil_rule(rule: Rule, begin: datetime) -> dateutil.rrule:
    return dateutil.rrule(
        FREQUENCIES[rule.freq],
        dtstart=begin,
        interval=rule.interval,
        wkst=rule.wkst,
        count=rule.count,
        until=rule.until,
        bysetpos=rule.bysetpos or None,
        bymonth=rule.bymonth or None,
        bymonthday=rule.bymonthday or None,
        byyearday=rule.byyearday or None,
        byweekno=rule.byweekno or None,
        byweekday=[dateutil.weekday(day, which or None) for which, day in rule.byday] or None,
        byhour=rule.byhour or None,
        byminute=rule.byminute or None,
        bysecond=rule.bysecond or None,
    )


def _next_past_a_change(walk: Walk, zone: str, after: datetime) -> datetime | None:
    """Look as far back as the clocks jumped, because a local time in a gap becomes a later instant."""
    shown = min(to_local(after, zone), to_local(after - LONGEST_GAP, zone) + LONGEST_GAP)
    return next((moment for moment in _instants(walk(shown), zone) if moment > after), None)


def _instants(local_moments: Iterator[datetime], zone: str) -> Iterator[datetime]:
    """Turn ordered local moments into ordered instants, each once.

    A moment in a gap becomes later than what clocks show just after the gap, so it waits until the others caught up.
    """
    waiting: list[datetime] = []
    last = None
    for local in local_moments:
        moment = to_instant(local, zone)
        heappush(waiting, moment)
        caught_up = to_local(moment, zone) == local
        while caught_up and waiting and waiting[0] <= moment:
            if (first := heappop(waiting)) != last:
                yield first
            last = first
    yield from sorted(set(waiting) - {last})
