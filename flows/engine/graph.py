"""A flow as a picture: its steps and the ways between them, for Mermaid and as SVG."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from textwrap import wrap

from flows.engine.flow import Alert, Ask, Do, Flow, Pass, Run, Say, Step, Text, Wait
from flows.engine.outline import ways_of

END = "(end)"
WIDTH, HEIGHT, ACROSS, DOWN = 210, 78, 250, 150  # a box, and the distances between boxes
_SHOWN = 30  # letters in a line of a box
_MOST_LABELS = 3
_TIP = (
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
    '<path d="M0 0 L8 4 L0 8 z"/></marker></defs>'
)


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
        shown = "<br/>".join([f"<b>{escape(step.name)}</b>", *map(escape, _told(step, language))])
        lines.append(f'  {number[step.name]}["{shown}"]')
    for edge in edges_of(flow):
        arrow = "-.->" if edge.rests else "-->"
        label = f"|{_quoted(edge.label)}|" if edge.label else ""
        lines.append(f"  {number[edge.start]} {arrow}{label} {number[edge.end]}")
    return "\n".join([*lines, "  stop([end])"]) + "\n"


def to_svg(flow: Flow, language: str) -> str:
    """The flow as a drawing: layer by layer from its start, waits as dashed lines, readable without colours."""
    places = _layout(flow)
    width = max(x for x, _ in places.values()) + WIDTH + 60
    height = max(y for _, y in places.values()) + HEIGHT + 60
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="sans-serif" font-size="12">',
        f"<title>{escape(flow.title)}</title><desc>{escape(_described(flow))}</desc>",
        _TIP,
        f'<rect width="{width}" height="{height}" fill="white"/>',
        *(_drawn_edge(edge, places, at) for at, edge in enumerate(edges_of(flow))),
        *(_drawn_step(step, places[step.name], language) for step in flow.steps.values()),
        _drawn_end(places[END]),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _label(labels: list[str]) -> str:
    told = [label for label in dict.fromkeys(labels) if label not in ("then", "end")]
    more = f" +{len(told) - _MOST_LABELS}" if len(told) > _MOST_LABELS else ""
    return ", ".join(told[:_MOST_LABELS]) + more


def _quoted(words: str) -> str:
    return '"' + escape(words).replace('"', "&quot;") + '"'


def _told(step: Step, language: str) -> list[str]:
    """What a step does, in a few short lines."""
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


def _described(flow: Flow) -> str:
    """The drawing in words, for a screen reader."""
    return " ".join(f"{edge.start} to {edge.end}{f' ({edge.label})' if edge.label else ''}." for edge in edges_of(flow))


def _layout(flow: Flow) -> Mapping[str, tuple[int, int]]:
    """Where each step stands: its layer is its distance from the start, its column follows those that lead to it."""
    layers = _layers(flow)
    places: dict[str, tuple[int, int]] = {}
    before = {edge.end: [e.start for e in edges_of(flow) if e.end == edge.end] for edge in edges_of(flow)}
    for number, layer in enumerate(layers):
        wished = sorted(layer, key=lambda name: _middle(places, before.get(name, [])))
        for column, name in enumerate(wished):
            places[name] = (30 + column * ACROSS, 30 + number * DOWN)
    return places


def _middle(places: Mapping[str, tuple[int, int]], names: list[str]) -> float:
    known = [places[name][0] for name in names if name in places]
    return sum(known) / len(known) if known else 0.0


def _layers(flow: Flow) -> list[list[str]]:
    """Steps by their distance from the start, those that nothing leads to after them, the end last."""
    edges = edges_of(flow)
    layers: list[list[str]] = []
    seen: set[str] = {END}
    layer = [flow.first]
    while layer:
        layers.append(layer)
        seen |= set(layer)
        layer = list(
            dict.fromkeys(edge.end for name in layer for edge in edges if edge.start == name and edge.end not in seen)
        )
    lonely = [name for name in flow.steps if name not in seen]
    return [*layers, *([lonely] if lonely else []), [END]]


def _drawn_step(step: Step, place: tuple[int, int], language: str) -> str:
    x, y = place
    asks = any(isinstance(verb, Ask) for verb in step.verbs)
    lines = "".join(
        f'<text x="{x + 10}" y="{y + 36 + 14 * at}">{escape(line)}</text>'
        for at, line in enumerate(_told(step, language))
    )
    return (
        f'<g><rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="{14 if asks else 3}" fill="#f7f5ef" stroke="#333"/>'
        f'<text x="{x + 10}" y="{y + 18}" font-weight="bold">{escape(step.name)}</text>{lines}</g>'
    )


def _drawn_end(place: tuple[int, int]) -> str:
    x, y = place
    return (
        f'<g><rect x="{x}" y="{y}" width="{WIDTH}" height="34" rx="17" fill="#e8e8e8" stroke="#333"/>'
        f'<text x="{x + WIDTH // 2}" y="{y + 22}" text-anchor="middle">end</text></g>'
    )


def _drawn_edge(edge: Edge, places: Mapping[str, tuple[int, int]], number: int) -> str:
    """A curve from one box to another; a way back swings out to the right. Labels stand near the start."""
    (x1, y1), (x2, y2) = places[edge.start], places[edge.end]
    start, end = (x1 + WIDTH // 2, y1 + HEIGHT), (x2 + WIDTH // 2, y2)
    bend = DOWN // 2 if y2 > y1 else DOWN
    swing = 0 if y2 > y1 else WIDTH
    dash = ' stroke-dasharray="5 3"' if edge.rests else ""
    curve = (
        f'<path d="M{start[0]} {start[1]} C{start[0] + swing} {start[1] + bend}, {end[0] + swing} {end[1] - bend}, '
        f'{end[0]} {end[1]}" fill="none" stroke="#555"{dash} marker-end="url(#tip)"/>'
    )
    if not edge.label:
        return curve
    share = 0.25 + 0.12 * (number % 3)
    x, y = start[0] + (end[0] - start[0]) * share + swing // 3, start[1] + 14 + (number % 3) * 13
    return f'{curve}<text x="{x:.0f}" y="{y}" fill="#333" font-size="11">{escape(edge.label)}</text>'
