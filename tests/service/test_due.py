"""What is due is carried out in bulk: the statements of a batch do not depend on how many are in it."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import psycopg
import pytest
from psycopg_pool import ConnectionPool
from structlog.testing import capture_logs

from service.assembly import conversation_handlers
from service.checkins import on_check_in
from service.due import BATCH, REARMED, Due
from service.gateways.crashing import TIMING, nowhere
from service.gateways.ids import new_id
from service.publishing import publish_shipped
from service.rules.catalogue import CATALOGUE
from service.store.commit import write
from service.store.database import Pool, open_pool
from service.store.rows import Escalation, Member, Number, Schedule, Timer
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


class Broken(Exception):
    """A handler has a fault for this row."""


def _fail(*_: object) -> Scene:
    raise Broken


def _failing(database: str, kind: str, lane: int) -> Number:
    """A number in the database with something due that fails."""
    number = Number(new_id(), KEYS.blind("+15555550123"), "+15555550123", DUE)
    with psycopg.connect(database, autocommit=True) as connection:
        write(connection, [scene_of(number).with_rows(Timer(kind, new_id(), number.id, DUE, lane))], KEYS)
    return number


def _tried(database: str, kind: str, seconds: int, handlers: dict[str, Any] | None = None) -> list[int]:
    """After how many seconds something due is tried, when a worker looks every second."""
    at: list[int] = []
    clock = HeldClock(times=[DUE])

    def fail(*_: object) -> Scene:
        at.append(int((clock.now() - DUE).total_seconds()))
        raise Broken

    table = {kind: fail} if handlers is None else handlers
    with open_pool(database) as pool:
        due = Due(pool, KEYS, replace(setting(), new_id=new_id), table, clock, lambda: None)
        with capture_logs():
            for second in range(seconds):
                clock.times[:] = [DUE + timedelta(seconds=second)]
                due.run()
    return sorted(set(at))


def _row(database: str, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database) as connection:
        return connection.execute(statement).fetchall()


def test_what_concerns_safety_is_tried_for_ever_with_longer_pauses_and_told_once(database: str) -> None:
    """A ladder outlives a fault of its worker: it goes on when the fault is gone, and a person hears of it after the third failure."""
    _failing(database, "rung", 0)
    assert _tried(database, "rung", 200) == [0, 2, 6, 14, 30, 62, 122, 182]
    assert _row(database, "select aside, failures from timers") == [(False, 8)]
    assert _row(database, "select why, tier, role from queue") == [("set aside: rung", 2, "coordinator")]


def test_what_does_not_concern_safety_is_set_aside_after_three_tries_with_pauses(database: str) -> None:
    """A fault of half a minute costs nothing; what stays broken stands in the queue once."""
    _failing(database, "silence", 1)
    assert _tried(database, "silence", 100) == [0, 5, 30]
    assert _row(database, "select aside, failures from timers") == [(True, 3)]
    assert _row(database, "select why, tier from queue") == [("set aside: silence", 0)]


def test_a_kind_that_this_release_does_not_know_is_left_for_a_later_one(database: str) -> None:
    """Two releases run together during an upgrade: the older neither fails it nor counts anything, and does the rest."""
    number = _failing(database, "of tomorrow", 0)
    with psycopg.connect(database, autocommit=True) as connection:
        known = Timer("silence", new_id(), number.id, DUE + timedelta(seconds=1), 1)
        write(connection, [scene_of(replace(number, version=1)).with_rows(known)], KEYS)
    _tried(database, "silence", 3, {"silence": lambda scene, *_: scene})
    assert _row(database, "select kind, failures, aside from timers") == [("of tomorrow", 0, False)]


def test_a_failure_that_cannot_even_be_told_is_counted(database: str) -> None:
    """Where the number's own rows cannot be read nobody is told, and it is not tried again without a pause."""
    _failing(database, "rung", 0)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("update numbers set number = 'odd'::bytea")
    with open_pool(database) as pool:
        clock = HeldClock(times=[DUE])
        due = Due(pool, KEYS, replace(setting(), new_id=new_id), {"rung": _fail}, clock, lambda: None)
        with capture_logs():
            for minute in range(4):
                clock.times[:] = [DUE + timedelta(minutes=minute)]
                due.run()
    assert _row(database, "select failures from timers") == [(4,)]


@pytest.mark.parametrize("state", ["open", "taken"])
@pytest.mark.parametrize("how", ["lost", "aside"])
def test_a_ladder_that_stands_still_goes_on(database: str, state: str, how: str) -> None:
    """Whatever became of its timer, the next round of the clock gives it one, with its fence, and the audit keeps it."""
    number = Number(new_id(), KEYS.blind("+15555550123"), "+15555550123", DUE)
    escalation = Escalation(new_id(), 7, number.id, 2, "words", DUE, state=state, rung=3, next_at=DUE)
    closed = replace(escalation, id=new_id(), running=8, state="closed")
    kind = "rung" if state == "open" else "outcome"
    timer = Timer(kind, escalation.id, number.id, DUE, 0, "3", 3, aside=True)
    with psycopg.connect(database, autocommit=True) as connection:
        rows = (escalation, closed, *((timer,) if how == "aside" else ()))
        write(connection, [scene_of(number).with_rows(*rows)], KEYS)
    with open_pool(database) as pool:
        clock = HeldClock(times=[DUE + timedelta(minutes=5)])
        due = Due(pool, KEYS, replace(setting(), new_id=new_id), {}, clock, lambda: None)
        assert (due.rearm(), due.rearm()) == (1, 0)
    found = _row(database, "select kind, subject, number_id, due_at, lane, fence, failures, aside from timers")
    assert found == [(kind, escalation.id, number.id, DUE, 0, "3", 0, False)]
    assert _row(database, "select what, about from audit") == [(REARMED, escalation.id)]


def test_other_safety_that_an_older_worker_set_aside_goes_on_too(database: str) -> None:
    """A worker of the release before sets anything aside; only what does not concern safety stays there."""
    number = _failing(database, "page failed", 0)
    with psycopg.connect(database, autocommit=True) as connection:
        aside = Timer("silence", new_id(), number.id, DUE, 1, aside=True)
        write(connection, [scene_of(replace(number, version=1)).with_rows(aside)], KEYS)
        connection.execute("update timers set aside = true")
    with open_pool(database) as pool:
        due = Due(pool, KEYS, setting(), {}, HeldClock(times=[DUE]), lambda: None)
        assert due.rearm() == 1
    assert _row(database, "select kind, aside from timers order by kind") == [("page failed", False), ("silence", True)]


def _member(place: int) -> Scene:
    phone = f"+1555555{place:04d}"
    number = Number(new_id(), KEYS.blind(phone), phone, DUE, owner="member", consent="given")
    member = Member(new_id(), number.id, "Ana", "en", "America/New_York", DUE)
    schedule = Schedule(new_id(), member.id, number.id, "check-in", "FREQ=DAILY", "2027-01-01T10:00:00", next_at=DUE)
    timer = Timer("check-in", schedule.id, number.id, DUE, 1, "1")
    return scene_of(number).with_rows(number, member, schedule, timer)
