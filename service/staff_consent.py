"""STOP, START and HELP from a staff phone: honoured like anybody's, and what it answered for is told on at once."""

from __future__ import annotations

from datetime import datetime

from service.consent import is_overtaken, start, stop
from service.escalations import leave_to_others
from service.rules.consent_words import Consent
from service.rules.setting import Setting
from service.staff_phones import tell, tell_supervisors
from service.store.rows import Inbound, Staff
from service.store.scene import Scene


def obey_consent(
    scene: Scene, setting: Setting, person: Staff, consent: Consent, inbound: Inbound, now: datetime
) -> Scene:
    """The scene after a consent word from a staff phone.

    START: always answered, as whoever writes it wonders whether alerts come. STOP: confirmed once, what was queued withdrawn; the supervisors are told, and every alert that this phone was told of
    or had taken goes on to the next.
    """
    if consent == "start":
        return _start(scene, setting, person, inbound, now)
    if consent == "help":
        return tell(scene, setting, person, "staff_help", now)
    already = scene.number.consent == "stopped" or is_overtaken(scene, inbound)
    scene = stop(scene, setting, inbound, now)
    if already:
        return scene
    scene = tell_supervisors(scene, setting, person, "staff_stopped", now)
    return leave_to_others(scene, setting, person, now)


def _start(scene: Scene, setting: Setting, person: Staff, inbound: Inbound, now: datetime) -> Scene:
    confirmed = scene.number.consent == "stopped" or is_overtaken(scene, inbound)
    scene = start(scene, setting, inbound, now)
    return scene if confirmed else tell(scene, setting, person, "start_already_staff", now)
