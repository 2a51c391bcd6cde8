"""The common shapes of recurrence, by hand: finding the next moment costs the same however long ago the rule began.

dateutil walks from the first moment on, so its cost grows with a member's age; it is the reference these shapes are
tested against, and does the rest (yearly and hourly rules, positions in a set, days of the year, numbers of weeks).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import product

from service.rules.rrule_text import Rule

# A rule that finds nothing in so many days, weeks or months in a row never happens: the rarest day, 29 February on one
# weekday, comes within 40 years, which are 14,610 days.
LONGEST_SEARCH = 20_000
# The calendar ends with 9999, and no zone may carry a moment past it.
LAST_DAY = date(9998, 12, 31)


@dataclass(frozen=True, slots=True)
class Shape:
    """A compiled rule: `begin` is local, `times` are those of each day in order, the rest is as in the rule."""

    freq: str
    interval: int
    begin: datetime
    wkst: int
    months: frozenset[int]
    monthdays: frozenset[int]
    weekdays: tuple[tuple[int, int], ...]
    times: tuple[time, ...]


def shape_of(rule: Rule, begin: datetime) -> Shape | None:
    """Compile a rule that begins at the local time `begin`; None where it is not one of the common shapes.

    `count` and `until` are not looked at: the moments have no end of their own.
    """
    if rule.freq not in PERIODS or rule.bysetpos or rule.byyearday or rule.byweekno:
        return None
    plain = not rule.byday and not rule.bymonthday
    hours = product(rule.byhour or (begin.hour,), rule.byminute or (begin.minute,), rule.bysecond or (begin.second,))
    return Shape(
        freq=rule.freq,
        interval=rule.interval,
        begin=begin.replace(microsecond=0),
        wkst=rule.wkst,
        months=frozenset(rule.bymonth),
        monthdays=frozenset({begin.day} if plain and rule.freq == "MONTHLY" else rule.bymonthday),
        weekdays=((0, begin.weekday()),) if plain and rule.freq == "WEEKLY" else rule.byday,
        times=tuple(time(*parts) for parts in hours),
    )


def moments_since(shape: Shape, local: datetime) -> Iterator[datetime]:
    """Give the local moments of the rule in order, the first of them `local` or later."""
    floor = max(local, shape.begin)
    searched = 0
    for days in PERIODS[shape.freq](shape, floor.date()):
        for day in days:
            for hour in shape.times:
                moment = datetime.combine(day, hour)
                if moment >= floor:
                    yield moment
        searched = 0 if days else searched + 1
        if searched > LONGEST_SEARCH:
            return


def _days(shape: Shape, floor: date) -> Iterator[list[date]]:
    first = _in_step(shape.begin.toordinal(), floor.toordinal(), shape.interval)
    for ordinal in range(first, LAST_DAY.toordinal(), shape.interval):
        day = date.fromordinal(ordinal)
        yield [day] if _is_weekday(shape, day) and _fits(shape, day) else []


def _weeks(shape: Shape, floor: date) -> Iterator[list[date]]:
    begin = shape.begin.toordinal() - (shape.begin.weekday() - shape.wkst) % 7
    ahead = sorted({(weekday - shape.wkst) % 7 for _, weekday in shape.weekdays} or range(7))
    # The week that holds the floor began up to six days before it.
    for first in range(
        _in_step(begin, floor.toordinal() - 6, 7 * shape.interval), LAST_DAY.toordinal() - 6, 7 * shape.interval
    ):
        days = [date.fromordinal(first + count) for count in ahead]
        yield [day for day in days if _fits(shape, day)]


def _months(shape: Shape, floor: date) -> Iterator[list[date]]:
    first = _in_step(_month_number(shape.begin), _month_number(floor), shape.interval)
    for number in range(first, _month_number(LAST_DAY), shape.interval):
        year, month = divmod(number, 12)
        wanted = not shape.months or month + 1 in shape.months
        days = days_of_month(shape.monthdays, shape.weekdays, year, month + 1) if wanted else []
        yield [date(year, month + 1, day) for day in days]


def days_of_month(monthdays: frozenset[int], weekdays: tuple[tuple[int, int], ...], year: int, month: int) -> list[int]:
    """Give the days of one month that a monthly rule with these days of the month and weekdays asks for, in order."""
    first, length = monthrange(year, month)
    by_number = {day if day > 0 else length + 1 + day for day in monthdays}
    by_weekday = {day for which, weekday in weekdays for day in _weekdays_of_month(which, weekday, first, length)}
    if monthdays and weekdays:
        return sorted(by_number & by_weekday)
    return sorted(day for day in by_number or by_weekday if 1 <= day <= length)


def _weekdays_of_month(which: int, weekday: int, first: int, length: int) -> range:
    days = range(1 + (weekday - first) % 7, length + 1, 7)
    if not which:
        return days
    place = which - 1 if which > 0 else len(days) + which
    return days[place : place + 1] if place >= 0 else days[:0]


def _is_weekday(shape: Shape, day: date) -> bool:
    return not shape.weekdays or (0, day.weekday()) in shape.weekdays


def _fits(shape: Shape, day: date) -> bool:
    if shape.months and day.month not in shape.months:
        return False
    if not shape.monthdays:
        return True
    return day.day in shape.monthdays or day.day - monthrange(day.year, day.month)[1] - 1 in shape.monthdays


def _in_step(begin: int, floor: int, step: int) -> int:
    """Give the first number that is `begin` and some whole steps, and at least `floor`."""
    return begin if floor <= begin else begin + -(-(floor - begin) // step) * step


def _month_number(day: date) -> int:
    return day.year * 12 + day.month - 1


PERIODS: dict[str, Callable[[Shape, date], Iterator[list[date]]]] = {
    "DAILY": _days,
    "WEEKLY": _weeks,
    "MONTHLY": _months,
}
