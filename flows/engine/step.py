"""One step of a conversation: an event comes in, a new session and what should follow come out.

Nothing here reads a clock, keeps anything between calls, or raises for what a member sends. A conversation that cannot
go on says `Stuck` and ends, so that a person is told.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from flows.engine import effects as follow
from flows.engine.effects import Effect
from flows.engine.events import ActionDone, Event, Recorded, Replied, Silent, Skipped, Started, Woke
from flows.engine.facts import Facts
from flows.engine.flow import Ask, Do, Flow, Reply, Wait
from flows.engine.kinds import Kind, Value, holds
from flows.engine.matching import meaning
from flows.engine.outline import after_silence
from flows.engine.session import Frame, Session
from flows.engine.verbs import end_flow, go_on
from flows.engine.walk import CannotGoOn, Visit, Walk


def advance(
    flows: Mapping[str, Flow], session: Session, event: Event, facts: Facts, now: datetime
) -> tuple[Session, tuple[Effect, ...]]:
    """Take one event: the session after it, and the effects to carry out in order.

    `now` is aware; every `Wait.until` is UTC. An event that the session does not wait for, such as a stale fence,
    gives back the same session and no effects.
    """
    session, effects, _ = traced(flows, session, event, facts, now)
    return session, effects


def traced(
    flows: Mapping[str, Flow], session: Session, event: Event, facts: Facts, now: datetime
) -> tuple[Session, tuple[Effect, ...], tuple[Visit, ...]]:
    """Do as `advance` does, and tell which ways were walked, for coverage and for the player."""
    walk = Walk(flows, session, facts, now)
    try:
        is_taken = _take(walk, event)
    except CannotGoOn as problem:
        stuck = (*walk.effects, follow.Stuck(str(problem)))
        return Session((), walk.fence, ended=True), stuck, tuple(walk.visits)
    if not is_taken:
        return session, (), ()
    after = Session(tuple(walk.frames), walk.fence, ended=not walk.frames)
    return after, tuple(walk.effects), tuple(walk.visits)


def _take(walk: Walk, event: Event) -> bool:
    """Take an event; false if the session does not wait for it."""
    if not walk.frames or bool(walk.frame.step) is isinstance(event, Started):
        return False
    if isinstance(event, Started):
        return _start(walk, event)
    if isinstance(event, Replied):
        return _reply(walk, event.text)
    if isinstance(event, Recorded):
        return _recorded(walk, event.reference)
    if isinstance(event, Silent | Woke):
        return event.fence == walk.fence and _time_came(walk)
    return _skip(walk) if isinstance(event, Skipped) else _done(walk, event)


def _start(walk: Walk, event: Started) -> bool:
    flow = walk.flow
    values = {name: event.values[name] for name, kind in flow.takes.items() if holds(kind, event.values.get(name))}
    walk.frames[-1] = Frame(flow.name, flow.first, values=values)
    go_on(walk)
    return True


def _reply(walk: Walk, text: str) -> bool:
    """Take what the member wrote: a named reply, something to ask back, any words, or a matter for a person."""
    verb = walk.verb
    if isinstance(verb, Ask):
        return _answer(walk, verb, text)
    return isinstance(verb, Wait) and _interrupt(walk, verb, text)


def _recorded(walk: Walk, reference: str) -> bool:
    """Take a recording, where the question has a reply of that kind; elsewhere it goes to a person and nothing moves."""
    verb = walk.verb
    if not isinstance(verb, Ask | Wait):
        return False
    reply = next((reply for reply in verb.replies.values() if reply.kind == "recording"), None)
    if reply is not None:
        _answered(walk, verb, reply, reference)
    elif isinstance(verb, Ask):
        _pass_unread(walk, verb)
    return reply is not None or isinstance(verb, Ask)


def _interrupt(walk: Walk, verb: Wait, text: str) -> bool:
    """Words while nothing is asked interrupt a wait only where it says so; else they are not for the flow."""
    meant = meaning(verb.matcher, text, walk.today() if verb.matcher.kinds else date.min)
    reply = verb.replies[meant.reply] if meant.reply is not None else verb.anything
    if reply is not None:
        _answered(walk, verb, reply, meant.value if meant.reply is not None else text)
    return reply is not None


def _answer(walk: Walk, verb: Ask, text: str) -> bool:
    meant = meaning(verb.matcher, text, walk.today() if verb.matcher.kinds else date.min)
    if meant.reply is not None:
        _answered(walk, verb, verb.replies[meant.reply], meant.value)
    elif meant.unsure and walk.flow.unsure and not walk.frame.asked_back:
        _ask_back(walk, verb)
    elif verb.anything is not None:
        _answered(walk, verb, verb.anything, text)
    else:
        _pass_unread(walk, verb)
    return True


def _answered(walk: Walk, verb: Ask | Wait, reply: Reply, said: Value) -> None:
    """Keep what was said, or what the reply stands for, and go where the reply goes."""
    walk.note(reply.name)
    if verb.keep is not None:
        walk.keep(verb.keep, _kept(walk.flow.keeps[verb.keep], reply, said))
    if reply.go:
        walk.jump(reply.go.step)
    else:
        walk.next_verb()
    go_on(walk)


def _kept(kind: Kind, reply: Reply, said: Value) -> Value:
    """The value of an answer: what was said where it is of the kept kind, else the reply's own value, if any."""
    if kind.name == "words" and isinstance(said, str):
        return said.strip()[: kind.longest] or reply.value
    is_fitting = said is not None and not (isinstance(said, str) and reply.kind is None) and holds(kind, said)
    return said if is_fitting else reply.value


def _ask_back(walk: Walk, verb: Ask) -> None:
    """Ask back what is unsure, once for each question; the ladder of silence begins anew."""
    if walk.flow.unsure:
        walk.say(walk.flow.unsure)
    walk.frames[-1] = replace(walk.frame, asked_back=True)
    walk.wait_for_rung(verb, 0)


def _pass_unread(walk: Walk, verb: Ask) -> None:
    """Words that a question has no place for go to a person; the question stays open, its ladder begins anew."""
    walk.effects.append(follow.Pass("specialist", None, walk.frame.flow, walk.frame.step))
    walk.wait_for_rung(verb, 0)


def _time_came(walk: Walk) -> bool:
    """The time of a wait or of a rung of silence has come."""
    verb = walk.verb
    walk.note(f"silence {walk.frame.rung + 1}" if isinstance(verb, Ask) else "time comes")
    if isinstance(verb, Ask):
        _climb(walk, verb, walk.frame.rung)
    elif isinstance(verb, Wait):
        walk.next_verb()
        go_on(walk)
    return isinstance(verb, Ask | Wait)


def _climb(walk: Walk, verb: Ask, number: int) -> None:
    """Take one rung of silence: say what it says, then go where it goes, wait for the next rung, or end."""
    rung = verb.silence[number] if number < len(verb.silence) else None
    if rung and (rung.text or rung.repeat):
        walk.say(rung.text or verb.text)
    if rung and rung.go:
        walk.jump(rung.go.step)
        go_on(walk)
    elif number + 1 < len(verb.silence):
        walk.wait_for_rung(verb, number + 1)
    else:
        end_flow(walk)
        go_on(walk)


def _skip(walk: Walk) -> bool:
    """Skip a question: go where its `skip:` goes, else where silence would lead in the end."""
    verb = walk.verb
    goal = (verb.skip or after_silence(verb)) if isinstance(verb, Ask) else None
    if goal is None:
        return False
    walk.note("skip")
    walk.jump(goal.step)
    go_on(walk)
    return True


def _done(walk: Walk, event: ActionDone) -> bool:
    """An action that was waited for is done: keep its results and go on."""
    verb = walk.verb
    if not isinstance(verb, Do) or not verb.waits or verb.action != event.action:
        return False
    for ours, theirs in verb.keep.items():
        walk.keep(ours, (event.result or {}).get(theirs))
    walk.next_verb()
    go_on(walk)
    return True
