"""Inbound calls while no voice answers them: one honest sentence in both languages, the helplines, and a queue entry.

Also what the provider asks where we did not answer in time: a text that it brings again is taken like any other, and where
that cannot be done the answer says truthfully that nobody has seen it.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from config.settings import Settings
from service.inbox import Inbox, Incoming, NotStored
from service.rules.setting import Setting
from service.webhooks.messages import EMPTY, read_text
from service.webhooks.signature import require_signature
from service.webhooks.sorry import spoken, spoken_sorry, written_sorry


def voice_blueprint(settings: Settings, setting: Setting, inbox: Inbox) -> Blueprint:
    """POST /twilio/calls and POST /twilio/fallback, both signed; 503 where a call cannot be noted."""
    blueprint = Blueprint("voice", __name__)
    signed = require_signature(settings)
    organisation, texts = setting.organisation, setting.texts

    @blueprint.post("/twilio/calls")
    @signed("CallSid", "From", "To")
    def calls() -> Response:
        """Note who called, once for each call, and say what is true."""
        form = request.form
        try:
            inbox.take(Incoming(form["CallSid"], form["From"], form["To"], "", kind="call"))
        except NotStored:
            return Response("The call could not be noted.", status=503, mimetype="text/plain")
        return _xml(spoken(organisation, texts, "call_spoken"))

    @blueprint.post("/twilio/fallback")
    @signed("From", "To")
    def fallback() -> Response:
        """Answer where another address of ours did not."""
        if "CallSid" in request.form:
            return _xml(spoken_sorry(organisation, texts))
        return _xml(EMPTY if _taken(inbox) else written_sorry(organisation, texts))

    return blueprint


def _taken(inbox: Inbox) -> bool:
    if len(request.form.getlist("MessageSid")) != 1:
        return False
    try:
        inbox.take(read_text(request.form))
    except NotStored:
        return False
    return True


def _xml(text: str) -> Response:
    return Response(text, mimetype="text/xml")
