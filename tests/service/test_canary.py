"""The canary: all the way through the service, to nobody's phone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from werkzeug.serving import make_server

from service.app import application
from service.assembly import Peerline, assemble
from service.gateways.keys import read_keys
from service.health import QUIET, health_of
from service.rules.canary import NUMBER, REACHED, WORDS, is_canary
from service.store.vitals import read_vitals
from tests.cast import write_cast
from tests.service.settings import made_up_settings
from tests.service.simulator.running import Quiet, serving
from tests.stack import free_port
from tests.stored import NOW


@contextmanager
def web(peerline: Peerline) -> Iterator[None]:
    """The web process of a Peerline, at its public address."""
    port = int(peerline.settings.public_url.rpartition(":")[2])
    with serving(make_server("127.0.0.1", port, application(peerline), threaded=True, request_handler=Quiet)):
        yield


@pytest.fixture
def peerline(database: str) -> Iterator[Peerline]:
    """A Peerline with people and no provider: whatever were handed over would fail."""
    settings = made_up_settings(
        DATABASE_URL=database, PUBLIC_URL=f"http://127.0.0.1:{free_port()}", TWILIO_API_URL="http://127.0.0.1:9"
    )
    write_cast(database, read_keys(settings.keys), NOW)
    made = assemble(settings)
    yield made
    made.deliveries.close()
    made.pool.close()


@contextmanager
def sending(peerline: Peerline) -> Iterator[None]:
    """A worker that hands over what waits."""
    ending = threading.Event()

    def work() -> None:
        while not ending.wait(0.05):
            peerline.deliveries.run()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()


def rows(peerline: Peerline, query: str) -> list[tuple[object, ...]]:
    """What a query finds."""
    with psycopg.connect(peerline.settings.database_url) as connection:
        return connection.execute(query).fetchall()


def test_it_comes_through_and_reaches_nobody(peerline: Peerline) -> None:
    """Stored, answered, claimed, and withheld at the last moment with its reason; nothing of it waits for a person."""
    with ExitStack() as running:
        running.enter_context(web(peerline))
        running.enter_context(sending(peerline))
        assert [peerline.canary.fly(), peerline.canary.fly()] == [None, None]
    assert rows(peerline, "select state, attempts, reason ->> 'withdrawn' from outbound where kind = 'answer'") == [
        ("withheld", 0, REACHED)
    ]
    assert rows(peerline, "select count(*) from inbound") == [(1,)]
    assert rows(peerline, "select count(*) from queue") == [(0,)]
    assert rows(peerline, "select name from marks where name = 'canary'") == [("canary",)]


def test_without_a_sender_it_does_not_come_through(peerline: Peerline) -> None:
    """A web process that answers is not enough."""
    with web(peerline):
        assert "did not reach a sender" in str(peerline.canary.fly(patience=0.5))
    assert rows(peerline, "select 1 from marks where name = 'canary'") == []


def test_without_a_web_process_it_does_not_come_through(peerline: Peerline) -> None:
    """Workers alone are not enough."""
    with sending(peerline):
        assert "did not answer" in str(peerline.canary.fly(patience=0.5))


def test_with_another_token_the_webhook_refuses_it(peerline: Peerline) -> None:
    """It is signed like everything from the provider, so a token that was changed on one side alone is noticed."""
    other = replace(peerline.canary, settings=replace(peerline.settings, twilio_auth_token="another"))
    with web(peerline):
        assert "answered 403" in str(other.fly(patience=0.5))


def test_only_its_own_words_are_the_canarys() -> None:
    """Should its number ever write anything else, that is read like anybody's."""
    assert is_canary(NUMBER, WORDS)
    assert not is_canary(NUMBER, "i want to kill myself")
    assert not is_canary("+15555550101", WORDS)


@pytest.mark.parametrize(("minutes", "missed"), [(9, False), (11, True)])
def test_one_that_never_came_through_is_missed_after_two_rounds(
    peerline: Peerline, minutes: int, *, missed: bool
) -> None:
    """A clock that was set up wrongly from the first day looks no better than one that broke."""
    peerline.canary.go_round()  # nobody listens at the public address
    peerline.canary.go_round()
    machine = peerline.clock.machine()
    with psycopg.connect(peerline.settings.database_url, autocommit=True) as connection:
        connection.execute("insert into heartbeats values ('c', 'clock', %s)", (machine,))
        connection.execute(
            "update marks set at = %s where name = 'canaries since'", (machine - timedelta(minutes=minutes),)
        )
    health = health_of(read_vitals(peerline.pool, NOW, machine, 2.0), broker=True, now=NOW, machine=machine)
    assert (health.canary_seconds, health.canary_missing) == (None, missed)
    assert (health.status == "degraded") is missed


@pytest.mark.parametrize(("name", "said"), [("canary", "No canary"), ("quiet", QUIET)])
def test_health_misses_it(peerline: Peerline, name: str, said: str) -> None:
    """What alarms is that it does not come, not that something says so; a database that is behind is told of at once."""
    machine = peerline.clock.machine()
    with psycopg.connect(peerline.settings.database_url, autocommit=True) as connection:
        connection.execute("insert into heartbeats values ('c', 'clock', %s)", (machine,))
        connection.execute("insert into marks values (%s, %s - interval '16 minutes', '{}')", (name, machine))
    vitals = read_vitals(peerline.pool, NOW, machine, 2.0)
    health = health_of(vitals, broker=True, now=NOW, machine=machine)
    assert [text for text in health.troubles if said in text]
    assert health.status == "degraded"
