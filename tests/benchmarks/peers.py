"""Others who hold personal schedules: celery-redbeat, APScheduler, and the ordinary scheduler over a table.

Each is filled with one daily schedule for every member, some of them due now; the time counts from there until all that is
due was handed on once and every schedule knows its next moment.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import redis
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from celery import Celery
from celery.schedules import crontab
from dateutil.rrule import rrulestr
from redbeat import RedBeatSchedulerEntry
from redbeat.schedulers import RedBeatScheduler

from config.settings import Settings

THREADS = 10  # APScheduler's usual pool
PATIENCE = 600.0  # seconds


@dataclass(frozen=True, slots=True)
class Wish:
    """Where the servers are, how many schedules are held, and how many of them are due."""

    settings: Settings
    members: int
    due: int


@dataclass(frozen=True, slots=True)
class Peer:
    """One that is filled and waits: `run` hands on what is due."""

    name: str
    run: Callable[[], None]
    close: Callable[[], None]


def redbeat(wish: Wish) -> Peer:
    """celery-redbeat: schedules in Redis, one message published for each that is due, one process by design."""
    server = redis.Redis.from_url(wish.settings.redis_url)
    server.flushdb()
    app = Celery("redbeat", broker=wish.settings.broker_url)
    app.conf.update(redbeat_redis_url=wish.settings.redis_url, redbeat_lock_key=None, timezone="UTC")
    now = datetime.now(UTC)
    for place in range(wish.members):
        entry = RedBeatSchedulerEntry(
            f"member-{place}", "check_in", crontab(minute=(now.minute + 30) % 60, app=app), args=[place], app=app
        )
        entry.last_run_at = None if place < wish.due else now
        entry.save()
    scheduler = RedBeatScheduler(app, lazy=True)

    def run() -> None:
        while (sent := int(server.llen("celery"))) < wish.due:
            scheduler.tick()
            if int(server.llen("celery")) == sent:
                raise RuntimeError(f"redbeat stopped at {sent} of {wish.due}")

    return Peer("celery-redbeat", run, lambda: None)


_CALLED = threading.Semaphore(0)


def noted(_member: int) -> None:
    """What APScheduler calls for a schedule that is due."""
    _CALLED.release()


def apscheduler(wish: Wish) -> Peer:
    """APScheduler with its SQLAlchemy store on the same PostgreSQL and its usual ten threads."""
    address = wish.settings.database_url.replace("postgresql://", "postgresql+psycopg://")
    scheduler = BackgroundScheduler(
        jobstores={"default": SQLAlchemyJobStore(url=address)}, executors={"default": ThreadPoolExecutor(THREADS)},
        job_defaults={"misfire_grace_time": None, "coalesce": True}, timezone=UTC,
    )  # fmt: skip
    scheduler.start(paused=True)
    now = datetime.now(UTC)
    trigger = CronTrigger(hour=(now.hour + 12) % 24, minute=0, timezone=UTC)
    for place in range(wish.members):
        first = now if place < wish.due else now + timedelta(hours=2)
        scheduler.add_job(noted, trigger, args=[place], id=f"member-{place}", next_run_time=first)

    def run() -> None:
        scheduler.resume()
        for place in range(wish.due):
            if not _CALLED.acquire(timeout=PATIENCE):
                raise RuntimeError(f"APScheduler stopped at {place} of {wish.due}")

    return Peer("APScheduler", run, scheduler.shutdown)


def row_by_row(wish: Wish) -> Peer:
    """The ordinary scheduler over a table: one due row at a time, its next moment by dateutil, a commit for each."""
    connection = psycopg.connect(wish.settings.database_url)
    _make_table(connection, wish)

    def run() -> None:
        done = 0
        while _one(connection):
            done += 1
        if done != wish.due:
            raise RuntimeError(f"row by row handed on {done} of {wish.due}")

    return Peer("row by row", run, connection.close)


def _make_table(connection: psycopg.Connection[Any], wish: Wish) -> None:
    now = datetime.now(UTC)
    connection.execute("create table plans (id int primary key, rule text, starts timestamp, next_at timestamptz)")
    connection.execute("create index on plans (next_at)")
    connection.execute("create table runs (plan int, at timestamptz, primary key (plan, at))")
    connection.execute(
        "insert into plans select g, 'FREQ=DAILY', date_trunc('day', %(now)s::timestamptz at time zone 'UTC')"
        " - g %% 365 * interval '1 day' + interval '10 hours',"
        " case when g <= %(due)s then %(now)s else %(now)s + interval '2 hours' end from generate_series(1, %(members)s) g",
        {"now": now, "due": wish.due, "members": wish.members},
    )
    connection.commit()


def _one(connection: psycopg.Connection[Any]) -> bool:
    now = datetime.now(UTC)
    row = connection.execute(
        "select id, rule, starts, next_at from plans where next_at <= %s order by next_at limit 1 for update skip locked",
        (now,),
    ).fetchone()
    if row is not None:
        following = rrulestr(row[1], dtstart=row[2]).after(now.replace(tzinfo=None))
        due = None if following is None else following.replace(tzinfo=UTC)
        connection.execute("update plans set next_at = %s where id = %s", (due, row[0]))
        connection.execute("insert into runs values (%s, %s)", (row[0], row[3]))
    connection.commit()
    return row is not None


PEERS: dict[str, Callable[[Wish], Peer]] = {
    "celery-redbeat": redbeat,
    "APScheduler": apscheduler,
    "row by row": row_by_row,
}
