"""What the provider asks about calls that we placed: what to say at each step, and how they went."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast
from uuid import UUID

import structlog
from flask import Blueprint, Response, request
from twilio.twiml.voice_response import VoiceResponse

from config.settings import Settings
from service.answering import Answering, NotDecided, Said
from service.call_steps import QUESTIONS
from service.rules.setting import Setting
from service.store.database import AWAY
from service.webhooks.signature import require_signature
from service.webhooks.sorry import VOICES, one_by_one

WAIT = 8  # seconds for a key
Report = Callable[[UUID, str, str, int | None], bool]
log = structlog.get_logger()


def calls_out_blueprint(settings: Settings, setting: Setting, answering: Answering, report: Report) -> Blueprint:
    """POST /twilio/calls/{our id}/{step} and …/status, both signed; 404 for a call or a phone that is none of ours."""
    blueprint = Blueprint("calls_out", __name__)
    signed = require_signature(settings)

    @blueprint.post("/twilio/calls/<uuid:call_id>/<int:step>")
    @signed("CallSid", "To")
    def step_of(call_id: UUID, step: int) -> Response:
        """Say what is to be said at this step; the keys count for the step before it."""
        try:
            said = answering.take(call_id, step, request.form["To"], request.form.get("Digits", ""))
        except NotDecided:
            return Response("This step could not be stored; please try again.", status=503, mimetype="text/plain")
        if said is None:
            return Response(status=404)
        return Response(_spoken(settings, setting, said, call_id, step + 1), mimetype="text/xml")

    @blueprint.post("/twilio/calls/<uuid:call_id>/status")
    @signed("CallSid", "CallStatus")
    def status_of(call_id: UUID) -> Response:
        """Take one report in; a repeat and one out of order change nothing."""
        code = request.form.get("ErrorCode", "")
        number = int(code) if code.isascii() and code.isdecimal() and len(code) < 10 else None
        try:
            report(call_id, request.form["CallSid"][:64], request.form["CallStatus"], number)
        except AWAY:
            log.warning("a report of a call could not be stored", call=str(call_id))
            return Response("The report could not be stored; please try again.", status=503, mimetype="text/plain")
        return Response(status=204)

    return blueprint


def _spoken(settings: Settings, setting: Setting, said: Said, call_id: UUID, following: int) -> str:
    words = one_by_one(setting.texts.say(said.what, said.language, org=setting.organisation.name, alert=said.alert))
    response, language = VoiceResponse(), VOICES[said.language]
    if said.what not in QUESTIONS:
        response.say(words, language=language)
        response.hangup()
        return cast("str", response.to_xml())
    action = f"{settings.public_url}/twilio/calls/{call_id}/{following}"
    gather = response.gather(input="dtmf", num_digits=1, timeout=WAIT, action=action, method="POST")
    gather.say(words, language=language)
    # Nothing was pressed: the same address, so that the steps are counted by us and the call has an end.
    response.redirect(action, method="POST")
    return cast("str", response.to_xml())
