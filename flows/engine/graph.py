"""The steps of a flow and the ways between them, in words: for Mermaid, and for the drawing."""

from dataclasses import dataclass
from html import escape
from textwrap import wrap

from flows.engine.flow import Alert, Ask, Do, Flow, Pass, Run, Say, Step, Text, Wait
from flows.engine.outline import ways_of

END = "(end)"
_SHOWN = 44  # letters in a line of a box
_MOST_LABELS = 3


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from one step to another, with what takes it; `rests` says that something is waited for on it."""

    start: str
    end: str
    label: str
    rests: bool


def edges_of(flow: Flow) -> tuple[Edge, ...]:
    """The ways between steps; several between the same two are one, with their labels joined."""
    found: dict[tuple[str, str], list[tuple[str, bool]]] = {}
    for (step, _), ways in ways_of(flow).items():
        for way in ways:
            end = END if way.to is None else way.to[0]
            if end != step or way.waits:
                found.setdefault((step, end), []).append((way.label, way.waits))
    return tuple(
        Edge(start, end, _label([label for label, _ in ways]), any(rests for _, rests in ways))
        for (start, end), ways in found.items()
    )


def to_mermaid(flow: Flow, language: str) -> str:
    """The flow in Mermaid's notation, which many editors and web pages draw."""
    number = {name: f"s{at}" for at, name in enumerate(flow.steps)} | {END: "stop"}
    lines = ["flowchart TD", f"  begin([{_quoted(flow.title)}]) --> {number.get(flow.first, 'stop')}"]
    for step in flow.steps.values():
        shown = "<br/>".join([f"<b>{escape(step.name)}</b>", *map(escape, told(step, language))])
        lines.append(f'  {number[step.name]}["{shown}"]')
    for edge in edges_of(flow):
        arrow = "-.->" if edge.rests else "-->"
        label = f"|{_quoted(edge.label)}|" if edge.label else ""
        lines.append(f"  {number[edge.start]} {arrow}{label} {number[edge.end]}")
    return "\n".join([*lines, "  stop([end])"]) + "\n"


def _label(labels: list[str]) -> str:
    told = [label for label in dict.fromkeys(labels) if label not in ("then", "end")]
    more = f" +{len(told) - _MOST_LABELS}" if len(told) > _MOST_LABELS else ""
    return ", ".join(told[:_MOST_LABELS]) + more


def _quoted(words: str) -> str:
    return '"' + escape(words).replace('"', "&quot;") + '"'


def told(step: Step, language: str) -> list[str]:
    """What a step does, in at most three short lines."""
    lines: list[str] = []
    for verb in step.verbs:
        if isinstance(verb, Say | Ask):
            lines += wrap(_words(verb.text, language), _SHOWN)[:2]
        elif isinstance(verb, Run | Pass | Alert | Do | Wait):
            lines.append(_done(verb))
    return lines[:3]


def _done(verb: Run | Pass | Alert | Do | Wait) -> str:
    if isinstance(verb, Run):
        return f"runs {verb.flow}"
    if isinstance(verb, Pass):
        return f"to {verb.to}"
    if isinstance(verb, Alert):
        return f"alert, tier {verb.tier}"
    return f"does {verb.action}" if isinstance(verb, Do) else "waits"


def _words(text: Text, language: str) -> str:
    template = text.plain.get(language) or next(iter(text.plain.values()))
    return template.source
