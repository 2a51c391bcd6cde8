"""Proof 13, cost: the most texts and segments that any path can send, per language, against the flow's budget.

A path is a whole conversation: every question asked back once and every rung of silence told. Flows that are run count
with their own dearest path. Where a circle sends texts there is no most, and a budget says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flows.engine.catalogue import Catalogue
from flows.engine.check.length import most_segments
from flows.engine.check.longest import Stretch, heaviest
from flows.engine.flow import Ask, Flow, Run, Say, Text
from flows.engine.outline import Position, ways_of
from flows.engine.problems import Problems


@dataclass(frozen=True, slots=True)
class Cost:
    """What the dearest path of a flow sends in one language; `endless` where a circle sends texts."""

    texts: int
    segments: int
    path: str
    endless: bool


NOTHING = Cost(0, 0, "", endless=False)


def check_cost(
    flow: Flow, costs: Mapping[str, Mapping[str, Cost]], catalogue: Catalogue, problems: Problems
) -> Mapping[str, Cost]:
    """Note a budget that some path can exceed, naming the path; gives the cost of the flow in each of its languages.

    `costs` holds those of the flows that it runs.
    """
    own = {language: cost_of(flow, costs, catalogue, language) for language in flow.languages}
    for language, cost in own.items() if flow.budget is not None else ():
        if cost.endless:
            message = f"There is no most to what this flow can send: {cost.path} can go round."
            problems.error("cost.endless", flow.place, message, "Let the circle end, or take the budget out.")
        elif cost.segments > (flow.budget or 0):
            message = (
                f"In {language} a conversation can send {cost.segments} segments in {cost.texts} texts, by {cost.path}."
            )
            problems.error(
                "cost.budget", flow.place, message, f"Shorten that way, or raise the budget of {flow.budget}."
            )
    return own


def cost_of(flow: Flow, costs: Mapping[str, Mapping[str, Cost]], catalogue: Catalogue, language: str) -> Cost:
    """The dearest path of a flow in a language, by its segments."""

    def weight(at: Position) -> int:
        return _segments(flow, at, costs, catalogue, language)

    ways = ways_of(flow)
    start = (flow.first, 0)
    dearest = heaviest(ways, weight).get(start, Stretch(0))
    texts = heaviest(ways, lambda at: _texts(flow, at, costs, language)).get(start, Stretch(0))
    endless = dearest.endless or any(_run_cost(flow, at, costs, language).endless for at in ways)
    return Cost(texts.weight, dearest.weight, dearest.way, endless)


def _run_cost(flow: Flow, at: Position, costs: Mapping[str, Mapping[str, Cost]], language: str) -> Cost:
    """The cost of the flow that a verb runs; nothing for other verbs, the dearest where it lacks the language."""
    verb = flow.steps[at[0]].verbs[at[1]]
    known = costs.get(verb.flow, {}) if isinstance(verb, Run) else {}
    return known.get(language) or max(known.values(), key=lambda cost: cost.segments, default=NOTHING)


def _told(flow: Flow, at: Position) -> list[Text]:
    """Every text that one verb can send: a question asked again, asked back, and repeated in silence."""
    verb = flow.steps[at[0]].verbs[at[1]]
    if isinstance(verb, Ask):
        again = [rung.text or verb.text for rung in verb.silence if rung.text or rung.repeat]
        return [verb.text, *again, *([flow.unsure] if flow.unsure else [])]
    return [verb.text] if isinstance(verb, Say) else []


def _segments(
    flow: Flow, at: Position, costs: Mapping[str, Mapping[str, Cost]], catalogue: Catalogue, language: str
) -> int:
    told = sum(most_segments(text, language, flow, catalogue) for text in _told(flow, at))
    return told + _run_cost(flow, at, costs, language).segments


def _texts(flow: Flow, at: Position, costs: Mapping[str, Mapping[str, Cost]], language: str) -> int:
    return len(_told(flow, at)) + _run_cost(flow, at, costs, language).texts
