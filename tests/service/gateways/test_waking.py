import threading
from collections.abc import Callable

import psycopg
import pytest

from service.gateways.waking import Waker, open_waker
from service.store.notices import Notices


def reached(value: Callable[[], int], wanted: int) -> bool:
    """Whether a number reaches what is wanted within some seconds."""
    pause = threading.Event()
    for _ in range(500):
        if value() >= wanted:
            return True
        pause.wait(0.01)
    return False


def test_many_pokes_give_few_hints() -> None:
    """A thousand commits in a moment wake the workers a handful of times, and at least once after the last."""
    given: list[int] = []
    poked = 0
    waker = Waker(lambda: given.append(poked))
    for poked in range(1, 1001):  # noqa: B007 - read by the hint
        waker.poke()
    assert reached(lambda: given[-1] if given else 0, 1000)
    waker.close()
    assert len(given) < 50


def test_a_poke_reaches_whoever_listens(database_url: str) -> None:
    """The hint travels through the database."""
    listening = Notices(database_url, listens=True)
    assert not listening.wait(0.01)
    waker = open_waker(database_url)
    waker.poke()
    assert listening.wait(5)
    waker.close()
    listening.close()


def test_a_database_that_is_away_does_no_harm() -> None:
    """Giving a hint to nobody is no error; waiting for one is, so that the caller knows to look by itself."""
    notices = Notices("postgresql://nobody@127.0.0.1:1/none")
    assert not notices.give()
    with pytest.raises(psycopg.Error):
        notices.wait(0.01)


def test_both_ends_come_back_after_the_connection_broke(database_url: str) -> None:
    """A killed connection costs one hint at most."""
    listening, giving = Notices(database_url, listens=True), Notices(database_url)
    listening.wait(0.01)
    assert giving.give()
    assert listening.wait(5)
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where query ilike '%%peerline_work%%' and pid <> pg_backend_pid() and datname = current_database()"
        )
    with pytest.raises(psycopg.Error):
        listening.wait(5)
    giving.give()
    listening.wait(0.01)
    assert giving.give()
    assert listening.wait(5)
    listening.close()
    giving.close()
