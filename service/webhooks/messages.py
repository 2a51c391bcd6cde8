"""What the provider calls when a text comes in. It is stored and decided before this answers; the answer has no words.

All our words go out by the API, as rows first (DESIGN.md, "The way of one message").
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, request

from config.settings import Settings
from service.inbox import Inbox, Incoming, NotStored
from service.webhooks.signature import require_signature

PATH = "/twilio/messages"
FIELDS = ("MessageSid", "From", "To")  # that every text has
NOT_STORED = "The text could not be stored; please try again."
EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def messages_blueprint(settings: Settings, inbox: Inbox) -> Blueprint:
    """POST /twilio/messages: 200 once the text is stored, 503 where it is not, so that the provider may come again."""
    blueprint = Blueprint("messages", __name__)
    signed = require_signature(settings)

    @blueprint.post(PATH)
    @signed(*FIELDS)
    def receive() -> Response:
        """Take one text in, once for each of the provider's ids."""
        try:
            inbox.take(read_text(request.form))
        except NotStored:
            return Response(NOT_STORED, status=503, mimetype="text/plain")
        return Response(EMPTY, mimetype="text/xml")

    return blueprint


def read_text(form: Mapping[str, str]) -> Incoming:
    """The text in a form that the provider signed."""
    media = form.get("NumMedia", "0")
    return Incoming(
        form["MessageSid"], form["From"], form["To"], form.get("Body", ""), int(media) if media.isdecimal() else 0
    )
