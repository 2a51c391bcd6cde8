"""Proof 13, cost: the most texts and segments that any path can send, per language, against the flow's budget.

A path is a whole conversation: every question asked back once and every rung of silence told. Flows that are run count
with their own dearest path. Where a circle that waits sends texts, there is no most, and a budget says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flows.engine.catalogue import Catalogue
from flows.engine.check.length import most_segments
from flows.engine.flow import Ask, Flow, Run, Say, Verb
from flows.engine.outline import Position, Way, ways_of
from flows.engine.problems import Problems


@dataclass(frozen=True, slots=True)
class Cost:
    """What a dearest path sends. `endless` says that a circle sends texts, so that there is no dearest."""

    texts: int
    segments: int
    path: tuple[str, ...] = ()
    endless: bool = False


def check_cost(flow: Flow, flows: Mapping[str, Flow], catalogue: Catalogue, problems: Problems) -> None:
    """Note a budget that some path can exceed, naming the path."""
    if flow.budget is None:
        return
    for language in flow.languages:
        cost = dearest(flow, flows, catalogue, language)
        if cost.endless:
            message = f"There is no most to what this flow can send: {' → '.join(cost.path)} can go round."
            problems.error("cost.endless", flow.place, message, "Let the circle end, or take the budget out.")
        elif cost.segments > flow.budget:
            way = " → ".join(dict.fromkeys(cost.path))
            message = f"In {language} a conversation can send {cost.segments} segments in {cost.texts} texts, by {way}."
            problems.error(
                "cost.budget", flow.place, message, f"Shorten that way, or raise the budget of {flow.budget}."
            )


def dearest(
    flow: Flow, flows: Mapping[str, Flow], catalogue: Catalogue, language: str, running: frozenset[str] = frozenset()
) -> Cost:
    """The dearest path of a flow in a language, in segments; found from the ends backwards over circles told apart."""
    ways = ways_of(flow)
    costs = {at: _verb_cost(flow, _verb(flow, at), flows, catalogue, language, running) for at in ways}
    best: dict[Position, Cost] = {}
    for component in _components(ways, (flow.first, 0)):
        is_circle = len(component) > 1 or any(way.to == component[0] for way in ways[component[0]])
        following = [best[way.to] for at in component for way in ways[at] if way.to in best and way.to not in component]
        onward = max(following, key=lambda cost: cost.segments, default=Cost(0, 0))
        own = [costs[at] for at in component]
        endless = (
            onward.endless or any(cost.endless for cost in own) or (is_circle and any(cost.segments for cost in own))
        )
        for at in component:
            best[at] = _joined(at, own, onward, endless=endless)
    return best.get((flow.first, 0), Cost(0, 0))


def _joined(at: Position, own: list[Cost], onward: Cost, *, endless: bool) -> Cost:
    texts, segments = sum(cost.texts for cost in own), sum(cost.segments for cost in own)
    return Cost(texts + onward.texts, segments + onward.segments, (at[0], *onward.path), endless)


def _verb(flow: Flow, at: Position) -> Verb:
    return flow.steps[at[0]].verbs[at[1]]


def _verb_cost(
    flow: Flow, verb: Verb, flows: Mapping[str, Flow], catalogue: Catalogue, language: str, running: frozenset[str]
) -> Cost:
    """What one verb can send at most."""
    if isinstance(verb, Run):
        child = flows.get(verb.flow)
        if child is None or verb.flow in running | {flow.name}:
            return Cost(0, 0, endless=child is not None)
        return dearest(child, flows, catalogue, language, running | {flow.name})
    texts = [verb.text] if isinstance(verb, Say | Ask) else []
    if isinstance(verb, Ask):
        texts += [rung.text or verb.text for rung in verb.silence if rung.text or rung.repeat]
        texts += [flow.unsure] if flow.unsure else []
    return Cost(len(texts), sum(most_segments(text, language, flow, catalogue) for text in texts))


def _components(ways: Mapping[Position, tuple[Way, ...]], start: Position) -> list[list[Position]]:
    """Circles as one and everything else alone, ends first: Tarjan's way, without recursion."""
    order: dict[Position, int] = {}
    low: dict[Position, int] = {}
    stack: list[Position] = []
    found: list[list[Position]] = []
    todo: list[tuple[Position, int]] = [(start, 0)] if start in ways else []
    while todo:
        at, number = todo.pop()
        if number == 0:
            order[at] = low[at] = len(order)
            stack.append(at)
        following = [way.to for way in ways[at] if way.to is not None and way.to in ways]
        if number < len(following):
            todo.append((at, number + 1))
            _visit(following[number], at, order, low, stack, todo)
            continue
        _close(at, order, low, stack, found)
        if todo:
            low[todo[-1][0]] = min(low[todo[-1][0]], low[at])
    return found


def _visit(
    to: Position, at: Position, order: dict[Position, int], low: dict[Position, int],
    stack: list[Position], todo: list[tuple[Position, int]],
) -> None:  # fmt: skip
    """Go on to a position that is new, or note a way back to one that is still open."""
    if to not in order:
        todo.append((to, 0))
    elif to in stack:
        low[at] = min(low[at], order[to])


def _close(
    at: Position,
    order: dict[Position, int],
    low: dict[Position, int],
    stack: list[Position],
    found: list[list[Position]],
) -> None:
    """Take a whole circle off the stack where it began."""
    if low[at] != order[at]:
        return
    cut = stack.index(at)
    found.append(stack[cut:])
    del stack[cut:]
