"""Proof 5, rest: no circle without a wait in it, and a bound on automatic texts in a row.

Flows that are run count as what they are: one that can come back without waiting is no rest.
"""

from collections.abc import Iterator, Mapping

from flows.engine.flow import Ask, Flow, Run, Say
from flows.engine.outline import Position, Way, ways_of
from flows.engine.problems import Problems

MOST_TEXTS = 6  # automatic texts in a row, without a word from the member; the welcome needs four


def check_rest(flow: Flow, flows: Mapping[str, Flow], problems: Problems) -> None:
    """Note circles that no wait interrupts, and stretches that send more than the most texts in a row."""
    circle = find_circle(flow, flows)
    if circle is not None:
        names = " → ".join(dict.fromkeys(step for step, _ in circle))
        place = flow.steps[circle[0][0]].place
        message = f"The steps {names} go round without a wait, and would text without end."
        problems.error("rest.circle", place, message, "Put an ask: or a wait: into the circle.")
        return
    position, texts = _longest(flow, flows)
    if texts > MOST_TEXTS:
        place = flow.steps[position[0]].place if position[0] in flow.steps else flow.place
        message = (
            f"From here up to {texts} texts go out in a row without a word from the member; {MOST_TEXTS} is the most."
        )
        problems.error("rest.texts", place, message, "Say less at once, or ask something in between.")


def find_circle(flow: Flow, flows: Mapping[str, Flow]) -> tuple[Position, ...] | None:
    """A circle of positions without a wait in it, or None."""
    ways = restless_ways(flow, flows)
    done: set[Position] = set()
    for start in ways:
        circle = _walk_round(ways, start, done)
        if circle is not None:
            return circle
    return None


def restless_ways(flow: Flow, flows: Mapping[str, Flow]) -> Mapping[Position, tuple[Way, ...]]:
    """The ways of a flow on which nothing is waited for, those through a flow that always waits left out."""
    ways = {at: tuple(way for way in leaving if not way.waits) for at, leaving in ways_of(flow).items()}
    for name, step in flow.steps.items():
        for at, verb in enumerate(step.verbs):
            if isinstance(verb, Run) and always_waits(verb.flow, flows, frozenset({flow.name})):
                ways[name, at] = ()
    return ways


def always_waits(name: str, flows: Mapping[str, Flow], running: frozenset[str]) -> bool:
    """Tell whether a flow waits on every way from its start to its end; one that runs itself never comes back at all."""
    flow = flows.get(name)
    if flow is None or name in running:
        return False
    ways = ways_of(flow)
    todo: list[Position] = [(flow.first, 0)]
    seen: set[Position] = set()
    while todo:
        position = todo.pop()
        if position in seen or position not in ways:
            continue
        seen.add(position)
        verb = flow.steps[position[0]].verbs[position[1]]
        if isinstance(verb, Run) and always_waits(verb.flow, flows, running | {name}):
            continue
        if any(way.to is None and not way.waits for way in ways[position]):
            return False
        todo += [way.to for way in ways[position] if way.to is not None and not way.waits]
    return True


def _walk_round(
    ways: Mapping[Position, tuple[Way, ...]], start: Position, done: set[Position]
) -> tuple[Position, ...] | None:
    """Walk from a position until a way comes back to where it has been; no recursion, as flows may be long."""
    path: list[Position] = []
    todo: list[tuple[Position, Iterator[Way]]] = []
    if start not in done:
        path, todo = [start], [(start, iter(ways.get(start, ())))]
    while todo:
        position, leaving = todo[-1]
        following = next((way.to for way in leaving if way.to is not None and way.to not in done), None)
        if following is None:
            done.add(position)
            path.pop()
            todo.pop()
        elif following in path:
            return tuple(path[path.index(following) :])
        else:
            path.append(following)
            todo.append((following, iter(ways.get(following, ()))))
    return None


def _longest(flow: Flow, flows: Mapping[str, Flow]) -> tuple[Position, int]:
    """Where the most texts in a row begin, and how many; only asked where there is no circle."""
    ways = restless_ways(flow, flows)
    counted: dict[Position, int] = {}
    todo = list(ways)
    while todo:
        position = todo[-1]
        following = [way.to for way in ways.get(position, ()) if way.to is not None and way.to in ways]
        missing = [to for to in following if to not in counted]
        if position in counted or not missing:
            todo.pop()
            counted[position] = _texts_at(flow, flows, position) + max((counted[to] for to in following), default=0)
        else:
            todo += missing
    return max(counted.items(), key=lambda item: item[1], default=((flow.first, 0), 0))


def _texts_at(flow: Flow, flows: Mapping[str, Flow], position: Position) -> int:
    """The texts that one verb sends before anything is waited for; a flow that is run counts with its first stretch."""
    verb = flow.steps[position[0]].verbs[position[1]]
    if isinstance(verb, Run):
        child = flows.get(verb.flow)
        return first_stretch(child, flows) if child is not None and child.name != flow.name else 0
    return 1 if isinstance(verb, Say | Ask) else 0


def first_stretch(flow: Flow, flows: Mapping[str, Flow]) -> int:
    """The most texts that a flow sends before it first waits or ends."""
    if find_circle(flow, flows) is not None:
        return MOST_TEXTS + 1
    ways, best = restless_ways(flow, flows), 0
    todo: list[tuple[Position, int]] = [((flow.first, 0), 0)]
    seen: dict[Position, int] = {}
    while todo:
        position, texts = todo.pop()
        if position not in ways or seen.get(position, -1) >= texts:
            continue
        seen[position] = texts
        texts += _texts_at(flow, flows, position)
        best = max(best, texts)
        todo += [(way.to, texts) for way in ways[position] if way.to is not None]
    return best
