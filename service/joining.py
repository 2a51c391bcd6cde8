"""What organisation.yaml lets begin by itself some time after a member's yes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from service.filling import missing
from service.planning import ONCE, next_slot, on_date, set_next
from service.rules.local_time import to_local
from service.rules.setting import Means
from service.store.rows import Member, Schedule
from service.store.scene import Scene


def join(
    scene: Scene, member: Member, means: Means, published: Mapping[str, int], joined: datetime, now: datetime
) -> Scene:
    """The scene after a member's yes, with what begins some time later: once for each member.

    What has passed already is left out, and so is a flow that is not among the `published` (name to version), or that
    takes what a schedule cannot give; `peerline doctor` tells of both. The date they hang on has the member's own id.
    """
    if any(schedule.date_id == member.id for schedule in scene.all(Schedule)):
        return scene
    date_at = to_local(joined, member.zone).replace(second=0, microsecond=0)
    for later in means.organisation.joining:
        schedule = Schedule(
            means.new_id(), member.id, scene.number.id, later.flow, ONCE, date_at.isoformat(), date_id=member.id,
            relative=later.when,
        )  # fmt: skip
        schedule = on_date(schedule, date_at, member.zone)
        if _can_begin(means, published, later.flow) and next_slot(schedule, member, now) is not None:
            scene = set_next(scene, schedule, member, means.organisation, now)
    return scene


def _can_begin(means: Means, published: Mapping[str, int], flow: str) -> bool:
    return flow in published and missing(means.flows({flow: published[flow]})[flow], dated=True) is None
