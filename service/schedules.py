"""What staff do to a member's schedules by hand: add, change, remove, hours of weekdays, caps, a pause. Each leaves an audit row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from config.organisation import MOST_A_DAY, MOST_A_WEEK
from service.checkins import withheld
from service.facts import is_paused
from service.filling import missing
from service.planning import set_slot
from service.putting_off import put_offs, settled
from service.retiming import REMOVED, begun, retime
from service.rhythm import pause, resume
from service.roster import House
from service.rules.local_time import to_instant
from service.rules.schedule import check_rule
from service.store.rows import Audit, Member, Schedule
from service.store.scene import Scene
from service.timers import cancel_timer

LONGEST_SPREAD = 12 * 60
PAUSED_BY_HAND = "paused by hand"


class ScheduleRefused(ValueError):
    """Something that cannot be done to a schedule; the text says what to mend."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A schedule as it is asked for: which flow, by which rule from which local time on, and how it treats a day."""

    flow: str
    rule: str
    starts: datetime  # local, naive
    spread: int = 0
    unless_heard: bool = False
    skip_holidays: bool = False


def add(scene: Scene, member: Member, wanted: Wanted, house: House) -> tuple[Scene, Schedule]:
    """The scene with one more schedule, and the schedule as it stands then. Raises ScheduleRefused with every mistake."""
    refuse(mistakes_of(scene, wanted, house))
    schedule = Schedule(
        house.new_id(), member.id, scene.number.id, wanted.flow, wanted.rule, wanted.starts.isoformat(),
        spread=wanted.spread, unless_heard=wanted.unless_heard, skip_holidays=wanted.skip_holidays,
    )  # fmt: skip
    return _set(scene, schedule, member, house, "schedule added")


def change(scene: Scene, schedule: Schedule, member: Member, wanted: Wanted, house: House) -> tuple[Scene, Schedule]:
    """The scene with a schedule changed. Another timing is another revision, so that its minutes are drawn anew.

    Raises ScheduleRefused with every mistake, for a schedule that hangs on a date, and for one that was removed.
    """
    if schedule.removed:
        refuse(("this one was removed: add another",))
    if schedule.date_id is not None:
        refuse(("this one hangs on a date: move the date, or remove it and add another",))
    refuse(mistakes_of(scene, wanted, house))
    days = replace(schedule, unless_heard=wanted.unless_heard, skip_holidays=wanted.skip_holidays)
    starts = wanted.starts.isoformat()
    changed = replace(days, flow=wanted.flow, rule=wanted.rule, starts=starts, spread=wanted.spread)
    if changed == days:  # how it treats a day alone: its moments and minutes stay
        return scene.with_rows(days, told(house, "schedule changed", member, _detail(days))), days
    changed = replace(changed, revision=schedule.revision + 1)
    return _set(scene, changed, member, house, "schedule changed")


def remove(scene: Scene, schedule: Schedule, member: Member, house: House) -> Scene:
    """The scene without a schedule: it never speaks again. A conversation that it began goes on.

    A moment of it that had begun and had not spoken is withheld and says so.
    """
    slot = begun(scene, schedule, member, house, house.now)
    if slot is not None:
        scene = withheld(scene, house, member, slot, REMOVED, house.now)
    scene = at_rest(scene, schedule)
    return scene.with_rows(
        told(house, "schedule removed", member, {"schedule": str(schedule.id), "flow": schedule.flow})
    )


def set_hours(scene: Scene, member: Member, days: Sequence[int], window: Sequence[str] | None, house: House) -> Scene:
    """The scene with other hours for weekdays (0 is Monday): begin and end such as 09:00, or None for days without texts.

    All seven at once are their usual hours from then on; the usual hours give a day back its usual ones. What hangs on the
    hours, a reminder or a moment with a spread, is planned anew where its moment has not begun.
    """
    hours = None if window is None else list(window)
    if hours is not None and set(days) == set(range(7)):
        member = replace(member, window_start=hours[0], window_end=hours[1], windows={})
    else:
        usual = [member.window_start, member.window_end]
        kept = {name: found for name, found in member.windows.items() if int(name) not in days}
        member = replace(member, windows=kept if hours == usual else {**kept, **{str(day): hours for day in days}})
    scene = scene.with_rows(member, told(house, "hours changed", member, {"days": sorted(days), "hours": hours}))
    for schedule in scene.all(Schedule):
        if schedule.member_id == member.id and schedule.active and _hangs_on_hours(scene, schedule, house.now):
            scene = set_slot(scene, schedule, member, house.organisation, schedule.next_at)
    return scene


def pause_by_hand(scene: Scene, member: Member, until: datetime | None, house: House) -> Scene:
    """The scene with a member resting until a local time, or until somebody or they themselves end it.

    Raises ScheduleRefused for a time that has passed.
    """
    ends = None if until is None else to_instant(until, member.zone)
    if ends is not None and ends <= house.now:
        raise ScheduleRefused("--until has passed: give a later date, or leave it out")
    length = None if ends is None else ends - house.now
    scene = pause(scene, member, length, house.now, "their texts were paused by hand")
    return scene.with_rows(told(house, PAUSED_BY_HAND, member, {"until": None if until is None else until.isoformat()}))


def resume_by_hand(scene: Scene, member: Member, house: House) -> Scene:
    """The scene with a member's pause over, whoever began it. Raises ScheduleRefused where there is none."""
    if not is_paused(member, house.now):
        raise ScheduleRefused("they are not paused")
    return resume(scene, member).with_rows(told(house, "pause ended by hand", member, {}))


def set_caps(scene: Scene, member: Member, per_day: int, per_week: int, house: House) -> Scene:
    """The scene with other caps on what a member is sent unasked, in a day and in seven days.

    Raises ScheduleRefused with every mistake.
    """
    refuse(_mistakes_of_caps(per_day, per_week))
    entry = told(house, "caps changed", member, {"per_day": per_day, "per_week": per_week})
    return scene.with_rows(replace(member, per_day=per_day, per_week=per_week), entry)


def at_rest(scene: Scene, schedule: Schedule) -> Scene:
    """The scene in which a schedule was ended by hand: it has no next moment and no timer."""
    scene = settled(scene, schedule.id)
    scene = scene.with_rows(replace(schedule, active=False, removed=True, next_at=None, revision=schedule.revision + 1))
    return cancel_timer(scene, "check-in", schedule.id)


def told(house: House, what: str, member: Member, detail: dict[str, Any]) -> Audit:
    """The audit row of something that was done on the server, where nobody says their name."""
    return Audit(house.new_id(), house.now, None, what, member.id, detail)


def mistakes_of(scene: Scene, wanted: Wanted, house: House, *, dated: bool = False) -> tuple[str, ...]:
    """Everything that is wrong with a schedule that is asked for, each with its mend; `dated`: it hangs on a date."""
    flows: Mapping[str, int] = scene.fact("published", {})
    found = [f"rule: {mistake}" for mistake in check_rule(wanted.rule)]
    if wanted.flow not in flows:
        found.append(
            f"flow: no flow called {wanted.flow!r} is published; choose of {', '.join(sorted(flows)) or 'none yet'}"
        )
    elif lack := missing(house.flows({wanted.flow: flows[wanted.flow]})[wanted.flow], dated=dated):
        found.append(f"flow: {lack}")
    if not 0 <= wanted.spread <= LONGEST_SPREAD:
        found.append(f"spread: write minutes from 0 to {LONGEST_SPREAD}")
    return tuple(found)


def _mistakes_of_caps(per_day: int, per_week: int) -> tuple[str, ...]:
    found = []
    if not 1 <= per_day <= MOST_A_DAY:
        found.append(f"per day: write a number from 1 to {MOST_A_DAY}; who wants none has no schedule, or a pause")
    if not 1 <= per_week <= MOST_A_WEEK:
        found.append(f"per week: write a number from 1 to {MOST_A_WEEK}; who wants none has no schedule, or a pause")
    if not found and per_day > per_week:
        found.append(f"{per_day} a day is more than {per_week} in seven days: change both, or write a smaller one")
    return tuple(found)


def refuse(mistakes: Sequence[str]) -> None:
    """Raise ScheduleRefused where there are mistakes."""
    if mistakes:
        raise ScheduleRefused("\n".join(mistakes))


def _set(scene: Scene, schedule: Schedule, member: Member, house: House, what: str) -> tuple[Scene, Schedule]:
    scene = retime(scene, house, member, schedule, house.now)
    kept = scene.get(Schedule, schedule.id)
    if kept is None or kept.next_at is None:
        raise ScheduleRefused("no moment of it is still to come: give a later time, or another rule")
    return scene.with_rows(told(house, what, member, _detail(kept))), kept


def _detail(schedule: Schedule) -> dict[str, Any]:
    days = {"unless_heard": schedule.unless_heard, "skip_holidays": schedule.skip_holidays}
    return {
        "schedule": str(schedule.id), "flow": schedule.flow, "rule": schedule.rule, "revision": schedule.revision, **days
    }  # fmt: skip


def _hangs_on_hours(scene: Scene, schedule: Schedule, now: datetime) -> bool:
    """Whether the hours say when a schedule speaks, for a moment that has not begun: one that was put off is judged anew then."""
    if put_offs(scene.number, schedule.id):
        return False
    return schedule.next_at is not None and schedule.next_at > now and bool(schedule.spread or schedule.date_at)
