"""Inbound calls while no voice answers them: one honest sentence in both languages, the helplines, and a queue entry.

Also what the provider asks where we did not answer in time: a text that it brings again is taken like any other, and where
that cannot be done the answer says truthfully that nobody has seen it.
"""

from __future__ import annotations

import re
from typing import cast

from flask import Blueprint, Response, request
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse

from config.settings import Settings
from service.inbox import Inbox, Incoming, NotStored
from service.rules.setting import Setting
from service.webhooks.messages import EMPTY, read_text
from service.webhooks.signature import require_signature

VOICES = {"en": "en-US", "es": "es-US"}  # the provider's names of the languages that it speaks
_PAUSE = 1  # seconds between the languages


def voice_blueprint(settings: Settings, setting: Setting, inbox: Inbox) -> Blueprint:
    """POST /twilio/calls and POST /twilio/fallback, both signed; 503 where a call cannot be noted."""
    blueprint = Blueprint("voice", __name__)
    signed = require_signature(settings)

    @blueprint.post("/twilio/calls")
    @signed("CallSid", "From", "To")
    def calls() -> Response:
        """Note who called, once for each call, and say what is true."""
        form = request.form
        try:
            inbox.take(Incoming(form["CallSid"], form["From"], form["To"], "", kind="call"))
        except NotStored:
            return Response("The call could not be noted.", status=503, mimetype="text/plain")
        return _xml(spoken(setting, "call_spoken"))

    @blueprint.post("/twilio/fallback")
    @signed("From", "To")
    def fallback() -> Response:
        """Answer where another address of ours did not."""
        if "CallSid" in request.form:
            return _xml(spoken(setting, "fallback_spoken"))
        return _xml(EMPTY if _taken(inbox) else _sorry(setting))

    return blueprint


def spoken(setting: Setting, key: str) -> str:
    """A text said in each of the organisation's languages, with the helplines, and then the end of the call, as TwiML."""
    response = VoiceResponse()
    for place, language in enumerate(setting.organisation.languages):
        if place:
            response.pause(length=_PAUSE)
        response.say(_said(setting, key, language), language=VOICES[language])
    response.hangup()
    return cast("str", response.to_xml())


def _said(setting: Setting, key: str, language: str) -> str:
    organisation = setting.organisation
    lines = ". ".join(line.text[language] for line in organisation.helplines)
    slots = {"org": organisation.name, "hours": organisation.hours_text[language], "lines": lines}
    # A voice would say nine hundred and eighty-eight: digits that stand alone are read one by one.
    return re.sub(r"\b\d{3,}\b", lambda found: " ".join(found[0]), setting.texts.say(key, language, **slots))


def _taken(inbox: Inbox) -> bool:
    if len(request.form.getlist("MessageSid")) != 1:
        return False
    try:
        inbox.take(read_text())
    except NotStored:
        return False
    return True


def _sorry(setting: Setting) -> str:
    response = MessagingResponse()
    organisation = setting.organisation
    texts = (setting.texts.say("fallback_text", language, org=organisation.name) for language in organisation.languages)
    response.message(" ".join(texts))
    return cast("str", response.to_xml())


def _xml(text: str) -> Response:
    return Response(text, mimetype="text/xml")
