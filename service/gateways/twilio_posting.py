"""Handing a text over without the library in between: it writes the request once, and reads every answer but plain success.

The library takes most of the processor time of a text. It is asked once, at the start, what it would send; from then on only
the form is ours. An answer that says in plain JSON that a text was taken, and under which id, is read here; whatever else
comes is given to the library to read. Where a proxy stands between, or a certificate of our own, the library does it all.
"""

from __future__ import annotations

import io
import json
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from requests import PreparedRequest, Request, Session
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH, select_proxy
from twilio.http.response import Response
from twilio.rest import Client
from urllib3 import HTTPHeaderDict, HTTPResponse

from service.gateways.wire import Answer, Wire, head_of

_OF_THE_BODY = "content-length"


@dataclass(frozen=True, slots=True)
class Posting:
    """The wire to the provider, and the library to read what comes back."""

    wire: Wire
    client: Client

    def post(self, to: str, sender: str, body: str, callback_url: str, seconds: int) -> Answer:
        """Hand a text over. Raises wire.NotSent and wire.NoAnswer, and ValueError for text that no form can carry."""
        fields = {"To": to, "StatusCallback": callback_url, "ValidityPeriod": seconds, "From": sender, "Body": body}
        return self.wire.post(urlencode(fields).encode())

    def as_the_library(self, answer: Answer) -> Any:  # noqa: ANN401 - the library has no types
        """What the library makes of an answer: a message, or one of its errors."""
        return _create(_same_account(self.client, _Reader(answer)), "", "", "", "", 0)


def open_posting(client: Client, session: Session, connect: float, read: float) -> Posting | None:
    """The way to this client's account as the library would go it; None where it goes through more than a plain connection."""
    pen = _Pen()
    _create(_same_account(client, pen), "", "", "", "", 0)
    prepared = session.prepare_request(pen.written)
    url = prepared.url or ""
    found = session.merge_environment_settings(url, {}, None, None, None)
    if select_proxy(url, found["proxies"]) or found["cert"] or not found["verify"] or found["stream"]:
        return None
    context = _trust(found["verify"]) if url.startswith("https:") else None
    return Posting(_wire(prepared, url, context, (connect, read)), client)


def sid_of(answer: Answer) -> str | None:
    """The id of the text that was taken, where an answer says so plainly; None for every other."""
    if not (200 <= answer.status < 300 and answer.is_plain):
        return None
    try:
        told = json.loads(answer.body)
    except ValueError:
        return None
    sid = told.get("sid") if isinstance(told, dict) else None
    return sid if isinstance(sid, str) and sid else None


class _Pen:
    """Takes the place of the library's connection, and keeps what it would send."""

    written: Request

    def request(self, method: str, url: str, **more: Any) -> Response:  # noqa: ANN401 - as the library calls it
        """Keep the request and answer with an empty message."""
        kept = {name: more.get(name) for name in ("params", "data", "headers", "auth")}
        self.written = Request(method.upper(), url, **kept)
        return Response(201, "{}")


@dataclass(frozen=True, slots=True)
class _Reader:
    """Takes the place of the library's connection, and answers with what came already."""

    answer: Answer

    def request(self, *_: Any, **__: Any) -> Response:  # noqa: ANN401 - as the library calls it
        """The answer as the library's own connection would give it."""
        raw = HTTPResponse(
            io.BytesIO(self.answer.body), HTTPHeaderDict(self.answer.headers), self.answer.status,
            preload_content=False, decode_content=False,
        )  # fmt: skip
        built = HTTPAdapter().build_response(Request("POST", "http://provider.invalid").prepare(), raw)
        return Response(int(built.status_code), built.text, built.headers)


def _same_account(client: Client, http: _Pen | _Reader) -> Client:
    """The client's account and address, with another connection."""
    made = Client(client.username, client.password, region=client.region, edge=client.edge, http_client=http)
    made.api.base_url = client.api.base_url
    return made


def _create(client: Client, to: str, sender: str, body: str, callback: str, seconds: int) -> Any:  # noqa: ANN401
    return client.messages.create(
        to=to, from_=sender, body=body, status_callback=callback, validity_period=seconds
    )  # fmt: skip


def _wire(prepared: PreparedRequest, url: str, context: ssl.SSLContext | None, patience: tuple[float, float]) -> Wire:
    parts = urlsplit(url)
    headers = {name: str(value) for name, value in prepared.headers.items() if name.lower() != _OF_THE_BODY}
    headers["Accept-Encoding"] = "identity"  # an id and some words are not worth unpacking
    head = head_of(str(prepared.method), url, headers)
    return Wire(parts.hostname or "", parts.port or (443 if context else 80), context, head, *patience)


def _trust(verify: bool | str) -> ssl.SSLContext:  # noqa: FBT001 - as the library has it
    """Whom the library trusts: its own list, or the file or folder that the environment names."""
    named = Path(DEFAULT_CA_BUNDLE_PATH if verify is True else str(verify))
    return ssl.create_default_context(capath=named) if named.is_dir() else ssl.create_default_context(cafile=named)
