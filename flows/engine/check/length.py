"""Proof 10, length: the segments of every text in every language, with each value at its declared longest."""

from collections.abc import Iterator

from flows.engine.catalogue import Catalogue
from flows.engine.flow import Flow, Template, Text
from flows.engine.outline import texts_of
from flows.engine.problems import Problems

MOST_SEGMENTS = 3  # beyond that, some phones show the parts in the wrong order
_LONG = "n"  # a letter of the 160-character alphabet that stands for each letter of a value


def check_length(flow: Flow, catalogue: Catalogue, problems: Problems) -> None:
    """Note texts of more than one segment, and name the characters that leave only 70 letters to a segment."""
    for text in texts_of(flow):
        for language, template in _sent(text):
            _check_alphabet(language, template, catalogue, problems)
            _check_segments(flow, language, template, catalogue, problems)


def longest(template: Template, flow: Flow, catalogue: Catalogue) -> str:
    """A text with each of its values as long as it is declared to get."""
    parts = [template.literals[0]]
    for slot, literal in zip(template.slots, template.literals[1:], strict=True):
        kind = flow.values.get(slot)
        parts += (_LONG * (kind.longest if kind else catalogue.slots.get(slot, 0)), literal)
    return "".join(parts)


def most_segments(text: Text, language: str, flow: Flow, catalogue: Catalogue) -> int:
    """The most segments that a text can take in a language, discreet words considered."""
    versions = (text.plain.get(language), text.discreet.get(language))
    return max((catalogue.measure(longest(one, flow, catalogue)).segments for one in versions if one), default=0)


def _sent(text: Text) -> Iterator[tuple[str, Template]]:
    yield from text.plain.items()
    yield from text.discreet.items()


def _check_alphabet(language: str, template: Template, catalogue: Catalogue, problems: Problems) -> None:
    found = catalogue.outside_gsm("".join(template.literals))
    if found:
        letters = " ".join(dict.fromkeys(letter for _, letter in found))
        message = f"In {language}, {letters} leaves 70 letters to a segment instead of 160."
        problems.warning("length.alphabet", template.place, message, "Choose words without it, if there are good ones.")


def _check_segments(flow: Flow, language: str, template: Template, catalogue: Catalogue, problems: Problems) -> None:
    segments = catalogue.measure(longest(template, flow, catalogue)).segments
    if segments > MOST_SEGMENTS:
        message = f"In {language} this can take {segments} segments; {MOST_SEGMENTS} is the most."
        problems.error("length.too-long", template.place, message, "Say less, or say it in two steps.")
    elif segments > 1:
        message = f"In {language} this can take {segments} segments, with every value at its longest."
        problems.warning("length.segments", template.place, message, "Shorten it, or leave it if it is worth it.")
