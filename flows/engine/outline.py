"""A flow as ways from place to place: what the checks explore, and what graphs and coverage are drawn from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flows.engine.flow import Ask, Choose, Condition, End, Flow, Go, Goal, Reply, Rung, Step, Text, Verb, Wait
from flows.engine.flow import Say as SayVerb

Position = tuple[str, int]  # a step and one of its verbs


@dataclass(frozen=True, slots=True)
class Way:
    """A way from one verb to the next: what takes it, where it leads (None: the flow ends), whether it waits first."""

    label: str
    to: Position | None
    waits: bool = False
    condition: Condition | None = None
    reply: Reply | None = None


def ways_of(flow: Flow) -> Mapping[Position, tuple[Way, ...]]:
    """Every way of a flow, by the verb from which it leaves; steps that do not exist lead nowhere."""
    return {
        (step.name, at): tuple(way for way in _ways(step, at) if way.to is None or way.to[0] in flow.steps)
        for step in flow.steps.values()
        for at in range(len(step.verbs))
    }


def goals_of(flow: Flow) -> Iterator[Goal]:
    """Every place of a file where the name of a step is written as a goal."""
    for verb in verbs_of(flow):
        if isinstance(verb, Go) and verb.written:
            yield verb.goal
        elif isinstance(verb, Choose):
            yield from (goal for _, goal in verb.ways)
            yield from verb.in_turn
            yield from _some(verb.otherwise)
        elif isinstance(verb, Ask | Wait):
            yield from (reply.go for reply in all_replies(verb) if reply.go)
            yield from _some(verb.skip if isinstance(verb, Ask) else None)
    for rung in rungs_of(flow):
        yield from _some(rung.go)


def rungs_of(flow: Flow) -> tuple[Rung, ...]:
    """Every rung of silence in a flow, each once: the flow's own and those of its questions."""
    own = [rung for verb in verbs_of(flow) if isinstance(verb, Ask) for rung in verb.silence]
    return tuple({rung.place: rung for rung in (*flow.silence, *own)}.values())


def verbs_of(flow: Flow) -> Iterator[Verb]:
    """Every verb of a flow, in the order of the file."""
    for step in flow.steps.values():
        yield from step.verbs


def texts_of(flow: Flow) -> tuple[Text, ...]:
    """Every text that a flow can tell, in the order of the file."""
    told = [verb.text for verb in verbs_of(flow) if isinstance(verb, SayVerb | Ask)]
    nudges = [rung.text for rung in rungs_of(flow) if rung.text]
    return tuple(sorted([*told, *nudges, *([flow.unsure] if flow.unsure else [])], key=lambda text: text.place))


def all_replies(verb: Ask | Wait) -> tuple[Reply, ...]:
    """The replies of a question, `anything` last."""
    return (*verb.replies.values(), *([verb.anything] if verb.anything else []))


def after_silence(verb: Ask) -> Goal | None:
    """Where a question ends up when nobody answers at all: the goal of the last rung."""
    return verb.silence[-1].go if verb.silence else None


def _some(goal: Goal | None) -> tuple[Goal, ...]:
    return (goal,) if goal else ()


def _ways(step: Step, at: int) -> Iterator[Way]:
    """The ways that leave one verb."""
    verb, following = step.verbs[at], _following(step, at)
    if isinstance(verb, End):
        yield Way("end", None)
    elif isinstance(verb, Go):
        yield Way("then", (verb.goal.step, 0))
    elif isinstance(verb, Choose):
        yield from _choices(verb, following)
    elif isinstance(verb, Ask | Wait):
        yield from _answers(verb, following)
    else:
        yield Way("then", following)


def _following(step: Step, at: int) -> Position | None:
    return (step.name, at + 1) if at + 1 < len(step.verbs) else None


def _choices(verb: Choose, following: Position | None) -> Iterator[Way]:
    for condition, goal in verb.ways:
        yield Way(f"when {condition.source}", (goal.step, 0), condition=condition)
    for number, goal in enumerate(verb.in_turn):
        yield Way(f"turn {number + 1}", (goal.step, 0))
    if not verb.in_turn:
        yield Way("otherwise", (verb.otherwise.step, 0) if verb.otherwise else following)


def _answers(verb: Ask | Wait, following: Position | None) -> Iterator[Way]:
    for reply in all_replies(verb):
        yield Way(reply.name, (reply.go.step, 0) if reply.go else following, waits=True, reply=reply)
    if isinstance(verb, Wait):
        yield Way("time comes", following, waits=True)
        return
    for rung in verb.silence:
        if rung.go:
            yield Way("silence", (rung.go.step, 0), waits=True)
    if verb.skip:
        yield Way("skip", (verb.skip.step, 0), waits=True)
