"""Proof 4, ways: every step can be reached from the start, and from every step an end can be reached."""

from collections.abc import Mapping

from flows.engine.flow import End, Flow
from flows.engine.outline import Position, Way, ways_of
from flows.engine.problems import Problems


def check_ways(flow: Flow, problems: Problems) -> None:
    """Explore every way of a flow: note steps that nothing leads to, and steps from which nothing leads to an end."""
    ways = ways_of(flow)
    reached = reachable(ways, (flow.first, 0))
    ending = positions_that_end(ways)
    for step in flow.steps.values():
        if not any(position[0] == step.name for position in reached):
            problems.error(
                "ways.unreachable", step.place, f'Nothing leads to the step "{step.name}".', _mend_unreached(flow)
            )
        elif (step.name, 0) in reached and (step.name, 0) not in ending:
            message = f'From the step "{step.name}" no way leads to an end: {_circle(ways, (step.name, 0))}.'
            problems.error("ways.no-end", step.place, message, "Let one way lead to a step with end: yes.")
        _check_verbs(flow, step.name, reached, problems)


def reachable(ways: Mapping[Position, tuple[Way, ...]], start: Position) -> frozenset[Position]:
    """Every position that some ways lead to from a start."""
    found, todo = {start}, [start]
    while todo:
        for way in ways.get(todo.pop(), ()):
            if way.to is not None and way.to not in found:
                found.add(way.to)
                todo.append(way.to)
    return frozenset(position for position in found if position in ways)


def positions_that_end(ways: Mapping[Position, tuple[Way, ...]]) -> frozenset[Position]:
    """Every position from which an end can be reached, found backwards from the ends."""
    before: dict[Position | None, list[Position]] = {}
    for position, leaving in ways.items():
        for way in leaving:
            before.setdefault(way.to, []).append(position)
    found: set[Position] = set()
    todo = list(before.get(None, ()))
    while todo:
        position = todo.pop()
        if position not in found:
            found.add(position)
            todo += before.get(position, ())
    return frozenset(found)


def _check_verbs(flow: Flow, step: str, reached: frozenset[Position], problems: Problems) -> None:
    """Note the last step running off the file, and verbs that no way of their own step leads to."""
    for at, verb in enumerate(flow.steps[step].verbs):
        if isinstance(verb, End) and not verb.written and (step, at) in reached:
            message = f'The step "{step}" is the last one and does not say that the flow ends.'
            problems.error("ways.no-end", verb.place, message, "Add end: yes, or then: with the name of a step.")
        elif at and (step, at) not in reached and (step, at - 1) in reached and not isinstance(verb, End):
            place = getattr(verb, "place", flow.steps[step].place)
            message = (
                f'In the step "{step}", what stands after its question is never reached: every reply goes elsewhere.'
            )
            problems.error(
                "ways.unreachable", place, message, "Take it out, or let a reply stay by leaving out its go:."
            )


def _circle(ways: Mapping[Position, tuple[Way, ...]], start: Position) -> str:
    """Tell the way round, by the names of its steps."""
    names, position = [start[0]], start
    for _ in range(200):
        following = next((way.to for way in ways.get(position, ()) if way.to is not None), None)
        if following is None:
            break
        position = following
        if position[0] != names[-1]:
            names.append(position[0])
        if position == start or names.count(position[0]) > 1:
            break
    return " → ".join(names)


def _mend_unreached(flow: Flow) -> str:
    return f'Lead a reply, a then: or a choose: to it, or take it out. The flow starts at "{flow.first}".'
