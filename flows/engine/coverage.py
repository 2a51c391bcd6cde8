"""Which steps, replies and silences of a flow no test walks."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flows.engine.flow import Ask, Choose, Flow, Goal, Verb, Wait
from flows.engine.outline import all_replies
from flows.engine.problems import Place
from flows.engine.walk import Visit


@dataclass(frozen=True, slots=True)
class Gap:
    """A way that no test walks, in words."""

    what: str
    place: Place


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many ways a flow has, and those that no test walks."""

    ways: int
    gaps: tuple[Gap, ...]


def coverage(flow: Flow, visits: Iterable[Visit]) -> Coverage:
    """Compare every way of a flow with those that tests walked."""
    walked = set(visits)
    ways = list(_ways(flow))
    return Coverage(len(ways), tuple(gap for visit, gap in ways if visit not in walked))


def _ways(flow: Flow) -> Iterator[tuple[Visit, Gap]]:
    """Every step, reply, rung, skip and choice of a flow, as the visit that would prove it."""
    for step in flow.steps.values():
        yield (flow.name, step.name, 0, ""), Gap(f'the step "{step.name}"', step.place)
        for at, verb in enumerate(step.verbs):
            for way, what, place in _ways_of_verb(verb):
                yield (flow.name, step.name, at, way), Gap(f'{what} of the step "{step.name}"', place)


def _ways_of_verb(verb: Verb) -> Iterator[tuple[str, str, Place]]:
    if isinstance(verb, Ask | Wait):
        for reply in all_replies(verb):
            yield reply.name, f'the reply "{reply.name}"', reply.place
    if isinstance(verb, Ask):
        for number, rung in enumerate(verb.silence, start=1):
            yield f"silence {number}", f"silence {number}", verb.place if rung.go is None else rung.place
        if verb.skip:
            yield "skip", "skipping", verb.skip.place
    if isinstance(verb, Wait):
        yield "time comes", "the end of the wait", verb.place
    if isinstance(verb, Choose):
        for goal in dict.fromkeys(goal.step for goal in _goals(verb)):
            yield goal, f'the way to "{goal}"', verb.place


def _goals(verb: Choose) -> list[Goal]:
    return [*(goal for _, goal in verb.ways), *verb.in_turn, *([verb.otherwise] if verb.otherwise else [])]
