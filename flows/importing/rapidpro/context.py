"""What the parts of one RapidPro flow share while it is read."""

from collections.abc import Mapping
from dataclasses import dataclass

from flows.engine.catalogue import Catalogue
from flows.importing.draft import PERSON, Act, Pass, Say, Texts
from flows.importing.notes import Margin, Notes
from flows.importing.rapidpro.expressions import Names, fill
from flows.importing.source import LONGEST_TEXT, items, table, words
from flows.importing.texts import in_parts, one_line

Row = Mapping[str, object]
LANGUAGES = {"eng": "en", "spa": "es"}  # ISO 639-3 there, 639-1 here


@dataclass(frozen=True, slots=True)
class Context:
    """One flow: its nodes by id, names, translations, and the flows that are imported with it by id and by name."""

    name: str
    language: str
    nodes: Mapping[str, Row]
    names: Names
    translations: Mapping[str, Row]
    siblings: Mapping[str, str]
    catalogue: Catalogue
    notes: Notes
    minutes: int

    def margin(self, key: str) -> Margin:
        """Where notes about a node go."""
        return Margin(self.notes, self.name, key, key)

    def goal(self, destination: object, margin: Margin) -> str | None:
        """The key of the node that an exit leads to; a person, with a note, where there is no such node."""
        key = words(destination)
        if not key:
            return None
        if key in self.nodes:
            return key
        margin.note("It leads to a node that is not in the export.", "A person is told there, and the flow ends.")
        return PERSON

    def translated(self, thing: object, key: str) -> Mapping[str, tuple[str, ...]]:
        """The translations of one property (`text`, `arguments`) of an action or a case, by language of ours."""
        found = {
            language: tuple(map(words, items(table(rows.get(words(thing))).get(key))))
            for language, rows in self.translations.items()
        }
        return {language: texts for language, texts in found.items() if any(texts)}


def said(context: Context, action: Row, margin: Margin) -> list[Act]:
    """A text of the source as acts: what can be told, and a person told where a part of it is lost."""
    versions = {context.language: words(action.get("text"))}
    for language, texts in context.translated(action.get("uuid"), "text").items():
        versions.setdefault(language, texts[0])
    if any(len(text) > LONGEST_TEXT for text in versions.values()):
        margin.note(f"This text has more than {LONGEST_TEXT} characters.", "It is cut there.")
    filled = {language: fill(text, context.names) for language, text in versions.items()}
    lost = list(dict.fromkeys(piece for version in filled.values() for piece in version.lost))
    for piece in lost:
        margin.note(
            f"{one_line(piece, 60)} in a text is not known here.", "The text goes without it, and a person is told."
        )
    acts: list[Act] = list(parts_of({language: version.text for language, version in filled.items()}, context.language))
    return [*acts, *([Pass()] if lost else [])]


def parts_of(texts: Texts, language: str) -> tuple[Say, ...]:
    """A text in every language as one message, or as several where it is too long for one."""
    parts = {known: in_parts(text) for known, text in texts.items()}
    count = len(parts[language])
    fitting = {known: found for known, found in parts.items() if len(found) == count}
    return tuple(Say({known: found[at] for known, found in fitting.items()}) for at in range(count))
