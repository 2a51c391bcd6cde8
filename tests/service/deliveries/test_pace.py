"""The pace of our number: a burst of check-ins keeps to it, and a page waits for none of them."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from service.deliveries.choosing import LEAD, Limits
from service.simulator.queues import Place
from service.store.commit import write
from service.store.scene import scene_of
from tests.service.deliveries.office import Office
from tests.service.simulator.running import Simulator
from tests.stored import KEYS, a_number, an_outbound

RATE = 20.0  # segments a second, here and at the provider
MANY = int(os.environ.get("PEERLINE_DUE", "300"))  # check-ins due at once; 10000 for goal G23
SOON = 5  # seconds that a page may wait behind them, as what goes out before it


@pytest.fixture
def simulator(start: Callable[..., Simulator]) -> Simulator:
    """A provider that sends at our rate, and keeps no more than three seconds of it waiting."""
    return start(rate=RATE, queue=int(3 * RATE))


def check_ins(office: Office, many: int, expires: timedelta = timedelta(hours=1)) -> None:
    """Many check-ins, each to a person of their own, due now; every third has two segments."""
    now = office.deliveries.clock.now()
    with psycopg.connect(office.database, autocommit=True) as connection:
        for begin in range(0, many, 500):
            scenes = []
            for place in range(begin, min(begin + 500, many)):
                number = a_number(f"+1202{5_000_000 + place}", "given")
                row = replace(an_outbound(number, "routine"), lane=2, at=now, ready_at=now, expires_at=now + expires)
                scenes.append(scene_of(number).with_rows(replace(row, segments=1 + (place % 3 == 0), body="x" * 100)))
            assert len(write(connection, scenes, KEYS).units) == len(scenes)


@contextmanager
def sending(office: Office) -> Iterator[None]:
    """A sender that works while the block runs."""
    over = threading.Event()

    def go_on() -> None:
        while not over.is_set():
            office.deliveries.run()

    office.deliveries.stint = 0.5
    sender = threading.Thread(target=go_on)
    sender.start()
    try:
        yield
    finally:
        over.set()
        sender.join()


def handed(simulator: Simulator) -> list[tuple[datetime, str, str]]:
    """What the provider took, in its order: when, to whom, and which words."""
    lines = [line for line in simulator.ledger() if line.get("origin") == "api"]
    return [(datetime.fromisoformat(line["at"]), line["to"], line["body"]) for line in lines]


def test_a_page_overtakes_a_queue_of_check_ins_and_the_pace_is_kept(office: Office, simulator: Simulator) -> None:
    """Between the page's commit and its acceptance go no more than five seconds' worth of others (goal G23).

    What the provider's own queue holds before it is three seconds at most, and it never had to refuse one.
    """
    office.deliveries.limits = Limits(RATE)
    check_ins(office, MANY)
    page_to = office.known(11)
    began = simulator.world.clock.now()
    with sending(office):
        simulator.until(lambda: len(handed(simulator)) >= RATE)
        before = len(handed(simulator))
        page = office.queue(page_to, "alert", "the page")
        simulator.until(lambda: office.state(page) == "sent")
        simulator.until(lambda: len(handed(simulator)) >= min(MANY, 2 * RATE))
    order = [body for _, _, body in handed(simulator)]
    assert order.index("the page") - before <= SOON * RATE
    assert not [asked for asked in simulator.world.requests if asked["status"] != 201]
    kept_to(office, simulator, began)


def kept_to(office: Office, simulator: Simulator, began: datetime) -> None:
    """Up to any moment no more segments were handed over than the rate gives, with the second ahead and one text."""
    segments = {
        row["sid"]: row["segments"] for row in office.rows("select sid, segments from outbound where sid is not null")
    }
    used = 0
    for line in (line for line in simulator.ledger() if line.get("origin") == "api"):
        used += segments[line["sid"]]
        seconds = (datetime.fromisoformat(line["at"]) - began).total_seconds() + LEAD.total_seconds()
        assert used <= RATE * seconds + 3


def test_what_cannot_go_in_time_at_this_pace_is_not_sent(office: Office, simulator: Simulator) -> None:
    """A check-in that has not had its turn when it is stale is withheld, and the provider is told how long each is worth."""
    office.deliveries.limits = Limits(RATE)
    check_ins(office, int(5 * RATE), expires=timedelta(seconds=60))
    with sending(office):
        simulator.until(lambda: len(handed(simulator)) >= 5)
        office.let_pass(timedelta(minutes=2))
        simulator.until(lambda: not office.rows("select 1 from outbound where state in ('queued', 'sending')"))
    states = {row["state"] for row in office.rows("select state from outbound")}
    assert states == {"sent", "withheld"}
    periods = {int(asked["form"]["ValidityPeriod"][0]) for asked in simulator.world.requests}
    assert max(periods) <= 60


@pytest.mark.parametrize(
    ("kind", "longest"), [("alert", 300), ("safety", 14_400), ("person", 14_400), ("routine", 3600)]
)
def test_each_kind_is_worth_so_long_in_the_providers_queue(office: Office, kind: str, longest: int) -> None:
    """A page soon or not at all; a check-in within its hour."""
    now = office.deliveries.clock.now()
    expires = now + timedelta(hours=1) if kind == "routine" else None
    office.queue(office.known(11), kind, expires_at=expires)
    office.deliveries.run()
    [asked] = office.simulator.world.requests
    assert longest - 5 <= int(asked["form"]["ValidityPeriod"][0]) <= longest


def test_a_full_queue_at_the_provider_is_waited_for(office: Office, simulator: Simulator) -> None:
    """Somebody else uses our number too: 21611 is no failure, and all of it goes in the end, once."""
    never = datetime(9999, 1, 1, tzinfo=UTC)
    theirs = Place("theirs", office.provider.number, int(3 * RATE), never, never, lambda _: None)
    simulator.world.queues.add(theirs)
    office.deliveries.limits = Limits(1000.0)
    check_ins(office, int(5 * RATE))
    office.deliveries.run()
    assert {asked["status"] for asked in simulator.world.requests} == {400}
    simulator.world.queues.clear()
    for _ in range(60):
        office.deliveries.run()
        office.let_pass(timedelta(seconds=8))
        if not office.rows("select 1 from outbound where state <> 'sent'"):
            break
        simulator.until(lambda: not simulator.world.queues.is_full(office.provider.number, 10))
    assert len({to for _, to, _ in handed(simulator)}) == len(handed(simulator)) == int(5 * RATE)
