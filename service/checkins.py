"""Check-ins at the moments of a member's own rules, and the welcome that comes before anything else is sent unasked.

Every moment of a rule ends in one of two ways, once: its flow begins, or a withheld message has the reason why it did not,
so that `explain` can tell. Until then it may be put off, which has its reason too. That holds after any time without a worker too.
"""

from __future__ import annotations

from datetime import datetime, time

from service.conversations import Beginning, Handlers, begin
from service.facts import hours_of
from service.filling import values_for
from service.holding import PASSED, Slot, judge
from service.outbox import Draft, withhold
from service.planning import next_slot, set_slot, speaks_at, until_of
from service.putting_off import put_off, put_offs
from service.rules.local_time import to_local
from service.rules.member_hours import next_open, say_hours
from service.rules.setting import Means, Setting
from service.rules.windows import Window
from service.store.rows import Member, Schedule, Timer
from service.store.scene import Scene
from service.timers import set_timer
from service.unsaid import leave_to_a_person

AT_ONCE = 100  # moments that one decision settles after a long time without a worker; the rest follow at once


def on_check_in(scene: Scene, setting: Setting, handlers: Handlers, timer: Timer, now: datetime) -> Scene:
    """The scene when a schedule's moment has come: the next one set, and the flow begun or withheld with its reason.

    Moments that were missed meanwhile are settled too, each by itself.
    """
    schedule, member = scene.get(Schedule, timer.subject), scene.member
    if schedule is None or member is None or not schedule.active or timer.fence != str(schedule.revision):
        return scene
    told = put_offs(scene.number, schedule.id)
    slot = Slot(schedule, schedule.next_at or timer.due_at, timer.due_at, until_of(schedule, member), told)
    for _ in range(AT_ONCE):
        scene, following = _settled(scene, setting, handlers, member, slot, now)
        if following is None or following.meant > now:
            return scene
        slot = following
    return scene


def _settled(
    scene: Scene, setting: Setting, handlers: Handlers, member: Member, slot: Slot, now: datetime
) -> tuple[Scene, Slot | None]:
    """The scene after one moment of a schedule, and the moment that follows; None where that is for another time."""
    schedule, verdict = slot.schedule, judge(scene, setting, member, slot, now)
    held = verdict.why
    if held is not None and verdict.later is not None:
        return put_off(scene, schedule, slot.moment, verdict.later, held), None
    following = next_slot(schedule, member, slot.moment)
    spoken = schedule if held else schedule.but(last_at=now)
    scene = set_slot(scene, spoken, member, setting.organisation, following)
    if held is not None:
        scene = withheld(scene, setting, member, slot, held, now)
        if slot.until is not None and held != PASSED:
            scene = leave_to_a_person(scene, setting, handlers, schedule, slot.until, now)
    else:
        scene = begin(scene, setting, handlers, _beginning(scene, setting, slot, member, now), now)
    kept = scene.get(Schedule, schedule.id)
    if following is None or kept is None or kept.revision != schedule.revision:
        return scene, None  # nothing follows, or the flow itself has set another rhythm
    return scene, Slot(kept, following, speaks_at(kept, member, setting.organisation, following), slot.until)


def withheld(scene: Scene, setting: Means, member: Member, slot: Slot, reason: str, now: datetime) -> Scene:
    """The scene with one moment of a schedule left out, its reason kept."""
    because = _because(setting, slot, member, now)
    draft = Draft(scene.number.id, slot.schedule.kind, "", member.language, reason, because)
    return withhold(scene, setting, draft, now)


def _beginning(scene: Scene, setting: Setting, slot: Slot, member: Member, now: datetime) -> Beginning:
    schedule = slot.schedule
    rule = "their own schedule" if schedule.date_id is None else f"{schedule.relative}, counted from their date"
    return Beginning(
        schedule.flow, "schedule", rule, because=_because(setting, slot, member, now), values=values_for(scene, setting, schedule, member),
        kind=schedule.kind, until_at=slot.until, schedule_id=schedule.id,
    )  # fmt: skip


def _because(setting: Means, slot: Slot, member: Member, now: datetime) -> dict[str, str | int]:
    """Which moment of which schedule it was, their clocks and hours, and until when it had been put off and why."""
    schedule = slot.schedule
    because: dict[str, str | int] = {
        "due": slot.moment.isoformat(), "schedule": str(schedule.id), "flow": schedule.flow, "revision": schedule.revision,
        **_clocks(setting, member, now),
    }  # fmt: skip
    waits = [
        f"until {to_local(datetime.fromisoformat(at), member.zone):%a %H:%M}: {why}" for at, why in slot.told.items()
    ]
    return because | {"put off": "; ".join(waits)} if waits else because


def _clocks(setting: Means, member: Member, now: datetime) -> dict[str, str]:
    """What their clocks showed when it was decided, and their hours of that day, so that `explain` can tell the values."""
    local = to_local(now, member.zone)
    hours = say_hours(hours_of(member, setting.organisation), local.weekday())
    return {"zone": member.zone, "clocks": f"{local:%A %H:%M}", "hours": hours}


def on_welcome(scene: Scene, setting: Setting, handlers: Handlers, timer: Timer, now: datetime) -> Scene:
    """The scene when a member should be asked for their consent: once, inside their hours, and never after a stop."""
    member = scene.member
    if member is None or scene.number.consent != "unknown" or scene.conversation is not None:
        return scene
    opening = next_open(hours_of(member, setting.organisation), member.zone, now)
    if opening is None or opening > now:
        return scene if opening is None else set_timer(scene, "welcome", member.id, opening, timer.fence)
    scene = begin(scene, setting, handlers, Beginning("welcome", "welcome", "the welcome comes first"), now)
    return scene.with_rows(member.but(welcomed_at=now))


def window_of(member: Member) -> Window:
    """The member's usual hours, on the days for which they have no others."""
    return time.fromisoformat(member.window_start), time.fromisoformat(member.window_end)
