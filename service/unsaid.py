"""A reminder that cannot be said in time: a person is told, so that they can tell the member."""

from __future__ import annotations

from datetime import datetime, timedelta

from service.conversations import Handlers
from service.handoffs import Passing
from service.queues import is_unsaid, unsaid, unsaid_date
from service.rules.setting import Setting
from service.staff_phones import reachable, tell
from service.store.rows import QueueItem, Schedule, Staff
from service.store.scene import Scene

SOON = timedelta(days=1)
_NOT_BY_TEXT = ("stopped", "declined", "wrong")  # consents with which nobody should be asked to write instead


def leave_to_a_person(
    scene: Scene, setting: Setting, handlers: Handlers, schedule: Schedule, until: datetime, now: datetime
) -> Scene:
    """The scene with the date of a reminder in the specialist's queue, and whoever has it told; once for each date."""
    why = unsaid(schedule.date_at or "", stopped=scene.number.consent in _NOT_BY_TEXT)
    known = {item.id for item in scene.all(QueueItem)}
    passing = Passing(why, "specialist", promise="on duty" if until - now < SOON else "same shift")
    scene = handlers.pass_on(scene, setting, passing, now)
    for item in scene.all(QueueItem):
        if item.id not in known and is_unsaid(item.why):
            person = _whose(scene, item)
            scene = scene if person is None else tell_unsaid(scene, setting, item, person, now)
    return scene


def tell_unsaid(scene: Scene, setting: Setting, item: QueueItem, person: Staff, now: datetime) -> Scene:
    """The scene with one of staff told of such an entry: when the date is, not whose; where no text may say so, that too."""
    when, stopped = unsaid_date(item.why)
    key = "visit_unsaid_stopped" if stopped else "visit_unsaid"
    return tell(scene, setting, person, key, now, when=f"{when:%Y-%m-%d %H:%M}")


def _whose(scene: Scene, item: QueueItem) -> Staff | None:
    if item.staff_id is not None:
        return scene.get(Staff, item.staff_id)
    return next(iter(reachable(scene, item.role)), None)
