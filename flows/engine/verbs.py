"""What each verb does when the conversation comes to it: true to go on at once, false to wait."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from flows.engine import effects as follow
from flows.engine.flow import Alert, Ask, Choose, Do, End, Flow, Given, Go, Goal, Keep, Pass, Run, Say, Verb, Wait
from flows.engine.kinds import Value, holds, read_literal
from flows.engine.moments import DateKept, date_moment
from flows.engine.session import Frame
from flows.engine.walk import CannotGoOn, Walk

MOST_VERBS = 200  # in one step; the check lets no circle through without a wait, so only a broken flow gets here
DEEPEST = 8  # flows that run each other


def go_on(walk: Walk) -> None:
    """Carry out verbs until one waits or the conversation has ended; raises CannotGoOn after too many."""
    for _ in range(MOST_VERBS):
        if not walk.frames:
            return
        verb = walk.verb
        walk.note()
        if not carry_out(walk, verb):
            return
    raise CannotGoOn(f"the flow {walk.flow.name} goes round without a wait")


def carry_out(walk: Walk, verb: Verb) -> bool:
    """Carry out one verb; false if it waits."""
    return _BY_TYPE[type(verb)](walk, verb)


def end_flow(walk: Walk) -> None:
    """Leave a flow: come back to the one that ran it with what it gives, or finish the conversation."""
    flow, frame = walk.flow, walk.frames.pop()
    values = {name: frame.values.get(name) for name in flow.gives}
    if not walk.frames:
        walk.effects.append(follow.Finished(flow.name, values))
        return
    verb = walk.verb
    if isinstance(verb, Run):
        for ours, theirs in verb.keep.items():
            walk.keep(ours, values.get(theirs))
    walk.next_verb()


def _say(walk: Walk, verb: Say) -> bool:
    walk.say(verb.text)
    walk.next_verb()
    return True


def _ask(walk: Walk, verb: Ask) -> bool:
    walk.say(verb.text)
    walk.wait_for_rung(verb, 0)
    return False


def _wait(walk: Walk, verb: Wait) -> bool:
    until = _moment(walk, verb)
    if until is None or until <= walk.now:
        walk.next_verb()
        return True
    walk.wait_until(until)
    return False


def _moment(walk: Walk, verb: Wait) -> datetime | None:
    """When a wait is over; None where the date that it waits for was never kept."""
    if not isinstance(verb.moment, DateKept):
        return walk.moment_of(verb.moment)
    day = walk.frame.values.get(verb.moment.name)
    return date_moment(verb.moment, date.fromisoformat(day), walk.facts.zone) if isinstance(day, str) else None


def _choose(walk: Walk, verb: Choose) -> bool:
    goal = _chosen(walk, verb)
    walk.note(goal.step if goal is not None else "otherwise")
    if goal is None:
        walk.next_verb()
    else:
        walk.jump(goal.step)
    return True


def _chosen(walk: Walk, verb: Choose) -> Goal | None:
    kept, turn = walk.frame.values, walk.facts.turns.get(walk.frame.flow, 0)
    if verb.in_turn:
        return verb.in_turn[turn % len(verb.in_turn)]
    known = walk.facts.values
    return next((goal for condition, goal in verb.ways if condition.test(kept, known, turn)), verb.otherwise)


def _keep(walk: Walk, verb: Keep) -> bool:
    for name, given in verb.values.items():
        walk.keep(name, walk.given(given))
    walk.next_verb()
    return True


def _run(walk: Walk, verb: Run) -> bool:
    child = walk.flows.get(verb.flow)
    if child is None:
        raise CannotGoOn(f"the flow {verb.flow} is not there")
    if len(walk.frames) >= DEEPEST:
        raise CannotGoOn(f"flows run each other more than {DEEPEST} deep")
    taken = {name: _taken(walk, child, name, given) for name, given in verb.given.items() if name in child.takes}
    values = {name: value for name, value in taken.items() if value is not None}
    walk.frames.append(Frame(child.name, child.first, values=values))
    return True


def _taken(walk: Walk, child: Flow, name: str, given: Given) -> Value:
    """A value for another flow, a literal being read as the kind that the other flow takes; None if it does not fit."""
    kind, value = child.takes[name], walk.given(given)
    if given.of == "literal" and isinstance(value, str):
        value = read_literal(kind, value)
    return value if holds(kind, value) else None


def _pass(walk: Walk, verb: Pass) -> bool:
    walk.effects.append(follow.Pass(verb.to, verb.promise, walk.frame.flow, walk.frame.step))
    walk.next_verb()
    return True


def _alert(walk: Walk, verb: Alert) -> bool:
    walk.effects.append(follow.Alert(verb.tier, verb.reason, walk.frame.flow, walk.frame.step))
    walk.next_verb()
    return True


def _do(walk: Walk, verb: Do) -> bool:
    """Have an action carried out; one with results is waited for, behind a new fence."""
    arguments = {name: value for name, given in verb.given.items() if (value := walk.given(given)) is not None}
    walk.effects.append(follow.Do(verb.action, arguments, walk.frame.flow, walk.frame.step))
    if verb.waits:
        walk.fence += 1
        return False
    walk.next_verb()
    return True


def _go(walk: Walk, verb: Go) -> bool:
    walk.jump(verb.goal.step)
    return True


def _end(walk: Walk, _verb: End) -> bool:
    end_flow(walk)
    return True


_BY_TYPE: Mapping[type, Callable[[Walk, Any], bool]] = {
    Say: _say,
    Ask: _ask,
    Wait: _wait,
    Choose: _choose,
    Keep: _keep,
    Run: _run,
    Pass: _pass,
    Alert: _alert,
    Do: _do,
    Go: _go,
    End: _end,
}
