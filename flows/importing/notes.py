"""The list of what could not be carried over: where it was, what it was, and what stands there instead."""

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
    """Gathers the notes of one import; each is told once, in the order in which things were read."""

    def __init__(self) -> None:
        self._notes: dict[Note, str | None] = {}
        self._shown: dict[tuple[str, str], str] = {}

    def show(self, flow: str, key: str, shown: str) -> None:
        """Say how a node is named to people, where its key is nothing to read."""
        self._shown[flow, key] = shown

    def add(self, flow: str, node: str, what: str, instead: str, key: str | None = None) -> None:
        """Note something; `key` is the node of the draft beside which the file tells it."""
        self._notes.setdefault(Note(flow, self._shown.get((flow, node), node), what, instead), key)

    def all(self) -> tuple[Note, ...]:
        """Every note."""
        return tuple(self._notes)

    def beside(self, flow: str, key: str) -> tuple[Note, ...]:
        """The notes that belong to one node of a flow."""
        return tuple(note for note, at in self._notes.items() if note.flow == flow and at == key)


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
