"""Alerts by telephone: a call is placed where a text cannot tell somebody of staff, and who helps them when they took it so.

Only staff are called. A phone that said stop is not, and a number that can be no telephone is not either.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from service.rules.setting import Setting
from service.staff_phones import is_reachable, reachable, tell_supervisors
from service.store.rows import Call, Escalation, Number, Staff
from service.store.scene import Scene
from service.timers import NEXT_CALL, set_timer

Why = Literal["landline", "account"]
_WHYS: tuple[Why, ...] = ("landline", "account")  # classes of the provider's codes that a call can help with
_IN_VAIN = ("failed", "unknown", "withheld")
LAP = 1000  # a call's round is its lap times this, and the place of whom it is for
# From the last call of a lap to the first of the next, while nobody pressed the key; the last pause counts for all further ones.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (5, 10, 30, 60))


def call_instead(scene: Scene, setting: Setting, escalation: Escalation, person: Staff, now: datetime) -> Scene | None:
    """The scene with a call in place of the text that failed, once in a round; None where a call cannot help, or did not.

    To be asked with the scene of the number that the escalation is about.
    """
    why = _why(scene, setting, person)
    if why is None or not is_reachable(scene, person):
        return None
    made = calls_to(scene, escalation, person)
    this_round = next((call for call in made if call.round == escalation.round), None)
    if this_round is not None:
        return None if this_round.state in _IN_VAIN else scene
    if escalation.state != "open":
        return None
    reason = {"rule": "a text cannot tell them of the alert, so they are called", "why": why}
    call = Call(
        setting.new_id(), person.number_id, "alert", why, person.language, now, now, escalation.round, escalation.id,
        reason=reason,
    )  # fmt: skip
    scene = scene.with_rows(call)
    return tell_of_landline(scene, setting, person, now) if why == "landline" else scene


def callable_about_account(scene: Scene) -> tuple[Staff, ...]:
    """Who may be called when texts go out to nobody: the coordinators, then the supervisors."""
    return reachable(scene, "coordinator") + reachable(scene, "supervisor")


def call_about_account(scene: Scene, setting: Setting, incident_id: UUID, round_: int, now: datetime) -> Scene:
    """The scene with the next person called about the refused account; where all were, the first is again, after a pause.

    The calls use the same account, so they may all be refused within seconds. `incident_id` is that of the entry in the queue;
    whatever closes it ends the calls.
    """
    lap, place = divmod(round_, LAP)
    people = callable_about_account(scene)
    if place >= len(people):
        due, number = now + PAUSES[min(lap, len(PAUSES) - 1)], people[0].number_id if people else None
        return set_timer(scene, NEXT_CALL, incident_id, due, str((lap + 1) * LAP), number)
    for person in people[place : place + 1]:
        reason = {"rule": "the provider refuses the account, and no text can say so", "why": "account"}
        call = Call(
            setting.new_id(), person.number_id, "account", "account", person.language, now, now, round_,
            incident_id=incident_id, reason=reason,
        )  # fmt: skip
        scene = scene.with_rows(call)
    return scene


def tell_of_landline(scene: Scene, setting: Setting, person: Staff, now: datetime) -> Scene:
    """The scene with the supervisors told, once, that somebody's phone gets no texts and is called about alerts."""
    number = scene.get(Number, person.number_id)
    if number is None or "landline_told" in number.memory:
        return scene
    told = replace(number, memory={**number.memory, "landline_told": now.isoformat()})
    return tell_supervisors(scene.with_rows(told), setting, person, "staff_landline", now)


def calls_to(scene: Scene, escalation: Escalation, person: Staff) -> tuple[Call, ...]:
    """The calls that told somebody of an escalation, or should have."""
    return tuple(
        call for call in scene.all(Call) if (call.escalation_id, call.number_id) == (escalation.id, person.number_id)
    )


def gets_no_texts(scene: Scene, escalation: Escalation, person: Staff) -> bool:
    """Whether somebody was called about an escalation because their phone gets no texts."""
    return any(call.why == "landline" for call in calls_to(scene, escalation, person))


def helpers_of(scene: Scene, person: Staff) -> tuple[Staff, ...]:
    """Who helps somebody whose phone gets no texts: the other supervisors, or the coordinators where there are none."""
    others = (tuple(p for p in reachable(scene, role) if p.id != person.id) for role in ("supervisor", "coordinator"))
    return next((found for found in others if found), ())


def helps(scene: Scene, escalation: Escalation, person: Staff) -> bool:
    """Whether somebody may ask for the number and close for the one who took it on a phone without texts."""
    taker = None if escalation.taken_by is None else scene.get(Staff, escalation.taken_by)
    if taker is None or not gets_no_texts(scene, escalation, taker):
        return False
    return person.id in {helper.id for helper in helpers_of(scene, taker)}


def _why(scene: Scene, setting: Setting, person: Staff) -> Why | None:
    """What the provider last said about an alert to this phone, if a call can help."""
    codes = [int(code) for number, code in scene.fact("refused", ()) if str(number) == str(person.number_id)]
    meant = setting.errors.class_of(codes[-1]) if codes else "other"
    return next((why for why in _WHYS if why == meant), None)
