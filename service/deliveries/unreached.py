"""Telling people what could not be sent: a safety text, a number that takes no texts, words that are not taken, a refused account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from config.twilio_errors import TwilioErrors
from service.alert_calls import call_about_account, callable_about_account, tell_of_landline
from service.escalations import open_escalation
from service.handoffs import Passing
from service.ladders import pages_of
from service.queues import ended_by_itself, open_items, wait_for_person, waiting
from service.rules.setting import Setting
from service.staff_phones import reachable, tell, tell_supervisors
from service.store.rows import Escalation, QueueItem, Staff, Timer
from service.store.scene import Scene
from service.timers import NEXT_CALL, set_timer

WORKS = "account_works"  # the text that the account works again
Handler = Callable[[Scene, Setting, Timer, datetime], Scene]


def unreached_handlers(errors: TwilioErrors) -> dict[str, Handler]:
    """The pure function for each kind of timer here; `errors` tells what a code says."""

    def on_not_reached(scene: Scene, setting: Setting, timer: Timer, now: datetime) -> Scene:
        code, _, silent = timer.fence.partition(":")
        return after_error(scene, setting, errors.class_of(int(code)), int(code), now, silent=silent == "true")

    return {
        "not reached": on_not_reached,
        "safety unsent": on_safety_unsent,
        "account refused": on_account_refused,
        NEXT_CALL: on_no_texts,
        "account works": on_account_works,
        "content refused": on_content_refused,
    }


def after_error(scene: Scene, setting: Setting, kind: str, code: int, now: datetime, *, silent: bool) -> Scene:
    """The scene after a text to its number failed with an error of this kind; `silent`: a phone that was off three times in a row."""
    if kind in ("content", "route"):
        return _of_content(scene, code, now) if kind == "content" else _of_route(scene, setting, code, now)
    if kind not in ("bad_number", "landline") and not silent:
        return scene
    if scene.number.owner == "staff":
        return _of_staff(scene, setting, kind, now)
    if silent:
        return _ask(scene, setting, "number_silent", now)
    if "bad" in scene.number.memory:
        return scene
    doubted = replace(scene.number, memory={**scene.number.memory, "bad": code})
    key = "number_landline" if kind == "landline" else "number_wrong"
    return _ask(scene.with_rows(doubted), setting, key, now)


def _of_content(scene: Scene, code: int, now: datetime) -> Scene:
    for person in reachable(scene, "coordinator"):
        scene = set_timer(scene, "content refused", person.id, now, str(code), person.number_id)
    return scene


def _of_route(scene: Scene, setting: Setting, code: int, now: datetime) -> Scene:
    """The account or its sender keeps texts from this number: it stands in the coordinators' queue, and they are told once."""
    passing = Passing("route", "coordinator", tier=2)
    known = waiting(scene, passing) is not None
    scene = wait_for_person(scene, setting, passing, now, staff_id=None, thread_id=None)
    if known:
        return scene
    if scene.number.owner == "staff":
        scene = _of_staff(scene, setting, "route", now)
    for person in reachable(scene, "coordinator")[:1]:
        scene = tell(scene, setting, person, "route_refused", now, code=str(code))
    return scene


def _of_staff(scene: Scene, setting: Setting, kind: str, now: datetime) -> Scene:
    if scene.staff is None:
        return scene
    if kind == "landline":
        return tell_of_landline(scene, setting, scene.staff, now)
    return tell_supervisors(scene, setting, scene.staff, "staff_unreachable", now)


def on_safety_unsent(scene: Scene, setting: Setting, _timer: Timer, now: datetime) -> Scene:
    """A safety text did not leave within a minute, or did not arrive: it stands in the coordinator's queue, and who has its alert is told."""
    scene = wait_for_person(
        scene, setting, Passing("unsent", "coordinator", tier=2), now, staff_id=None, thread_id=None
    )
    escalation = open_escalation(scene)
    if escalation is None:
        return scene
    for person in _told_of(scene, escalation) or reachable(scene, "supervisor"):
        scene = tell(scene, setting, person, "safety_unsent", now, alert=str(escalation.running))
    return scene


def on_account_refused(scene: Scene, setting: Setting, _timer: Timer, now: datetime) -> Scene:
    """The provider refuses the whole account: it stands in the queue of this one of staff, once, until it works or they close it.

    No text can tell them, so the first of those who may be called is called. The text that it is over waits from now on: it is
    tried every minute, and arrives when that is true.
    """
    noted = _noted(scene, setting, "account", now)
    if noted is scene or scene.staff is None:
        return noted
    noted, people = tell(noted, setting, scene.staff, WORKS, now), callable_about_account(scene)
    if not people or people[0].id != scene.staff.id:
        return noted
    [entry] = [item for item in open_items(noted, scene.number.id) if item.why == "account"]
    return call_about_account(noted, setting, entry.id, 0, now)


def on_account_works(scene: Scene, setting: Setting, timer: Timer, now: datetime) -> Scene:
    """The provider takes texts again: this one of staff, in whose queue it stood or who was called about it, is told so, once.

    The fence is `told` where the text that waited has reached the provider.
    """
    scene = ended_by_itself(scene, "account", setting.new_id(), now)
    if scene.staff is None or timer.fence == "told":
        return scene
    return tell(scene, setting, scene.staff, WORKS, now)


def on_no_texts(scene: Scene, setting: Setting, timer: Timer, now: datetime) -> Scene:
    """Whoever was called about the account did not press the key: the next is. The fence is the round of their call."""
    return call_about_account(scene, setting, timer.subject, int(timer.fence), now)


def on_content_refused(scene: Scene, setting: Setting, timer: Timer, now: datetime) -> Scene:
    """The provider or a carrier does not take the words of some text: this coordinator is told, once, until they close the entry."""
    noted = _noted(scene, setting, "content", now)
    if noted is scene or scene.staff is None:
        return scene
    return tell(noted, setting, scene.staff, "content_refused", now, code=timer.fence)


def _noted(scene: Scene, setting: Setting, why: str, now: datetime) -> Scene:
    """The scene with an entry in the queue of its own person; the same scene where they have it already."""
    if scene.staff is None or any(item.why == why for item in open_items(scene, scene.number.id)):
        return scene
    person = scene.staff
    return scene.with_rows(
        QueueItem(setting.new_id(), scene.number.id, why, now, staff_id=person.id, role=person.role, tier=2)
    )


def _ask(scene: Scene, setting: Setting, key: str, now: datetime) -> Scene:
    """The scene with the member's specialist, or the coordinators, asked to confirm the number; the queue says whose it is."""
    specialist_id = None if scene.member is None else scene.member.specialist_id
    specialist = None if specialist_id is None else scene.get(Staff, specialist_id)
    role = "coordinator" if specialist is None else "specialist"
    scene = wait_for_person(scene, setting, Passing("number", role), now, staff_id=specialist_id, thread_id=None)
    for person in reachable(scene, "coordinator")[:1] if specialist is None else (specialist,):
        scene = tell(scene, setting, person, key, now)
    return scene


def _told_of(scene: Scene, escalation: Escalation) -> tuple[Staff, ...]:
    """Who took an escalation, else everybody who was told of it."""
    if escalation.taken_by is not None:
        told = [escalation.taken_by]
    else:
        told = [page.staff_id for page in pages_of(scene, escalation)]
    people = (scene.get(Staff, staff_id) for staff_id in told)
    return tuple(person for person in people if person is not None)
