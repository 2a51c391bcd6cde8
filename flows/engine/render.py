"""Texts with placeholders: `{name}` from a declared list, and nothing else is ever evaluated."""

import re
from collections.abc import Mapping

from flows.engine.facts import Facts
from flows.engine.flow import Template, Text
from flows.engine.kinds import Value
from flows.engine.problems import Place

ALIASES = {"cps": "specialist"}
_SLOT = re.compile(r"\{([^{}]*)\}")
_YES_NO = {"en": ("no", "yes"), "es": ("no", "si")}


def read_template(source: str, place: Place) -> Template:
    """Split a text at its placeholders; a brace that is none stays a brace."""
    parts = _SLOT.split(source)
    return Template(tuple(parts[::2]), tuple(ALIASES.get(name.strip(), name.strip()) for name in parts[1::2]), place)


def render(text: Text, language: str, facts: Facts, values: Mapping[str, Value]) -> str | None:
    """The words of a text in a language, its placeholders filled; None where one cannot be filled.

    A member in discreet mode gets the discreet words where the text has them.
    """
    versions = text.discreet if text.discreet and facts.values.get("member.discreet") else text.plain
    return fill(versions[language], language, facts, values)


def render_spoken(text: Text, language: str, facts: Facts, values: Mapping[str, Value]) -> str | None:
    """The words that a voice says instead, or None where the text has none of its own for that."""
    return fill(text.spoken[language], language, facts, values) if language in text.spoken else None


def fill(template: Template, language: str, facts: Facts, values: Mapping[str, Value]) -> str | None:
    """Fill the placeholders of a text from the flow's own values and the facts' slots; None where one is missing."""
    if not template.slots:
        return template.literals[0]
    parts = [template.literals[0]]
    for slot, literal in zip(template.slots, template.literals[1:], strict=True):
        value = values[slot] if slot in values else facts.slots.get(slot)
        if value is None:
            return None
        parts += (_shown(value, language), literal)
    return "".join(parts)


def _shown(value: Value, language: str) -> str:
    """A value as people read it."""
    if isinstance(value, bool):
        return _YES_NO.get(language, _YES_NO["en"])[value]
    return str(value)
