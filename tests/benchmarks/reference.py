"""What the web process is measured against: the same server and framework, answering a signed request with nothing."""

from __future__ import annotations

import os

from flask import Flask, Response

from config.settings import read_settings
from service.webhooks.messages import EMPTY
from service.webhooks.signature import require_signature


def create_app() -> Flask:
    """An application that checks the signature of a text and forgets it."""
    app = Flask(__name__, static_folder=None)
    signed = require_signature(read_settings(os.environ))

    @app.post("/twilio/messages")
    @signed("MessageSid", "From", "To")
    def receive() -> Response:
        """Answer as the service does, and do nothing."""
        return Response(EMPTY, mimetype="text/xml")

    return app
