"""Flow files as trees with places: text stays text, and what YAML would hide is refused.

The tree is built from parser events rather than loaded values, so `no`, `9:30` and `+1555…` are the words
that were typed, a repeated key is seen, and a hostile file is given up early.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from flows.engine.problems import Place, Problems

LARGEST = 262_144  # characters; the longest flow we know of has 30,000
DEEPEST = 16  # levels; a test script, the deepest thing there is, needs nine
LONGEST_TEXT = 2_000  # characters in one word or text; a text message has at most 1,600
MOST_NODES = 40_000  # a flow of 200 steps has about 7,000
TOP = Place(1, 1)
_NOT_UTF8 = "\ufffd"  # what reading leaves of bytes that are no UTF-8


@dataclass(frozen=True, slots=True)
class Scalar:
    """A word or text as it was typed."""

    text: str
    place: Place
    plain: bool


@dataclass(frozen=True, slots=True)
class Table:
    """Keys with what stands under them, in the order of the file; no key comes twice."""

    entries: tuple[tuple[Scalar, "Node"], ...]
    place: Place

    def get(self, key: str) -> "Node | None":
        """What stands under a key, or None."""
        return next((node for name, node in self.entries if name.text == key), None)


@dataclass(frozen=True, slots=True)
class Items:
    """A list, in order."""

    items: tuple["Node", ...]
    place: Place


Node = Scalar | Table | Items


def read_document(source: str, problems: Problems) -> Table | None:
    """Read a flow file into a tree, noting every mistake of form; None where there is nothing to go on with.

    Refused: aliases and anchors, tags, tabs before words, several documents, control characters, and files larger,
    deeper or fuller than the limits above.
    """
    if _refused_at_sight(source, problems):
        return None
    root = _build(source, problems)
    if root is None or isinstance(root, Table):
        return root
    problems.error(
        "form.kind", root.place, "A flow file holds keys such as flow: and steps:.", "Begin with flow: NAME."
    )
    return None


def _refused_at_sight(source: str, problems: Problems) -> bool:
    """Judge what can be seen without reading the file as YAML; true where reading on makes no sense."""
    if len(source) > LARGEST:
        size = f"The file has {len(source)} characters; {LARGEST} is the most."
        problems.error("form.too-large", TOP, size, "Move parts of it to flows of their own, with run:.")
        return True
    for line, column, kind in _strange_characters(source):
        place = Place(line, column)
        if kind == "tab":
            problems.error("form.tab", place, "There is a tab before the words of this line.", "Use spaces instead.")
        else:
            message = f"There is a character here that no text has ({kind})."
            problems.error("form.character", place, message, "Delete it, or save the file as UTF-8.")
    return bool(problems.errors)


def _strange_characters(source: str) -> Iterator[tuple[int, int, str]]:
    """Yield tabs in indentation and control characters, at most one for each line."""
    for number, line in enumerate(source.split("\n"), start=1):
        lead = line[: len(line) - len(line.lstrip())]
        if "\t" in lead:
            yield number, lead.index("\t") + 1, "tab"
            continue
        if not line.isprintable() or _NOT_UTF8 in line:
            odd = [(at, char) for at, char in enumerate(line, start=1) if _is_strange(char)]
            yield from ((number, at, f"U+{ord(char):04X}") for at, char in odd[:1])


def _is_strange(char: str) -> bool:
    """Tell control characters and half characters, which no author means to write."""
    code = ord(char)
    return (
        (code < 32 and char not in "\t\r")
        or 0x7F <= code <= 0x9F
        or 0xD800 <= code <= 0xDFFF
        or code in (0xFEFF, 0xFFFD)
    )


def _build(source: str, problems: Problems) -> Node | None:
    """Turn parser events into a tree, stopping at the first thing that cannot be read on from."""
    builder = _Builder(problems)
    try:
        for event in YAML(typ="safe", pure=True).parse(source):
            if not builder.take(event):
                return None
    except YAMLError as error:
        _note_yaml_error(error, problems)
        return None
    except (ValueError, RecursionError, IndexError, OverflowError, AttributeError, AssertionError):
        # The parser's own mishaps on mangled input; the author's file is at fault, not the service.
        problems.error("form.yaml", builder.last, "The file cannot be read from here on.", "Look for a stray mark.")
        return None
    if builder.root is None:
        problems.error("form.empty", TOP, "The file is empty.", "Begin with flow: NAME.")
    return builder.root


def _note_yaml_error(error: YAMLError, problems: Problems) -> None:
    """Say in plain words what the YAML parser did not understand."""
    mark = (error.problem_mark or error.context_mark) if isinstance(error, MarkedYAMLError) else None
    place = Place(mark.line + 1, mark.column + 1) if mark is not None else TOP
    what = (error.problem if isinstance(error, MarkedYAMLError) else None) or "it is not YAML"
    mend = "Check the quotes, colons and spaces here; put texts that hold : or # or begin with { into double quotes."
    problems.error("form.yaml", place, f"The file cannot be read here: {what}.", mend)


class _Builder:
    """Builds the tree from events; holds the tables and lists that are still open."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.root: Node | None = None
        self.last = TOP
        self.nodes = 0
        self.documents = 0
        self.open: list[tuple[bool, Place, list[Node]]] = []

    def take(self, event: Event) -> bool:
        """Take one event; false means that reading on makes no sense."""
        self.last = Place(event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, DocumentStartEvent):
            return self._start_document()
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            return self._give_up(
                "form.alias", "Anchors (&) and aliases (*) are not read.", "Write the words out again."
            )
        if getattr(event, "tag", None):
            return self._give_up("form.tag", "A word that begins with ! is not read.", "Put the text into quotes.")
        return self._grow(event)

    def _grow(self, event: Event) -> bool:
        if isinstance(event, ScalarEvent):
            return self._add(Scalar(event.value, self.last, event.style is None))
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            return self._enter(is_table=isinstance(event, MappingStartEvent))
        return self._leave() if isinstance(event, MappingEndEvent | SequenceEndEvent) else True

    def _start_document(self) -> bool:
        self.documents += 1
        if self.documents == 1:
            return True
        return self._give_up("form.documents", "A second document begins here (---).", "Keep one flow in one file.")

    def _give_up(self, code: str, message: str, mend: str) -> bool:
        self.problems.error(code, self.last, message, mend)
        return False

    def _enter(self, *, is_table: bool) -> bool:
        self.open.append((is_table, self.last, []))
        if len(self.open) <= DEEPEST:
            return True
        return self._give_up("form.too-deep", f"This is more than {DEEPEST} levels deep.", "Take some levels out.")

    def _leave(self) -> bool:
        is_table, place, nodes = self.open.pop()
        return self._add(self._table(nodes, place) if is_table else Items(tuple(nodes), place))

    def _add(self, node: Node) -> bool:
        self.nodes += 1
        if isinstance(node, Scalar) and len(node.text) > LONGEST_TEXT:
            message = f"This text has {len(node.text)} characters; {LONGEST_TEXT} is the most."
            return self._give_up("form.too-large", message, "Split it into several texts.")
        if self.nodes > MOST_NODES:
            return self._give_up(
                "form.too-many", f"The file has more than {MOST_NODES} parts.", "Split the flow, with run:."
            )
        if self.open:
            self.open[-1][2].append(node)
        else:
            self.root = node
        return True

    def _table(self, nodes: list[Node], place: Place) -> Table:
        """Pair keys with their values, refusing keys that are no words and keys that come twice."""
        entries: dict[str, tuple[Scalar, Node]] = {}
        for key, node in zip(nodes[::2], nodes[1::2], strict=True):
            if not isinstance(key, Scalar):
                self.problems.error(
                    "form.key", key.place, "A key must be a word.", "Put a text that begins with { or [ into quotes."
                )
            elif key.text in entries:
                first = entries[key.text][0].place.line
                message = f'"{key.text}" stands here a second time; the first is in line {first}.'
                self.problems.error("form.repeated-key", key.place, message, "Keep one of them.")
            else:
                entries[key.text] = (key, node)
        return Table(tuple(entries.values()), place)
