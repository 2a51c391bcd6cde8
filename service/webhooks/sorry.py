"""What is said where our system is in trouble: the same words from a running process and from a document that stands elsewhere.

They need nothing but the organisation's file and the texts, so that the provider can keep them for when we are gone.
"""

from __future__ import annotations

import re
from typing import cast

from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse

from config.organisation import Organisation
from config.texts import Texts

VOICES = {"en": "en-US", "es": "es-US"}  # the provider's names of the languages that it speaks
_PAUSE = 1  # seconds between the languages


def written_sorry(organisation: Organisation, texts: Texts) -> str:
    """The answer to a text that nobody has seen, in each of the organisation's languages, as TwiML."""
    response = MessagingResponse()
    said = (texts.say("fallback_text", language, org=organisation.name) for language in organisation.languages)
    response.message(" ".join(said))
    return cast("str", response.to_xml())


def spoken_sorry(organisation: Organisation, texts: Texts) -> str:
    """The answer to a call of which nobody knows, with the helplines, as TwiML."""
    return spoken(organisation, texts, "fallback_spoken")


def spoken(organisation: Organisation, texts: Texts, key: str) -> str:
    """A text said in each of the organisation's languages, with the helplines, and then the end of the call, as TwiML."""
    response = VoiceResponse()
    for place, language in enumerate(organisation.languages):
        if place:
            response.pause(length=_PAUSE)
        response.say(_said(organisation, texts, key, language), language=VOICES[language])
    response.hangup()
    return cast("str", response.to_xml())


def one_by_one(words: str) -> str:
    """Words as a voice should have them: it would say nine hundred and eighty-eight, so such digits are read one by one."""
    return re.sub(r"\b\d{3,}\b", lambda found: " ".join(found[0]), words)


def _said(organisation: Organisation, texts: Texts, key: str, language: str) -> str:
    lines = ". ".join(line.text[language] for line in organisation.helplines)
    slots = {"org": organisation.name, "hours": organisation.hours_text[language], "lines": lines}
    return one_by_one(texts.say(key, language, **slots))
