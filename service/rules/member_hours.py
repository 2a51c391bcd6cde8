"""The hours of a member's week in which they may be written to unasked: their own, within the organisation's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from functools import lru_cache

from service.rules.hours import end_of_shift, next_opening, on_duty
from service.rules.windows import Window

DAY = 24 * 60
ALL_DAY = (time(), time())  # two equal times mean the whole day
Days = Mapping[str, Sequence[str] | None]  # by weekday ("0" is Monday): begin and end, or None for a day without texts
STEP = timedelta(minutes=15)  # in which the last open moment before another is looked for
REMEMBERED = 4096  # answers: check-ins fall due together, and most members have the same hours


class Week(dict[int, tuple[tuple[time, time], ...]]):
    """The spans of each weekday (0 is Monday). It is never changed, so what follows from it is worked out once."""

    __hash__ = object.__hash__  # type: ignore[assignment]  # equal ones that are not the same are worked out again


def member_hours(usual: tuple[str, str], days: Days, outer: Window = ALL_DAY) -> Week:
    """Give the spans of each weekday (0 is Monday) in which a member may be written to, on their own clocks.

    `usual` is their window on days that `days` does not name; `outer` is the organisation's. Times are such as 09:00. A
    window may cross midnight and belongs to the day on which it begins. A day on which the two do not meet has no span.
    """
    return (
        _hours(usual, outer)
        if not days
        else _within(tuple(_span(days.get(str(day), usual)) for day in range(7)), outer)
    )


def say_hours(hours: Week, weekday: int) -> str:
    """Give the spans of a weekday (0 is Monday) such as `09:00-20:00`, or `none`."""
    return ", ".join(f"{begin:%H:%M}-{end:%H:%M}" for begin, end in hours.get(weekday, ())) or "none"


@lru_cache(maxsize=REMEMBERED)
def is_open(hours: Week, zone: str, at: datetime) -> bool:
    """Tell whether the member may be written to unasked at an instant. Raises ZoneProblem."""
    return on_duty(hours, (), zone, at)


@lru_cache(maxsize=REMEMBERED)
def next_open(hours: Week, zone: str, at: datetime) -> datetime | None:
    """Give the first instant, `at` itself or later, at which they may; None where no day has a span. Raises ZoneProblem."""
    return next_opening(hours, (), zone, at)


def last_open(hours: Week, zone: str, at: datetime) -> datetime | None:
    """Give an instant within the day before `at` at which they may still be written to, as late as the step allows."""
    steps = (at - STEP * count for count in range(1, timedelta(days=1) // STEP))
    return next((earlier for earlier in steps if is_open(hours, zone, earlier)), None)


@lru_cache(maxsize=REMEMBERED)
def closing(hours: Week, zone: str, at: datetime) -> datetime | None:
    """Give the instant at which the span that holds `at` ends; None where none does, or none ends. Raises ZoneProblem."""
    return end_of_shift(hours, (), zone, at)


def _span(window: Sequence[str] | None) -> Window | None:
    return None if window is None else (time.fromisoformat(window[0]), time.fromisoformat(window[1]))


@lru_cache(maxsize=1024)
def _hours(usual: tuple[str, str], outer: Window) -> Week:
    return _within((_span(usual),) * 7, outer)


@lru_cache(maxsize=1024)
def _within(own: tuple[Window | None, ...], outer: Window) -> Week:
    found: dict[int, list[tuple[time, time]]] = {}
    for day, window in enumerate(own):
        for begin, end in _meetings(window, outer):
            found.setdefault((day + begin // DAY) % 7, []).append((_clock(begin), _clock(end)))
    return Week({day: tuple(sorted(spans)) for day, spans in found.items()})


def _meetings(window: Window | None, outer: Window) -> Iterator[tuple[int, int]]:
    """Where a day's window and the organisation's meet, in minutes since that day began; the latter opens every day."""
    if window is None:
        return
    begin, end = _minutes(window)
    first, last = _minutes(outer)
    if outer[0] == outer[1] or window == outer:
        yield begin, end
        return
    for shift in (-DAY, 0, DAY):
        if max(begin, first + shift) < min(end, last + shift):
            yield max(begin, first + shift), min(end, last + shift)


def _minutes(window: Window) -> tuple[int, int]:
    begin, end = (moment.hour * 60 + moment.minute for moment in window)
    return begin, end if end > begin else end + DAY


def _clock(minute: int) -> time:
    return time(minute % DAY // 60, minute % 60)
