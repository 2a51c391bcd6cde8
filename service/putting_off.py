"""Moments of schedules that were put off, until when and why: kept in the number's memory until the moment is settled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from service.store.rows import Number, Schedule
from service.store.scene import Scene
from service.timers import set_timer

PUT_OFF = "put_off"  # the place in a number's memory: schedule -> until when, in UTC -> why


def put_off(scene: Scene, schedule: Schedule, moment: datetime, until: datetime, why: str) -> Scene:
    """The scene in which one moment of a schedule is looked at again later, with the reason kept."""
    told = {**put_offs(scene.number, schedule.id), until.astimezone(UTC).isoformat(): why}
    scene = _remembered(scene, {**scene.number.memory.get(PUT_OFF, {}), str(schedule.id): told})
    scene = scene.with_rows(schedule.but(next_at=moment))
    return set_timer(scene, "check-in", schedule.id, until, str(schedule.revision))


def settled(scene: Scene, schedule_id: UUID) -> Scene:
    """The scene without what was kept of a schedule's moment: it has been settled, or is no more."""
    kept = scene.number.memory.get(PUT_OFF, {})
    if str(schedule_id) not in kept:
        return scene
    return _remembered(scene, {name: told for name, told in kept.items() if name != str(schedule_id)})


def put_offs(number: Number, schedule_id: UUID) -> Mapping[str, str]:
    """How often a schedule's next moment was put off: until when (UTC, ISO), and why, in order."""
    told: Mapping[str, str] = number.memory.get(PUT_OFF, {}).get(str(schedule_id), {})
    return dict(sorted(told.items()))


def _remembered(scene: Scene, kept: Mapping[str, Mapping[str, str]]) -> Scene:
    memory = {name: value for name, value in scene.number.memory.items() if name != PUT_OFF}
    return scene.with_rows(scene.number.but(memory={**memory, PUT_OFF: kept} if kept else memory))
