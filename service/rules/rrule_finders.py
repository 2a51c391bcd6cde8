"""The first moment of a common shape from a local time on, by table: no walk, however long ago the rule began.

Every day, some weekdays, or days of the month, without steps between them: what nearly all members choose. The walk of
rrule_shapes does the rest and is what these are tested against.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import lru_cache, partial

from service.rules.rrule_shapes import Shape, days_of_month

Finder = Callable[[datetime], datetime | None]
WEEK = 7
DAY = timedelta(days=1)
# A day of the month that most months lack, 31, comes every second month; what is rarer is left to the walk.
MOST_MONTHS = 3
LAST_YEAR = 9998


def finder_of(shape: Shape) -> Finder | None:
    """What finds the first local moment from a local time on; None for a shape that has steps, or months of its own.

    The finder gives None where it finds nothing near, which does not mean that there is nothing.
    """
    if shape.interval != 1 or shape.months or not shape.times:
        return None
    if shape.freq == "MONTHLY":
        return partial(_in_months, shape)
    return None if shape.monthdays else partial(_in_week, shape.begin, shape.times, _ahead(shape))


def _ahead(shape: Shape) -> tuple[tuple[bool, int], ...]:
    """For each weekday: whether it is one of the rule's, and after how many days the next one comes."""
    days = {weekday for _, weekday in shape.weekdays} or set(range(WEEK))
    return tuple((day in days, min((other - day - 1) % WEEK + 1 for other in days)) for day in range(WEEK))


def _in_week(
    begin: datetime, times: tuple[time, ...], ahead: tuple[tuple[bool, int], ...], local: datetime
) -> datetime | None:
    floor = max(begin, local)
    fits, days = ahead[floor.weekday()]
    if fits:
        clock = floor.time()
        for at in times:
            if at >= clock:
                return datetime.combine(floor, at)
    return datetime.combine(floor + days * DAY, times[0])


def _in_months(shape: Shape, local: datetime) -> datetime | None:
    floor = max(shape.begin, local)
    for number in range(floor.year * 12 + floor.month - 1, floor.year * 12 + floor.month - 1 + MOST_MONTHS):
        year, month = divmod(number, 12)
        for day in _days(shape.monthdays, shape.weekdays, year, month + 1) if year < LAST_YEAR else ():
            found = _on(shape.times, date(year, month + 1, day), floor)
            if found is not None:
                return found
    return None


def _on(times: tuple[time, ...], day: date, floor: datetime) -> datetime | None:
    for at in times:
        moment = datetime.combine(day, at)
        if moment >= floor:
            return moment
    return None


@lru_cache(maxsize=4096)
def _days(monthdays: frozenset[int], weekdays: tuple[tuple[int, int], ...], year: int, month: int) -> tuple[int, ...]:
    return tuple(days_of_month(monthdays, weekdays, year, month))
