"""The one place that advances a conversation: it takes it as gathered and gives its new state and what follows from it.

The engine says what should follow; what reaches beyond the conversation (a person, the ladder, an action) goes to the
handlers that the assembly hands in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from flows.engine import effects as follow
from flows.engine.events import ActionDone, Event, Replied, Silent, Started
from flows.engine.kinds import Value
from flows.engine.matching import names_reply, takes_anything
from flows.engine.new_clocks import clock_due
from flows.engine.session import Session, dump_session, load_session, new_session
from flows.engine.step import advance
from service.facts import facts_of, hours_of
from service.handoffs import Doing, Passing, Raising
from service.outbox import Draft, post
from service.rules.kinds import UNASKED
from service.rules.local_time import to_instant, to_local
from service.rules.member_hours import closing
from service.rules.setting import Means, Setting
from service.store.rows import Conversation, Inbound, Member, Turn
from service.store.scene import Scene, Withdrawal
from service.timers import cancel_timer, set_timer

Result = Mapping[str, Value] | None
# The place in a number's memory where a test phone's drafts are kept: flow name to version, which is negative.
DRAFTS = "drafts"


@dataclass(frozen=True, slots=True)
class Handlers:
    """Where a conversation's effects go that are not its own: pure functions of the capabilities."""

    pass_on: Callable[[Scene, Setting, Passing, datetime], Scene]
    alert: Callable[[Scene, Setting, Raising, datetime], Scene]
    do: Callable[[Scene, Setting, Doing, datetime], tuple[Scene, Result]]


@dataclass(frozen=True, slots=True)
class Moment:
    """One step of a conversation: what happened, when, and the message that caused it, if one did."""

    event: Event
    now: datetime
    rule: str  # the rule that lets automatic words go out now
    inbound: Inbound | None = None
    because: Mapping[str, Any] = field(default_factory=dict)  # what else is kept as the reason


@dataclass(frozen=True, slots=True)
class Beginning:
    """A conversation to begin: with which flow, by what, under which rule.

    `kind` is that of its unasked words; a reminder says nothing after `until_at`. `values` are what the flow takes.
    """

    flow: str
    started_by: str
    rule: str
    inbound: Inbound | None = None
    because: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Value] = field(default_factory=dict)
    kind: str = "routine"
    until_at: datetime | None = None
    schedule_id: UUID | None = None


def begin(scene: Scene, setting: Setting, handlers: Handlers, beginning: Beginning, now: datetime) -> Scene:
    """The scene with a new conversation under way; one that was open ends quietly. Raises KeyError for an unpublished flow."""
    member = _member(scene)
    versions = fixed_versions(setting, beginning.flow, versions_for(scene, setting))
    started = Moment(Started(beginning.values), now, beginning.rule, beginning.inbound, beginning.because)
    # The first step is taken before there is a row, so that the row is made, and its session written down, once.
    facts = facts_of(scene, setting, member, now)
    session, follows = advance(setting.flows(versions), new_session(beginning.flow), started.event, facts, now)
    conversation = Conversation(
        setting.new_id(), member.id, scene.number.id, beginning.flow, dict(versions), _dumped(session), now, beginning.started_by,
        fence=session.fence, kind=beginning.kind, until_at=beginning.until_at, schedule_id=beginning.schedule_id,
    )  # fmt: skip
    scene = end(scene, now, "another conversation began").with_rows(conversation)
    return _counted(_carry_out(scene, setting, handlers, started, follows), member, beginning.flow)


def go_on(scene: Scene, setting: Setting, handlers: Handlers, moment: Moment) -> Scene:
    """The scene after the open conversation met an event; a conversation that is not there changes nothing."""
    conversation = scene.conversation
    if conversation is None:
        return scene
    flows = setting.flows(conversation.versions)
    facts = facts_of(scene, setting, _member(scene), moment.now)
    before = _loaded(conversation)
    session, follows = advance(flows, before, moment.event, facts, moment.now)
    if session == before and not follows:
        return scene
    scene = scene.with_rows(conversation.but(session=_dumped(session), fence=session.fence))
    if not any(isinstance(effect, follow.Wait) for effect in follows):
        scene = cancel_timer(scene, "silence", conversation.id)
    return _carry_out(scene, setting, handlers, moment, follows)


def end(scene: Scene, now: datetime, why: str) -> Scene:
    """The scene with the open conversation ended quietly: no timer of it fires, nothing unsent of it goes out."""
    conversation = scene.conversation
    if conversation is None:
        return scene
    scene = cancel_timer(scene.with_rows(conversation.but(state="ended", ended_at=now)), "silence", conversation.id)
    return scene.withdraw(Withdrawal(scene.number.id, UNASKED, {"withdrawn": why}, conversation.id))


def on_new_clocks(scene: Scene, means: Means, member: Member, was: str, now: datetime) -> Scene:
    """The scene after a member's zone changed from `was` (their row has the new one): the open conversation goes by it.

    The date that it is about keeps its local time, and what waits for a time of the clock waits for it there.
    """
    conversation = scene.conversation
    if conversation is None:
        return scene
    if conversation.until_at is not None:
        until = to_instant(to_local(conversation.until_at, was), member.zone)
        scene = scene.with_rows(conversation.but(until_at=until))
    due = clock_due(means.flows(conversation.versions), _loaded(conversation), member.zone, now)
    return scene if due is None else set_timer(scene, "silence", conversation.id, due, str(conversation.fence))


def names_a_reply(scene: Scene, setting: Setting, text: str, now: datetime) -> bool:
    """Whether the open conversation's step names a reply that this text means."""
    conversation = scene.conversation
    if conversation is None:
        return False
    facts = facts_of(scene, setting, _member(scene), now)
    return names_reply(setting.flows(conversation.versions), _loaded(conversation), text, facts) is not None


def takes_any_words(scene: Scene, setting: Setting) -> bool:
    """Whether the open conversation's step takes words that no named reply has."""
    conversation = scene.conversation
    return conversation is not None and takes_anything(setting.flows(conversation.versions), _loaded(conversation))


def replied(text: str, inbound: Inbound, now: datetime) -> Moment:
    """The moment of a member's own message."""
    return Moment(Replied(text), now, "answer to their own message", inbound)


def silent(fence: int, now: datetime) -> Moment:
    """The moment at which nobody had answered."""
    return Moment(Silent(fence), now, "silence of a flow that their own schedule or welcome began")


def versions_for(scene: Scene, setting: Setting) -> Mapping[str, int]:
    """The version of each flow with which a conversation on this number begins: as published, or a test phone's drafts."""
    published: Mapping[str, int] = scene.fact("published", {})
    if scene.number.number not in setting.organisation.test_phones:
        return published
    return {**published, **scene.number.memory.get(DRAFTS, {})}


def fixed_versions(setting: Setting, flow: str, published: Mapping[str, int]) -> Mapping[str, int]:
    """The version of a flow and of every flow it runs, at any depth, as published now. Raises KeyError where one is not."""
    fixed: dict[str, int] = {}
    wanted = [flow]
    while wanted:
        name = wanted.pop()
        if name not in fixed:
            fixed[name] = published[name]
            wanted += setting.flows({name: fixed[name]})[name].runs
    return fixed


def _carry_out(
    scene: Scene, setting: Setting, handlers: Handlers, moment: Moment, follows: tuple[follow.Effect, ...]
) -> Scene:
    for effect in follows:
        scene = _one(scene, setting, handlers, moment, effect)
    return scene


def _one(scene: Scene, setting: Setting, handlers: Handlers, moment: Moment, effect: follow.Effect) -> Scene:
    match effect:
        case follow.Say():
            return post(scene, setting, _said(scene, setting, moment, effect), moment.now)
        case follow.Wait():
            conversation = _open(scene)
            return set_timer(scene, "silence", conversation.id, effect.until, str(effect.fence))
        case follow.Pass() | follow.Alert():
            return _handed_on(scene, setting, handlers, moment, effect)
        case follow.Do():
            return _done(scene, setting, handlers, moment, effect)
        case follow.Keep():
            return scene  # kept in the session, which is stored as a whole
        case follow.Finished() | follow.Stuck():
            return _over(scene, setting, handlers, moment, effect)


def _said(scene: Scene, setting: Setting, moment: Moment, effect: follow.Say) -> Draft:
    conversation, asked = _open(scene), moment.inbound is not None
    named = {"flow": effect.flow, "step": effect.step, "version": conversation.versions.get(effect.flow)}
    return Draft(
        scene.number.id, "answer" if asked else conversation.kind, effect.text, effect.language, moment.rule,
        {**moment.because, **named}, cause_id=None if moment.inbound is None else moment.inbound.id,
        conversation_id=conversation.id, expires_at=None if asked else _expires(scene, setting, conversation, moment.now),
    )  # fmt: skip


def _expires(scene: Scene, setting: Setting, conversation: Conversation, now: datetime) -> datetime | None:
    """When words that nobody asked for are not sent any more: as the member's hours end, or as their date comes."""
    member = _member(scene)
    ends = (closing(hours_of(member, setting.organisation), member.zone, now), conversation.until_at)
    return min((at for at in ends if at is not None), default=None)


def _handed_on(
    scene: Scene, setting: Setting, handlers: Handlers, moment: Moment, effect: follow.Pass | follow.Alert
) -> Scene:
    words = "" if moment.inbound is None else moment.inbound.body
    if isinstance(effect, follow.Pass):
        return handlers.pass_on(
            scene, setting, Passing("answer", effect.to, moment.inbound, words, effect.promise), moment.now
        )
    if effect.tier < 2:  # a concern: a person reads it first, and nobody is woken
        return handlers.pass_on(
            scene, setting, Passing("answer", "specialist", moment.inbound, words, None, effect.tier), moment.now
        )
    why = f"flow {effect.flow}, step {effect.step}"
    return handlers.alert(scene, setting, Raising(effect.tier, why, moment.inbound), moment.now)


def _done(scene: Scene, setting: Setting, handlers: Handlers, moment: Moment, effect: follow.Do) -> Scene:
    scene, result = handlers.do(scene, setting, Doing(effect.action, effect.arguments, moment.inbound), moment.now)
    if result is None:
        return scene
    return go_on(scene, setting, handlers, replace(moment, event=ActionDone(effect.action, result)))


def _over(
    scene: Scene, setting: Setting, handlers: Handlers, moment: Moment, effect: follow.Finished | follow.Stuck
) -> Scene:
    scene = _finished(scene, moment.now)
    if isinstance(effect, follow.Finished):
        return scene
    return handlers.pass_on(scene, setting, Passing("problem", "coordinator", moment.inbound), moment.now)


def _finished(scene: Scene, now: datetime) -> Scene:
    conversation = _open(scene)
    ended = conversation.but(state="ended", ended_at=now)
    return cancel_timer(scene.with_rows(ended), "silence", conversation.id)


def _counted(scene: Scene, member: Member, flow: str) -> Scene:
    found = scene.get(Turn, member.id, flow)
    return scene.with_rows(Turn(member.id, flow, 1 if found is None else found.turn + 1))


def _member(scene: Scene) -> Member:
    member = scene.member
    if member is None:
        raise ValueError("a conversation belongs to a member; this number has none")
    return member


def _open(scene: Scene) -> Conversation:
    found = scene.conversation
    if found is None:
        raise ValueError("no conversation is open")
    return found


def _loaded(conversation: Conversation) -> Session:
    return load_session(orjson.loads(conversation.session))


def _dumped(session: Session) -> str:
    return orjson.dumps(dump_session(session)).decode()
