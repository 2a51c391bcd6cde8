from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from xml.etree import ElementTree as ET

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.assembly import conversation_handlers
from service.gateways.clock import Clock
from service.gateways.ids import new_id
from service.inbox import Inbox
from service.staff_texts import decide_staff
from service.store.database import open_pool
from service.webhooks.signature import HEADER
from service.webhooks.voice import voice_blueprint
from tests.house import setting
from tests.service.settings import PUBLIC, made_up_settings
from tests.service.webhooks.test_signature import sign
from tests.stored import KEYS
from tests.twiml import problems_of

CALL = {"CallSid": "CA1", "From": "+15555550188", "To": "+15555550100"}
TEXT = {"MessageSid": "SM1", "From": "+15555550188", "To": "+15555550100", "Body": "hello"}


def client_for(database_url: str) -> Iterator[FlaskClient]:
    """An application with the voice routes alone."""
    with open_pool(database_url) as pool:
        house = replace(setting(), new_id=new_id)
        inbox = Inbox(pool, KEYS, house, conversation_handlers(), decide_staff, Clock(), lambda: None)
        app = Flask(__name__)
        app.register_blueprint(voice_blueprint(made_up_settings(), house, inbox))
        yield app.test_client()


@pytest.fixture
def client(database: str) -> Iterator[FlaskClient]:
    """Calls with a database."""
    yield from client_for(database)


@pytest.fixture
def alone() -> Iterator[FlaskClient]:
    """Calls while the database is away."""
    yield from client_for("postgresql://nobody@127.0.0.1:1/none")


def post(client: FlaskClient, path: str, form: dict[str, str]) -> TestResponse:
    """A signed post."""
    return client.post(path, data=form, headers={HEADER: sign(PUBLIC + path, form)})


def said(answer: TestResponse) -> list[tuple[str, str]]:
    """Language and words of everything that is said."""
    return [(say.attrib["language"], say.text or "") for say in ET.fromstring(answer.text).iter("Say")]  # noqa: S314


def count(database: str, table: str) -> int:
    """How many rows a table has."""
    with psycopg.connect(database) as connection:
        row = connection.execute(f"select count(*) from {table}").fetchone()
    assert row is not None
    return int(row[0])


def test_a_call_hears_the_truth_in_both_languages_and_ends(client: FlaskClient) -> None:
    """A machine's voice says that it is one, when people answer and where there is help, and hangs up."""
    answer = post(client, "/twilio/calls", CALL)
    assert problems_of("voice", answer.text) == []
    english, spanish = said(answer)
    assert (english[0], spanish[0]) == ("en-US", "es-US")
    assert all(
        words in english[1]
        for words in ("automatic voice", "Riverbend Peers", "Monday to Friday", "call 9 1 1", "9 8 8")
    )
    assert all(words in spanish[1] for words in ("voz de sistema", "lunes a viernes", "9 1 1", "9 8 8"))
    assert [element.tag for element in ET.fromstring(answer.text)][-1] == "Hangup"  # noqa: S314


def test_a_call_stands_in_a_persons_queue_once(client: FlaskClient, database: str) -> None:
    """A repeat of the same call says the same and changes nothing."""
    first, again = (post(client, "/twilio/calls", CALL) for _ in range(2))
    assert first.text == again.text
    assert (count(database, "inbound"), count(database, "queue")) == (1, 1)


def test_without_a_database_a_call_is_not_promised_anything(alone: FlaskClient) -> None:
    """503 within two seconds: the provider then asks the fallback."""
    assert post(alone, "/twilio/calls", CALL).status_code == 503


def test_the_fallback_tells_a_caller_that_nobody_knows(alone: FlaskClient) -> None:
    """It never claims that the call was noted."""
    answer = post(alone, "/twilio/fallback", CALL | {"ErrorCode": "11200"})
    assert problems_of("voice", answer.text) == []
    assert "nobody knows that you called" in said(answer)[0][1]


def test_the_fallback_takes_a_text_when_it_can(client: FlaskClient, database: str) -> None:
    """What the other address could not take is not lost, and is answered by our own words later, as rows first."""
    for _ in range(2):
        answer = post(client, "/twilio/fallback", TEXT | {"ErrorCode": "11200"})
        assert (answer.status_code, len(ET.fromstring(answer.text))) == (200, 0)  # noqa: S314
    assert count(database, "inbound") == 1


def test_the_fallback_says_so_when_a_text_was_seen_by_nobody(alone: FlaskClient) -> None:
    """In both languages, with the helplines, and without a promise."""
    answer = post(alone, "/twilio/fallback", TEXT)
    assert problems_of("messaging", answer.text) == []
    assert "nobody has seen your text" in answer.text
    assert "nadie vio tu texto" in answer.text


@pytest.mark.parametrize("path", ["/twilio/calls", "/twilio/fallback"])
def test_unsigned_calls_are_refused(client: FlaskClient, path: str) -> None:
    """Nobody else may put a call into the queue."""
    assert client.post(path, data=CALL).status_code == 403
