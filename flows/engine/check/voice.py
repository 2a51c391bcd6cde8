"""Proof 12, voice: everything can be said aloud, choices fit a keypad, and no text sends people to a link."""

import re
from collections.abc import Iterator

from flows.engine.answers import ANSWERS
from flows.engine.flow import Ask, Flow, Template, Text
from flows.engine.outline import texts_of, verbs_of
from flows.engine.parse.replies import ANY_NUMBER
from flows.engine.problems import Problems

PERSON_KEY = 0  # on a call, 0 leads to a person from everywhere
_LINK = re.compile(r"https?://|www\.|\b[\w-]+\.(?:com|org|net|gov|edu|io|ly)\b", re.IGNORECASE)
_UNSAYABLE = re.compile("[\u2190-\u21ff\u2300-\u27bf\ufe0f*_#|<>^~\\\\\U0001f000-\U0001faff]")


def check_voice(flow: Flow, problems: Problems) -> None:
    """Note links anywhere, signs that cannot be said where no spoken words stand beside them, and keypad trouble."""
    for text in texts_of(flow):
        for template in (*text.plain.values(), *text.spoken.values(), *text.discreet.values()):
            if _LINK.search(template.source):
                message = "A link is no use on a basic phone and cannot be said."
                problems.error(
                    "voice.link", template.place, message, "Say what the link would have told, or pass to a person."
                )
        _check_sayable(text, problems)
    for verb in verbs_of(flow):
        if isinstance(verb, Ask):
            _check_keypad(verb, problems)


def _check_sayable(text: Text, problems: Problems) -> None:
    for language, template in _spoken(text):
        found = _UNSAYABLE.search(" ".join(template.literals))  # what stands in a slot is said, not its name
        if found is not None:
            message = f'"{found[0]}" cannot be said aloud in {language}.'
            problems.warning(
                "voice.unsayable", template.place, message, "Leave it out, or add spoken: with other words."
            )


def _spoken(text: Text) -> Iterator[tuple[str, Template]]:
    """What a voice would say: the spoken words where there are any, else the text."""
    yield from ((language, text.spoken.get(language, template)) for language, template in text.plain.items())


def _check_keypad(ask: Ask, problems: Problems) -> None:
    """A question with choices can be answered by keys: by its numbers, by 1 and 2 for yes and no, or in free words."""
    ranges = [span for reply in ask.replies.values() for span in reply.ranges if span != ANY_NUMBER]
    if any(low <= PERSON_KEY <= high for low, high in ranges):
        message = "The key 0 always leads to a person, so it cannot be a reply."
        problems.error("voice.keypad", ask.place, message, "Begin the numbers with 1.")
    choices = [
        reply
        for reply in ask.replies.values()
        if not reply.ranges and not _has_key(reply.words) and reply.kind not in ANSWERS
    ]
    if len(choices) > 1 and ask.anything is None and not any(reply.kind for reply in choices):
        names = ", ".join(reply.name for reply in choices)
        message = f"On a call no key leads to {names}."
        problems.warning("voice.keypad", ask.place, message, "Give each a number:, or let the question take anything.")


def _has_key(words: object) -> bool:
    return isinstance(words, dict) and any(word.strip().isdigit() for listed in words.values() for word in listed)
