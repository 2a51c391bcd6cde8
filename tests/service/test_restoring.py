"""Being sure that this database is the newest: by whom, how long it lasts, and what goes out meanwhile."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from service.assembly import Peerline, assemble
from service.gateways.keys import read_keys
from service.missed import incoming
from service.restoring import Watch
from service.store.marks import FOR_EVER, STALE, careful_since, stay_sure
from tests.cast import NUMBERS, write_cast
from tests.clocks import move_clock
from tests.service.settings import made_up_settings
from tests.service.simulator.conftest import simulator, start
from tests.service.simulator.fake_service import TOKEN
from tests.service.simulator.running import ACCOUNT, Simulator

__all__ = ["simulator", "start"]
NOW = datetime(2027, 3, 2, 15, 30, tzinfo=UTC)  # Tuesday 10:30 in New York
MINUTE = timedelta(minutes=1)


@dataclass
class Keeper:
    """A service, its provider, and the moment it is for both."""

    peerline: Peerline
    simulator: Simulator
    watch: Watch
    clock_file: Path

    def at(self, now: datetime) -> None:
        """Make it a moment on both sides."""
        move_clock(self.clock_file, self.peerline.clock, now)
        self.simulator.world.clock.begin_at(now)

    def ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What a query finds, if it finds anything."""
        with psycopg.connect(self.peerline.settings.database_url, autocommit=True) as connection:
            cursor = connection.execute(query, values)
            return cursor.fetchall() if cursor.description else []

    def answer(self, name: str = "Sam") -> None:
        """Somebody asks for help, and gets their answer."""
        told = self.simulator.text("HELP", NUMBERS[name])
        [known] = [item for item in self.watch.provider.received(NOW - MINUTE) if item.sid == told["sid"]]
        taken = self.watch.missed.take(replace(incoming(known), received_at=None))
        assert taken == "taken"
        self.peerline.deliveries.run()

    def away(self, *, gone: bool) -> None:
        """Let nobody answer at the provider's address, or let them answer again."""
        self.watch.provider.client.api.base_url = "http://127.0.0.1:9" if gone else self.simulator.url

    def careful(self) -> datetime | None:
        """Since when this database may lack what happened."""
        with self.peerline.pool.connection() as connection:
            return careful_since(connection, self.peerline.clock.machine())

    def age(self, time: timedelta) -> None:
        """Let the last moment at which somebody was sure be longer ago."""
        self.ask("update marks set at = at - %s where name = 'sure'", time)


@pytest.fixture
def keeper(database: str, simulator: Simulator, tmp_path: Path) -> Iterator[Keeper]:
    """A service that has just begun, with the people of the transcripts."""
    clock_file = tmp_path / "clock.json"
    settings = made_up_settings(
        DATABASE_URL=database, TWILIO_API_URL=simulator.url, TWILIO_ACCOUNT_SID=ACCOUNT, TWILIO_AUTH_TOKEN=TOKEN,
        PUBLIC_URL=simulator.service.public_url, PEERLINE_CLOCK=str(clock_file),
    )  # fmt: skip
    write_cast(database, read_keys(settings.keys), NOW)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("delete from timers")  # nothing of the cast's own is due here; each test sets what it needs
    peerline = assemble(settings)
    provider = replace(peerline.deliveries.provider, number=simulator.world.options.number)
    peerline.deliveries.provider = provider
    missed = replace(peerline.missed, provider=provider)
    made = Keeper(peerline, simulator, replace(peerline.watch, provider=provider, missed=missed), clock_file)
    made.at(NOW)
    yield made
    peerline.deliveries.close()
    peerline.pool.close()


def test_a_new_installation_is_sure_without_asking(keeper: Keeper) -> None:
    """Before the first text there is nothing to compare, and no provider is needed for it."""
    keeper.away(gone=True)
    assert keeper.watch.go_round()
    assert keeper.careful() is None


def test_a_database_that_knows_all_texts_is_the_newest(keeper: Keeper) -> None:
    """Every text of ours in the provider's list stands in it, by its id."""
    keeper.answer()
    assert keeper.watch.make_sure()
    assert keeper.ask("select 1 from marks where name in ('quiet', 'restored')") == []


@pytest.mark.parametrize("kind", ["500-after", "reset"])
def test_a_text_that_is_uncertain_is_no_sign_of_a_backup(keeper: Keeper, kind: str) -> None:
    """The provider has it and we have no id for it yet: recipient and words tell that it is ours."""
    assert keeper.simulator.ask("POST", "/faults", fields={"kind": kind}).status == 201
    keeper.answer()
    assert keeper.ask("select sid from outbound where kind = 'answer'") == [(None,)]
    assert keeper.watch.make_sure()
    assert keeper.ask("select 1 from marks where name in ('quiet', 'restored')") == []


def test_texts_that_it_does_not_know_are_read_back(keeper: Keeper) -> None:
    """They are recorded with what the provider says of them; then all goes on, and nothing is found a second time."""
    keeper.answer()
    keeper.simulator.create(To=NUMBERS["Sam"], Body="sent by what was lost")
    keeper.simulator.text("hello from then", NUMBERS["Luz"])
    assert keeper.watch.make_sure()
    [(detail,)] = keeper.ask("select detail from marks where name = 'restored'")
    assert (detail["came_in"], detail["unknown"]) == (1, 1)
    assert keeper.ask("select late from inbound where sid not in (select sid from inbound where not late)") == [(True,)]
    assert len(keeper.ask("select 1 from outbound where reason ->> 'rule' like 'it went out before%%'")) == 1
    keeper.ask("delete from marks where name = 'restored'")
    assert keeper.watch.make_sure()
    assert keeper.ask("select 1 from marks where name = 'restored'") == []


def test_what_waits_in_a_backup_and_went_out_then_does_not_go_again(keeper: Keeper) -> None:
    """The copy was taken while an answer waited: the provider has it, so it is marked as sent under its id there."""
    keeper.answer()
    keeper.ask(
        "update outbound set state = 'queued', sid = null, sent_at = null, final_at = null, claim = null where kind = 'answer'"
    )
    keeper.ask("insert into marks values ('quiet', now(), %s)", json.dumps({"since": NOW.isoformat()}))
    before = len(keeper.simulator.ledger())
    assert keeper.watch.make_sure()
    keeper.peerline.deliveries.run()
    assert len(keeper.simulator.ledger()) == before
    assert [state for (state,) in keeper.ask("select state from outbound where kind = 'answer'")] == ["delivered"]


def test_nobody_stays_sure_for_ever(keeper: Keeper) -> None:
    """Whoever has been all the time goes on being sure; after three minutes of nobody, somebody must look."""
    keeper.answer()
    assert keeper.watch.make_sure()
    keeper.age(STALE - MINUTE)
    with keeper.peerline.pool.connection() as connection:
        stay_sure(connection, keeper.peerline.clock.machine(), keeper.peerline.clock.now())
    keeper.age(STALE + MINUTE)
    with keeper.peerline.pool.connection() as connection:
        stay_sure(connection, keeper.peerline.clock.machine(), keeper.peerline.clock.now())
    assert keeper.careful() is not None
    _demand_a_look(keeper)


def test_another_server_may_have_an_older_copy(keeper: Keeper) -> None:
    """It stands in within seconds, and the mark that it copied is fresh: nobody is sure until somebody has looked, whoever asks."""
    keeper.answer()
    assert keeper.watch.make_sure()
    assert keeper.careful() is None
    keeper.ask("""update marks set detail = detail || '{"server": "another"}' where name = 'sure'""")
    assert keeper.careful() is not None
    with keeper.peerline.pool.connection() as connection:
        stay_sure(connection, keeper.peerline.clock.machine(), keeper.peerline.clock.now())
    assert keeper.careful() is not None
    assert keeper.watch.go_round()
    assert keeper.careful() is None


def test_whoever_lost_the_database_doubts_until_somebody_has_looked(keeper: Keeper) -> None:
    """While the provider does not answer, that lasts."""
    keeper.answer()
    assert keeper.watch.make_sure()
    keeper.watch.doubt()
    assert keeper.careful() is not None
    _demand_a_look(keeper)


def _demand_a_look(keeper: Keeper) -> None:
    """Nobody is sure while the provider does not answer, and everybody is once it has."""
    keeper.away(gone=True)
    assert not keeper.watch.go_round()
    keeper.away(gone=False)
    assert keeper.watch.go_round()
    assert keeper.careful() is None


def test_a_mark_of_the_release_before_counts_as_this_servers(keeper: Keeper) -> None:
    """It did not say which server it was; while both releases run, nothing stands still."""
    keeper.answer()
    assert keeper.watch.make_sure()
    keeper.ask("update marks set detail = detail - 'server' where name = 'sure'")
    assert keeper.careful() is None


def test_while_nobody_is_sure_only_safety_is_due_and_nothing_old_goes(keeper: Keeper) -> None:
    """Check-ins and texts from before wait; alerts, safety texts and answers to what comes in now go."""
    keeper.watch.make_sure()
    keeper.at(NOW + timedelta(days=1))
    keeper.age(timedelta(days=1))
    assert keeper.careful() is not None
    keeper.ask("delete from timers")
    keeper.ask(
        "insert into timers select 'resume', id, number_id, %s, 1, '', 0, false from members order by id limit 1", NOW
    )
    assert keeper.peerline.due.run() == 0
    assert keeper.ask("select kind from timers") == [("resume",)]
    keeper.answer()
    [(sam,)] = keeper.ask("select state from outbound where kind = 'answer'")
    assert sam in ("sent", "delivered")
    keeper.ask("update outbound set state = 'queued', sid = null, claim = null, at = at - interval '2 days'")
    keeper.peerline.deliveries.run()
    assert keeper.ask("select state from outbound where kind = 'answer'") == [("queued",)]
    keeper.ask("update outbound set kind = 'alert', lane = 0")
    keeper.peerline.deliveries.run()
    assert keeper.ask("select state from outbound where kind = 'alert'") != [("queued",)]
    assert keeper.watch.go_round()
    keeper.peerline.due.run()
    assert keeper.ask("select 1 from timers where kind = 'resume'") == []


def test_while_a_backup_is_made_good_no_answer_goes(keeper: Keeper) -> None:
    """For those seconds even an answer could be one that went out already; what waits is not lost."""
    keeper.ask("insert into marks values ('quiet', now(), %s)", json.dumps({"since": NOW.isoformat()}))
    assert keeper.careful() == FOR_EVER
    keeper.answer()
    assert keeper.ask("select state from outbound where kind = 'answer'") == [("queued",)]
    assert keeper.watch.missed.look() is None
    assert keeper.watch.go_round()
    keeper.peerline.deliveries.run()
    assert keeper.ask("select state from outbound where kind = 'answer'") != [("queued",)]
