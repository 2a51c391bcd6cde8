from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import psycopg
import pytest
from redis import Redis

from service.assembly import Peerline, assemble
from service.deliveries.dialing import Dialing
from service.deliveries.runner import Deliveries
from service.gateways.crashing import HINTING
from service.gateways.jobs import LOOKS, Hints
from service.store.notices import Notices
from tests.service.settings import made_up_settings
from tests.service.simulator.conftest import simulator, start
from tests.service.simulator.fake_service import TOKEN
from tests.service.simulator.running import ACCOUNT, Simulator
from tests.stored import KEYS, NOW, a_number, an_inbound, an_outbound, store
from workers.clock import OVERDUE, ClockProcess

__all__ = ["simulator", "start"]


@dataclass
class Broker:
    """Takes hints, or does not."""

    answers: bool = True
    taken: list[str] = field(default_factory=list)

    def publish(self, *names: str) -> bool:
        """Take hints."""
        self.taken += names if self.answers else ()
        return self.answers


@pytest.fixture
def peerline(database: str, simulator: Simulator, tmp_path: Path) -> Iterator[Peerline]:
    """A Peerline whose provider is the simulator."""
    settings = made_up_settings(
        DATABASE_URL=database, TWILIO_API_URL=simulator.url, TWILIO_ACCOUNT_SID=ACCOUNT, TWILIO_AUTH_TOKEN=TOKEN,
        PUBLIC_URL=simulator.service.public_url, PEERLINE_CLOCK=str(tmp_path / "clock.json"),
    )  # fmt: skip
    made = assemble(settings)
    made.deliveries.keys = KEYS
    made.deliveries.provider = replace(made.deliveries.provider, number=simulator.world.options.number)
    yield made
    made.deliveries.close()
    made.pool.close()


def process_of(peerline: Peerline, broker: Broker) -> ClockProcess:
    """A clock over this Peerline."""
    return ClockProcess(peerline, broker.publish, Notices(peerline.settings.database_url, listens=True))


def to_send(peerline: Peerline) -> None:
    """One message that is ready."""
    number = a_number("+12025550111", "given")
    store(peerline.settings.database_url, number, an_outbound(number))


def accepted(simulator: Simulator) -> int:
    """How many texts the provider took."""
    return sum(line.get("origin") == "api" for line in simulator.ledger())


def test_with_nothing_to_do_nobody_is_told(peerline: Peerline) -> None:
    """An empty look costs the broker nothing."""
    broker = Broker()
    process_of(peerline, broker).look(hinted=True)
    assert broker.taken == []


def test_the_workers_are_told_and_do_it(peerline: Peerline, simulator: Simulator) -> None:
    """The clock only says "look now" while the broker answers."""
    to_send(peerline)
    broker = Broker()
    process_of(peerline, broker).look()
    assert (broker.taken, accepted(simulator)) == (list(LOOKS), 0)


def test_workers_are_not_told_again_and_again(peerline: Peerline) -> None:
    """Work that is still there is worth a hint a second, and one for each hint that comes in."""
    to_send(peerline)
    broker = Broker()
    process = process_of(peerline, broker)
    for _ in range(20):
        process.look()
    process.look(hinted=True)
    assert broker.taken == [*LOOKS, *LOOKS]


def test_without_a_broker_the_clock_does_it_itself(peerline: Peerline, simulator: Simulator) -> None:
    """The database is the only queue that is trusted: nothing waits for the broker to come back."""
    to_send(peerline)
    process_of(peerline, Broker(answers=False)).look()
    assert accepted(simulator) == 1


def test_what_is_overdue_the_clock_does_itself(peerline: Peerline, simulator: Simulator) -> None:
    """A broker that takes hints to workers that do not come is no reason to wait longer than five seconds."""
    to_send(peerline)
    process = process_of(peerline, Broker())
    process.look()
    assert process.waiting_since is not None
    process.waiting_since -= OVERDUE
    process.look()
    assert accepted(simulator) == 1


def test_a_clock_that_starts_does_what_it_finds(peerline: Peerline, simulator: Simulator) -> None:
    """How long it has waited nobody knows, and nobody waits longer for workers that may be away as well."""
    to_send(peerline)
    broker = Broker()
    process = process_of(peerline, broker)
    running = threading.Thread(target=process.go_on)
    running.start()
    simulator.until(lambda: accepted(simulator) == 1)
    process.end()
    running.join(timeout=30)
    assert broker.taken == list(LOOKS)


def test_a_clock_shows_a_sign_of_life(peerline: Peerline) -> None:
    """One row for each process, kept fresh."""
    for _ in range(2):
        process = process_of(peerline, Broker())
        process.last_beat = float("-inf")
        process.look()
    with psycopg.connect(peerline.settings.database_url) as connection:
        assert connection.execute("select kind, count(*) from heartbeats group by kind").fetchall() == [("clock", 1)]


def test_a_clock_goes_on_after_its_connections_broke_and_stops_when_told(
    peerline: Peerline, simulator: Simulator
) -> None:
    """The database may throw everybody out; the clock comes back by itself and ends within a moment when it should."""
    process = process_of(peerline, Broker(answers=False))
    running = threading.Thread(target=process.go_on)
    running.start()
    with psycopg.connect(peerline.settings.database_url, autocommit=True) as connection:
        for _ in range(3):
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
            )
            threading.Event().wait(0.2)
    to_send(peerline)
    simulator.until(lambda: accepted(simulator) == 1)
    process.end()
    running.join(timeout=5)
    assert not running.is_alive()


def test_hints_reach_the_broker(redis_url: str) -> None:
    """A hint is a task with a name and nothing else."""
    url = redis_url.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
    hints = Hints(url)
    assert hints.publish(*LOOKS)
    assert hints.publish(*LOOKS)
    hints.close()


def test_a_broker_that_threw_everybody_out_gets_the_hint_all_the_same(redis_url: str) -> None:
    """The connection is kept from hint to hint; when the broker was started anew meanwhile, another is made at once."""
    url = redis_url.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
    hints = Hints(url)
    with Redis.from_url(redis_url) as broker:
        for _ in range(3):
            assert hints.publish(*LOOKS)
            broker.client_kill_filter(_type="normal", skipme=True)
        assert hints.publish(*LOOKS)
    hints.close()


def test_a_broker_that_is_away_costs_little_time() -> None:
    """The clock learns soon that nobody takes its hint."""
    waited = threading.Timer(5, lambda: None)
    waited.start()
    assert not Hints("redis://127.0.0.1:9/0").publish(*LOOKS)
    assert waited.is_alive()
    waited.cancel()


class Died(BaseException):
    """The process is gone: what it remembered is lost."""


@pytest.mark.parametrize("place", HINTING)
def test_a_clock_may_die_while_it_tells_the_workers(peerline: Peerline, place: str) -> None:
    """Another clock sees the same work and tells of it: a hint is never the only one."""

    def crash(point: str) -> None:
        if point == place:
            raise Died

    to_send(peerline)
    broker = Broker()
    dying = process_of(peerline, broker)
    dying.crash = crash
    with pytest.raises(Died):
        dying.look()
    before = len(broker.taken)
    process_of(peerline, broker).look()
    assert broker.taken[before:] == list(LOOKS)


def test_a_clock_looks_for_what_was_missed_as_soon_as_the_database_is_back(
    peerline: Peerline, simulator: Simulator
) -> None:
    """Webhooks failed as well while it was away: nobody waits for the next minute to find out."""
    number = a_number("+12025550112", "given")
    store(peerline.settings.database_url, number, an_inbound(number))  # before the first text nobody is asked
    process = process_of(peerline, Broker())
    running = threading.Thread(target=process.go_on)
    running.start()
    simulator.until(lambda: lists(simulator) >= 2)  # at the start, and in the first round
    before = lists(simulator)
    with psycopg.connect(peerline.settings.database_url, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        )
    simulator.until(lambda: lists(simulator) > before)
    process.end()
    running.join(timeout=30)


def test_a_clock_compares_with_the_providers_list_as_soon_as_the_database_is_back(
    peerline: Peerline, simulator: Simulator
) -> None:
    """What came back may be an older copy: it is asked what was sent, though somebody was sure a moment ago."""
    number = a_number("+12025550113", "given")
    store(peerline.settings.database_url, number, an_outbound(number, state="delivered", sent_at=NOW))
    process = process_of(replace(peerline, watch=replace(peerline.watch, keys=KEYS)), Broker())
    running = threading.Thread(target=process.go_on, daemon=True)
    running.start()
    simulator.until(lambda: "sure" in marks(peerline))
    before = compared(simulator)
    with psycopg.connect(peerline.settings.database_url, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        )
    simulator.until(lambda: compared(simulator) > before)
    process.end()
    running.join(timeout=30)


def marks(peerline: Peerline) -> set[str]:
    """What is remembered about the service."""
    with psycopg.connect(peerline.settings.database_url) as connection:
        return {row[0] for row in connection.execute("select name from marks").fetchall()}


def compared(simulator: Simulator) -> int:
    """How often somebody read the provider's list of what our number sent."""
    return sum("From" in asked["query"] for asked in simulator.world.requests)


@dataclass(slots=True)
class Hanging(Deliveries):
    """Deliveries whose provider says nothing about what is slow, for as long as the test lasts."""

    over: threading.Event = field(default_factory=threading.Event)

    def ask_about_slow(self) -> int:
        """Wait for an answer."""
        self.over.wait(60)
        return 0


@dataclass(frozen=True, slots=True)
class Noting(Dialing):
    """Calls of which it is noted that somebody asked about them."""

    asked: threading.Event = field(default_factory=threading.Event)

    def ask_about_silent(self) -> int:
        """Note it."""
        self.asked.set()
        return 0


def test_a_provider_that_hangs_holds_up_no_other_round(peerline: Peerline) -> None:
    """Sixteen questions of thirteen seconds each would delay the canary and what was missed by minutes."""
    ours, calls = peerline.deliveries, peerline.dialing
    hanging = Hanging(*(getattr(ours, part.name) for part in fields(Deliveries) if part.init))
    noting = Noting(*(getattr(calls, part.name) for part in fields(Dialing) if part.init))
    process = process_of(replace(peerline, deliveries=hanging, dialing=noting), Broker())
    running = threading.Thread(target=process.go_on)
    running.start()
    assert noting.asked.wait(30)
    hanging.over.set()
    process.end()
    running.join(timeout=30)
    hanging.close()


def lists(simulator: Simulator) -> int:
    """How often somebody read the provider's list of what came to our number."""
    return sum("To" in asked["query"] for asked in simulator.world.requests)
