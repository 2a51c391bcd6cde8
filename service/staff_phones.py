"""The phones of staff: whom a text can reach, and the one way to send them a text of the service."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from service.outbox import Draft, post
from service.rules.setting import Setting
from service.store.rows import Number, Staff
from service.store.scene import Scene


def is_reachable(scene: Scene, person: Staff | None) -> bool:
    """Whether this person works here and their phone may be sent texts: it never said stop."""
    if person is None or not person.active:
        return False
    number = scene.get(Number, person.number_id)
    return number is not None and number.consent != "stopped"


def has_stopped(scene: Scene, person: Staff) -> bool:
    """Whether this person works here but their phone said stop."""
    number = scene.get(Number, person.number_id)
    return person.active and number is not None and number.consent == "stopped"


def reachable(scene: Scene, role: str) -> tuple[Staff, ...]:
    """The people of one role whom a text reaches, in the order in which they joined."""
    return tuple(person for person in scene.all(Staff) if person.role == role and is_reachable(scene, person))


def staff_draft(setting: Setting, person: Staff, key: str, **slots: str) -> Draft:
    """A text of the service to one member of staff, in their language; the organisation's name fills `org`."""
    text = setting.texts.say(key, person.language, org=setting.organisation.name, **slots)
    return Draft(person.number_id, "staff", text, person.language, f"told: {key}")


def send(scene: Scene, setting: Setting, person: Staff, draft: Draft, now: datetime) -> Scene:
    """The scene with a draft posted to this person; nothing at all is posted to a phone that said stop."""
    return post(scene, setting, draft, now) if is_reachable(scene, person) else scene


def tell(scene: Scene, setting: Setting, person: Staff, key: str, now: datetime, **slots: str) -> Scene:
    """The scene with one of the service's texts to this person, if their phone may be sent any."""
    return send(scene, setting, person, staff_draft(setting, person, key, **slots), now)


def tell_supervisors(scene: Scene, setting: Setting, about: Staff, key: str, now: datetime, **slots: str) -> Scene:
    """The scene with every reachable supervisor told about a colleague, that colleague left out."""
    for person in reachable(scene, "supervisor"):
        if person.id != about.id:
            draft = replace(
                staff_draft(setting, person, key, name=about.name, **slots), because={"about": str(about.id)}
            )
            scene = send(scene, setting, person, draft, now)
    return scene
