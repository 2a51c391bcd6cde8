"""Escalations: raised, taken by a person, passed on, closed with an outcome; none ever goes quiet."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from service import paging
from service.alert_calls import gets_no_texts, helps
from service.handoffs import Raising
from service.ladders import keep, ladder_of, pages_of, still
from service.paging import alert_draft, begin, code_of, leave, raise_tier, tell_helpers
from service.queues import items_of, outcome_given, shown_with, wait_for_outcome
from service.rules.ladder import Ladder
from service.rules.ladder import take as let_take
from service.rules.setting import Setting
from service.staff_phones import send, staff_draft, tell
from service.store.rows import Audit, Escalation, Inbound, Member, Number, Page, Staff, Thread
from service.store.scene import Scene
from service.threads import Carried, carry, open_thread


def raise_alert(scene: Scene, setting: Setting, raising: Raising, now: datetime) -> Scene:
    """The scene with an escalation about its number: a new one, or more words to the one that is under way.

    Its entry in the queue holds the message until an outcome closes it. The staff are told by the ladder, without words.
    """
    found = open_escalation(scene)
    if raising.inbound is not None and is_told_of(raising.inbound):
        return _graver(scene, setting, found, raising.tier, now)
    if found is None:
        escalation = _new(scene, setting, raising, now)
        scene = scene.with_rows(escalation)
        return begin(wait_for_outcome(scene, setting, escalation, raising.inbound, now), setting, escalation, now)
    tier = max(found.tier, raising.tier) if found.state == "taken" else found.tier
    escalation = replace(found, tier=tier, said_stop=found.said_stop or raising.said_stop)
    scene = wait_for_outcome(scene.with_rows(escalation), setting, escalation, raising.inbound, now)
    if escalation.state == "taken":
        return _more_words(scene, setting, escalation, raising.inbound, now)
    return raise_tier(scene, setting, escalation, raising.tier, now) if raising.tier > escalation.tier else scene


def raise_undecided(scene: Scene, setting: Setting, raising: Raising, now: datetime) -> Scene:
    """The scene with an escalation about a text that could not be decided: the ladder begins when what is due is looked at.

    That needs neither our texts nor the staff. Where one is under way the text is added to it as ever.
    """
    if open_escalation(scene) is not None:
        return raise_alert(scene, setting, raising, now)
    escalation = _new(scene, setting, raising, now)
    scene = wait_for_outcome(scene.with_rows(escalation), setting, escalation, raising.inbound, now)
    return keep(scene, escalation, Ladder(escalation.tier, next_at=now), now)[0]


def is_told_of(inbound: Inbound) -> bool:
    """Whether an alert was raised about a message already, when it could not be decided."""
    return "alert" in inbound.ends.get("in", ())


def open_escalation(scene: Scene) -> Escalation | None:
    """The escalation about this scene's number that has no outcome yet."""
    return next((e for e in scene.all(Escalation) if e.number_id == scene.number.id and e.state != "closed"), None)


def take(scene: Scene, setting: Setting, escalation: Escalation, person: Staff, now: datetime) -> Scene:
    """The scene with an escalation taken, its words and a tag sent to the taker, and the second clock started.

    Taking it again changes nothing and says the same; whoever comes second is told who has it.
    """
    scene = scene.guard(escalation.number_id)
    if escalation.state == "taken" and escalation.taken_by != person.id:
        return _told_who_has_it(scene, setting, escalation, person, now)
    if escalation.state == "open":
        scene, escalation = _taken(scene, setting, escalation, person, now)
    return _equip(scene, setting, escalation, person, now)


def pass_(scene: Scene, setting: Setting, escalation: Escalation, person: Staff, now: datetime) -> Scene:
    """The scene with an escalation passed on by somebody who was told of it or had taken it: it climbs at once.

    It does not come back to them in this round. At tier 3, where everybody is told at once, it stays with the others.
    """
    if escalation.state == "taken" and escalation.taken_by != person.id:
        return _told_who_has_it(scene.guard(escalation.number_id), setting, escalation, person, now)
    scene = pass_silently(scene, setting, escalation, person, now)
    return tell(scene, setting, person, "alert_passed", now, alert=str(escalation.running))


def pass_silently(scene: Scene, setting: Setting, escalation: Escalation, person: Staff, now: datetime) -> Scene:
    """The scene with an escalation passed on that nobody else has; whoever passes it hears of it on a call, not by a text."""
    scene, page = scene.guard(escalation.number_id), scene.get(Page, escalation.id, person.id)
    if page is None or page.passed_at is None or page.round < escalation.round:
        scene = leave(scene, setting, escalation, person, now)
        scene = _audited(scene, setting, escalation, person, "alert passed", now)
    return scene


def close(
    scene: Scene, setting: Setting, escalation: Escalation, person: Staff, inbound: Inbound, outcome: str, now: datetime
) -> Scene:
    """The scene with an escalation closed by an outcome in words; without words, they are asked for.

    Who closes what nobody had taken has taken it by that; what a colleague has is not theirs to close.
    """
    scene = scene.guard(escalation.number_id)
    if escalation.state == "taken" and not _has_it(scene, escalation, person):
        return _told_who_has_it(scene, setting, escalation, person, now)
    if not outcome:
        slots = {"alert": str(escalation.running), "code": code_of(scene, escalation, person)}
        return tell(scene, setting, person, "alert_outcome", now, **slots)
    if escalation.state == "open":
        scene, escalation = _taken(scene, setting, escalation, person, now)
    # The words of the outcome stay sealed in the message that brought them; the row says where they are.
    closed = replace(
        escalation, state="closed", closed_at=now, closed_by=person.id, outcome=str(inbound.id), next_at=None
    )
    scene = still(outcome_given(_calmed(scene.with_rows(closed), closed, now), closed, person.id, now), closed)
    scene = _audited(scene, setting, closed, person, "alert closed", now)
    return tell(scene, setting, person, "alert_closed", now, alert=str(closed.running))


def _calmed(scene: Scene, closed: Escalation, now: datetime) -> Scene:
    """The scene with automatic words to the member resting for a day from now (FLOW-LIBRARY.md, F5)."""
    number = scene.get(Number, closed.number_id)
    if number is None:
        return scene
    return scene.with_rows(replace(number, memory={**number.memory, "calm_from": now.isoformat()}))


def number_of(scene: Scene, setting: Setting, escalation: Escalation, person: Staff, now: datetime) -> Scene:
    """The scene with the member's number sent to the taker, logged; who has not taken it is told how to."""
    scene = scene.guard(escalation.number_id)
    if escalation.state == "open":
        draft = alert_draft(scene, setting, escalation, person, code_of(scene, escalation, person))
        return send(scene, setting, person, draft, now)
    number = scene.get(Number, escalation.number_id)
    if number is None or not _has_it(scene, escalation, person):
        return _told_who_has_it(scene, setting, escalation, person, now)
    scene = _audited(scene, setting, escalation, person, "number shown", now)
    slots = {"alert": str(escalation.running), "number": number.number}
    return tell(scene, setting, person, "alert_number", now, **slots)


def leave_to_others(scene: Scene, setting: Setting, person: Staff, now: datetime) -> Scene:
    """The scene with every alert that this person was told of or had taken left to the others: their phone said stop."""
    told_of = {page.escalation_id for page in scene.all(Page) if page.staff_id == person.id}
    for escalation in scene.all(Escalation):
        open_here = escalation.state == "open" and escalation.id in told_of
        if open_here or (escalation.state == "taken" and escalation.taken_by == person.id):
            scene = leave(scene, setting, escalation, person, now)
            scene = _audited(scene, setting, escalation, person, "alert left: the phone said stop", now)
    return scene


def _new(scene: Scene, setting: Setting, raising: Raising, now: datetime) -> Escalation:
    return Escalation(
        setting.new_id(), scene.fact("running", 0) + 1, scene.number.id, raising.tier, raising.why, now,
        None if scene.member is None else scene.member.id, None if raising.inbound is None else raising.inbound.id,
        raising.said_stop or scene.number.consent == "stopped",
    )  # fmt: skip


def _graver(scene: Scene, setting: Setting, found: Escalation | None, tier: int, now: datetime) -> Scene:
    """The scene after a text whose alert was raised before it could be decided: only a graver tier is news."""
    if found is None or tier <= found.tier:
        return scene
    if found.state == "taken":
        return scene.with_rows(replace(found, tier=tier))
    return raise_tier(scene, setting, found, tier, now)


def _more_words(
    scene: Scene, setting: Setting, escalation: Escalation, inbound: Inbound | None, now: datetime
) -> Scene:
    """The scene with new words of danger sent straight to the one who took the escalation."""
    person = None if escalation.taken_by is None else scene.get(Staff, escalation.taken_by)
    if person is None or inbound is None:
        return scene
    if gets_no_texts(scene, escalation, person):
        return tell_helpers(scene, setting, escalation, person, now)
    scene, thread = open_thread(scene, setting, person, escalation.number_id, escalation.member_id, now)
    return carry(scene, setting, person, thread, Carried("words_of", inbound.body, inbound, escalation.id), now)


def _taken(
    scene: Scene, setting: Setting, escalation: Escalation, person: Staff, now: datetime
) -> tuple[Scene, Escalation]:
    ladder = let_take(ladder_of(scene, escalation), person.id, setting.organisation.ladder, now)
    scene, taken = keep(scene, escalation, ladder, now)
    scene = _audited(shown_with(scene, taken, person.id), setting, taken, person, "alert taken", now)
    for page in pages_of(scene, taken):
        other = scene.get(Staff, page.staff_id)
        if other is not None and other.id != person.id:
            scene = _told_who_has_it(scene, setting, taken, other, now)
    return scene, taken


def _equip(scene: Scene, setting: Setting, escalation: Escalation, person: Staff, now: datetime) -> Scene:
    """The scene with the taker told how to go on, and sent every word that led to this, under a tag of their own.

    A phone that gets no texts gets none of it: those are told who help.
    """
    if gets_no_texts(scene, escalation, person):
        return tell_helpers(scene, setting, escalation, person, now)
    scene, thread = open_thread(scene, setting, person, escalation.number_id, escalation.member_id, now)
    slots = {"alert": str(escalation.running), "code": code_of(scene, escalation, person), "tag": thread.tag}
    draft = replace(staff_draft(setting, person, _taken_text(scene, escalation), **slots), escalation_id=escalation.id)
    scene = send(scene, setting, person, replace(draft, thread_id=thread.id), now)
    return _words_so_far(scene, setting, escalation, person, thread, now)


def _taken_text(scene: Scene, escalation: Escalation) -> str:
    number = scene.get(Number, escalation.number_id)
    if number is not None and number.consent == "stopped":
        return "alert_taken_stopped"
    known = escalation.member_id is not None and scene.get(Member, escalation.member_id) is not None
    return "alert_taken" if known else "alert_taken_unknown"


def _words_so_far(
    scene: Scene, setting: Setting, escalation: Escalation, person: Staff, thread: Thread, now: datetime
) -> Scene:
    wanted = {escalation.inbound_id, *(item.inbound_id for item in items_of(scene, escalation))}
    for inbound in sorted((i for i in scene.all(Inbound) if i.id in wanted), key=lambda i: i.received_at):
        scene = carry(scene, setting, person, thread, Carried("words_of", inbound.body, inbound, escalation.id), now)
    return scene


def _told_who_has_it(scene: Scene, setting: Setting, escalation: Escalation, person: Staff, now: datetime) -> Scene:
    taker = None if escalation.taken_by is None else scene.get(Staff, escalation.taken_by)
    name = setting.organisation.name if taker is None else taker.name
    return tell(scene, setting, person, "alert_taken_by_other", now, alert=str(escalation.running), name=name)


def _has_it(scene: Scene, escalation: Escalation, person: Staff) -> bool:
    """Whether somebody has taken an escalation, or helps a colleague who took it on a phone without texts."""
    return escalation.taken_by == person.id or helps(scene, escalation, person)


def _audited(scene: Scene, setting: Setting, escalation: Escalation, person: Staff, what: str, now: datetime) -> Scene:
    about = {"running": escalation.running, "tier": escalation.tier}
    return scene.with_rows(Audit(setting.new_id(), now, person.id, what, escalation.id, about))


TIMER_HANDLERS = paging.TIMER_HANDLERS
