from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
from psycopg_pool import PoolTimeout

from service.store.database import FusedPool, Waiting, open_fused_pool
from service.store.fuse import REST, ROW, TRYING, Fuse


@dataclass
class Watch:
    """A clock that is moved by hand."""

    moment: float = 100.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.moment


def blown(watch: Watch) -> Fuse:
    """A fuse that has just blown."""
    fuse = Fuse(clock=watch)
    for _ in range(ROW):
        assert fuse.lets_through()
        fuse.failed()
    return fuse


def test_one_failure_alone_keeps_nobody_out() -> None:
    """A single busy row is no outage: only failures in a row are, with no success between."""
    fuse = Fuse(clock=Watch())
    for _ in range(3 * ROW):
        fuse.failed()
        assert fuse.lets_through()
        fuse.held()


def test_one_at_a_time_tries_and_the_first_success_lets_everybody_in() -> None:
    """While a server is away nobody waits for it but one, and not all the time."""
    watch = Watch()
    fuse = blown(watch)
    assert not fuse.lets_through()
    watch.moment += REST
    assert [fuse.lets_through() for _ in range(5)] == [True, False, False, False, False]
    fuse.failed()
    assert not fuse.lets_through()
    watch.moment += REST
    assert fuse.lets_through()
    fuse.held()
    assert all(fuse.lets_through() for _ in range(5))


def test_a_try_that_nobody_hears_of_again_is_not_the_last() -> None:
    """Whoever tried may have been killed."""
    watch = Watch()
    fuse = blown(watch)
    watch.moment += REST
    assert fuse.lets_through()
    watch.moment += TRYING
    assert fuse.lets_through()


def test_a_connection_does_not_wait_for_ever(database: str) -> None:
    """A frozen server never says that it is away: the connection is given up, as it has an answer still to come."""
    with Waiting.connect(database, autocommit=True) as connection:
        connection.patience = 0.2
        with pytest.raises(psycopg.OperationalError):
            connection.execute("select pg_sleep(60)")
        assert connection.closed


@pytest.fixture
def pool(database: str) -> Iterator[FusedPool]:
    """A webhook's pool."""
    opened = open_fused_pool(database)
    assert isinstance(opened, FusedPool)
    with opened:
        yield opened


def test_who_waited_for_too_long_did_not_get_an_answer(pool: FusedPool) -> None:
    """However it ended: those behind them would wait just as long."""
    for failures in range(1, ROW + 1):
        connection = pool.getconn()
        connection.taken_at -= 60
        pool.putconn(connection)
        assert pool.fuse.failures == failures
    with pytest.raises(PoolTimeout), pool.connection():
        pass
    pool.fuse.held()
    with pool.connection() as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_a_database_that_nobody_reaches_is_noticed() -> None:
    """Nobody listens there: after some who waited, all others are told at once."""
    with open_fused_pool("postgresql://peerline@127.0.0.1:1/nowhere") as opened:
        assert isinstance(opened, FusedPool)
        for _ in range(ROW):
            with pytest.raises(PoolTimeout):
                opened.getconn(timeout=0.01)
        assert not opened.fuse.lets_through()
