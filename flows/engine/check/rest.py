"""Proof 5, rest: no circle without a wait in it, and a bound on automatic texts without a word from the member.

Time alone is no word: what follows silence or a wait counts on, so that nobody who does not answer is texted without
end. Flows that are run count with what they send first, last and on their quietest way through.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flows.engine.check.longest import Stretch, Ways, circles, heaviest
from flows.engine.check.ways import reachable
from flows.engine.flow import Ask, Flow, Run, Say
from flows.engine.outline import Position, Way, ways_of
from flows.engine.problems import Problems

MOST_TEXTS = 6  # automatic texts without a word from the member; the welcome needs four, crisis two
_QUIET = ("silence", "time comes")


@dataclass(frozen=True, slots=True)
class Rest:
    """What a flow does to the rest of one that runs it.

    `passes`: it can come to its end without any wait. `through`: the most texts on a way to its end without a word from
    the member, None if there is no such way. `head`: the most texts before their first word. `tail`: the most texts
    after their last word, None if no word leads to the end.
    """

    passes: bool
    through: int | None
    head: int
    tail: int | None


UNKNOWN = Rest(passes=True, through=0, head=0, tail=None)


def check_rest(flow: Flow, rests: Mapping[str, Rest], problems: Problems) -> Rest:
    """Note circles without a wait and stretches of too many texts; `rests` holds what is known of the flows it runs."""
    strict = _through_runs(flow, rests, _without_waits(flow), strict=True)
    for circle in circles(strict)[:1]:
        names = " → ".join(dict.fromkeys(step for step, _ in sorted(circle, key=list(strict).index)))
        place = min(flow.steps[step].place for step, _ in circle)
        message = f"The steps {names} go round without a wait, and would text without end."
        problems.error("rest.circle", place, message, "Put an ask: or a wait: into the circle.")
        return UNKNOWN
    quiet = _through_runs(flow, rests, _quiet_ways(flow), strict=False)
    onward = heaviest(quiet, lambda at: _weight(flow, rests, at))
    _check_texts(flow, rests, onward, problems)
    return _summary(flow, rests, strict, quiet, onward)


def _without_waits(flow: Flow) -> Ways:
    return {at: tuple(way for way in ways if not way.waits) for at, ways in _reached_ways(flow).items()}


def _reached_ways(flow: Flow) -> Ways:
    """The ways that can be reached from the start; what cannot be is told of by another proof."""
    ways = ways_of(flow)
    reached = reachable(ways, (flow.first, 0))
    return {at: leaving for at, leaving in ways.items() if at in reached}


def _quiet_ways(flow: Flow) -> Ways:
    """The ways that are taken without a word from the member."""
    return {
        at: tuple(way for way in ways if not way.waits or way.label in _QUIET)
        for at, ways in _reached_ways(flow).items()
    }


def _through_runs(flow: Flow, rests: Mapping[str, Rest], ways: Ways, *, strict: bool) -> Ways:
    """The same ways without those behind a flow that does not come back by itself."""
    return {at: () if _is_blocked(flow, rests, at, strict=strict) else leaving for at, leaving in ways.items()}


def _is_blocked(flow: Flow, rests: Mapping[str, Rest], at: Position, *, strict: bool) -> bool:
    rest = _rest_of(flow, rests, at)
    return rest is not None and not (rest.passes if strict else rest.through is not None)


def _rest_of(flow: Flow, rests: Mapping[str, Rest], at: Position) -> Rest | None:
    """What is known of the flow that a verb runs, or None for other verbs."""
    verb = flow.steps[at[0]].verbs[at[1]]
    return rests.get(verb.flow, UNKNOWN) if isinstance(verb, Run) else None


def _weight(flow: Flow, rests: Mapping[str, Rest], at: Position) -> int:
    """The texts that a verb sends without a word from the member, its reminders among them."""
    verb, rest = flow.steps[at[0]].verbs[at[1]], _rest_of(flow, rests, at)
    if rest is not None:
        return rest.head if rest.through is None else rest.through
    if isinstance(verb, Ask):
        return 1 + sum(1 for rung in verb.silence if rung.text or rung.repeat)
    return int(isinstance(verb, Say))


def _check_texts(flow: Flow, rests: Mapping[str, Rest], onward: Mapping[Position, Stretch], problems: Problems) -> None:
    """Note the stretch with the most texts, where it is too long or has no end."""
    stretches = {**onward, **{at: _longer(onward[at], tail) for at, tail in _after_runs(flow, rests, onward)}}
    at, worst = max(
        stretches.items(), key=lambda item: (item[1].endless, item[1].weight), default=((flow.first, 0), Stretch(0))
    )
    if worst.endless:
        message = f"Somebody who never answers would be texted without end: {worst.way}."
        problems.error("rest.texts", flow.steps[at[0]].place, message, "Let silence lead to an end.")
    elif worst.weight > MOST_TEXTS:
        message = (
            f"Up to {worst.weight} texts go out without a word from the member: {worst.way}. {MOST_TEXTS} is the most."
        )
        problems.error("rest.texts", flow.steps[at[0]].place, message, "Say less at once, or ask something in between.")


def _longer(one: Stretch, other: Stretch) -> Stretch:
    return max(one, other, key=lambda stretch: (stretch.endless, stretch.weight))


def _after_runs(
    flow: Flow, rests: Mapping[str, Rest], onward: Mapping[Position, Stretch]
) -> list[tuple[Position, Stretch]]:
    """The stretches that begin inside a flow that is run and go on behind it."""
    found = []
    for at, ways in _reached_ways(flow).items():
        rest = _rest_of(flow, rests, at)
        if rest is not None and rest.tail is not None:
            goal = ways[0].to if ways else None
            following = onward.get(goal, Stretch(0)) if goal is not None else Stretch(0)
            found.append((at, Stretch(rest.tail + following.weight, (at[0], *following.path), following.endless)))
        if rest is not None and rest.head > onward[at].weight:
            found.append((at, Stretch(rest.head, (at[0],))))
    return found


def _summary(
    flow: Flow, rests: Mapping[str, Rest], strict: Ways, quiet: Ways, onward: Mapping[Position, Stretch]
) -> Rest:
    """What flows that run this one need to know of it."""
    start = (flow.first, 0)
    ending = heaviest(quiet, lambda at: _weight(flow, rests, at), to_end=True)
    passes = start in heaviest(strict, lambda _: 0, to_end=True)
    tails = [_to_end(way, ending) for at, ways in _reached_ways(flow).items() for way in ways if _is_word(way)]
    tails += [
        _joined(rest.tail, _to_end(ways[0], ending))
        for at, ways in _reached_ways(flow).items()
        if (rest := _rest_of(flow, rests, at)) and ways
    ]
    known = [tail for tail in tails if tail is not None]
    through = ending[start].weight if start in ending else None
    return Rest(passes, through, onward[start].weight if start in onward else 0, max(known, default=None))


def _is_word(way: Way) -> bool:
    return way.waits and way.label not in _QUIET


def _to_end(way: Way, ending: Mapping[Position, Stretch]) -> int | None:
    """The most texts from the goal of a way to the end, without a further word; None where a word is needed."""
    if way.to is None:
        return 0
    return ending[way.to].weight if way.to in ending else None


def _joined(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other
