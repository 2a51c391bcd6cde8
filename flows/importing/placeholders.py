"""The placeholders in texts of a draft: which there are, and texts without some of them."""

import re
from collections.abc import Collection, Mapping

from flows.importing.draft import Say, Texts
from flows.importing.texts import closed

_SLOT = re.compile(r"\{(\w+)\}")


def slots_of(say: Say) -> frozenset[str]:
    """The names of all placeholders of a text, in any language."""
    return frozenset(name for text in say.texts.values() for name in slots_in(text))


def slots_in(text: str) -> frozenset[str]:
    """The names of the placeholders of one text."""
    return frozenset(_SLOT.findall(text))


def without(texts: Texts, names: Collection[str]) -> Texts:
    """Texts without these placeholders, and without the gaps that they leave."""
    return {language: _closed(text, names) for language, text in texts.items()}


def renamed(texts: Texts, names: Mapping[str, str]) -> Texts:
    """Texts with placeholders under other names."""
    return {
        language: _SLOT.sub(lambda found: f"{{{names.get(found[1], found[1])}}}", text)
        for language, text in texts.items()
    }


def _closed(text: str, names: Collection[str]) -> str:
    if not slots_in(text) & set(names):
        return text
    bare = _SLOT.sub(lambda found: "" if found[1] in names else found[0], text)
    return closed(bare)
