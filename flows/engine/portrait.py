"""A flow in words, part by part: what a coordinator would say about each step. Two portraits are compared to tell a change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from flows.engine.flow import (
    Alert,
    Ask,
    Choose,
    Do,
    End,
    Flow,
    Given,
    Go,
    Goal,
    Keep,
    Pass,
    Reply,
    Run,
    Rung,
    Say,
    Step,
    Text,
    Verb,
    Wait,
)
from flows.engine.kinds import Value
from flows.engine.moments import ClockTime, DateKept, Length
from flows.engine.outline import all_replies

Sort = Literal["text", "words", "way", "silence", "does", "flow"]
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LANGUAGES = {"en": "English", "es": "Spanish"}
HOUR = 60  # minutes


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a flow or step has: its sort, its name within the step, its words, and whether they are a list."""

    sort: Sort
    name: str
    words: str
    listed: bool = False
    language: str | None = None


Names = Mapping[str, str]  # what steps are called elsewhere; a step that is not in it has the same name there


def flow_parts(flow: Flow, names: Names = MappingProxyType({})) -> tuple[Part, ...]:
    """What belongs to a flow as a whole, with steps called by these names."""
    plain = {
        "title": flow.title,
        "purpose": flow.purpose,
        "languages": ", ".join(flow.languages),
        "first step": names.get(flow.first, flow.first),
        "budget": "" if flow.budget is None else f"{flow.budget} segments",
        "discreet mode": "yes" if flow.discreet else "",
        "gives": ", ".join(flow.gives),
        **{f"taken value {name}": str(kind) for name, kind in flow.takes.items()},
        **{f"kept value {name}": str(kind) for name, kind in flow.keeps.items()},
    }
    parts = [Part("flow", name, words) for name, words in plain.items() if words]
    parts += _told("words for what is unsure", flow.unsure) if flow.unsure else []
    return (*parts, *_ladder(flow.silence, names))


def step_parts(flow: Flow, step: Step, names: Names = MappingProxyType({})) -> tuple[Part, ...]:
    """What a step tells, takes and does, in the order of the file, with steps called by these names.

    Two verbs of one kind are told apart by a number.
    """
    found: list[Part] = []
    seen: dict[str, int] = {}
    for verb in step.verbs:
        for part in _verb_parts(flow, verb, names):
            key = f"{part.sort} {part.name} {part.language}"
            seen[key] = seen.get(key, 0) + 1
            name = part.name if seen[key] == 1 else f"{part.name} ({seen[key]})"
            found.append(Part(part.sort, name, part.words, part.listed, part.language))
    return tuple(found)


def _verb_parts(flow: Flow, verb: Verb, names: Names) -> Iterator[Part]:
    if isinstance(verb, Say | Ask):
        yield from _told("text", verb.text)
    if isinstance(verb, Ask | Wait):
        yield from _waiting(flow, verb, names)
    elif isinstance(verb, Choose):
        yield from _choices(verb, names)
    elif isinstance(verb, Go | End):
        yield Part("way", "way on", f"to {_called(verb.goal, names)}" if isinstance(verb, Go) else "ends")
    elif not isinstance(verb, Say):
        yield _deed(verb)


def _told(name: str, text: Text) -> Iterator[Part]:
    versions = {"": text.plain, "spoken ": text.spoken, "discreet ": text.discreet}
    for manner, by_language in versions.items():
        for language, template in by_language.items():
            yield Part("text", f"{manner}{name}", template.source, language=language)


def _waiting(flow: Flow, verb: Ask | Wait, names: Names) -> Iterator[Part]:
    if isinstance(verb, Wait):
        yield Part("does", "wait", in_words(verb.moment))
    if verb.keep is not None:
        yield Part("does", "answer", f"kept as {verb.keep}")
    for reply in all_replies(verb):
        yield from _reply(reply, names)
    if isinstance(verb, Ask):
        yield from () if verb.silence == flow.silence else _ladder(verb.silence, names)
        yield from () if verb.skip is None else [Part("way", "way of SKIP", f"to {_called(verb.skip, names)}")]


def _reply(reply: Reply, names: Names) -> Iterator[Part]:
    name = f'reply "{reply.name}"'
    yield Part("way", f"way of the {name}", _onward(reply.go, names))
    for language, words in reply.words.items():
        yield Part("words", name, ", ".join(words), listed=True, language=language)
    takes = [reply.kind] if reply.kind else []
    takes += [str(low) if low == high else f"{low} to {high}" for low, high in reply.ranges]
    if takes:
        yield Part("words", f"answers that the {name} takes", ", ".join(takes), listed=True)
    if reply.value is not None:
        yield Part("does", f"value of the {name}", _value(reply.value))


def _choices(verb: Choose, names: Names) -> Iterator[Part]:
    ways = [f"when {condition.source}: {_called(goal, names)}" for condition, goal in verb.ways]
    ways += [f"else: {_called(verb.otherwise, names)}"] if verb.otherwise else []
    words = "in turn: " + ", ".join(_called(goal, names) for goal in verb.in_turn) if verb.in_turn else "; ".join(ways)
    yield Part("way", "choice", words)


def _ladder(rungs: tuple[Rung, ...], names: Names) -> Iterator[Part]:
    for number, rung in enumerate(rungs, start=1):
        repeats = ", asks again" if rung.repeat else ""
        onward = f", then to {_called(rung.go, names)}" if rung.go else ""
        yield Part("silence", f"answer {number} to silence", f"{in_words(rung.when)}{repeats}{onward}")
        yield from _told(f"text of answer {number} to silence", rung.text) if rung.text else ()


def _deed(verb: Keep | Run | Pass | Alert | Do) -> Part:
    if isinstance(verb, Keep):
        return Part("does", "keeping", _given(verb.values))
    if isinstance(verb, Run):
        return Part("does", "flow that is run", f"{verb.flow}{_given(verb.given, ' with ')}{_kept(verb.keep)}")
    if isinstance(verb, Pass):
        return Part("does", "passing", f"to {verb.to}" + (f", promised: {verb.promise}" if verb.promise else ""))
    if isinstance(verb, Alert):
        return Part("does", "alert", f"tier {verb.tier}, {verb.reason}")
    return Part("does", "action", f"{verb.action}{_given(verb.given, ' with ')}{_kept(verb.keep)}")


def _given(given: Mapping[str, Given], lead: str = "") -> str:
    told = ", ".join(f"{name}: {_value(one.value)}" for name, one in given.items())
    return f"{lead}{told}" if told else ""


def _kept(keep: Mapping[str, str]) -> str:
    return ", keeps " + ", ".join(f"{theirs} as {ours}" for ours, theirs in keep.items()) if keep else ""


def _value(value: Value) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _onward(goal: Goal | None, names: Names) -> str:
    return f"to {_called(goal, names)}" if goal else "on in the same step"


def _called(goal: Goal, names: Names) -> str:
    return names.get(goal.step, goal.step)


def in_words(moment: Length | ClockTime | DateKept) -> str:
    """A length of time or a moment as a flow file writes it."""
    if isinstance(moment, Length):
        return f"after {_length(moment)}"
    if isinstance(moment, DateKept):
        before = f"{_length(moment.before)} before " if moment.before.shortest else ""
        return f"{before}{moment.name}, at {moment.at:%H:%M}"
    day = "tomorrow " if moment.tomorrow else "" if moment.weekday is None else f"{DAYS[moment.weekday]} "
    return f"at {day}{moment.at:%H:%M}"


def _length(length: Length) -> str:
    hours, minutes = divmod(length.minutes, HOUR)
    told = ((length.days, "day"), (hours, "hour"), (minutes, "minute"))
    return " ".join(f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in told if number)
