"""START: what follows once it is in the ledger, by what had been said before (docs/decisions/0017).

It is a yes from whoever was asked before, and from everybody else a reason to ask. It ends a pause too, and it is always
answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from service.consent import is_overtaken, start
from service.conversations import Beginning, Handlers, begin, go_on, names_a_reply, replied, versions_for
from service.facts import specialist_name
from service.handoffs import Passing, words_of
from service.holding import CALM
from service.joining import join
from service.lateness import is_stale
from service.outbox import Draft, post
from service.rhythm import resume
from service.rules.setting import Setting
from service.store.rows import Escalation, Inbound, Member, Outbound
from service.store.scene import Scene, since
from service.strangers import meet
from service.timers import cancel_timer

WELCOME = "welcome"
YES = "yes"  # what START means as an answer to the welcome's question; flows read it in both languages
ANSWERED = "their START is the answer to this question"


def start_texts(scene: Scene, setting: Setting, handlers: Handlers, inbound: Inbound, now: datetime) -> Scene:
    """The scene after a START from a member, or from a number that nobody knows.

    Who said stop is confirmed that texts are on again; who has said yes already, that they are on. Anybody else comes to
    the welcome: at its yes where they know its question, else at the question. Their person is told of that.
    """
    said, member = scene.number.consent, scene.member
    if is_overtaken(scene, inbound):
        return start(scene, setting, inbound, now)
    scene = start(scene, setting, inbound, now)
    if member is None:
        return meet(scene, setting, handlers, inbound, now, answered=said == "stopped")
    if said in ("stopped", "given"):
        return _on(scene, setting, member, inbound, now, confirmed=said == "stopped")
    return _come(scene, setting, handlers, inbound, now)


def _on(scene: Scene, setting: Setting, member: Member, inbound: Inbound, now: datetime, *, confirmed: bool) -> Scene:
    """Texts are on, so the member does not rest any more, unless they paused after they wrote this."""
    rests = member.paused_at is not None and member.paused_at <= inbound.received_at
    if rests:
        scene = resume(scene, member)
    return scene if confirmed else _answer(scene, setting, "back" if rests else "start_already", inbound, now)


def _come(scene: Scene, setting: Setting, handlers: Handlers, inbound: Inbound, now: datetime) -> Scene:
    if _is_asked(scene, setting, now):  # their welcome goes on, and tells their person at its end
        return go_on(scene, setting, handlers, replied(YES, inbound, now))
    passing = Passing("start", "specialist", inbound, words_of(scene, setting, inbound))
    scene = handlers.pass_on(scene, setting, passing, now)
    published = WELCOME in versions_for(scene, setting)
    if not published or is_stale(scene, inbound, now) or _is_for_people(scene, now):
        return _noted(scene, setting, inbound, now)
    return _welcomed(scene, setting, handlers, inbound, now)


def _is_asked(scene: Scene, setting: Setting, now: datetime) -> bool:
    """Whether the welcome is under way at a question that a yes answers."""
    return (
        scene.conversation is not None
        and scene.conversation.flow == WELCOME
        and names_a_reply(scene, setting, YES, now)
    )


def _is_for_people(scene: Scene, now: datetime) -> bool:
    """While an alert about them is open, and for a day after, nothing automatic begins."""
    closed = since(scene, "calm_from")
    calm = closed is not None and now - closed < CALM
    return calm or any(alert.number_id == scene.number.id for alert in scene.all(Escalation))


def _noted(scene: Scene, setting: Setting, inbound: Inbound, now: datetime) -> Scene:
    member = scene.member
    if member is not None and scene.number.consent == "given":
        scene = join(scene, member, setting, scene.fact("published", {}), now, now)
    return _answer(scene, setting, "start_noted", inbound, now)


def _welcomed(scene: Scene, setting: Setting, handlers: Handlers, inbound: Inbound, now: datetime) -> Scene:
    """The scene with the welcome begun as an answer to them, its question left out where START answers it."""
    member, before = scene.member, scene
    if member is None:
        raise ValueError("the welcome is for a member; this number has none")
    scene = cancel_timer(scene.with_rows(member.but(welcomed_at=now)), WELCOME, member.id)
    beginning = Beginning(WELCOME, "start", "answer to their START", inbound)
    scene = begin(scene, setting, handlers, beginning, now)
    if scene.number.consent != "given" or not _is_asked(scene, setting, now):
        return scene
    asked = list(_said_since(before, scene))[-1]
    left_out = replace(asked, state="withheld", final_at=now, reason={**asked.reason, "withdrawn": ANSWERED})
    return go_on(scene.with_rows(left_out), setting, handlers, replied(YES, inbound, now))


def _said_since(before: Scene, after: Scene) -> Iterator[Outbound]:
    """What was said to them since, in the order of saying."""
    for row in after.all(Outbound):
        if row.number_id == after.number.id and before.get(Outbound, row.id) is None:
            yield row


def _answer(scene: Scene, setting: Setting, key: str, inbound: Inbound, now: datetime) -> Scene:
    member = scene.member
    if member is None:
        raise ValueError("this answer is a member's")
    text = setting.texts.say(
        key, member.language, org=setting.organisation.name, me=member.name, cps=specialist_name(scene, setting, member)
    )
    draft = Draft(scene.number.id, "answer", text, member.language, f"answer: {key}", cause_id=inbound.id)
    return post(scene, setting, draft, now)
