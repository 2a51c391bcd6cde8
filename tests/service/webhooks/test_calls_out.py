"""What a call that we placed is told: each step once, a repeat hears the same again, and only its own phone takes part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from xml.etree import ElementTree as ET

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.answering import Answering
from service.gateways.clock import Clock
from service.gateways.ids import new_id
from service.store.database import open_pool
from service.store.rows import Call, Escalation, Page
from service.webhooks.calls_out import calls_out_blueprint
from service.webhooks.signature import HEADER
from tests.house import setting
from tests.service.settings import PUBLIC, made_up_settings
from tests.service.webhooks.test_signature import sign
from tests.stored import KEYS, NOW, a_member, a_number, a_specialist, owned, store
from tests.twiml import problems_of

SAM, ROSA = "+12025550111", "+12025550121"


@pytest.fixture
def client(database: str) -> Iterator[FlaskClient]:
    """An application with the routes of our calls alone."""
    house, settings = replace(setting(), new_id=new_id), made_up_settings()
    with open_pool(database) as pool:
        answering = Answering(pool, KEYS, house, Clock(), lambda: None)
        app = Flask(__name__)
        app.register_blueprint(calls_out_blueprint(settings, house, answering, lambda *_: True))
        yield app.test_client()


@pytest.fixture
def call(database: str) -> Call:
    """Sam is in danger, and Rosa, whose phone is a landline, is being called."""
    sams, rosas = a_number(SAM, "given"), a_number(ROSA)
    rosa = a_specialist(rosas)
    store(database, owned(rosas, rosa), rosa)
    sam = a_member(sams, "Sam", rosa.id)
    escalation = Escalation(new_id(), 1, sams.id, 2, "words", NOW, sam.id, next_at=NOW)
    page = Page(escalation.id, rosa.id, rosas.id, "1234567", NOW)
    made = Call(new_id(), rosas.id, "alert", "landline", "es", NOW, NOW, 0, escalation.id, state="placed")
    store(database, owned(sams, sam), sam, escalation, page, made)
    return made


def post(client: FlaskClient, call: Call, step: int, keys: str | None = None, to: str = ROSA) -> TestResponse:
    """A signed post of one step."""
    path = f"/twilio/calls/{call.id}/{step}"
    form = {"CallSid": "CA1", "To": to, "From": "+15555550100"} | ({} if keys is None else {"Digits": keys})
    return client.post(path, data=form, headers={HEADER: sign(PUBLIC + path, form)})


def state(database: str) -> str:
    """Where the alert stands."""
    with psycopg.connect(database) as connection:
        row = connection.execute("select state from escalations").fetchone()
    assert row is not None
    return str(row[0])


def test_it_asks_three_times_and_ends(client: FlaskClient, call: Call, database: str) -> None:
    """In their language, each question with its own address, and then an honest end."""
    answers = [post(client, call, step) for step in range(4)]
    assert [problems_of("voice", answer.text) for answer in answers] == [[]] * 4
    tags = [[element.tag for element in ET.fromstring(answer.text)] for answer in answers]  # noqa: S314 - our own words
    assert tags == [["Gather", "Redirect"]] * 3 + [["Say", "Hangup"]]
    for step, answer in enumerate(answers[:3]):
        gather, redirect = ET.fromstring(answer.text)  # noqa: S314
        assert gather.attrib["action"] == redirect.text == f"{PUBLIC}/twilio/calls/{call.id}/{step + 1}"
    assert "marca 1" in answers[0].text
    assert "no se tomó" in answers[3].text
    assert state(database) == "open"


def test_a_repeat_of_a_step_hears_the_same_and_does_nothing_more(
    client: FlaskClient, call: Call, database: str
) -> None:
    """Whatever keys the repeat claims: the answer of the step is kept."""
    silent = post(client, call, 1)
    assert post(client, call, 1, "1").text == silent.text
    assert state(database) == "open"
    taken = post(client, call, 2, "1")
    assert "es tuya" in taken.text
    assert state(database) == "taken"
    assert post(client, call, 2, "5").text == taken.text


def test_only_the_phone_that_was_called_takes_part(client: FlaskClient, call: Call, database: str) -> None:
    """Another phone, another call, or nobody's signature: nothing is said and nothing taken."""
    assert post(client, call, 1, "1", to=SAM).status_code == 404
    assert post(client, replace(call, id=new_id()), 1, "1").status_code == 404
    unsigned = client.post(f"/twilio/calls/{call.id}/1", data={"CallSid": "CA1", "To": ROSA, "Digits": "1"})
    assert unsigned.status_code == 403
    assert state(database) == "open"


def test_nothing_of_the_member_is_said(client: FlaskClient, call: Call) -> None:
    """Whoever picks up hears the organisation's name and a number of an alert."""
    for step, keys in ((0, None), (1, "1")):
        text = post(client, call, step, keys).text
        assert not [word for word in ("Sam", "5550111", "1234567", "words") if word in text]
