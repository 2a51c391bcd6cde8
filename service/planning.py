"""When a member's schedules speak: the next moment of each rule, the minute within it, and what a change of zone does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta

from config.organisation import Organisation
from flows.engine.kinds import Value
from service.facts import hours_of
from service.putting_off import settled
from service.rules.local_time import to_instant, to_local
from service.rules.member_hours import Week, closing, is_open, last_open, next_open
from service.rules.relative import is_before, moment_of, read_relative
from service.rules.schedule import next_moment
from service.rules.spreading import minutes_for
from service.store.rows import Member, Schedule
from service.store.scene import Scene
from service.timers import cancel_timer, set_timer, timer_of

BEFORE = timedelta(hours=1)  # a reminder that cannot go at its moment goes at least so long before its date
ONCE = "FREQ=DAILY;COUNT=1"  # the rule of a single moment
MINUTE = timedelta(minutes=1)
_DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
}


def set_next(scene: Scene, schedule: Schedule, member: Member, organisation: Organisation, after: datetime) -> Scene:
    """The scene with a schedule's first moment later than `after` as its timer; a rule that has none left comes to rest."""
    return set_slot(scene, schedule, member, organisation, next_slot(schedule, member, after))


def next_slot(schedule: Schedule, member: Member, after: datetime) -> datetime | None:
    """The first moment of a schedule's own rule that is later than `after`."""
    return next_moment(schedule.rule, member.zone, datetime.fromisoformat(schedule.starts), after)


def set_slot(
    scene: Scene, schedule: Schedule, member: Member, organisation: Organisation, slot: datetime | None
) -> Scene:
    """The scene with this moment as a schedule's next, and a timer for when it speaks; without one it comes to rest."""
    scene = settled(scene, schedule.id)
    if slot is None:
        return cancel_timer(scene.with_rows(schedule.but(next_at=None, active=False)), "check-in", schedule.id)
    at = speaks_at(schedule, member, organisation, slot)
    timer = timer_of(scene, "check-in", schedule.id, at, str(schedule.revision))
    return scene.with_rows(schedule.but(next_at=slot, active=True), timer)


def speaks_at(schedule: Schedule, member: Member, organisation: Organisation, slot: datetime) -> datetime:
    """When a schedule speaks for one of its moments: within its spread, and a reminder inside the member's hours if any."""
    until = until_of(schedule, member)
    if until is None and not schedule.spread:
        return slot
    hours = hours_of(member, organisation)
    at = slot + timedelta(minutes=_drawn(schedule, member, hours, slot)) if schedule.spread else slot
    return at if until is None or is_open(hours, member.zone, at) else _near(hours, member.zone, at, until)


def until_of(schedule: Schedule, member: Member) -> datetime | None:
    """The instant of the date that a reminder is for; None for what is no reminder."""
    if schedule.kind != "time-bound" or schedule.date_at is None:
        return None
    return to_instant(datetime.fromisoformat(schedule.date_at), member.zone)


def values_of(schedule: Schedule, member: Member) -> Mapping[str, Value]:
    """What a flow about a date may take: the visit as a date, its day and its hour in the member's words."""
    if schedule.date_at is None:
        return {}
    local = datetime.fromisoformat(schedule.date_at)
    minute = f":{local.minute:02d}" if local.minute else ""
    hour = f"{local.hour % 12 or 12}{minute} {'am' if local.hour < 12 else 'pm'}"
    return {"visit": local.date().isoformat(), "day": _DAYS[member.language][local.weekday()], "hour": hour}


def on_date(schedule: Schedule, date_at: datetime, zone: str) -> Schedule:
    """The schedule for another date: its one moment worked out anew from how far before or after it lies.

    What comes before the date is a reminder of it; what comes after is an ordinary text.
    """
    relative = read_relative(schedule.relative or "")
    kind = "time-bound" if is_before(relative, date_at, zone) else "routine"
    starts = moment_of(relative, date_at, zone).isoformat()
    return replace(schedule, date_at=date_at.isoformat(), starts=starts, kind=kind)


def moved_to_zone(scene: Scene, member: Member, organisation: Organisation, now: datetime) -> Scene:
    """The scene after a member's zone changed (their row has the new one): every rule goes on by the clocks there.

    A schedule that spoke on what is today there speaks again tomorrow at the earliest; a moment that is being held keeps
    its place, and what comes after it follows the new clocks. A reminder that is held is looked at at once: its date may be
    nearer there. A single moment that has passed there already is looked at too, so that it has its text or its reason.
    """
    for schedule in scene.all(Schedule):
        if schedule.member_id != member.id:
            continue
        if schedule.next_at is None or schedule.next_at > now:
            scene = _moved(scene, schedule, member, organisation, now)
        elif schedule.kind == "time-bound":
            scene = set_timer(scene, "check-in", schedule.id, now, str(schedule.revision))
    return scene


def _moved(scene: Scene, schedule: Schedule, member: Member, organisation: Organisation, now: datetime) -> Scene:
    if schedule.relative is not None and schedule.date_at is not None:
        schedule = on_date(schedule, datetime.fromisoformat(schedule.date_at), member.zone)
    if schedule.rule == ONCE and schedule.next_at is not None:
        return set_slot(
            scene, schedule, member, organisation, to_instant(datetime.fromisoformat(schedule.starts), member.zone)
        )
    return set_next(scene, schedule, member, organisation, max(now, _end_of_day(schedule.last_at, member.zone, now)))


def _end_of_day(spoke: datetime | None, zone: str, now: datetime) -> datetime:
    """The last instant of the local day on which a schedule spoke, if that is today; else now."""
    today = to_local(now, zone).date()
    if spoke is None or to_local(spoke, zone).date() != today:
        return now
    return to_instant(datetime.combine(today + timedelta(days=1), time()), zone) - timedelta.resolution


def _drawn(schedule: Schedule, member: Member, hours: Week, slot: datetime) -> int:
    """Minutes after the moment; where the member's hours end before the spread does, they are the end of it."""
    end = closing(hours, member.zone, slot)
    room = schedule.spread if end is None else max(0, (end - slot - MINUTE) // MINUTE)
    day = to_local(slot, member.zone).date()
    return minutes_for(schedule.id, schedule.revision, day, min(schedule.spread, room))


def _near(hours: Week, zone: str, at: datetime, until: datetime) -> datetime:
    """The next opening if that is well before the date, else the last open moment before; else as it was."""
    opening = next_open(hours, zone, at)
    if opening is not None and opening + BEFORE <= until:
        return opening
    return last_open(hours, zone, at) or at
