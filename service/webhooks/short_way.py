"""The short way in for texts: a plain form with a plain signature is taken in without the web framework.

It only ever lets in. Whatever is not plain, or fails, goes the long way by the framework's view, which decides; both
give the same answers, and a property test holds them to it. The long way takes three times as long before a text is read
(docs/performance.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import TYPE_CHECKING

import structlog

from config.settings import Settings
from service.inbox import Incoming, NotStored
from service.webhooks.messages import EMPTY, FIELDS, NOT_STORED, PATH, read_text
from service.webhooks.signature import FORM, plainly_signed

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_KINDS = frozenset({FORM, f"{FORM}; charset=utf-8", f"{FORM};charset=utf-8"})
_TAKEN = ("200 OK", EMPTY.encode(), "text/xml; charset=utf-8")
_BUSY = ("503 SERVICE UNAVAILABLE", NOT_STORED.encode(), "text/plain; charset=utf-8")

log = structlog.get_logger()


class ShortWay:
    """Stands before a WSGI application; `take` is the inbox's, `longest` the size in bytes of what the application takes."""

    def __init__(
        self, app: WSGIApplication, settings: Settings, take: Callable[[Incoming], object], longest: int
    ) -> None:
        self._app = app
        self._take = take
        self._longest = longest
        self._token = settings.twilio_auth_token.encode()
        self._address = settings.public_url + PATH

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a plain text, or let the application answer."""
        size = self._plain_size(environ)
        answer = None
        if size is not None:
            body = environ["wsgi.input"].read(size)
            answer = self._taken(body, environ.get("HTTP_X_TWILIO_SIGNATURE", ""))
            environ["wsgi.input"] = BytesIO(body)
        if answer is None:
            return self._app(environ, start_response)
        status, words, kind = answer
        start_response(status, [("Content-Type", kind), ("Content-Length", str(len(words)))])
        return [words]

    def _plain_size(self, environ: WSGIEnvironment) -> int | None:
        """How long the form is, if this is a text's address asked for as it is entered at the provider; else None."""
        plain = (
            environ["REQUEST_METHOD"] == "POST" and environ.get("PATH_INFO") == PATH
            and not environ.get("SCRIPT_NAME") and not environ.get("QUERY_STRING")
            and environ.get("RAW_URI", PATH) == PATH and environ.get("REQUEST_URI", PATH) == PATH
            and environ.get("CONTENT_TYPE", "").lower() in _KINDS and "HTTP_TRANSFER_ENCODING" not in environ
        )  # fmt: skip
        length = environ.get("CONTENT_LENGTH", "")
        return int(length) if plain and length.isdecimal() and int(length) <= self._longest else None

    def _taken(self, body: bytes, signature: str) -> tuple[str, bytes, str] | None:
        fields = plainly_signed(self._token, self._address, body, signature) if signature.isascii() else None
        if fields is None or not all(name in fields for name in FIELDS):
            return None
        try:
            self._take(read_text(fields))
        except NotStored:
            return _BUSY
        except Exception:
            log.exception("a text is tried the long way")
            return None
        return _TAKEN
