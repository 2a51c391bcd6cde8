"""The window of requests: full, in order, and nothing claimed that waits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.deliveries.flight import Flight
from service.store.rows import Number
from tests.service.deliveries.office import Office

PATIENCE = 10  # seconds for what should happen at once


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    """More threads than any window here."""
    with ThreadPoolExecutor(16) as made:
        yield made


class Requests:
    """Attempts that take until they are let go."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.begins = threading.Semaphore(0)
        self.let_go = threading.Semaphore(0)

    def __call__(self, item: int) -> int:
        """One attempt."""
        self.begun.append(item)
        self.begins.release()
        assert self.let_go.acquire(timeout=PATIENCE)
        return item * 10

    def until(self, count: int) -> None:
        """Wait until so many more have begun."""
        for _ in range(count):
            assert self.begins.acquire(timeout=PATIENCE)


def test_no_more_than_the_window_at_once_and_the_rest_follows_at_once(threads: ThreadPoolExecutor) -> None:
    """What waits behind the window begins when one ends, before anybody has gathered what ended."""
    requests = Requests()
    flight = Flight(threads, 4, requests)
    flight.take(range(6))
    requests.until(4)
    assert sorted(requests.begun) == [0, 1, 2, 3]
    requests.let_go.release(2)
    requests.until(2)
    assert sorted(requests.begun) == list(range(6))
    requests.let_go.release(4)
    landed: list[int] = []
    while flight.out:
        landed += flight.landed(PATIENCE)
    assert sorted(landed) == [0, 10, 20, 30, 40, 50]
    assert flight.landed(0) == []


def test_it_goes_on_after_it_was_empty(threads: ThreadPoolExecutor) -> None:
    """Threads that found nothing more to do are replaced."""
    flight: Flight[int, int] = Flight(threads, 2, lambda item: item)
    for place in range(50):
        flight.take([place])
        assert flight.landed(PATIENCE) == [place]


def test_half_a_window_is_claimed_ahead_and_never_a_few_at_a_time(threads: ThreadPoolExecutor) -> None:
    """A claim has its price, so it waits until half of what may be ahead is gone."""
    requests = Requests()
    flight = Flight(threads, 8, requests)
    assert flight.room() == 12
    flight.take(range(10))
    assert flight.room() == 2
    flight.take(range(10, 11))
    assert flight.room() == 0
    requests.let_go.release(11)


def test_nothing_is_claimed_ahead_of_a_slow_provider(threads: ThreadPoolExecutor) -> None:
    """What is claimed would wait, and what waits may cross a STOP."""
    requests = Requests()
    flight = Flight(threads, 8, requests, slow=0.0)
    flight.take(range(3))
    requests.until(3)
    assert flight.room() == 5
    requests.let_go.release(3)


def test_what_waited_for_too_long_is_given_back_and_not_attempted(threads: ThreadPoolExecutor) -> None:
    """The oldest first; what is under way stays."""
    requests = Requests()
    flight = Flight(threads, 2, requests, waited=0.0)
    flight.take(range(2))
    requests.until(2)
    flight.take([2, 3])
    assert flight.given_back() == [2, 3]
    requests.let_go.release(2)
    while flight.out:
        flight.landed(PATIENCE)
    assert sorted(requests.begun) == [0, 1]


def test_what_an_attempt_raises_comes_to_whoever_gathers(threads: ThreadPoolExecutor) -> None:
    """A fault of ours is not swallowed by a thread."""

    def fail(_item: int) -> int:
        raise LookupError("a fault")

    flight: Flight[int, int] = Flight(threads, 2, fail)
    flight.take([1])
    with pytest.raises(LookupError):
        flight.landed(PATIENCE)


def test_a_claim_given_back_is_no_try_and_consent_is_read_again(office: Office) -> None:
    """It waits as before; whoever says STOP meanwhile gets nothing."""
    numbers: list[Number] = [office.known(place) for place in (11, 12)]
    stays, stops = (office.queue(number) for number in numbers)
    claimed, _ = office.deliveries._claim(5)
    assert {office.state(one) for one in (stays, stops)} == {"sending"}
    office.deliveries._give_back(claimed)
    assert [(office.state(one), office.row(one)["attempts"]) for one in (stays, stops)] == [("queued", 0)] * 2
    office.change("update numbers set consent = 'stopped', version = version + 1 where id = %s", numbers[1].id)
    office.deliveries.run()
    assert (office.state(stays), office.row(stays)["attempts"], office.state(stops)) == ("sent", 1, "withheld")
    assert len(office.accepted()) == 1
