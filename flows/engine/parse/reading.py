"""What all parts of the reader share: the file's problems, its declared names, and plain ways to read a node."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from flows.engine.catalogue import Catalogue
from flows.engine.conditions import Names
from flows.engine.document import Items, Node, Scalar, Table
from flows.engine.flow import Given, Goal, Rung
from flows.engine.kinds import Kind, read_literal
from flows.engine.problems import Place, Problems, suggest

_KINDS = {Scalar: "words", Table: "keys with values", Items: "a list"}


@dataclass(slots=True)
class Reading:
    """One file while it is read: where mistakes are noted, and what its header declared."""

    problems: Problems
    catalogue: Catalogue
    languages: tuple[str, ...] = ()
    takes: dict[str, Kind] = field(default_factory=dict)
    keeps: dict[str, Kind] = field(default_factory=dict)
    silence: tuple[Rung, ...] = ()

    @property
    def names(self) -> Names:
        """What conditions of this file may name."""
        return Names({**self.takes, **self.keeps}, self.catalogue.facts)

    @property
    def values(self) -> Mapping[str, Kind]:
        """The flow's own values with their kinds."""
        return {**self.takes, **self.keeps}

    def error(self, code: str, place: Place, message: str, mend: str) -> None:
        """Note a mistake."""
        self.problems.error(code, place, message, mend)


def read_table(
    reading: Reading, node: Node | None, what: str, keys: Collection[str], needed: Collection[str] = ()
) -> Table:
    """A table with only these keys; unknown and missing ones are noted. An empty table where the node is none."""
    if not isinstance(node, Table):
        place = node.place if node is not None else Place(1, 1)
        reading.error(
            "form.kind",
            place,
            f"{what} is written as keys with values; here is {_found(node)}.",
            f"Write {{{', '.join(sorted(keys))}}}.",
        )
        return Table((), place)
    for key, _ in node.entries:
        if key.text not in keys:
            reading.error("form.unknown-key", key.place, f'{what} has no key "{key.text}".', suggest(key.text, keys))
    for name in needed:
        if node.get(name) is None:
            reading.error("form.missing-key", node.place, f"{what} needs {name}:.", f"Add {name}:.")
    return node


def read_words(reading: Reading, node: Node | None, what: str) -> str | None:
    """The words of a scalar, or None with a note where it holds nothing or something else."""
    if isinstance(node, Scalar) and node.text.strip():
        return node.text
    if node is not None:
        mend = (
            "Put a text that begins with { or [ into double quotes."
            if not isinstance(node, Scalar)
            else f"Write {what}."
        )
        reading.error("form.kind", node.place, f"{what} is written in words; here is {_found(node)}.", mend)
    return None


def read_items(reading: Reading, node: Node | None, what: str) -> tuple[Node, ...]:
    """The items of a list; one single word counts as a list of one."""
    if isinstance(node, Items):
        return node.items
    if isinstance(node, Scalar) and node.text.strip():
        return (node,)
    if node is not None:
        reading.error("form.kind", node.place, f"{what} is a list; here is {_found(node)}.", "Write [first, second].")
    return ()


def read_goal(reading: Reading, node: Node | None) -> Goal | None:
    """The name of a step to go to; whether it exists is judged when all steps are known."""
    words = read_words(reading, node, "the name of a step")
    return Goal(words, node.place) if words is not None and node is not None else None


def read_flag(reading: Reading, node: Node | None, what: str, *, otherwise: bool) -> bool:
    """A yes or a no."""
    words = read_words(reading, node, what)
    if words is None or node is None:
        return otherwise
    if words not in ("yes", "no"):
        reading.error("form.kind", node.place, f'{what} is yes or no, not "{words}".', "Write yes or no.")
    return words == "yes"


def read_one_of(reading: Reading, node: Node | None, what: str, choices: Collection[str]) -> str | None:
    """One of some fixed words, or None with a note."""
    words = read_words(reading, node, what)
    if words is None or node is None or words in choices:
        return words
    reading.error("form.choice", node.place, f'{what} cannot be "{words}".', suggest(words, choices))
    return None


def read_given(reading: Reading, node: Node, what: str, kind: Kind | None) -> Given | None:
    """A value handed over: a literal of a kind, `kept NAME`, or `fact NAME`. A kind of None takes any."""
    words = read_words(reading, node, what)
    if words is None:
        return None
    of, _, name = words.partition(" ")
    if of in ("kept", "fact") and name:
        return _reference(reading, node.place, of, name.strip(), what, kind)
    value = words if kind is None else read_literal(kind, words)
    if value is None:
        reading.error(
            "kinds.value", node.place, f'{what} is {kind}, and "{words}" is not.', f"Write {kind}, or kept NAME."
        )
    return Given(value, "literal", node.place)


def _reference(reading: Reading, place: Place, of: str, name: str, what: str, kind: Kind | None) -> Given:
    """A value looked up by name, whose kind must be the one that is wanted."""
    known = reading.values if of == "kept" else reading.catalogue.facts
    if name not in known:
        place_message = f'There is no {"kept value" if of == "kept" else "fact"} called "{name}".'
        reading.error("names.value", place, place_message, suggest(name, known))
    elif kind is not None and not fits(known[name], kind):
        reading.error(
            "kinds.value", place, f"{what} is {kind}, and {name} is {known[name]}.", "Use a value of that kind."
        )
    return Given(name, of, place)


def fits(found: Kind, wanted: Kind) -> bool:
    """Tell whether every value of one kind is also one of another."""
    if wanted.name == "words":
        return found.name not in ("number", "yes or no")
    if found.name != wanted.name:
        return False
    if wanted.name == "one of":
        return set(found.options) <= set(wanted.options)
    if wanted.name == "number" and wanted.low is not None and wanted.high is not None:
        return (
            found.low is not None and found.high is not None and wanted.low <= found.low and found.high <= wanted.high
        )
    return True


def _found(node: Node | None) -> str:
    """What stands where something else was expected."""
    if node is None or (isinstance(node, Scalar) and not node.text.strip()):
        return "nothing"
    return f'"{node.text[:40]}"' if isinstance(node, Scalar) else _KINDS[type(node)]
