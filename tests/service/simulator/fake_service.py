"""A service small enough to trust: it checks signatures with Twilio's library, keeps what it was sent, and answers."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, request
from twilio.request_validator import RequestValidator

TOKEN = "made-up-token"
EMPTY = "<Response/>"


@dataclass
class FakeService:
    """What was posted to it, and what it is to answer next."""

    public_url: str = ""
    posts: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    refused: int = 0
    answers: dict[str, list[str | int]] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=lambda: {"next_due": None, "idle": True, "people": []})
    tell_state: Callable[[], Mapping[str, Any]] | None = None
    looks: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def forms(self, path: str) -> list[dict[str, str]]:
        """The forms posted to a path, in order."""
        with self.lock:
            return [form for where, form in self.posts if where == path]

    def make_app(self) -> Flask:
        """The web application; every path takes a signed post."""
        app = Flask(__name__)

        @app.get("/demo/state")
        def demo_state() -> dict[str, Any]:
            self.looks += 1
            return dict(self.tell_state()) if self.tell_state else self.state

        @app.post("/<path:_path>")
        def take(_path: str) -> Response:
            return self._take()

        return app

    def _take(self) -> Response:
        query = f"?{request.query_string.decode()}" if request.query_string else ""
        url = self.public_url + request.path + query
        signature = request.headers.get("X-Twilio-Signature", "")
        if not RequestValidator(TOKEN).validate(url, request.form, signature):
            self.refused += 1
            return Response(status=403)
        with self.lock:
            self.posts.append((request.path, request.form.to_dict()))
            waiting = self.answers.get(request.path, [])
            answer = waiting.pop(0) if waiting else EMPTY
        return Response(status=answer) if isinstance(answer, int) else Response(answer, mimetype="text/xml")
