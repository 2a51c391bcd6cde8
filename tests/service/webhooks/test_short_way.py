"""The short way in for texts gives the answers of the long one, and lets nothing in that the long one would not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client, TestResponse

from service.inbox import Inbox, Incoming, NotStored
from service.webhooks.messages import PATH, messages_blueprint
from service.webhooks.short_way import ShortWay
from service.webhooks.signature import FORM, HEADER
from tests.service.settings import PUBLIC, made_up_settings
from tests.service.webhooks.test_signature import forms, sign, values

LONGEST = 4096
TEXT = {"MessageSid": "SM1", "From": "+15555550142", "To": "+15555550100", "Body": "hola, ñandú 👋", "NumMedia": "1"}


@dataclass
class Door:
    """Stands for the inbox: keeps what it is handed, and fails where it is told to."""

    failing: list[Exception] = field(default_factory=list)
    taken: list[Incoming] = field(default_factory=list)

    def take(self, incoming: Incoming) -> str:
        """Keep a text, or fail."""
        if self.failing:
            raise self.failing.pop(0)
        self.taken.append(incoming)
        return "taken"


@dataclass
class House:
    """The same view twice: reached by the framework alone, and with the short way before it."""

    long_door: Door = field(default_factory=Door)
    short_door: Door = field(default_factory=Door)
    let_through: int = 0  # requests that the short way left to the framework

    def post(self, body: str | bytes, signature: str | None, **more: Any) -> tuple[TestResponse, TestResponse]:  # noqa: ANN401
        """Ask both; first the long way's answer."""
        options = {"data": body, "content_type": FORM, "path": PATH} | more
        if signature is not None:
            options["headers"] = {HEADER: signature}
        return Client(self.app(self.long_door)).post(**options), Client(self.short()).post(**options)

    def app(self, door: Door) -> Flask:
        """The application with the one view."""
        app = Flask(__name__)
        app.config["MAX_CONTENT_LENGTH"] = LONGEST
        inbox: Inbox = door  # type: ignore[assignment]  # it is only ever asked to take
        app.register_blueprint(messages_blueprint(made_up_settings(), inbox))
        return app

    def short(self) -> ShortWay:
        """The short way before the same application."""
        app = self.app(self.short_door)

        def counted(environ: Any, start_response: Any) -> Any:  # noqa: ANN401 - a WSGI application
            self.let_through += 1
            return app(environ, start_response)

        return ShortWay(counted, made_up_settings(), self.short_door.take, LONGEST)


def alike(long: TestResponse, short: TestResponse) -> bool:
    """Whether both said the same."""
    return (long.status, long.data, long.content_type) == (short.status, short.data, short.content_type)


@given(forms, st.integers(0, 4))
def test_both_ways_take_the_same_texts_and_answer_the_same(extra: dict[str, str], wrong: int) -> None:
    """Whatever fields come along, signed or not, with a field missing or doubled."""
    fields = extra | TEXT
    if wrong == 1:
        del fields["To"]
    body, signature = urlencode(fields), sign(PUBLIC + PATH, fields)
    if wrong == 2:
        body += "&From=%2B15555550143"
    if wrong == 3:
        signature = sign(PUBLIC + PATH, fields | {"Body": "x"})
    house = House()
    assert alike(*house.post(body, None if wrong == 4 else signature))
    assert house.long_door.taken == house.short_door.taken
    assert bool(house.long_door.taken) == (wrong == 0)
    assert house.let_through == bool(wrong)


@given(
    values, st.sampled_from(["", "?", "?a=1"]), st.sampled_from(["application/json", "text/plain", f"{FORM}; x=y", ""])
)
def test_what_is_not_plain_is_left_to_the_framework(words: str, query: str, kind: str) -> None:
    """Another kind of body, or a query: both give the framework's answer."""
    fields = TEXT | {"Body": words}
    house = House()
    signature = sign(PUBLIC + PATH + (query if query != "?" else ""), fields)
    assert alike(*house.post(urlencode(fields), signature, path=PATH + query, content_type=kind))
    assert house.long_door.taken == house.short_door.taken


@given(st.binary(max_size=300), st.text(max_size=30))
def test_noise_is_left_to_the_framework(body: bytes, signature: str) -> None:
    """Bytes that are no form, and signatures that are none, are let in by neither."""
    house = House()
    sent = signature if signature.isprintable() and signature.isascii() else "x"
    assert alike(*house.post(body, sent))
    assert (house.short_door.taken, house.let_through) == ([], 1)


def test_what_is_too_long_is_left_to_the_framework() -> None:
    """The same limit holds on both ways."""
    fields = TEXT | {"Body": "x" * LONGEST}
    house = House()
    long, short = house.post(urlencode(fields), sign(PUBLIC + PATH, fields))
    assert alike(long, short)
    assert long.status_code == 413


@pytest.mark.parametrize(
    "word", ["application/x-www-form-urlencoded; charset=utf-8", "Application/X-WWW-Form-Urlencoded"]
)
def test_the_kind_of_body_is_understood_as_the_provider_writes_it(word: str) -> None:
    """With its character set, and in any case."""
    house = House()
    assert alike(*house.post(urlencode(TEXT), sign(PUBLIC + PATH, TEXT), content_type=word))
    assert len(house.short_door.taken) == 1
    assert house.let_through == 0


def test_a_text_that_could_not_be_stored_is_said_to_be_so() -> None:
    """503 on both ways, so that the provider comes again."""
    house = House(Door([NotStored("away")]), Door([NotStored("away")]))
    long, short = house.post(urlencode(TEXT), sign(PUBLIC + PATH, TEXT))
    assert alike(long, short)
    assert short.status_code == 503


def test_what_fails_on_the_short_way_is_tried_on_the_long_one() -> None:
    """A fault is the framework's to answer, and the text is taken in if it can be."""
    house = House(Door(), Door([RuntimeError("odd")]))
    assert alike(*house.post(urlencode(TEXT), sign(PUBLIC + PATH, TEXT)))
    assert (len(house.short_door.taken), house.let_through) == (1, 1)
