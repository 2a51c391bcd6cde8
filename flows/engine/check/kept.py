"""Part of proof 2: a text, or a wait for a date, that uses a kept value is reached only where that value was kept.

For each value that is used, every way of the flow is explored twice over, with the value and without. Where a use can
be reached without, the way there is told.
"""

from collections.abc import Iterator, Mapping

from flows.engine.answers import ANSWERS
from flows.engine.flow import Ask, Flow, Keep, Reply, Say, Verb, Wait
from flows.engine.kinds import Kind
from flows.engine.moments import DateKept
from flows.engine.outline import Position, Way, ways_of
from flows.engine.problems import Place, Problems

State = tuple[Position, bool]  # where, and whether the value is there


def check_kept(flow: Flow, problems: Problems) -> None:
    """Note every use of a value that some way leads to without the value."""
    ways = ways_of(flow)
    uses = [(name, at, place) for at in ways for name, place in _uses(_verb(flow, at)) if name in flow.keeps]
    for name in dict.fromkeys(name for name, _, _ in uses):
        came_from = _explore(flow, ways, name)
        for used, at, place in uses:
            if used == name and (at, False) in came_from:
                message = f"{name} may not be there yet: {_path(came_from, (at, False))}."
                problems.error(
                    "names.unkept", place, message, f"Keep {name} on that way, or choose by a condition on it first."
                )


def _verb(flow: Flow, at: Position) -> Verb:
    return flow.steps[at[0]].verbs[at[1]]


def _uses(verb: Verb) -> Iterator[tuple[str, Place]]:
    """The values that a verb needs."""
    if isinstance(verb, Say | Ask):
        for versions in (verb.text.plain, verb.text.spoken, verb.text.discreet):
            for template in versions.values():
                yield from ((slot, template.place) for slot in template.slots)
    if isinstance(verb, Wait) and isinstance(verb.moment, DateKept):
        yield verb.moment.name, verb.place


def _explore(flow: Flow, ways: Mapping[Position, tuple[Way, ...]], name: str) -> Mapping[State, State | None]:
    """Every state that can be reached, with the one before it."""
    start: State = ((flow.first, 0), name in flow.takes)
    came_from: dict[State, State | None] = {start: None}
    todo = [start]
    while todo:
        at, is_there = todo.pop()
        for way in ways.get(at, ()):
            if way.to is None:
                continue
            state = (way.to, _after(flow, _verb(flow, at), way, name, is_there=is_there))
            if state not in came_from:
                came_from[state] = (at, is_there)
                todo.append(state)
    return came_from


def _after(flow: Flow, verb: Verb, way: Way, name: str, *, is_there: bool) -> bool:
    """Whether the value is there after a verb was left by a way."""
    if isinstance(verb, Keep) and name in verb.values:
        return verb.values[name].of == "literal" or is_there
    if isinstance(verb, Ask | Wait) and verb.keep == name and way.reply is not None:
        return _keeps(way.reply, flow.keeps[name])
    return is_there or (way.condition is not None and name in way.condition.proves)


def _keeps(reply: Reply, kind: Kind) -> bool:
    """Whether a reply always leaves a value of a kind."""
    if reply.value is not None:
        return True
    if reply.name == "anything":
        return kind.name == "words"
    has_words = bool(reply.words) or reply.kind in ANSWERS
    return not has_words and ((bool(reply.ranges) and kind.name == "number") or reply.kind == kind.name)


def _path(came_from: Mapping[State, State | None], state: State) -> str:
    """The way to a state, by the names of its steps."""
    steps = [state[0][0]]
    before = came_from[state]
    while before is not None:
        steps.append(before[0][0])
        before = came_from[before]
    return " → ".join(dict.fromkeys(reversed(steps)))
