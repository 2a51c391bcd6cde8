"""What a call to staff says at each step, and what a key that was pressed does. Only the key 1 takes an alert; 2 passes it on.

Silence, a mailbox and whatever else picks up press nothing: then the question is asked again, twice, and the call ends.
"""

from __future__ import annotations

from datetime import datetime

from service.alert_calls import gets_no_texts, helpers_of
from service.codes import is_blocked
from service.escalations import pass_silently, take
from service.rules.setting import Setting
from service.staff_phones import is_reachable
from service.store.rows import Call, Escalation, Number, Staff
from service.store.scene import Scene

ASKS = 3  # times that one call asks
KEY = "1"
HAND_ON = "2"
# The texts after which a key is waited for.
QUESTIONS = frozenset({"call_alert", "call_alert_stopped", "call_account"})


def answer_step(scene: Scene, setting: Setting, call: Call, step: int, keys: str, now: datetime) -> tuple[Scene, str]:
    """The scene after a step, and the name of the text that the call says then.

    `step` is 0 when the phone was picked up; `keys` are what was pressed after the step before.
    """
    person, key = scene.staff, keys if step > 0 else ""
    if person is None or not is_reachable(scene, person):
        return scene, "call_over"
    if call.kind == "account":
        return scene, "call_account_heard" if key == KEY else _asked(step, "call_account", "call_account_unheard")
    escalation = None if call.escalation_id is None else scene.get(Escalation, call.escalation_id)
    if escalation is None:
        return scene, "call_over"
    return _alert(scene, setting, escalation, person, (step, key), now)


def _alert(
    scene: Scene, setting: Setting, escalation: Escalation, person: Staff, pressed: tuple[int, str], now: datetime
) -> tuple[Scene, str]:
    step, key = pressed
    if escalation.state == "taken":
        yours = escalation.taken_by == person.id
        return scene, _taken(scene, escalation, person) if yours else "call_taken_by_other"
    if is_blocked(scene):
        return scene, "call_not_taken"
    if key == KEY:
        return take(scene, setting, escalation, person, now), _taken(scene, escalation, person)
    if key == HAND_ON:
        return pass_silently(scene, setting, escalation, person, now), "call_passed"
    return scene, _asked(step, _question(scene, escalation), "call_not_taken")


def _asked(step: int, question: str, otherwise: str) -> str:
    return question if step < ASKS else otherwise


def _question(scene: Scene, escalation: Escalation) -> str:
    number = scene.get(Number, escalation.number_id)
    stopped = escalation.said_stop or (number is not None and number.consent == "stopped")
    return "call_alert_stopped" if stopped else "call_alert"


def _taken(scene: Scene, escalation: Escalation, person: Staff) -> str:
    """What is true for whoever has it: how the words and the number will come to them."""
    if not gets_no_texts(scene, escalation, person):
        return "call_taken"
    return "call_taken_landline" if helpers_of(scene, person) else "call_taken_alone"
