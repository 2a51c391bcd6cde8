"""Proof 7, a person: no reply takes a word that belongs to consent or leads to a person, and no question shuts people out."""

import re
from collections.abc import Iterator

from flows.engine.catalogue import Catalogue
from flows.engine.flow import Ask, Flow, Reply, Wait
from flows.engine.normalise import plain_words
from flows.engine.outline import all_replies, texts_of, verbs_of
from flows.engine.problems import Problems

EXPLAINED = frozenset({"stop", "alto", "help", "ayuda"})  # carriers want these two told, in both languages
_CAPITALS = re.compile(r"\b[A-ZÁÉÍÓÚÑ]{3,}\b")


def check_person(flow: Flow, catalogue: Catalogue, problems: Problems) -> None:
    """Note replies with reserved words, texts that invite a consent word as an answer, and questions with no way out."""
    _check_invitations(flow, catalogue, problems)
    for verb in verbs_of(flow):
        if isinstance(verb, Ask | Wait):
            for reply in all_replies(verb):
                _check_reply(reply, catalogue, problems)
        if isinstance(verb, Ask) and verb.anything is None and flow.unsure is None:
            mend = "Add anything: to the replies, or unsure: to the flow."
            problems.warning(
                "person.no-door", verb.place, "Other words find no answer here but a silent person's queue.", mend
            )


def _check_invitations(flow: Flow, catalogue: Catalogue, problems: Problems) -> None:
    """Note texts that offer, in capitals, a word of consent as if it were an answer; STOP and HELP may be explained."""
    for text in texts_of(flow):
        for template in (*text.plain.values(), *text.discreet.values()):
            offered = (plain_words(word) for word in _CAPITALS.findall("".join(template.literals)))
            found = next((word for word in offered if word in catalogue.consent_words - EXPLAINED), None)
            if found is not None:
                message = f"{found.upper()} is offered here, and whoever sends it speaks of consent, not to this flow."
                problems.error("person.invites", template.place, message, "Offer another word.")


def _check_reply(reply: Reply, catalogue: Catalogue, problems: Problems) -> None:
    for word in _written(reply):
        plain = plain_words(word)
        if plain in catalogue.consent_words:
            message = f'"{word}" is a word of consent and never reaches a flow.'
            problems.error("person.consent-word", reply.place, message, "Choose another word for this reply.")
        elif plain in catalogue.door_words:
            message = f'"{word}" always means a person or a pause, and never reaches a flow.'
            problems.error("person.door-word", reply.place, message, "Choose another word for this reply.")


def _written(reply: Reply) -> Iterator[str]:
    for words in reply.words.values():
        yield from words
