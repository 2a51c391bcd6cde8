"""A RapidPro export, or one flow of it, as drafts."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from flows.engine.catalogue import Catalogue
from flows.importing.draft import Draft, Listen, Node
from flows.importing.names import UniqueNames, flow_name
from flows.importing.notes import Notes
from flows.importing.rapidpro.actions import acts_of
from flows.importing.rapidpro.context import LANGUAGES, Context, Row
from flows.importing.rapidpro.expressions import Names, without_expressions
from flows.importing.rapidpro.routers import leaving
from flows.importing.source import refuse, table, tables, whole, words
from flows.importing.texts import guess_language, one_line

MOST_NODES = 2000  # in one flow; a conversation of that length is several
_LEGACY = ("rule_sets", "action_sets", "base_language")
_EXPIRY = 7 * 24 * 60  # minutes; what RapidPro itself sets for flows by text
_KINDS = {"voice": "calls", "messaging_background": "the background", "surveyor": "its survey app"}


def is_rapidpro(root: object) -> bool:
    """Tell whether a JSON value looks like an export of RapidPro, old formats included, or like one flow of it."""
    found = table(root)
    rows = tables(found.get("flows")) or [found]
    return any("nodes" in row or any(key in row for key in _LEGACY) or "definition" in row for row in rows)


def read_export(root: object, file: str, catalogue: Catalogue, notes: Notes) -> tuple[Draft, ...]:
    """Every flow of an export as a draft.

    Raises FlowProblems with `import.old-format` for formats before 13, `import.empty` where there is no flow, and
    `import.too-large` for a flow of more nodes than we take.
    """
    found = table(root)
    rows = tables(found.get("flows")) or [found]
    rows = [row for row in (table(row.get("definition")) or row for row in rows) if row]
    if any(key in row for row in rows for key in _LEGACY):
        message = "This export has a format before 13."
        refuse(
            file, "import.old-format", message, "Open the flows in today's RapidPro or TextIt and export them again."
        )
    rows = [row for row in rows if "nodes" in row]
    if not rows:
        refuse(file, "import.empty", "There is no flow in this export.", "Choose some flows and export them again.")
    _note_rest(found, notes)
    names = UniqueNames("-")
    named = [(names.take(flow_name(words(row.get("name")))), row) for row in rows]
    siblings = {words(row.get(key)): name for key in ("name", "uuid") for name, row in named if words(row.get(key))}
    return tuple(_read_flow(name, row, file, siblings, catalogue, notes) for name, row in named)


def _note_rest(export: Row, notes: Notes) -> None:
    for key, what in (("campaigns", "campaigns"), ("triggers", "triggers")):
        count = len(tables(export.get(key)))
        if count:
            notes.add(
                "export",
                "",
                f"{count} {what} are in it.",
                "They are left out: members' own schedules start flows here.",
            )


def _read_flow(
    name: str, row: Row, file: str, siblings: Mapping[str, str], catalogue: Catalogue, notes: Notes
) -> Draft:
    rows = tables(row.get("nodes"))
    if len(rows) > MOST_NODES:
        message = f'The flow "{name}" has {len(rows)} nodes; {MOST_NODES} is the most.'
        refuse(file, "import.too-large", message, "Split it in RapidPro and export it again.")
    nodes = _by_id(name, rows, notes)
    context = _context(name, row, nodes, siblings, catalogue, notes)
    kind = words(row.get("type"))
    if kind in _KINDS:
        notes.add(name, "", f"It is a flow for {_KINDS[kind]}.", "Its words are told by text, or by voice in a call.")
    title = one_line(words(row.get("name"))) or name
    languages = tuple(dict.fromkeys([context.language, *context.translations]))
    drafted = {key: _read_node(context, key, node) for key, node in nodes.items()}
    by_category = frozenset(context.names.by_category)
    drafted = {key: _by_category(node, by_category) for key, node in drafted.items()}
    return Draft(name, title, "RapidPro", languages, next(iter(nodes), None), drafted, by_category=by_category)


def _by_id(name: str, rows: list[Row], notes: Notes) -> dict[str, Row]:
    nodes: dict[str, Row] = {}
    for number, row in enumerate(rows, start=1):
        key = words(row.get("uuid")) or f"node {number}"
        if key in nodes:
            notes.add(name, f"node {number}", f"Another node has the id {one_line(key, 40)} too.", "It is left out.")
        nodes.setdefault(key, row)
    return nodes


def _context(
    name: str, row: Row, nodes: Mapping[str, Row], siblings: Mapping[str, str], catalogue: Catalogue, notes: Notes
) -> Context:
    language = _language(name, row, nodes.values(), notes)
    rows = {
        LANGUAGES[code]: table(found) for code, found in table(row.get("localization")).items() if code in LANGUAGES
    }
    others = [code for code in table(row.get("localization")) if code not in LANGUAGES]
    if others:
        notes.add(
            name,
            "",
            f"Its translations in {one_line(', '.join(others), 60)} are for languages that we do not have.",
            "They are left out.",
        )
    results = frozenset(_results(nodes.values()))
    minutes = whole(row.get("expire_after_minutes"), _EXPIRY)
    for number, key in enumerate(nodes, start=1):
        notes.show(name, key, f"node {number} ({key[:8]})")
    translations = {code: found for code, found in rows.items() if code != language and found}
    known = Names(results, frozenset(catalogue.slots))
    return Context(
        name, language, nodes, known, translations, siblings, catalogue, notes, minutes if minutes > 0 else _EXPIRY
    )


def _language(name: str, row: Row, nodes: Iterable[Row], notes: Notes) -> str:
    code = words(row.get("language"))
    if code in LANGUAGES:
        return LANGUAGES[code]
    told = " ".join(words(action.get("text")) for node in nodes for action in tables(node.get("actions")))
    guess = guess_language(told)
    notes.add(
        name,
        "",
        f'Its language is "{one_line(code, 20)}", which is none of ours.',
        f"Its words stand under {guess}: as they are; translate them if they are in another language.",
    )
    return guess


def _results(nodes: Iterable[Row]) -> Iterable[str]:
    """The names of everything that a flow calls a result, in the form of its expressions."""
    for node in nodes:
        named = [table(node.get("router")).get("result_name")]
        named += [
            action.get("name") for action in tables(node.get("actions")) if action.get("type") == "set_run_result"
        ]
        yield from ("_".join(words(name).lower().split()) for name in named if words(name).strip())


def _read_node(context: Context, key: str, node: Row) -> Node:
    margin = context.margin(key)
    acts = [act for action in tables(node.get("actions")) for act in acts_of(context, action, margin)]
    last, leave = leaving(context, node, margin)
    return Node(_label(node), (*acts, *last), leave)


def _by_category(node: Node, names: Collection[str]) -> Node:
    """A node whose answers are kept by their category, where that is what the flow asks for."""
    leave = node.leave
    if not isinstance(leave, Listen) or leave.keep not in names:
        return node
    answers = tuple(replace(answer, value=answer.category) for answer in leave.answers)
    return replace(node, leave=replace(leave, answers=answers))


def _label(node: Row) -> str:
    """What a node's step is named after: its first text, the flow it runs, or what it decides about."""
    for action in tables(node.get("actions")):
        told = without_expressions(words(action.get("text"))) or words(table(action.get("flow")).get("name")).strip()
        if told:
            return told
    router = table(node.get("router"))
    named = words(router.get("result_name")) or words(router.get("operand")) or words(router.get("type"))
    return named or next((words(action.get("type")) for action in tables(node.get("actions"))), "") or "step"
