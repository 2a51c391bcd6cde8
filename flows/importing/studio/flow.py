"""A flow of Studio as drafts: one for each of its entries that leads somewhere of its own."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from flows.engine.catalogue import Catalogue
from flows.importing.draft import Decide, Draft, Keep, Listen, Node, Say, reached
from flows.importing.names import flow_name
from flows.importing.notes import Notes
from flows.importing.placeholders import slots_of
from flows.importing.source import items, refuse, table, tables, words
from flows.importing.studio.context import Context, Row, properties
from flows.importing.studio.liquid import Names, given_names
from flows.importing.studio.widgets import read_widget
from flows.importing.texts import guess_language, one_line

MOST_WIDGETS = 2000  # Studio itself takes 1,000
_ENTRIES = {"incomingRequest": "", "incomingParent": "", "incomingMessage": "-by-message", "incomingCall": "-by-call"}


def is_studio(root: object) -> bool:
    """Tell whether a JSON value looks like a flow of Studio, bare or as its API gives it."""
    return isinstance(_definition(root).get("states"), list)


def read_studio(root: object, file: str, catalogue: Catalogue, notes: Notes) -> tuple[Draft, ...]:
    """A flow as one draft for each way into it: started by a request, by a text, by a call.

    Raises FlowProblems with `import.empty` where it has no widgets, and `import.too-large` where it has too many.
    """
    definition = _definition(root)
    rows = tables(definition.get("states"))
    if not rows:
        refuse(
            file, "import.empty", "There are no widgets in this flow.", "Export it again: the file holds its states."
        )
    if len(rows) > MOST_WIDGETS:
        message = f"The flow has {len(rows)} widgets; {MOST_WIDGETS} is the most."
        refuse(file, "import.too-large", message, "Split it in Studio and export it again.")
    title = words(table(root).get("friendly_name")) or words(definition.get("description")) or _stem(file)
    name = flow_name(words(table(root).get("friendly_name")) or _stem(file))
    states = _by_name(name, rows, notes)
    entries = _entries(definition, states)
    used = {key for start in entries.values() for key in _reached(states, start)}
    for key, state in states.items():
        if key not in used and words(state.get("type")) != "trigger":
            notes.add(name, one_line(key, 60), "Nothing leads to this widget.", "It is left out.")
    return tuple(_read(f"{name}{ending}", title, start, states, catalogue, notes) for ending, start in entries.items())


def _definition(root: object) -> Row:
    found = table(root)
    return table(found.get("definition")) or found


def _stem(file: str) -> str:
    return file.replace("\\", "/").rsplit("/", 1)[-1].split(".")[0] or "flow"


def _by_name(flow: str, rows: list[Row], notes: Notes) -> dict[str, Row]:
    states: dict[str, Row] = {}
    for number, row in enumerate(rows, start=1):
        key = words(row.get("name")) or f"widget {number}"
        if key in states:
            notes.add(
                flow, f"widget {number}", f'Another widget is called "{one_line(key, 40)}" too.', "It is left out."
            )
        states.setdefault(key, row)
    return states


def _entries(definition: Row, states: Mapping[str, Row]) -> dict[str, str]:
    """The first widget of each way in, by the ending of that flow's name; ways that lead to the same one are one."""
    first = words(definition.get("initial_state"))
    trigger = next((row for row in states.values() if words(row.get("type")) == "trigger"), None)
    if trigger is None:
        return {"": first if first in states else next(iter(states))}
    found: dict[str, str] = {}
    for event, ending in _ENTRIES.items():
        for row in tables(trigger.get("transitions")):
            goal = words(row.get("next"))
            if words(row.get("event")) == event and goal and goal not in found.values():
                found.setdefault(ending if found else "", goal)
    return found or {"": next(iter(states))}


def _reached(states: Mapping[str, Row], start: str) -> Iterator[str]:
    """Every widget that a way in may lead to."""
    seen, todo = {start}, [start]
    while todo:
        key = todo.pop()
        if key in states:
            yield key
            fresh = {words(row.get("next")) for row in tables(states[key].get("transitions"))} - seen
            seen |= fresh
            todo += sorted(fresh)


def _read(name: str, title: str, start: str, states: Mapping[str, Row], catalogue: Catalogue, notes: Notes) -> Draft:
    reached = {key: states[key] for key in _reached(states, start)}
    told = " ".join(words(properties(state).get(key)) for state in reached.values() for key in ("body", "say"))
    known = Names(frozenset(_variables(reached)), frozenset(catalogue.slots))
    context = Context(name, guess_language(told), reached, known, catalogue, notes)
    nodes: dict[str, Node] = {}
    for key, state in reached.items():
        nodes |= read_widget(context, key, state)
    if start not in reached:
        notes.add(
            name,
            "",
            f'It begins at "{one_line(start, 40)}", which is not there.',
            "A person is told when it is started.",
        )
    takes = frozenset(given for state in reached.values() for given in _given(state, known))
    return _draft(context, one_line(title) or name, start if start in reached else None, nodes, takes)


def _variables(states: Mapping[str, Row]) -> Iterator[str]:
    for state in states.values():
        yield from (words(row.get("key")) for row in tables(properties(state).get("variables")))


def _given(state: Row, names: Names) -> Iterator[str]:
    """The names of the values that one widget needs to be given: in its texts, variables and conditions."""
    found = properties(state)
    texts = [words(found.get(key)) for key in ("body", "say", "input")]
    texts += [words(row.get("value")) for row in tables(found.get("variables"))]
    for transition in tables(state.get("transitions")):
        texts += [words(item) for row in tables(transition.get("conditions")) for item in items(row.get("arguments"))]
    for text in texts:
        yield from given_names(text, names)


def _draft(context: Context, title: str, start: str | None, nodes: Mapping[str, Node], takes: frozenset[str]) -> Draft:
    """The draft, with answers kept only where something uses them, and values that it takes only where it does."""
    used = _used(reached(nodes, start or ""))
    kept = {act.name for node in nodes.values() for act in node.acts if isinstance(act, Keep)}
    nodes = {key: _keeping_used(node, used) for key, node in nodes.items()}
    taken = (takes & used) - kept
    if taken:
        what = f"It is given {one_line(', '.join(sorted(taken)), 200)} when it starts."
        context.notes.add(context.name, "", what, "Whatever starts it here must give them, too (takes:).")
    return Draft(context.name, title, "Twilio Studio", (context.language,), start, nodes, taken)


def _used(nodes: Mapping[str, Node]) -> frozenset[str]:
    """Every value that a text shows, a decision asks for or another value is set from."""
    used: set[str] = set()
    for node in nodes.values():
        used |= {name for act in node.acts if isinstance(act, Say) for name in slots_of(act)}
        used |= {act.value for act in node.acts if isinstance(act, Keep) and act.copied}
        used |= {way.name for way in node.leave.ways} if isinstance(node.leave, Decide) else set()
    return frozenset(used)


def _keeping_used(node: Node, used: frozenset[str]) -> Node:
    leave = node.leave
    is_idle = isinstance(leave, Listen) and leave.keep not in used
    return replace(node, leave=replace(leave, keep=None)) if is_idle and isinstance(leave, Listen) else node
