"""Promises to answer: each is a timer that tells the specialist, then the backup, when it runs out. None closes anything."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from config.organisation import Organisation
from service.handoffs import Passing
from service.outbox import Draft
from service.queues import is_unsaid
from service.rules.duty import duty_at
from service.rules.hours import end_of_shift, next_opening
from service.rules.setting import Setting
from service.staff_phones import is_reachable, reachable, send, staff_draft
from service.store.rows import Audit, Inbound, Member, QueueItem, Staff, Thread, Timer
from service.store.scene import Scene
from service.threads import Carried, carry, open_thread, thread_with
from service.timers import set_timer
from service.unsaid import tell_unsaid

_LENGTH = re.compile(r"(\d{1,4}) ?(minute|hour|day)s?")
_SPECIALIST, _BACKUP = "specialist", "backup"  # who is told when, as the fence of the timer


def promise(scene: Scene, setting: Setting, item: QueueItem, passing: Passing, now: datetime) -> Scene:
    """The scene with the promise of a passing on its queue entry and as a timer; an earlier promise stays.

    Without a promise of the flow's own, a concern (tier 1) is due in the same shift and everything else on the next
    working day (RISK-LEXICON.md 11.4).
    """
    said = passing.promise or ("same shift" if passing.tier else "next working day")
    due = due_at(setting.organisation, said, now)
    if item.promised_at is not None and item.promised_at <= due:
        return scene
    scene = scene.with_rows(replace(item, promised_at=due))
    return set_timer(scene, "promise", item.id, due, _SPECIALIST, item.number_id)


def due_at(organisation: Organisation, said: str, now: datetime) -> datetime:
    """When a promise runs out: `on duty`, `same shift`, `next working day`, or a length such as `15 minutes`.

    Minutes count while somebody is on duty; off duty they count from the next opening. A shift's promise is due a little
    before the shift ends, while somebody is still there to keep it.
    """
    begin = _opening(organisation, now)
    if said == "next working day":
        begin = _next_day(organisation, now)
    soon = begin + timedelta(minutes=organisation.promise_minutes)
    if said in ("same shift", "next working day"):
        end = end_of_shift(organisation.hours, organisation.holidays, organisation.zone, begin)
        return soon if end is None else max(soon, end - timedelta(minutes=organisation.promise_minutes))
    length = _LENGTH.fullmatch(said)
    return soon if length is None else begin + timedelta(**{f"{length[2]}s": int(length[1])})


def on_promise(scene: Scene, setting: Setting, timer: Timer, now: datetime) -> Scene:
    """Tell who is next that somebody still waits: first whose it is, then the backup, or a supervisor where there is none."""
    item = scene.get(QueueItem, timer.subject)
    if item is None or item.closed_at is not None:
        return scene
    if is_unsaid(item.why):  # they wait for no answer: whoever stands in is told what whoever has it was told
        person = _stand_in(scene, item)
        return scene if person is None else tell_unsaid(scene, setting, item, person, now)
    if timer.fence == _SPECIALIST:
        again = due_at(setting.organisation, "on duty", now)
        scene = set_timer(scene, "promise", item.id, again, _BACKUP, item.number_id)
        return _remind(scene, setting, item, now)
    person = _stand_in(scene, item)
    return scene if person is None else _hand_over(scene, setting, item, person, now)


def _remind(scene: Scene, setting: Setting, item: QueueItem, now: datetime) -> Scene:
    """The scene with everybody who has this member's thread open reminded of it."""
    for thread in scene.all(Thread):
        person = scene.get(Staff, thread.staff_id)
        if thread.number_id == item.number_id and thread.closed_at is None and person is not None:
            scene = send(scene, setting, person, _late(setting, person, thread), now)
    return scene


def _hand_over(scene: Scene, setting: Setting, item: QueueItem, person: Staff, now: datetime) -> Scene:
    """The scene with the one who stands in able to answer: a thread on their phone, the words, and that they wait."""
    if person.role == "supervisor" and item.member_id is not None:  # promise 11: never without a logged reason
        shown = {"reason": "nobody answered in time"}
        scene = scene.with_rows(Audit(setting.new_id(), now, person.id, "words shown", item.member_id, shown))
    before = thread_with(scene, person, item.number_id)
    scene, thread = open_thread(scene, setting, person, item.number_id, item.member_id, now)
    inbound = None if item.inbound_id is None else scene.get(Inbound, item.inbound_id)
    # Whoever had a thread with them already was given the words when they came.
    if inbound is not None and (before is None or before.opened_at > inbound.received_at):
        scene = carry(scene, setting, person, thread, Carried("relay", inbound.body, inbound), now)
    return send(scene, setting, person, _late(setting, person, thread), now)


def _late(setting: Setting, person: Staff, thread: Thread) -> Draft:
    return replace(staff_draft(setting, person, "promise_late", tag=thread.tag), thread_id=thread.id)


def _stand_in(scene: Scene, item: QueueItem) -> Staff | None:
    """The specialist's backup; a supervisor where no backup can be reached."""
    member = None if item.member_id is None else scene.get(Member, item.member_id)
    specialist = _person(scene, None if member is None else member.specialist_id)
    backup = _person(scene, None if specialist is None else specialist.backup_id)
    if is_reachable(scene, backup):
        return backup
    return next((p for p in reachable(scene, "supervisor") if p.number_id != item.number_id), None)


def _person(scene: Scene, staff_id: UUID | None) -> Staff | None:
    return None if staff_id is None else scene.get(Staff, staff_id)


def _opening(organisation: Organisation, at: datetime) -> datetime:
    return duty_at(organisation, at).opens or at


def _next_day(organisation: Organisation, now: datetime) -> datetime:
    """The first opening after the shift that runs now; off duty, the next opening."""
    given = (organisation.hours, organisation.holidays, organisation.zone)
    end = end_of_shift(*given, now)
    return _opening(organisation, now) if end is None else next_opening(*given, end) or now


TIMER_HANDLERS = {"promise": on_promise}
