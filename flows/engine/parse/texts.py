"""Reading what is told to a member: one text for each language, with spoken and discreet words where a step has them."""

import re
from collections.abc import Mapping

from flows.engine.document import Node, Table
from flows.engine.flow import Template, Text
from flows.engine.parse.reading import Reading, read_table, read_words
from flows.engine.problems import Place, suggest
from flows.engine.render import read_template

VARIANTS = ("spoken", "discreet")
_STRAY = re.compile(r"[{}]")


def read_text(reading: Reading, node: Node | None, what: str) -> Text | None:
    """A text as `{en: …, es: …}`, with `spoken:` and `discreet:` beside the languages; None with a note if it is not one."""
    if (
        node is None
        or read_table(reading, node, what, (*reading.languages, *VARIANTS)) is None
        or not isinstance(node, Table)
    ):
        return None
    spoken, discreet = (_variant(reading, node.get(name), f"the {name} words") for name in VARIANTS)
    return Text(_versions(reading, node), node.place, spoken, discreet)


def _variant(reading: Reading, node: Node | None, what: str) -> Mapping[str, Template]:
    if node is None:
        return {}
    return _versions(reading, read_table(reading, node, what, reading.languages))


def _versions(reading: Reading, table: Table) -> Mapping[str, Template]:
    """The text of each language, its placeholders split out and looked up."""
    versions = {}
    for key, node in table.entries:
        if key.text in reading.languages:
            # What is no text is noted here, and stands for one, so that the language is not told to be missing as well.
            words = read_words(reading, node, "a text") or ""
            versions[key.text] = _template(reading, words.strip(), node.place)
    return versions


def _template(reading: Reading, words: str, place: Place) -> Template:
    template = read_template(words, place)
    known = (*reading.catalogue.slots, *reading.values, "cps")
    for slot in template.slots:
        if slot not in known:
            reading.error("names.placeholder", place, f"There is no placeholder {{{slot}}}.", suggest(slot, known))
    if any(_STRAY.search(literal) for literal in template.literals):
        reading.error(
            "form.placeholder", place, "A brace stands alone in this text.", "Write {name}, or leave the brace out."
        )
    return template
