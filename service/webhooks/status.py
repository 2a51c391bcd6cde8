"""The provider's reports about messages we handed over, at an address that carries our own id of the message.

So a report finds its message even where it comes before the answer to our request, or where that answer was lost.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import structlog
from flask import Blueprint, Response, request

from config.settings import Settings
from service.store.database import AWAY
from service.webhooks.signature import require_signature

Report = Callable[[UUID, str, str, int | None], bool]
log = structlog.get_logger()


def status_blueprint(settings: Settings, report: Report) -> Blueprint:
    """POST /twilio/messages/{our id}/status: 204 once `report` stored it (id, provider's id, status, error code), else 503.

    An id that nobody knows changes nothing and gets 204 too: the provider can do nothing about it.
    """
    blueprint = Blueprint("status", __name__)
    signed = require_signature(settings)

    @blueprint.post("/twilio/messages/<uuid:outbound_id>/status")
    @signed("MessageSid", "MessageStatus")
    def receive(outbound_id: UUID) -> Response:
        """Take one report in; a repeat and one out of order change nothing."""
        code = request.form.get("ErrorCode", "")
        number = int(code) if code.isascii() and code.isdecimal() and len(code) < 10 else None
        try:
            report(outbound_id, request.form["MessageSid"][:64], request.form["MessageStatus"], number)
        except AWAY:
            log.warning("a report could not be stored", outbound=str(outbound_id))
            return Response("The report could not be stored; please try again.", status=503, mimetype="text/plain")
        return Response(status=204)

    return blueprint
