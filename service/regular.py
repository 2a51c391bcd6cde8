"""A member's regular check-in: the one schedule that their file and their own choice of times set. Others stand beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from service.rules.setting import Means
from service.store.rows import Member, Schedule
from service.store.scene import Scene


@dataclass(frozen=True, slots=True)
class Timing:
    """When the regular check-in comes, and the flow that it begins."""

    flow: str
    rule: str
    starts: str  # local time without zone, ISO


def regular_of(scene: Scene, member: Member) -> Schedule | None:
    """The member's regular schedule; None where they have none, or its rule has come to its end."""
    found = (s for s in scene.all(Schedule) if s.member_id == member.id and s.regular and s.active)
    return min(found, key=lambda schedule: schedule.id, default=None)


def timed(scene: Scene, means: Means, member: Member, timing: Timing) -> Schedule:
    """The member's regular schedule with another timing, its next revision; a first one is as organisation.yaml has it."""
    found = regular_of(scene, member)
    if found is not None:
        revision = found.revision + 1
        return replace(found, flow=timing.flow, rule=timing.rule, starts=timing.starts, revision=revision)
    usual = means.organisation.check_ins
    return Schedule(
        means.new_id(), member.id, scene.number.id, timing.flow, timing.rule, timing.starts, regular=True,
        unless_heard=usual.unless_heard, skip_holidays=usual.skip_holidays,
    )  # fmt: skip
