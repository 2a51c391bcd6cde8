"""How the service says how it is."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

import psycopg
import pytest

from service.gateways import broker
from service.health import LATE, Health, Looking, health_of
from service.store.database import Pool, open_pool
from service.store.vitals import Vitals, read_vitals
from tests.stored import a_number, an_outbound, store

NOW = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)


@pytest.fixture
def pool(database: str) -> Iterator[Pool]:
    """Connections to this test's database."""
    with open_pool(database, 2) as opened:
        yield opened


def seen(pool: Pool) -> Health:
    """What is told of the database, with a broker that answers."""
    return health_of(read_vitals(pool, NOW, NOW, 1.0), broker=True, now=NOW, machine=NOW)


def add(database: str, statement: str, *values: object) -> None:
    """One row, by hand."""
    with psycopg.connect(database) as connection:
        connection.execute(statement, values)


def beat(database: str, at: datetime) -> None:
    """A sign of life of a clock process."""
    add(database, "insert into heartbeats (process, kind, at) values ('clock-1', 'clock', %s)", at)


def timer(database: str, due: datetime, *, aside: bool = False) -> None:
    """A timer that is due."""
    columns = "kind, subject, number_id, due_at, lane, fence, failures, aside"
    values = (uuid4(), uuid4(), due, aside)
    add(database, f"insert into timers ({columns}) values ('silence', %s, %s, %s, 1, '', 0, %s)", *values)


def test_a_service_with_nothing_late_is_ready(database: str, pool: Pool) -> None:
    """A migrated database and a clock that was seen just now are all that is wanted."""
    beat(database, NOW)
    health = seen(pool)
    assert (health.status, health.troubles) == ("ready", ())
    assert (health.oldest_due_seconds, health.oldest_unsent_seconds, health.clock_seconds) == (0, 0, 0)


def test_a_clock_that_was_never_seen_is_told(pool: Pool) -> None:
    """Without a clock process texts are taken and check-ins do not go: that is degraded, with the command that mends it."""
    health = seen(pool)
    assert health.status == "degraded"
    assert any("peerline clock" in trouble for trouble in health.troubles)


def test_the_oldest_thing_due_is_measured(database: str, pool: Pool) -> None:
    """What is due in the future is not late, and of two late things the older counts."""
    beat(database, NOW)
    timer(database, NOW + timedelta(hours=1))
    assert seen(pool).oldest_due_seconds == 0
    timer(database, NOW - timedelta(seconds=LATE + 30))
    timer(database, NOW - timedelta(seconds=5))
    health = seen(pool)
    assert (health.oldest_due_seconds, health.status) == (LATE + 30, "degraded")


def test_the_last_delivery_is_told(database: str, pool: Pool) -> None:
    """How long ago the provider took something of ours; what waits or was withheld since then is none."""
    assert seen(pool).sent_seconds is None
    number = a_number("+12025550111")
    earlier = an_outbound(number, sent_at=NOW - timedelta(minutes=20), state="delivered")
    last = an_outbound(number, sent_at=NOW - timedelta(minutes=5), state="sent")
    store(database, number, earlier, last, an_outbound(number), an_outbound(number, state="withheld"))
    assert seen(pool).sent_seconds == 5 * 60


def test_a_timer_set_aside_is_told_and_is_not_late(database: str, pool: Pool) -> None:
    """One broken row must be seen, and must not look as if the workers stood still."""
    beat(database, NOW)
    timer(database, NOW - timedelta(days=1), aside=True)
    health = seen(pool)
    assert health.oldest_due_seconds == 0
    assert health.vitals is not None
    assert health.vitals.aside == 1
    assert health.status == "degraded"


@pytest.mark.parametrize(("revision", "status"), [("0000", "down"), ("9999", "ready")])
def test_an_old_schema_is_down_and_a_newer_one_is_not(database: str, pool: Pool, revision: str, status: str) -> None:
    """An old one could store no text; with a newer one the next release is being put in place, and this one still works."""
    beat(database, NOW)
    with psycopg.connect(database) as connection:
        before = connection.execute("select version_num from alembic_version").fetchone()
        connection.execute("update alembic_version set version_num = %s", (revision,))
    try:
        health = seen(pool)
    finally:
        add(database, "update alembic_version set version_num = %s", *(before or ()))
    assert health.status == status
    assert any("peerline migrate" in trouble for trouble in health.troubles) is (status == "down")


def test_a_database_without_tables_is_not_away(database: str) -> None:
    """Whoever forgot to migrate is told that, and not to start a database that runs."""
    beside = f"{database}{'&' if '?' in database else '?'}options=-csearch_path%3Dpg_catalog"
    with open_pool(beside, 1) as pool:
        health = seen(pool)
    assert (health.database, health.status) == (True, "down")
    assert health.troubles == ("The schema is older than this release: run peerline migrate.",)


def test_an_account_that_the_provider_refuses_is_told(database: str, pool: Pool) -> None:
    """Only a person can mend that, with the provider."""
    beat(database, NOW)
    columns = "number, free_at, held_until, held_code"
    add(
        database,
        f"insert into senders ({columns}) values ('+15555550100', %s, %s, 20003)",
        NOW,
        NOW + timedelta(minutes=1),
    )
    health = seen(pool)
    assert health.status == "degraded"
    assert any("20003" in trouble for trouble in health.troubles)


def test_texts_of_which_nobody_knows_are_told_by_their_age(database: str, pool: Pool) -> None:
    """Five hundred of them are an outage of the provider's, and nothing else would say so."""
    beat(database, NOW)
    number = a_number("+12025550111")
    rows = [an_outbound(number, state="unsure", claimed_at=NOW - timedelta(seconds=LATE + age)) for age in (1, 30)]
    store(database, number, *rows)
    health = seen(pool)
    assert (health.unsure_seconds, health.status) == (LATE + 30, "degraded")
    assert any("does not say whether" in trouble for trouble in health.troubles)


@pytest.mark.parametrize(
    ("failed", "arrived", "status"), [(9, 0, "ready"), (10, 0, "degraded"), (10, 30, "degraded"), (10, 31, "ready")]
)
def test_a_large_share_of_failed_texts_is_told(
    database: str, pool: Pool, failed: int, arrived: int, status: str
) -> None:
    """A few may always fail; many at once are not the fault of each number."""
    beat(database, NOW)
    number = a_number("+12025550111")
    rows = [an_outbound(number, state="undelivered" if place % 2 else "failed") for place in range(failed)]
    rows += [an_outbound(number, state="sent") for _ in range(arrived)]
    rows += [an_outbound(number, state="failed", at=NOW - timedelta(hours=2)) for _ in range(20)]
    store(database, number, *rows)
    health = seen(pool)
    assert (health.status, any("did not arrive" in trouble for trouble in health.troubles)) == (
        status,
        status == "degraded",
    )


def test_a_database_that_is_away_is_told() -> None:
    """Where nobody listens the answer is "down", and what can be told is told."""
    with open_pool("postgresql://nobody@127.0.0.1:1/none", 1) as pool:
        health = Looking(partial(read_vitals, pool, wait=0.2), lambda: True).look(NOW, NOW)
    assert (health.status, health.database, health.broker) == ("down", False, True)


def test_a_database_that_hangs_does_not_hang_the_answer(pool: Pool) -> None:
    """A server that accepts and says nothing counts as away; its answer comes only after ours was given."""
    answered = threading.Event()

    def hang(now: datetime, machine: datetime) -> Vitals:
        answered.wait(30)
        return read_vitals(pool, now, machine, 1.0)

    health = Looking(hang, lambda: True).look(NOW, NOW)
    answered.set()
    assert (health.database, health.broker) == (False, True)


def test_a_broker_that_is_away_degrades_and_no_more(database: str, pool: Pool) -> None:
    """The broker holds hints alone, so texts are still taken."""
    beat(database, NOW)
    looking = Looking(partial(read_vitals, pool, wait=1.0), partial(broker.answers, "redis://127.0.0.1:1/0"))
    health = looking.look(NOW, NOW)
    assert (health.status, health.broker) == ("degraded", False)


def test_a_real_broker_answers_and_keeps_what_it_holds(redis_url: str) -> None:
    """Our own broker says that it is there and that it never throws anything away."""
    assert broker.answers(redis_url)
    assert broker.eviction_policy(redis_url) == "noeviction"


def test_a_broker_that_is_away_has_no_policy() -> None:
    """What cannot be asked is told as unknown."""
    assert broker.eviction_policy("redis://127.0.0.1:1/0") is None
