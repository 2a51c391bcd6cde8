"""Proof 11, words: reading grade, and wording that labels, demands, blames, compares or counts.

Only our own texts are read; what a member says never is.
"""

import re

from flows.engine.catalogue import Catalogue, WordRule
from flows.engine.flow import Flow, Template, Text
from flows.engine.normalise import fold, plain_words
from flows.engine.outline import texts_of
from flows.engine.problems import Problems
from flows.engine.reading_ease import reading_grade

HIGHEST_GRADE = 8.0  # plain texts of one sentence reach 7; a warning at 7 would cry wolf
FEWEST_WORDS = 8  # a grade says nothing about less
# Discreet is the rule: a text that anyone may see names no clinic, no condition and no substance.
_TELLING = re.compile(
    r"\b(?:recovery|recuperacion|clinic|clinica|diagnos\w+|medic\w+|therap\w+|terap\w+|sober\w*|sobri[oa]\w*|rehab\w*|"
    r"drugs?|drogas?|alcohol|naloxon[ea]|narcan|dosis|dose|overdos\w+|sobredosis|suicid\w+|probation|court|tribunal)\b"
)
_CAPITALS = re.compile(r"\b[A-ZÁÉÍÓÚÑ]{4,}(?: [A-ZÁÉÍÓÚÑ]{2,}){2,}")


def check_words(flow: Flow, catalogue: Catalogue, problems: Problems) -> None:
    """Note wording to keep away from, hard reading, loudness, and telling words in a flow that may be seen by anyone."""
    for text in texts_of(flow):
        for language, template in _all_versions(text):
            _check_rules(template, catalogue.wording, problems)
            _check_grade(language, template, problems)
            _check_tone(template, problems)
    if flow.discreet:
        _check_discretion(flow, problems)


def _all_versions(text: Text) -> list[tuple[str, Template]]:
    return [*text.plain.items(), *text.spoken.items(), *text.discreet.items()]


def _check_rules(template: Template, rules: tuple[WordRule, ...], problems: Problems) -> None:
    folded = " ".join(plain_words(part) for part in template.source.split("{"))
    for rule in rules:
        found = rule.pattern.search(folded)
        if found is None:
            continue
        note = problems.error if rule.severity == "error" else problems.warning
        note(
            "words.wording",
            template.place,
            f'"{found[0]}" is not how we speak of people or to them.',
            f"Rather: {rule.instead}.",
        )


def _check_grade(language: str, template: Template, problems: Problems) -> None:
    words = "Ana".join(template.literals)
    grade = reading_grade(words, language)
    if len(words.split()) >= FEWEST_WORDS and grade > HIGHEST_GRADE:
        message = f"In {language} this reads at grade {grade:.0f}."
        problems.warning("words.grade", template.place, message, "Use shorter sentences and everyday words.")


def _check_tone(template: Template, problems: Problems) -> None:
    words = "".join(template.literals)
    if words.count("!") > 1 or _CAPITALS.search(words):
        problems.warning(
            "words.loud", template.place, "This text is loud.", "Leave out the capitals and exclamation marks."
        )
    if words.count("?") > 1 and "¿" not in words and words.count("?") > 2:
        problems.warning(
            "words.questions", template.place, "This text asks three things at once.", "Ask one thing in each text."
        )


def _check_discretion(flow: Flow, problems: Problems) -> None:
    for text in texts_of(flow):
        for template in (text.discreet or text.plain).values():
            found = _TELLING.search(fold(template.source))
            if found is not None:
                message = f'"{found[0]}" would tell whoever sees this phone more than the member may wish.'
                mend = "Add discreet: with other words, or discreet: no to the flow."
                problems.warning("words.telling", template.place, message, mend)
