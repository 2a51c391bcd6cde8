"""Telling staff of an escalation, rung by rung and round by round, until somebody takes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from service.chain import Rungs, next_to_tell, passed_over, rungs_for, somebody_may_take
from service.outbox import Draft
from service.queues import now_with
from service.rules.setting import Setting
from service.staff_phones import send, staff_draft, tell_supervisors
from service.store.rows import Escalation, Number, Page, Staff, Timer
from service.store.scene import Scene
from service.timers import cancel_timer, set_timer

_DRAWS = 50  # of a code, before two alerts of one phone share one; with seven digits the second draw is rare


def begin(scene: Scene, setting: Setting, escalation: Escalation, now: datetime) -> Scene:
    """The scene with the first rung of a new escalation told.

    Where no staff were gathered (a number's very first text) the ladder begins at once with the next look at what is due.
    """
    if not scene.all(Staff):
        return climb_now(scene, escalation, now)
    for person in passed_over(scene, setting, now):
        scene = tell_supervisors(scene, setting, person, "staff_stopped", now)
    return tell_next(scene, setting, escalation, now)


def tell_next(scene: Scene, setting: Setting, escalation: Escalation, now: datetime) -> Scene:
    """The scene with whoever is next told, and the time set for the one after; when all were told, the next round begins.

    To be called with the scene of the number that the escalation is about: only there is the whole ladder gathered.
    """
    rungs = rungs_for(scene, setting, escalation, now)
    people = next_to_tell(scene, escalation, rungs)
    if not people and rungs:
        escalation = replace(escalation, round=escalation.round + 1, rung=0)
        people = next_to_tell(scene, escalation, rungs)
    for person in people:
        scene = page(scene, setting, escalation, person, now)
    return _next_at(scene, setting, replace(escalation, rung=escalation.rung + 1), rungs, now)


def page(scene: Scene, setting: Setting, escalation: Escalation, person: Staff, now: datetime) -> Scene:
    """The scene with one person told, with the same code however often they are; no words and no name."""
    found = scene.get(Page, escalation.id, person.id)
    code = _new_code(scene, setting, person) if found is None else found.code
    told = Page(escalation.id, person.id, person.number_id, code, now, escalation.round)
    return send(scene.with_rows(told), setting, person, alert_draft(scene, setting, escalation, person, code), now)


def alert_draft(scene: Scene, setting: Setting, escalation: Escalation, person: Staff, code: str) -> Draft:
    """The text of an alert to one phone, which says so if the member said stop."""
    number = scene.get(Number, escalation.number_id)
    stopped = escalation.said_stop or (number is not None and number.consent == "stopped")
    key = "alert_stopped" if stopped else "alert"
    draft = staff_draft(setting, person, key, alert=str(escalation.running), code=code)
    because = {"round": escalation.round, "rung": escalation.rung, "tier": escalation.tier}
    return replace(draft, kind="alert", rule="ladder", because=because, escalation_id=escalation.id)


def climb_now(scene: Scene, escalation: Escalation, now: datetime) -> Scene:
    """The scene with the next rung due at once; it is told with the whole ladder in view, by the timer's own handler."""
    scene = scene.with_rows(replace(escalation, next_at=now)).guard(escalation.number_id)
    return set_timer(scene, "rung", escalation.id, now, _fence(escalation), escalation.number_id)


def reopen(scene: Scene, escalation: Escalation, now: datetime) -> tuple[Scene, Escalation]:
    """The scene with a taken escalation nobody's again, in a new round, its next rung due at once."""
    again = replace(
        escalation, state="open", taken_by=None, taken_at=None, reminded=False, round=escalation.round + 1, rung=0
    )  # fmt: skip
    scene = now_with(cancel_timer(scene, "outcome", escalation.id), again, None)
    return climb_now(scene, again, now), again


def on_rung(scene: Scene, setting: Setting, timer: Timer, now: datetime) -> Scene:
    """Tell the next rung, unless somebody took the escalation or this rung has been climbed already."""
    escalation = scene.get(Escalation, timer.subject)
    if escalation is None or escalation.state != "open" or timer.fence != _fence(escalation):
        return scene
    scene = tell_next(scene, setting, escalation, now)
    return _last_one(scene, setting, escalation, now)


def on_page_failed(scene: Scene, setting: Setting, timer: Timer, now: datetime) -> Scene:
    """A text to somebody failed for good: that phone is passed over, the supervisors are told, and the ladder climbs at once.

    The timer's fence has the ids of those whose texts failed, with commas between them.
    """
    escalation = scene.get(Escalation, timer.subject)
    if escalation is None or escalation.state == "closed":
        return scene
    for staff_id in map(UUID, timer.fence.split(",")):
        scene = _failed(scene, setting, escalation, staff_id, now)
    if escalation.state == "taken":
        lost = str(escalation.taken_by) in timer.fence
        return reopen(scene, escalation, now)[0] if lost else scene
    if next_to_tell(scene, escalation, rungs_for(scene, setting, escalation, now)) or not somebody_may_take(scene, escalation):
        return tell_next(scene, setting, escalation, now)
    return scene


def _failed(scene: Scene, setting: Setting, escalation: Escalation, staff_id: UUID, now: datetime) -> Scene:
    found, person = scene.get(Page, escalation.id, staff_id), scene.get(Staff, staff_id)
    if found is None or person is None:
        return scene
    scene = scene.with_rows(replace(found, failed_at=now))
    return tell_supervisors(scene, setting, person, "staff_unreachable", now)


def _next_at(scene: Scene, setting: Setting, escalation: Escalation, rungs: Rungs, now: datetime) -> Scene:
    policy = setting.organisation.ladder
    if escalation.tier >= 3:
        minutes = policy.tier3_repeat_minutes
    elif next_to_tell(scene, escalation, rungs):
        minutes = policy.tier2_minutes[min(escalation.rung, len(policy.tier2_minutes) - 1)]
    else:
        minutes = policy.round_pause_minutes
    due = now + timedelta(minutes=minutes)
    scene = scene.with_rows(replace(escalation, next_at=due))
    return set_timer(scene, "rung", escalation.id, due, _fence(escalation), escalation.number_id)


def _last_one(scene: Scene, setting: Setting, before: Escalation, now: datetime) -> Scene:
    """When a second round has only one person to go to, they are told that there is nobody else."""
    escalation = scene.get(Escalation, before.id)
    people = [p for rung in rungs_for(scene, setting, before, now) for p in rung]
    if escalation is None or (before.round, escalation.round) != (0, 1) or len(people) != 1:
        return scene
    draft = replace(staff_draft(setting, people[0], "alert_nobody", alert=str(escalation.running)), escalation_id=escalation.id)
    return send(scene, setting, people[0], draft, now)


def _new_code(scene: Scene, setting: Setting, person: Staff) -> str:
    """Seven digits that no other alert on this phone has, as far as its alerts were gathered."""
    taken = {page.code for page in scene.all(Page) if page.staff_number_id == person.number_id}
    drawn = (setting.new_code() for _ in range(_DRAWS))
    return next((code for code in drawn if code not in taken), setting.new_code())


def _fence(escalation: Escalation) -> str:
    return f"{escalation.round}.{escalation.rung}"


TIMER_HANDLERS = {"rung": on_rung, "page failed": on_page_failed}
