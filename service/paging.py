"""Telling staff of an escalation, rung by rung and round by round, until somebody takes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from service.alert_calls import call_instead, calls_to, gets_no_texts, helpers_of, helps
from service.ladders import chain_for, keep, ladder_of, pages_of, wake
from service.outbox import Draft
from service.passed_over import UNREACHED, UNREAD, note_one, note_passed_over
from service.queues import shown_with
from service.rules.chain import Chain
from service.rules.kinds import REMINDER
from service.rules.ladder import Ladder, Rung, first_rungs, lose, next_rung, overtake, rise
from service.rules.setting import Setting
from service.staff_phones import send, staff_draft, tell_supervisors
from service.store.rows import Escalation, Number, Page, Staff, Timer
from service.store.scene import Scene

_DRAWS = 50  # of a code, before two alerts of one phone share one; with seven digits the second draw is rare
_NOBODY_SEEN = Chain((), ())  # the chain where it cannot be asked for: on the scene of one phone


def begin(scene: Scene, setting: Setting, escalation: Escalation, now: datetime) -> Scene:
    """The scene with the first rung of a new escalation told, and the supervisors told of whom it had to pass over.

    Where no staff were gathered (a number's very first text) the ladder begins at once, when what is due is looked at.
    """
    if not scene.all(Staff):
        return keep(scene, escalation, Ladder(escalation.tier, next_at=now), now)[0]
    chain, scene = chain_for(scene, setting, escalation, now), note_passed_over(scene, setting, escalation, now)
    for person in (scene.get(Staff, staff_id) for staff_id in chain.passed_over):
        scene = scene if person is None else tell_supervisors(scene, setting, person, "staff_stopped", now)
    ladder, rung = first_rungs(escalation.tier, chain, setting.organisation.ladder, now)
    return _stepped(scene, setting, escalation, ladder, rung, now)


def raise_tier(scene: Scene, setting: Setting, escalation: Escalation, tier: int, now: datetime) -> Scene:
    """The scene with a graver tier: a new round at once, unless the tier is no graver."""
    chain = chain_for(scene, setting, escalation, now)
    ladder, rung = rise(ladder_of(scene, escalation), tier, chain, setting.organisation.ladder, now)
    return _stepped(scene, setting, escalation, ladder, rung, now)


def leave(scene: Scene, setting: Setting, escalation: Escalation, person: Staff, now: datetime) -> Scene:
    """The scene with an escalation no longer this person's, who passed it on or cannot be told any more; it climbs at once.

    The next rung is told by the timer's handler, with the whole ladder in view.
    """
    page = scene.get(Page, escalation.id, person.id)
    if page is not None and escalation.taken_by != person.id:
        scene = scene.with_rows(replace(page, round=escalation.round, passed_at=now))
    ladder, _ = lose(ladder_of(scene, escalation), _NOBODY_SEEN, person.id, setting.organisation.ladder, now)
    scene, left = keep(scene, escalation, ladder, now)
    return wake(shown_with(scene, left, left.taken_by), left, now)


def on_ladder(scene: Scene, setting: Setting, timer: Timer, now: datetime) -> Scene:
    """Tell the next rung, or remind the taker; climb early where whoever was told last has left. A stale fence does nothing."""
    escalation = scene.get(Escalation, timer.subject)
    if escalation is None or escalation.state == "closed" or timer.fence != str(escalation.rung):
        return scene
    chain, ladder = chain_for(scene, setting, escalation, now), ladder_of(scene, escalation)
    waits = setting.organisation.ladder
    early = ladder.next_at is not None and now < ladder.next_at
    if early and ladder.lost:
        ladder, rung = lose(ladder, chain, next(iter(ladder.lost)), waits, now)
    else:
        ladder, rung = next_rung(ladder, chain, waits, now)
    if not pages_of(scene, escalation):  # it could not begin before: no staff were gathered with a number's first text
        scene = note_passed_over(scene, setting, escalation, now)
    scene = _stepped(scene, setting, escalation, ladder, rung, now)
    return _last_one(scene, setting, escalation, chain, now)


def on_page_failed(scene: Scene, setting: Setting, timer: Timer, now: datetime) -> Scene:
    """A text or a call to somebody failed for good.

    Where a call can tell them in its place, it does. Otherwise that phone is passed over, the supervisors are told, once for an
    alert, and the ladder climbs at once. The timer's fence has the ids of those whose texts failed, with commas between them.
    """
    escalation = scene.get(Escalation, timer.subject)
    for staff_id in map(UUID, timer.fence.split(",")):
        if escalation is not None and escalation.state != "closed":
            scene = _failed(scene, setting, escalation, staff_id, now)
            escalation = scene.get(Escalation, escalation.id)
    return scene


def on_page_late(scene: Scene, setting: Setting, timer: Timer, now: datetime) -> Scene:
    """A text or a call to somebody is refused for now again and again, or has not left within a minute: the ladder climbs at once.

    It goes on being tried until the round is over or somebody takes the alert, and whoever it is for is not lost: they may take
    it and pass it on. The timer's fence has the ids of those whose texts are late, with commas between them.
    """
    for staff_id in map(UUID, timer.fence.split(",")):
        escalation = scene.get(Escalation, timer.subject)
        if escalation is None or escalation.state != "open":
            return scene
        chain, before = chain_for(scene, setting, escalation, now), ladder_of(scene, escalation)
        ladder, rung = overtake(before, chain, staff_id, setting.organisation.ladder, now)
        if ladder is not before:
            scene = _stepped(scene, setting, escalation, ladder, rung, now)
    return scene


def on_words_unreached(scene: Scene, setting: Setting, timer: Timer, now: datetime) -> Scene:
    """Words about an alert did not reach whoever took it, or whoever helps them: the ladder climbs on without them.

    The words wait in the queue for whoever takes it next. Where only the words are not taken, by a filter, the phone works: it is
    told so, and that a call is needed. Whoever was called since no texts go knows that the words may not come. The timer's fence has pairs of an id and the provider's code (0: none, it is late or
    nobody knows), with commas between them.
    """
    for staff_id, code in (part.split(":") for part in timer.fence.split(",")):
        escalation, person = scene.get(Escalation, timer.subject), scene.get(Staff, UUID(staff_id))
        if escalation is None or escalation.taken_by is None or escalation.state != "taken" or person is None:
            continue
        if escalation.taken_by != person.id and not helps(scene, escalation, person):
            continue
        kind = "late" if code == "0" else setting.errors.class_of(int(code))
        if kind == "content":
            scene = _tell_of_unsent(scene, setting, escalation, person, now)
        elif kind not in ("late", "account") or not calls_to(scene, escalation, person):
            scene = _without_taker(scene, setting, escalation, person, now)
    return scene


def alert_draft(scene: Scene, setting: Setting, escalation: Escalation, person: Staff, code: str) -> Draft:
    """The text of an alert to one phone: no words and no name, and whether the member said stop."""
    number = scene.get(Number, escalation.number_id)
    stopped = escalation.said_stop or (number is not None and number.consent == "stopped")
    key = "alert_stopped" if stopped else "alert"
    draft = staff_draft(setting, person, key, alert=str(escalation.running), code=code)
    because = {"round": escalation.round, "tier": escalation.tier}
    return replace(draft, kind="alert", rule="ladder", because=because, escalation_id=escalation.id)


def tell_helpers(scene: Scene, setting: Setting, escalation: Escalation, taker: Staff, now: datetime) -> Scene:
    """The scene with those told who help somebody whose phone gets no texts, each with a code of their own."""
    for person in helpers_of(scene, taker):
        code = code_of(scene, escalation, person) or _new_code(scene, setting, person)
        told = scene.get(Page, escalation.id, person.id) or Page(
            escalation.id, person.id, person.number_id, code, now, escalation.round
        )
        slots = {"alert": str(escalation.running), "name": taker.name, "code": code}
        draft = staff_draft(setting, person, "alert_taken_by_call", **slots)
        scene = send(scene.with_rows(told), setting, person, replace(draft, escalation_id=escalation.id), now)
    return scene


def code_of(scene: Scene, escalation: Escalation, person: Staff) -> str:
    """The code with which this person was told of an escalation."""
    page = scene.get(Page, escalation.id, person.id)
    return "" if page is None else page.code


def _stepped(
    scene: Scene, setting: Setting, escalation: Escalation, ladder: Ladder, rung: Rung | None, now: datetime
) -> Scene:
    """The scene after the rules took a step: the ladder kept, and what its rung says told."""
    scene, escalation = keep(scene, escalation, ladder, now)
    scene = shown_with(scene, escalation, escalation.taken_by)
    for staff_id in () if rung is None else rung.staff:
        person = scene.get(Staff, staff_id)
        if rung is not None and person is not None:
            tell_one = _remind if rung.kind == "remind" else _page
            scene = tell_one(scene, setting, escalation, person, now)
    return scene


def _page(scene: Scene, setting: Setting, escalation: Escalation, person: Staff, now: datetime) -> Scene:
    """The scene with one person told, with the same code however often they are."""
    code = code_of(scene, escalation, person) or _new_code(scene, setting, person)
    before = scene.get(Page, escalation.id, person.id)
    unreached_at = None if before is None else before.unreached_at
    told = Page(escalation.id, person.id, person.number_id, code, now, escalation.round, unreached_at=unreached_at)
    return send(scene.with_rows(told), setting, person, alert_draft(scene, setting, escalation, person, code), now)


def _remind(scene: Scene, setting: Setting, escalation: Escalation, person: Staff, now: datetime) -> Scene:
    if gets_no_texts(scene, escalation, person):
        return tell_helpers(scene, setting, escalation, person, now)
    slots = {"alert": str(escalation.running), "code": code_of(scene, escalation, person)}
    draft = staff_draft(setting, person, "alert_remind", **slots)
    return send(scene, setting, person, replace(draft, kind="alert", rule=REMINDER, escalation_id=escalation.id), now)


def _failed(scene: Scene, setting: Setting, escalation: Escalation, staff_id: UUID, now: datetime) -> Scene:
    found, person = scene.get(Page, escalation.id, staff_id), scene.get(Staff, staff_id)
    if found is None or person is None:
        return scene
    called = call_instead(scene, setting, escalation, person, now)
    if called is not None:
        return called
    scene = scene.with_rows(replace(found, failed_at=now, unreached_at=found.unreached_at or now))
    if found.unreached_at is None:
        scene = note_one(scene, setting, escalation, person, UNREACHED, now)
        scene = tell_supervisors(scene, setting, person, "staff_unreachable", now)
    chain = chain_for(scene, setting, escalation, now)
    ladder, rung = lose(ladder_of(scene, escalation), chain, staff_id, setting.organisation.ladder, now)
    return _stepped(scene, setting, escalation, ladder, rung, now)


def _tell_of_unsent(scene: Scene, setting: Setting, escalation: Escalation, person: Staff, now: datetime) -> Scene:
    slots = {"alert": str(escalation.running), "code": code_of(scene, escalation, person)}
    draft = staff_draft(setting, person, "alert_words_unsent", **slots)
    return send(scene, setting, person, replace(draft, escalation_id=escalation.id), now)


def _without_taker(scene: Scene, setting: Setting, escalation: Escalation, person: Staff, now: datetime) -> Scene:
    taker = escalation.taken_by
    if taker is None:
        return scene
    scene = note_one(scene, setting, escalation, person, UNREAD, now)
    chain = chain_for(scene, setting, escalation, now)
    ladder, rung = lose(ladder_of(scene, escalation), chain, taker, setting.organisation.ladder, now)
    return _stepped(scene, setting, escalation, ladder, rung, now)


def _last_one(scene: Scene, setting: Setting, before: Escalation, chain: Chain, now: datetime) -> Scene:
    """When the second round has only one person to go to, they are told that there is nobody else."""
    escalation = scene.get(Escalation, before.id)
    person = scene.get(Staff, chain.everybody[0]) if len(chain.everybody) == 1 else None
    if escalation is None or person is None or (before.round, escalation.round) != (0, 1):
        return scene
    draft = staff_draft(setting, person, "alert_nobody", alert=str(escalation.running))
    return send(scene, setting, person, replace(draft, escalation_id=escalation.id), now)


def _new_code(scene: Scene, setting: Setting, person: Staff) -> str:
    """Seven digits that no other alert on this phone has, as far as its alerts were gathered."""
    taken = {page.code for page in scene.all(Page) if page.staff_number_id == person.number_id}
    drawn = (setting.new_code() for _ in range(_DRAWS))
    return next((code for code in drawn if code not in taken), setting.new_code())


TIMER_HANDLERS = {
    "rung": on_ladder, "outcome": on_ladder, "page failed": on_page_failed, "page late": on_page_late,
    "words unreached": on_words_unreached,
}  # fmt: skip
