"""Proof 7, a person: no reply takes a word that belongs to consent or leads to a person, and no question shuts people out."""

from collections.abc import Iterator

from flows.engine.catalogue import Catalogue
from flows.engine.flow import Ask, Flow, Reply, Wait
from flows.engine.normalise import plain_words
from flows.engine.outline import all_replies, verbs_of
from flows.engine.problems import Problems


def check_person(flow: Flow, catalogue: Catalogue, problems: Problems) -> None:
    """Note replies with reserved words, texts that invite a consent word as an answer, and questions with no way out."""
    for verb in verbs_of(flow):
        if isinstance(verb, Ask | Wait):
            for reply in all_replies(verb):
                _check_reply(reply, catalogue, problems)
        if isinstance(verb, Ask) and verb.anything is None and flow.unsure is None:
            mend = "Add anything: to the replies, or unsure: to the flow."
            problems.warning(
                "person.no-door", verb.place, "Other words find no answer here but a silent person's queue.", mend
            )


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
