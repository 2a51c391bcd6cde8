"""A flow as an SVG drawing that reads like its file: steps from top to bottom, and beside each way where it leads.

Every way is a row of words (`low → rough`), so that the drawing can be read without its lines; the lines of one goal
share a lane beside the boxes. Dashed ways wait for somebody or for time. Names lead to their steps when clicked.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from flows.engine.flow import Ask, Flow, Step
from flows.engine.graph import END, Edge, edges_of, told

WIDTH, LEFT, TOP, GAP, LINE = 360, 24, 54, 22, 16  # the width of a box, the margins, and the heights between things
LANE = 13  # the distance between two lanes
COLOURS = ("#1f4e79", "#8a3b12", "#33691e", "#6a1b9a", "#00626b", "#8c1d40")  # each dark enough to read on white


@dataclass(frozen=True, slots=True)
class Box:
    """A step as it is drawn: where it begins, what it says, and its ways with the height of each."""

    step: Step
    y: int
    lines: tuple[str, ...]
    ways: tuple[tuple[Edge, int], ...]

    @property
    def height(self) -> int:
        """The height of the box, its header included."""
        return 30 + LINE * (len(self.lines) + len(self.ways))


def to_svg(flow: Flow, language: str) -> str:
    """Draw a flow; texts are in `language` where the flow has it."""
    boxes = _boxes(flow, language)
    end_y = boxes[-1].y + boxes[-1].height + GAP
    goals = {box.step.name: box.y + 13 for box in boxes} | {END: end_y + 13}
    lanes = _lanes(boxes, goals)
    width = LEFT + WIDTH + LANE * (max((lane for lane, _ in lanes.values()), default=0) + 3)
    size = f'viewBox="0 0 {width} {end_y + 50}" width="{width}" height="{end_y + 50}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="sans-serif" font-size="12">',
        f"<title>{escape(flow.title)}</title>",
        f"<desc>{escape(_described(flow))}</desc>",
        f'<rect width="{width}" height="{end_y + 50}" fill="#fff"/>',
        f'<text x="{LEFT}" y="30" font-size="16" font-weight="bold">{escape(flow.title)}</text>',
        *_drawn_lanes(boxes, goals, lanes),
        *(_drawn_box(box, lanes) for box in boxes),
        _drawn_end(end_y),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _boxes(flow: Flow, language: str) -> list[Box]:
    """Steps in the order of the file, each below the one before."""
    edges, y = edges_of(flow), TOP
    boxes = []
    for step in flow.steps.values():
        lines = tuple(told(step, language))
        first = y + 34 + LINE * len(lines)
        leaving = [edge for edge in edges if edge.start == step.name]
        box = Box(step, y, lines, tuple((edge, first + LINE * at) for at, edge in enumerate(leaving)))
        boxes.append(box)
        y += box.height + GAP
    return boxes


def _lanes(boxes: Sequence[Box], goals: Mapping[str, int]) -> Mapping[str, tuple[int, str]]:
    """A lane and a colour for each goal, shorter lanes nearer to the boxes, lanes shared where they do not meet."""
    spans = {goal: _span(boxes, goal, goals[goal]) for goal in goals}
    used: list[list[tuple[int, int]]] = []
    lanes = {}
    asked = sorted((span[1] - span[0], goal, span) for goal, span in spans.items() if span is not None)
    for number, (_, goal, span) in enumerate(asked):
        lane = next(
            (at for at, taken in enumerate(used) if all(span[1] < a or b < span[0] for a, b in taken)), len(used)
        )
        if lane == len(used):
            used.append([])
        used[lane].append(span)
        lanes[goal] = (lane + 1, COLOURS[number % len(COLOURS)])
    return lanes


def _span(boxes: Sequence[Box], goal: str, y: int) -> tuple[int, int] | None:
    """From where to where the lane of a goal runs; None where nothing leads to it."""
    heights = [height for box in boxes for edge, height in box.ways if edge.end == goal]
    return (min([y, *heights]), max([y, *heights])) if heights else None


def _drawn_lanes(boxes: Sequence[Box], goals: Mapping[str, int], lanes: Mapping[str, tuple[int, str]]) -> Iterator[str]:
    """The lane of each goal, with a tip at its step."""
    for goal, (lane, colour) in lanes.items():
        span = _span(boxes, goal, goals[goal])
        if span is not None:
            x, edge, y = LEFT + WIDTH + LANE * lane, LEFT + WIDTH, goals[goal]
            yield f'<path d="M{x} {span[0]} V{span[1]} M{x} {y} H{edge + 6}" fill="none" stroke="{colour}"/>'
            yield f'<path d="M{edge} {y} l7 -4 v8 z" fill="{colour}"/>'


def _drawn_box(box: Box, lanes: Mapping[str, tuple[int, str]]) -> str:
    """A step: rounded where it asks something, its words, and a row for each way."""
    rounding = 12 if any(isinstance(verb, Ask) for verb in box.step.verbs) else 2
    name = escape(box.step.name)
    words = [_text(LEFT + 10, box.y + 18, name, 'font-weight="bold"')]
    words += [
        _text(LEFT + 10, box.y + 34 + LINE * at, escape(line), 'fill="#444"') for at, line in enumerate(box.lines)
    ]
    words += [_drawn_way(edge, y, *lanes[edge.end]) for edge, y in box.ways]
    frame = f'<rect x="{LEFT}" y="{box.y}" width="{WIDTH}" height="{box.height}" rx="{rounding}" fill="#faf8f3" stroke="#333"/>'
    return f'<g id="step-{name}">{frame}{"".join(words)}</g>'


def _drawn_way(edge: Edge, y: int, lane: int, colour: str) -> str:
    """One way as a row, and its line to the lane of its goal."""
    goal = "end" if edge.end == END else edge.end
    label = escape(f"{edge.label} → {goal}" if edge.label else f"→ {goal}")
    words = _text(LEFT + 24, y, label, f'fill="{colour}"')
    row = f'<a href="#step-{escape(edge.end)}">{words}</a>'
    dash = ' stroke-dasharray="4 3"' if edge.rests else ""
    x = LEFT + WIDTH + LANE * lane
    line = f'<path d="M{LEFT + WIDTH} {y - 4} H{x}" fill="none" stroke="{colour}"{dash}/>'
    return f'{row}{line}<circle cx="{x}" cy="{y - 4}" r="2" fill="{colour}"/>'


def _drawn_end(y: int) -> str:
    frame = f'<rect x="{LEFT}" y="{y}" width="{WIDTH}" height="26" rx="13" fill="#e8e8e8" stroke="#333"/>'
    return f'<g id="step-{END}">{frame}{_text(LEFT + 10, y + 18, "end", "")}</g>'


def _text(x: int, y: int, words: str, style: str) -> str:
    return f'<text x="{x}" y="{y}" {style}>{words}</text>'


def _described(flow: Flow) -> str:
    """The drawing in words, for a screen reader."""
    told_ways = (f"{edge.start} to {edge.end}{f' ({edge.label})' if edge.label else ''}." for edge in edges_of(flow))
    return " ".join(told_ways)
