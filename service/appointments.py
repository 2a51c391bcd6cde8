"""Dates of a member's own, such as a visit: what is said before and after moves when they move and vanishes with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from service.conversations import end
from service.planning import ONCE, on_date, set_next
from service.queues import date_gone
from service.roster import House
from service.rules.local_time import to_local
from service.rules.relative import RelativeProblem, moment_of, read_relative
from service.schedules import ScheduleRefused, Wanted, at_rest, mistakes_of, refuse, told
from service.store.rows import Member, Schedule
from service.store.scene import Scene

DAY = timedelta(days=1)
QUESTION, HELLO = (
    "appointment",
    "appointment-day",
)  # the flows about a visit: while there is time to help, and on its day


@dataclass(frozen=True, slots=True)
class Part:
    """A flow that begins so far before or after a date, in words such as `3 hours before`."""

    flow: str
    when: str


VISIT = (Part(QUESTION, "2 days before at 12:00"), Part(HELLO, "3 hours before"))  # unless something else is asked for


@dataclass(frozen=True, slots=True)
class Dated:
    """What is asked for: a date of the member's, and what begins before or after it."""

    date_at: datetime  # local, naive
    parts: Sequence[Part] = VISIT


def parts_of_a_visit(flow: str, whens: Sequence[str], date_at: datetime, zone: str) -> tuple[Part, ...]:
    """What begins around a visit where not everything was said: a flow (or none), and any number of moments.

    Moments alone are those of the question where they lie a day or more before the visit, else those of the hello. A flow
    about visits has its own moment. Raises ScheduleRefused with every mistake.
    """
    if flow and whens:
        return tuple(Part(flow, when) for when in whens)
    if flow:
        usual = tuple(part for part in VISIT if part.flow == flow)
        refuse(() if usual else (f"when: say with --when how far before or after the visit {flow} begins",))
        return usual
    refuse(_mistakes_of_whens(whens))
    placed = [(when, moment_of(read_relative(when), date_at, zone)) for when in whens]
    after = [when for when, at in placed if at >= date_at]
    refuse(
        [f"flow: say with --flow which flow begins {when}; the flows about a visit come before it" for when in after]
    )
    return tuple(Part(QUESTION if date_at - at >= DAY else HELLO, when) for when, at in placed) or VISIT


def book(scene: Scene, member: Member, dated: Dated, house: House) -> tuple[Scene, tuple[Schedule, ...]]:
    """The scene with a date and a schedule for each of its moments that is still to come, and those schedules.

    Words before the date are reminders, words after it are ordinary. Raises ScheduleRefused with every mistake, also where
    nothing of it is still to come.
    """
    refuse(_mistakes(scene, dated, house))
    date_id = house.new_id()
    for part in dated.parts:
        schedule = Schedule(
            house.new_id(), member.id, scene.number.id, part.flow, ONCE, dated.date_at.isoformat(), date_id=date_id,
            relative=part.when,
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
    """What was begun about the date is over: its conversation, where it is still open, and what a person was asked to say."""
    for date_at in {schedule.date_at for schedule in schedules if schedule.date_at is not None}:
        scene = date_gone(scene, date_at, why, house.now)
    conversation = scene.conversation
    if conversation is None or conversation.schedule_id not in {schedule.id for schedule in schedules}:
        return scene
    return end(scene, house.now, why)


def _mistakes(scene: Scene, dated: Dated, house: House) -> tuple[str, ...]:
    flows = dict.fromkeys(part.flow for part in dated.parts)
    wanted = [Wanted(flow, ONCE, dated.date_at) for flow in flows]
    found = [mistake for one in wanted for mistake in mistakes_of(scene, one, house, dated=True)]
    found += _mistakes_of_whens([part.when for part in dated.parts])
    return (
        tuple(found)
        if dated.parts
        else (*found, "when: say how far before or after the date, such as '3 hours before'")
    )


def _mistakes_of_whens(whens: Sequence[str]) -> list[str]:
    found = []
    for when in whens:
        try:
            read_relative(when)
        except RelativeProblem as problem:
            found.append(f"when: {problem}")
    return found


def _detail(schedule: Schedule) -> dict[str, Any]:
    return {"date": str(schedule.date_id), "flow": schedule.flow, "at": schedule.date_at}
