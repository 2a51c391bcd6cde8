"""Reading a whole flow file: its header first, so that steps are read knowing every name."""

import re
from collections.abc import Mapping

from flows.engine.catalogue import Catalogue
from flows.engine.document import Node, Table, read_document
from flows.engine.flow import Flow, Run, Text
from flows.engine.kinds import Kind, read_kind
from flows.engine.parse.reading import Reading, read_flag, read_items, read_one_of, read_table, read_words
from flows.engine.parse.replies import read_silence
from flows.engine.parse.steps import read_steps
from flows.engine.parse.tests import read_tests
from flows.engine.parse.texts import read_text
from flows.engine.problems import Place, Problems, suggest

FLOW_KEYS = (
    "flow", "title", "purpose", "languages", "takes", "keeps", "gives", "start", "unsure", "silence", "discreet",
    "coverage", "budget", "renamed", "steps", "tests",
)  # fmt: skip
MOST_VALUES = 100
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_VALUE_NAME = re.compile(r"[a-z][a-z0-9_]*")
_KIND_HELP = "Write number 1 to 5, one of a, b, yes or no, time, date, postal code, phone number, recording or words."


def parse_flow(source: str, problems: Problems, catalogue: Catalogue) -> Flow | None:
    """Read a flow from its file, noting every mistake in `problems`; None where no flow can be made out at all."""
    table = read_document(source, problems)
    if table is None:
        return None
    reading = Reading(problems, catalogue)
    read_table(reading, table, "a flow", FLOW_KEYS, ("flow", "title", "purpose", "languages", "steps"))
    return _flow(reading, table)


def _flow(reading: Reading, table: Table) -> Flow:
    """The parts in an order in which each knows the names it may use."""
    reading.languages = _languages(reading, table.get("languages"))
    reading.takes = _values(reading, table.get("takes"), "takes:")
    reading.keeps = _values(reading, table.get("keeps"), "keeps:")
    unsure = read_text(reading, table.get("unsure"), "unsure:") if table.get("unsure") is not None else None
    reading.silence = read_silence(reading, table.get("silence"))
    steps = read_steps(reading, table.get("steps"))
    return Flow(
        name=_name(reading, table.get("flow")),
        title=read_words(reading, table.get("title"), "title:") or "",
        purpose=read_words(reading, table.get("purpose"), "purpose:") or "",
        languages=reading.languages,
        takes=reading.takes,
        keeps=reading.keeps,
        gives=_gives(reading, table.get("gives")),
        first=read_words(reading, table.get("start"), "start:") or next(iter(steps), ""),
        steps=steps,
        unsure=_shown(unsure),
        silence=reading.silence,
        renamed=_renamed(reading, table.get("renamed")),
        discreet=read_flag(reading, table.get("discreet"), "discreet:", otherwise=True),
        coverage_full=read_one_of(reading, table.get("coverage"), "coverage:", ("full", "partial")) == "full",
        budget=_budget(reading, table.get("budget")),
        file=reading.problems.file,
        place=table.place,
        trials=read_tests(reading, table.get("tests")),
        runs=tuple(verb.flow for step in steps.values() for verb in step.verbs if isinstance(verb, Run)),
    )


def _shown(unsure: Text | None) -> Text | None:
    """What is asked back, where it has words at all."""
    return unsure if unsure is not None and unsure.plain else None


def _name(reading: Reading, node: Node | None) -> str:
    name = read_words(reading, node, "flow:")
    if name is not None and node is not None and not _NAME.fullmatch(name):
        reading.error(
            "form.name", node.place, f'A flow cannot be called "{name}".', "Use small letters, digits and hyphens."
        )
    return name or ""


def _languages(reading: Reading, node: Node | None) -> tuple[str, ...]:
    known = reading.catalogue.languages
    found = (read_one_of(reading, item, "a language", known) for item in read_items(reading, node, "languages:"))
    return tuple(dict.fromkeys(language for language in found if language)) or known


def _values(reading: Reading, node: Node | None, what: str) -> dict[str, Kind]:
    """Declared values with their kinds; a name must not be one that means something else already."""
    if node is None:
        return {}
    if not isinstance(node, Table):
        reading.error(
            "form.kind", node.place, f"{what} holds names with their kinds.", "Write {feeling: number 1 to 5}."
        )
        return {}
    values: dict[str, Kind] = {}
    if len(node.entries) > MOST_VALUES:
        message = f"{what} has {len(node.entries)} values; {MOST_VALUES} is the most."
        reading.error("form.too-many", node.place, message, "Move parts of the flow to flows of their own.")
        return values
    for key, kind_node in node.entries:
        _check_value_name(reading, key.text, key.place)
        words = read_words(reading, kind_node, "a kind of value")
        kind = read_kind(words) if words else None
        if words and kind is None:
            reading.error("kinds.unknown", kind_node.place, f'"{words}" is no kind of value.', _KIND_HELP)
        values[key.text] = kind or Kind("words")
    return values


def _check_value_name(reading: Reading, name: str, place: Place) -> None:
    if not _VALUE_NAME.fullmatch(name):
        reading.error("form.name", place, f'A value cannot be called "{name}".', "Use small letters, digits and _.")
    elif name in reading.catalogue.facts or name == "turn" or name in reading.takes:
        reading.error("names.taken", place, f'"{name}" means something else already.', "Choose another name.")


def _gives(reading: Reading, node: Node | None) -> tuple[str, ...]:
    names = []
    for item in read_items(reading, node, "gives:"):
        name = read_words(reading, item, "the name of a value")
        if name and name not in reading.values:
            reading.error(
                "names.value", item.place, f'The flow keeps nothing called "{name}".', suggest(name, reading.values)
            )
        elif name:
            names.append(name)
    return tuple(names)


def _renamed(reading: Reading, node: Node | None) -> Mapping[str, str]:
    if node is None:
        return {}
    if not isinstance(node, Table):
        reading.error("form.kind", node.place, "renamed: holds old names with new ones.", "Write {old: new}.")
        return {}
    return {key.text: new for key, value in node.entries if (new := read_words(reading, value, "the new name"))}


def _budget(reading: Reading, node: Node | None) -> int | None:
    words = read_words(reading, node, "budget:")
    if words is None or node is None:
        return None
    found = re.fullmatch(r"(\d{1,4}) (?:texts|segments)", words.strip())
    if found is None:
        reading.error("form.number", node.place, f'"{words}" is no budget.', "Write budget: 6 segments.")
    return int(found[1]) if found else None
