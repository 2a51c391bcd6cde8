"""Dates of a member's own, such as a visit: what is said before and after moves when they move and vanishes with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from service.conversations import end
from service.planning import ONCE, on_date, set_next
from service.roster import House
from service.rules.local_time import to_local
from service.rules.relative import RelativeProblem, read_relative
from service.schedules import ScheduleRefused, Wanted, at_rest, mistakes_of, refuse, told
from service.store.rows import Member, Schedule
from service.store.scene import Scene

TWO_DAYS_BEFORE = (
    "2 days before at 12:00",
)  # when the flow `appointment` begins; it says its hello of the day by itself


@dataclass(frozen=True, slots=True)
class Dated:
    """What is asked for: a flow that begins so far before or after a date of the member's, in words such as `3 hours before`."""

    flow: str
    date_at: datetime  # local, naive
    whens: Sequence[str] = TWO_DAYS_BEFORE


def book(scene: Scene, member: Member, dated: Dated, house: House) -> tuple[Scene, tuple[Schedule, ...]]:
    """The scene with a date and a schedule for each of its moments that is still to come, and those schedules.

    Words before the date are reminders, words after it are ordinary. Raises ScheduleRefused with every mistake, also where
    nothing of it is still to come.
    """
    refuse(_mistakes(scene, dated))
    date_id = house.new_id()
    for when in dated.whens:
        kind = "time-bound" if read_relative(when).is_before else "routine"
        schedule = Schedule(
            house.new_id(), member.id, scene.number.id, dated.flow, ONCE, dated.date_at.isoformat(), kind=kind,
            date_id=date_id, date_at=dated.date_at.isoformat(), relative=when,
        )  # fmt: skip
        scene = set_next(scene, on_date(schedule, dated.date_at, member.zone), member, house.organisation, house.now)
    kept = tuple(s for s in scene.all(Schedule) if s.date_id == date_id and s.active)
    if not kept:
        raise ScheduleRefused("every moment of it has passed: give a later date, or another time before it")
    return scene.with_rows(told(house, "date booked", member, _detail(kept[0]))), kept


def move(
    scene: Scene, schedules: Sequence[Schedule], member: Member, date_at: datetime, house: House
) -> tuple[Scene, tuple[Schedule, ...]]:
    """The scene with a date moved (`schedules`: all that hang on it, done ones too), and those that still speak.

    What was said about the old date is over: its conversation ends and what waits of it is withdrawn. Raises
    ScheduleRefused where nothing of it is still to come.
    """
    scene = _quiet(scene, schedules, house, "the date was moved")
    for schedule in schedules:
        moved = replace(on_date(schedule, date_at, member.zone), revision=schedule.revision + 1)
        scene = set_next(scene, moved, member, house.organisation, house.now)
    kept = tuple(s for s in scene.all(Schedule) if s.date_id == schedules[0].date_id and s.active)
    if not kept:
        raise ScheduleRefused("every moment of it would have passed: give a later date, or cancel it")
    return scene.with_rows(told(house, "date moved", member, _detail(kept[0]))), kept


def cancel(scene: Scene, schedules: Sequence[Schedule], member: Member, house: House) -> Scene:
    """The scene without a date: nothing of it is said any more."""
    scene = _quiet(scene, schedules, house, "the date was cancelled")
    for schedule in schedules:
        scene = at_rest(scene, schedule)
    return scene.with_rows(told(house, "date cancelled", member, {"date": str(schedules[0].date_id)}))


def joined_on(scene: Scene, member: Member) -> datetime:
    """The local time at which a member joined: their yes, or the day they were entered."""
    given = scene.number.consent_at if scene.number.consent == "given" else None
    return to_local(given or member.created_at, member.zone)


def _quiet(scene: Scene, schedules: Sequence[Schedule], house: House, why: str) -> Scene:
    """The conversation that the date began is over, where it is still open."""
    conversation = scene.conversation
    if conversation is None or conversation.schedule_id not in {schedule.id for schedule in schedules}:
        return scene
    return end(scene, house.now, why)


def _mistakes(scene: Scene, dated: Dated) -> tuple[str, ...]:
    found = list(mistakes_of(scene, Wanted(dated.flow, ONCE, dated.date_at)))
    for when in dated.whens:
        try:
            read_relative(when)
        except RelativeProblem as problem:
            found.append(f"when: {problem}")
    return (
        tuple(found)
        if dated.whens
        else (*found, "when: say how far before or after the date, such as '3 hours before'")
    )


def _detail(schedule: Schedule) -> dict[str, Any]:
    return {"date": str(schedule.date_id), "flow": schedule.flow, "at": schedule.date_at}
