"""Reading a YAML file of words with the line of every entry at hand, and all its mistakes told at once.

Every scalar stays the text that was typed, so `no`, `on` and `911` in a list of words are those words.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode


@dataclass(frozen=True, slots=True)
class WordsMistake:
    """One mistake in a word file: where it is, what was found, and how to mend it."""

    file: str
    line: int
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what} {self.mend}"


class WordsProblem(Exception):
    """The word files cannot be used as they stand; `mistakes` holds everything found, file by file."""

    def __init__(self, mistakes: tuple[WordsMistake, ...]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


class WordFile:
    """One file being read: the nodes below its top, and the mistakes met so far."""

    def __init__(self, path: Path, name: str) -> None:
        """Read `path`; `name` is how mistakes call it. What cannot be read is a mistake, and an empty file from then on."""
        self.name = name
        self.mistakes: list[WordsMistake] = []
        self.top = self._compose(path)

    def fields(self, node: Node | None, allowed: tuple[str, ...]) -> dict[str, Node]:
        """Return the mapping at `node` by key, noting keys that nobody reads."""
        found = dict(self.entries(node))
        for key, value in found.items():
            if key not in allowed:
                self.note(value, f"Unknown key '{key}'.", f"Use one of: {', '.join(allowed)}.")
        return found

    def entries(self, node: Node | None) -> Iterator[tuple[str, Node]]:
        """Yield key and node of the mapping at `node`, noting repeated keys; the first one stands."""
        if not isinstance(node, MappingNode):
            self._wrong_kind(node, "a mapping (key: value)")
            return
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                self.note(key, f"The key '{key.value}' is there twice.", "Keep one of them.")
            else:
                seen.add(key.value)
                yield key.value, value

    def texts(self, node: Node | None) -> tuple[str, ...]:
        """Return the list of texts at `node`; one text alone counts as a list of one, nothing as an empty list."""
        if node is None:
            return ()
        items = node.value if isinstance(node, SequenceNode) else [node]
        return tuple(self.text(item) for item in items)

    def items(self, node: Node | None) -> list[Node]:
        """Return the nodes of the list at `node`."""
        if isinstance(node, SequenceNode):
            return list(node.value)
        self._wrong_kind(node, "a list")
        return []

    def text(self, node: Node | None) -> str:
        """Return the text at `node` exactly as typed."""
        if isinstance(node, ScalarNode) and node.value.strip():
            return str(node.value)
        self._wrong_kind(node, "a text")
        return ""

    def lists(self, node: Node | None) -> Mapping[str, tuple[str, ...]]:
        """Return a mapping of names to lists of texts."""
        return {key: self.texts(value) for key, value in self.entries(node)} if node else {}

    def note(self, node: Node | None, what: str, mend: str) -> None:
        """Keep a mistake found at `node`."""
        self.mistakes.append(WordsMistake(self.name, line_of(node), what, mend))

    def _wrong_kind(self, node: Node | None, wanted: str) -> None:
        if node is not None or not self.mistakes:
            self.note(node, f"Expected {wanted}.", "See the other entries of this file for the form.")

    def _compose(self, path: Path) -> Node | None:
        try:
            node: Node | None = YAML(typ="base", pure=True).compose(path)
        except OSError:
            self.note(None, "This file is missing or cannot be read.", "Put it back, or copy the shipped one.")
        except MarkedYAMLError as problem:
            line = problem.problem_mark.line + 1 if problem.problem_mark else 1
            what = f"This is not YAML: {problem.problem}."
            self.mistakes.append(WordsMistake(self.name, line, what, "Look at the line above it too."))
        except (YAMLError, UnicodeDecodeError):
            self.note(None, "This file is not UTF-8 text.", "Save it as UTF-8.")
        else:
            return node
        return None


def line_of(node: Node | None) -> int:
    """Return the line of `node`, counted from 1; 1 where there is none."""
    return node.start_mark.line + 1 if node is not None else 1
