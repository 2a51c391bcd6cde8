"""Whom an alert's ladder passes over and why: kept in the audit when it happens, told by `explain`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from uuid import UUID

from service.explained_words import say_time, say_whose
from service.ladders import pair_of
from service.rules.duty import duty_at
from service.rules.setting import Setting
from service.staff_phones import has_stopped
from service.store.reading import Reader
from service.store.rows import Audit, Escalation, Staff
from service.store.scene import Scene

WHAT = "passed over by the ladder"  # in the audit table: a name that others may look for
STOPPED = "their phone said STOP"
GONE = "they do not work here any more"
OFF_DUTY = "nobody is on duty at this hour"
UNREACHED = "no text and no call reached their phone"
UNREAD = "words that came after it was taken did not reach their phone"


def note_passed_over(scene: Scene, setting: Setting, escalation: Escalation, now: datetime) -> Scene:
    """The scene with a line in the audit for everybody whom a ladder that begins now cannot tell."""
    for person, why in _passed_over(scene, setting, now):
        scene = note_one(scene, setting, escalation, person, why, now)
    return scene


def note_one(scene: Scene, setting: Setting, escalation: Escalation, person: Staff, why: str, now: datetime) -> Scene:
    """The scene with a line in the audit: this person was passed over, and why."""
    about = {"running": escalation.running, "staff": str(person.id), "why": why}
    return scene.with_rows(Audit(setting.new_id(), now, None, WHAT, escalation.id, about))


def say_passed_over(
    reader: Reader, alerts: Iterable[Escalation], staff: Mapping[UUID, Staff], zone: str
) -> tuple[str, ...]:
    """Who was passed over by the ladders of these alerts, in order, one sentence each."""
    ids = [alert.id for alert in alerts]
    lines = reader.rows(Audit, "x.about = any(%(ids)s) and x.what = %(what)s order by x.at, x.id", ids=ids, what=WHAT)
    return tuple(_said(line, staff, zone) for line in lines)


def _passed_over(scene: Scene, setting: Setting, now: datetime) -> Iterator[tuple[Staff, str]]:
    is_strangers = scene.member is None and scene.staff is None
    off_duty = is_strangers and not duty_at(setting.organisation, now).on
    own = pair_of(scene)
    for person in (found for found in scene.all(Staff) if found.number_id != scene.number.id):
        is_wanted = person.id in own or person.role == "supervisor" or (is_strangers and person.role == "specialist")
        if is_wanted and has_stopped(scene, person):
            yield person, STOPPED
        elif person.id in own and not person.active:
            yield person, GONE
        elif off_duty and person.active and person.role == "specialist":
            yield person, OFF_DUTY


def _said(line: Audit, staff: Mapping[UUID, Staff], zone: str) -> str:
    whom = say_whose(UUID(str(line.detail["staff"])), staff, "somebody who left")
    return f"Alert {line.detail['running']} passed over {whom}, {say_time(line.at, zone)}: {line.detail['why']}."
