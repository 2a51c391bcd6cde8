"""What the parts of one Studio flow share while it is read."""

from collections.abc import Mapping
from dataclasses import dataclass

from flows.engine.catalogue import Catalogue
from flows.importing.draft import PERSON, Act, Pass, Say
from flows.importing.notes import Margin, Notes
from flows.importing.source import LONGEST_TEXT, table, tables, words
from flows.importing.studio.liquid import Names, fill
from flows.importing.texts import in_parts, one_line

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Context:
    """One flow as it is read from one of its entries: its widgets by name, and what its values are called."""

    name: str
    language: str
    states: Mapping[str, Row]
    names: Names
    catalogue: Catalogue
    notes: Notes

    def margin(self, key: str) -> Margin:
        """Where notes about a widget go."""
        return Margin(self.notes, self.name, one_line(key, 60), key)

    def goal(self, transition: Row | None, margin: Margin) -> str | None:
        """The widget that a transition leads to; a person, with a note, where there is no such widget."""
        key = words((transition or {}).get("next"))
        if not key or key in self.states:
            return key or None
        margin.note(
            f'It leads to "{one_line(key, 40)}", which is not there.', "A person is told there, and the flow ends."
        )
        return PERSON

    def after(self, state: Row, events: tuple[str, ...], margin: Margin) -> str | None:
        """Where the first of some events leads; None where that is the end."""
        return self.goal(transition_of(state, events), margin)


def transition_of(state: Row, events: tuple[str, ...]) -> Row | None:
    """The transition of the first of some events that leads anywhere."""
    found = [row for event in events for row in tables(state.get("transitions")) if words(row.get("event")) == event]
    return next((row for row in found if words(row.get("next"))), None)


def properties(state: Row) -> Row:
    """The properties of a widget."""
    return table(state.get("properties"))


def told(context: Context, text: str, margin: Margin) -> list[Act]:
    """A text of the source as acts: what can be told, and a person told where a part of it is lost."""
    if len(text) > LONGEST_TEXT:
        margin.note(f"This text has more than {LONGEST_TEXT} characters.", "It is cut there.")
    filled = fill(text, context.names)
    for piece in dict.fromkeys(filled.lost):
        margin.note(
            f"{one_line(piece, 60)} in a text is not known here.", "The text goes without it, and a person is told."
        )
    acts: list[Act] = [Say({context.language: part}) for part in in_parts(filled.text)]
    if not acts and not filled.lost:
        margin.note("This text is empty.", "It is left out.")
    return [*acts, *([Pass()] if filled.lost else [])]
