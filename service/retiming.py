"""A schedule's timing changes, or ends: a moment that has begun and has not spoken keeps its place, or has its reason."""

from __future__ import annotations

from datetime import datetime, timedelta

from service.checkins import withheld
from service.holding import Slot
from service.planning import next_slot, set_next, set_slot, speaks_at, until_of
from service.putting_off import put_offs
from service.rules.setting import Means
from service.store.rows import Member, Schedule
from service.store.scene import Scene
from service.timers import set_timer

CHANGED = "its timing was changed before it spoke"
REMOVED = "it was removed before it spoke"


def retime(
    scene: Scene, means: Means, member: Member, schedule: Schedule, now: datetime, after: datetime | None = None
) -> Scene:
    """The scene with a schedule's other timing (a later revision of it, or a new one), its next moment later than `after` (now).

    A moment that had begun, such as one whose drawn minute is still to come, speaks by the new timing if that has it too;
    where it has not, or nothing may speak before `after`, it is withheld and says so.
    """
    slot = begun(scene, schedule, member, means, now)
    if slot is None:
        return set_next(scene, schedule, member, means.organisation, after or now)
    if after is None and next_slot(schedule, member, slot.moment - timedelta.resolution) == slot.moment:
        return _kept(scene, means, member, schedule, slot, now)
    scene = withheld(scene, means, member, slot, CHANGED, now)
    return set_next(scene, schedule, member, means.organisation, after or now)


def begun(scene: Scene, schedule: Schedule, member: Member, means: Means, now: datetime) -> Slot | None:
    """The moment of a schedule, as it was gathered, that has begun and has not spoken; None where it waits for a later one."""
    old = scene.get(Schedule, schedule.id)
    if old is None or not old.active or old.next_at is None or old.next_at > now:
        return None
    told = put_offs(scene.number, old.id)
    meant = speaks_at(old, member, means.organisation, old.next_at)
    due = max((datetime.fromisoformat(at) for at in told), default=meant)
    return Slot(old, old.next_at, max(meant, due), until_of(old, member), told)


def _kept(scene: Scene, means: Means, member: Member, schedule: Schedule, slot: Slot, now: datetime) -> Scene:
    """The same moment by the new timing: at its new minute, or now where that has passed; one that is late stays so late."""
    scene = set_slot(scene, schedule, member, means.organisation, slot.moment)
    at = speaks_at(schedule, member, means.organisation, slot.moment)
    due = slot.meant if slot.meant <= now or slot.told else max(at, now)
    return set_timer(scene, "check-in", schedule.id, due, str(schedule.revision))
