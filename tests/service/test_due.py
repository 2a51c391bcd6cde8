"""What is due is carried out in bulk: the statements of a batch do not depend on how many are in it."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from service.assembly import conversation_handlers
from service.checkins import on_check_in
from service.due import BATCH, Due
from service.gateways.crashing import TIMING, nowhere
from service.gateways.ids import new_id
from service.publishing import publish_shipped
from service.rules.catalogue import CATALOGUE
from service.store.commit import write
from service.store.database import Pool, open_pool
from service.store.rows import Member, Number, Schedule, Timer
from service.store.scene import Scene, scene_of
from tests.clocks import HeldClock
from tests.house import setting
from tests.service.settings import ROOT
from tests.stored import KEYS

DUE = datetime(2027, 3, 2, 15, 0, tzinfo=UTC)  # ten in the morning in New York


class Counting(psycopg.Connection[Any]):
    """A connection that notes what it executes; the library comes by `wait` once for each statement."""

    executed = 0

    def wait(self, gen: Any, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - as the library has it
        """Count, then wait for the server."""
        self.executed += gen.__name__ in ("_execute_gen", "execute")
        return super().wait(gen, *arguments, **options)


def carried_out(database: str, members: int) -> tuple[int, int]:
    """How many check-ins began for members who are due together, and with how many statements."""
    with psycopg.connect(database, autocommit=True) as connection:
        assert len(write(connection, [_member(place) for place in range(members)], KEYS).units) == members
    handlers = conversation_handlers()
    table = {"check-in": lambda scene, told, timer, now: on_check_in(scene, told, handlers, timer, now)}
    options = {"autocommit": True, "prepare_threshold": 0}
    with ConnectionPool(database, connection_class=Counting, min_size=1, max_size=1, kwargs=options) as pool:
        due = Due(
            cast("Pool", pool), KEYS, replace(setting(), new_id=new_id), table, HeldClock(times=[DUE]), lambda: None
        )
        settled = due.run()
        with pool.connection() as connection:
            return settled, connection.executed


@pytest.mark.parametrize("members", [1, 7, 60])
def test_a_batch_costs_the_same_few_statements_however_many_are_in_it(database: str, members: int) -> None:
    """Claim in two, gather in one, write in one, commit; and one look that finds nothing more, with its commit."""
    publish_shipped(database, ROOT / "flows", CATALOGUE, DUE - timedelta(days=1))
    settled, statements = carried_out(database, members)
    assert settled == members
    assert members <= BATCH
    assert statements == 7


def test_a_burst_is_carried_out_two_batches_at_a_time(database: str) -> None:
    """While PostgreSQL writes one, the next is decided; both claim for themselves, so nobody is written to twice."""
    publish_shipped(database, ROOT / "flows", CATALOGUE, DUE - timedelta(days=1))
    first, both = threading.Event(), threading.Barrier(2, timeout=60)

    def met(point: str) -> None:
        if point == "before_timers" and first.is_set():
            both.wait()  # one that is alone fails here
        if point == "after_timers":
            first.set()

    with psycopg.connect(database, autocommit=True) as connection, open_pool(database) as pool:
        write(connection, [_member(place) for place in range(3 * BATCH)], KEYS)
        handlers = conversation_handlers()
        table = {"check-in": lambda scene, told, timer, now: on_check_in(scene, told, handlers, timer, now)}
        clock = HeldClock(times=[DUE])
        due = Due(pool, KEYS, replace(setting(), new_id=new_id), table, clock, lambda: None, crash=met)
        assert (due.run(), both.broken) == (3 * BATCH, False)
        begun = connection.execute("select count(*), count(distinct number_id) from outbound").fetchone()
        assert begun == (3 * BATCH, 3 * BATCH)


class Died(BaseException):
    """The process is gone: what it had in hand is lost."""


@pytest.mark.parametrize("place", TIMING)
def test_a_process_may_die_while_it_carries_out_what_is_due(database: str, place: str) -> None:
    """The claim and its effect are one: each check-in begins once, by whoever comes next or already."""
    publish_shipped(database, ROOT / "flows", CATALOGUE, DUE - timedelta(days=1))

    def crash(point: str) -> None:
        if point == place:
            raise Died

    with psycopg.connect(database, autocommit=True) as connection, open_pool(database) as pool:
        write(connection, [_member(place) for place in range(3)], KEYS)
        handlers = conversation_handlers()
        table = {"check-in": lambda scene, told, timer, now: on_check_in(scene, told, handlers, timer, now)}
        clock = HeldClock(times=[DUE])
        due = Due(pool, KEYS, replace(setting(), new_id=new_id), table, clock, lambda: None, crash=crash)
        with pytest.raises(Died):
            due.run()
        replace(due, crash=nowhere).run()
        begun = connection.execute("select count(*), count(distinct number_id) from outbound").fetchone()
        assert begun == (3, 3)


def _member(place: int) -> Scene:
    phone = f"+1555555{place:04d}"
    number = Number(new_id(), KEYS.blind(phone), phone, DUE, owner="member", consent="given")
    member = Member(new_id(), number.id, "Ana", "en", "America/New_York", DUE)
    schedule = Schedule(new_id(), member.id, number.id, "check-in", "FREQ=DAILY", "2027-01-01T10:00:00", next_at=DUE)
    timer = Timer("check-in", schedule.id, number.id, DUE, 1, "1")
    return scene_of(number).with_rows(number, member, schedule, timer)
