"""The list of what could not be carried over: where it was, what it was, and what stands there instead."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that is not as it was: `node` names the node or widget as its own system shows it ("" for the flow)."""

    flow: str
    node: str
    what: str
    instead: str

    def __str__(self) -> str:
        place = f"{self.flow}, {self.node}" if self.node else self.flow
        return f"{place}: {self.what} {self.instead}"


class Notes:
    """Gathers the notes of one import; each is told once, in the order in which things were read.

    A note may hang on nodes of the draft, by their keys; it goes when none of them is reached by anything.
    """

    def __init__(self) -> None:
        self._notes: dict[Note, set[str]] = {}
        self._shown: dict[tuple[str, str], str] = {}

    def show(self, flow: str, key: str, shown: str) -> None:
        """Say how a node is named to people, where its key is nothing to read."""
        self._shown[flow, key] = shown

    def add(self, flow: str, node: str, what: str, instead: str, key: str | None = None) -> None:
        """Note something about a node (by its key or its name); `key` is the node of the draft that it hangs on."""
        keys = self._notes.setdefault(Note(flow, self._shown.get((flow, node), node), what, instead), set())
        keys |= {key} if key is not None else set()

    def move(self, flow: str, old: str, new: str) -> None:
        """Let what hangs on one node hang on another, too."""
        for note, keys in self._notes.items():
            if note.flow == flow and old in keys:
                keys.add(new)

    def keep_only(self, flow: str, reached: Collection[str]) -> None:
        """Let go of the notes of a flow that hang on nodes which nothing reaches."""
        gone = [note for note, keys in self._notes.items() if note.flow == flow and keys and keys.isdisjoint(reached)]
        for note in gone:
            del self._notes[note]

    def all(self) -> tuple[Note, ...]:
        """Every note."""
        return tuple(self._notes)

    def beside(self, flow: str) -> Mapping[str, list[Note]]:
        """The notes of a flow by the nodes that they hang on."""
        found: dict[str, list[Note]] = {}
        for note, keys in self._notes.items():
            for key in keys if note.flow == flow else ():
                found.setdefault(key, []).append(note)
        return found


@dataclass(frozen=True, slots=True)
class Margin:
    """Where notes about one node go."""

    notes: Notes
    flow: str
    node: str
    key: str | None = None

    def note(self, what: str, instead: str) -> None:
        """Note something about this node."""
        self.notes.add(self.flow, self.node, what, instead, self.key)

    def beside(self, key: str) -> "Margin":
        """A margin for notes about the same node that hang on another."""
        return Margin(self.notes, self.flow, self.node, key)
