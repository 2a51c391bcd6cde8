"""Texts that the provider took while nobody answered its webhook: imported, each once, at their own time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from service.assembly import Peerline, assemble
from service.gateways.crashing import IMPORTING
from service.gateways.keys import read_keys
from service.gateways.twilio import open_provider
from service.missed import OVERLAP, Missed, incoming
from tests.cast import NUMBERS, write_cast
from tests.clocks import move_clock
from tests.service.settings import made_up_settings
from tests.service.simulator.conftest import simulator, start
from tests.service.simulator.fake_service import TOKEN
from tests.service.simulator.running import ACCOUNT, Simulator

__all__ = ["simulator", "start"]
NOW = datetime(2027, 3, 2, 15, 30, tzinfo=UTC)  # Tuesday 10:30 in New York
AN_HOUR = timedelta(hours=1)


@dataclass
class Outage:
    """A service that nobody can reach, the provider, and the moment it is for both."""

    peerline: Peerline
    simulator: Simulator
    missed: Missed
    clock_file: Path

    def at(self, now: datetime) -> None:
        """Make it a moment on both sides."""
        move_clock(self.clock_file, self.peerline.clock, now)
        self.simulator.world.clock.begin_at(now)

    def writes(self, name: str, text: str) -> str:
        """Somebody writes, and the service is not told; returns the provider's id."""
        assert self.simulator.ask("POST", "/faults", fields={"kind": "lost-webhook"}).status == 201
        told = self.simulator.text(text, NUMBERS[name])
        assert told["webhook_status"] is None
        return str(told["sid"])

    def rows(self, query: str) -> list[dict[str, Any]]:
        """What a query finds."""
        with psycopg.connect(self.peerline.settings.database_url, row_factory=dict_row) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture
def outage(database: str, simulator: Simulator, tmp_path: Path) -> Iterator[Outage]:
    """A service with the people of the transcripts, which has just looked and found nothing."""
    clock_file = tmp_path / "clock.json"
    settings = made_up_settings(
        DATABASE_URL=database, TWILIO_API_URL=simulator.url, TWILIO_ACCOUNT_SID=ACCOUNT, TWILIO_AUTH_TOKEN=TOKEN,
        PUBLIC_URL=simulator.service.public_url, PEERLINE_CLOCK=str(clock_file),
    )  # fmt: skip
    write_cast(database, read_keys(settings.keys), NOW)
    peerline = assemble(settings)
    provider = replace(peerline.deliveries.provider, number=simulator.world.options.number)
    made = Outage(peerline, simulator, replace(peerline.missed, provider=provider), clock_file)
    made.at(NOW)
    assert made.missed.look() == 0
    yield made
    peerline.deliveries.close()
    peerline.pool.close()


def test_a_refused_account_is_noticed_though_nothing_is_sent(outage: Outage) -> None:
    """A token was changed at the provider alone: routine texts wait and the coordinator has it, on a night without a text."""
    provider = outage.missed.provider
    settings = replace(outage.peerline.settings, twilio_auth_token="another")
    stranger = replace(open_provider(settings, provider.number, provider.errors), posting=None)
    assert replace(outage.missed, provider=stranger).look() is None
    assert outage.rows("select held_code from senders") == [{"held_code": 20003}]
    assert outage.rows("select fence from timers where kind = 'account refused'") == [{"fence": "20003"}]


def test_what_was_missed_is_taken_in_once_at_its_own_time(outage: Outage) -> None:
    """Three hours of silence: every text is stored and decided, marked late, and the next look finds nothing new."""
    sids = [outage.writes("Sam", "hello?"), outage.writes("Luz", "hola"), outage.writes("Stranger", "hi")]
    outage.at(NOW + 3 * AN_HOUR)
    assert outage.missed.look() == 3
    found = outage.rows("select sid, late, state, received_at from inbound")
    assert {row["sid"] for row in found} == set(sids)
    assert all(row["late"] and row["state"] == "settled" for row in found)
    assert all(row["received_at"] - NOW < timedelta(minutes=1) for row in found)
    assert len(outage.rows("select 1 from queue where closed_at is null and since < '2027-03-02 15:31Z'")) == 3
    assert outage.missed.look() == 0


def test_what_the_webhook_brought_is_not_taken_again(outage: Outage) -> None:
    """The list is read with a generous overlap; what is known stays as it is."""
    told = outage.simulator.text("hello?", NUMBERS["Sam"])
    known = next(item for item in outage.missed.provider.received(NOW - OVERLAP) if item.sid == told["sid"])
    outage.peerline.inbox.take(replace(incoming(known), received_at=None))
    outage.at(NOW + AN_HOUR)
    assert outage.missed.look() == 0
    assert [row["late"] for row in outage.rows("select late from inbound")] == [False]


def test_many_clocks_may_look_at_once(outage: Outage) -> None:
    """Each text once, whoever is first."""
    for place in range(12):
        outage.writes("Sam", f"words {place}")
    outage.at(NOW + AN_HOUR)
    found: list[int | None] = []
    looks = [threading.Thread(target=lambda: found.append(outage.missed.look())) for _ in range(4)]
    for look in looks:
        look.start()
    for look in looks:
        look.join()
    assert len(outage.rows("select 1 from inbound")) == 12
    assert sum(count or 0 for count in found) == 12
    assert len(outage.rows("select 1 from queue where closed_at is null and why = 'late'")) <= 1


def test_danger_that_was_missed_raises_its_alert(outage: Outage) -> None:
    """The alert is raised as soon as the text is known; the text keeps the time at which it was written."""
    outage.writes("Sam", "i want to kill myself")
    outage.at(NOW + 5 * AN_HOUR)
    outage.missed.look()
    [alert] = outage.rows(
        "select e.tier, e.raised_at, i.received_at from escalations e join inbound i on i.id = e.inbound_id"
    )
    assert alert["tier"] >= 2
    assert alert["raised_at"] - alert["received_at"] > 4 * AN_HOUR
    assert outage.rows("select 1 from outbound where kind = 'alert' and state = 'queued'")


def test_a_stop_that_was_missed_holds(outage: Outage) -> None:
    """In the ledger at its own time, with one confirmation."""
    outage.writes("Sam", "STOP")
    outage.at(NOW + AN_HOUR)
    outage.missed.look()
    [entry] = outage.rows("select what, at from consent_ledger where how = 'text'")
    assert entry["what"] == "stopped"
    assert entry["at"] - NOW < timedelta(minutes=1)
    assert len(outage.rows("select 1 from outbound where kind = 'consent'")) == 1


def test_what_may_still_be_on_its_way_is_left_for_the_next_look(outage: Outage) -> None:
    """A text of this very moment is not late: its webhook has not had its time."""
    outage.writes("Sam", "hello?")
    assert outage.missed.look() == 0
    outage.at(NOW + timedelta(minutes=2))
    assert outage.missed.look() == 1


def test_a_provider_that_does_not_answer_is_asked_again_from_the_same_moment(outage: Outage) -> None:
    """Nothing is skipped because a look came to nothing."""
    outage.writes("Sam", "hello?")
    outage.at(NOW + AN_HOUR)
    address = outage.missed.provider.client.api.base_url
    outage.missed.provider.client.api.base_url = "http://127.0.0.1:9"
    assert outage.missed.look() is None
    outage.missed.provider.client.api.base_url = address
    outage.at(NOW + 30 * AN_HOUR)
    assert outage.missed.look() == 1


def test_a_new_installation_does_not_take_in_what_was_there_before_it(database: str, outage: Outage) -> None:
    """The number's past belongs to whatever answered it then."""
    outage.writes("Sam", "hello?")
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("delete from marks")
    outage.at(NOW + AN_HOUR)
    assert outage.missed.look() == 0


class Died(BaseException):
    """The process is gone: what it had in hand is lost."""


@pytest.mark.parametrize("place", IMPORTING)
def test_a_process_may_die_while_it_takes_in_what_was_missed(outage: Outage, place: str) -> None:
    """Whoever looks next takes in what is not stored, each text once."""

    def crash(point: str) -> None:
        if point == place:
            raise Died

    sids = [outage.writes("Sam", f"hello {number}") for number in range(2)]
    outage.at(NOW + AN_HOUR)
    with pytest.raises(Died):
        replace(outage.missed, crash=crash).look()
    outage.missed.look()
    assert sorted(row["sid"] for row in outage.rows("select sid from inbound")) == sorted(sids)
