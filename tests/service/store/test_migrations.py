"""What a migration makes of rows that an earlier release wrote."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import psycopg
import pytest

from service.gateways.ids import new_id
from service.local.postgres import create_database
from service.store.reading import Reader
from service.store.rows import Audit, Member, Number, Row, Schedule
from tests.servers import Servers
from tests.stored import EARLIER, KEYS, a_member, a_number, owned, store

_BACK = """
from alembic import command
from sqlalchemy import create_engine
from service.store.migrations import _config, sqlalchemy_url
with create_engine(sqlalchemy_url(database)).begin() as connection:
    command.downgrade(_config(connection), "0008")
"""
_FORTH = """
from service.store.migrations import migrate
migrate(database)
"""


@pytest.fixture
def older(servers: Servers, database_url: str) -> str:
    """A database of its own, as `database_url` was at the beginning, to be taken back and forth."""
    name = f"peerline_older_{os.getpid()}"
    create_database(servers.postgres, name, "peerline_template")
    assert name not in database_url
    return servers.postgres.url(name)


def test_the_regular_schedule_of_an_older_release_is_found(older: str) -> None:
    """Of the flow that the last file named, not what the audit says was added, and the oldest; what was removed is marked."""
    number, ana = _somebody("+15555550123", imported={"flow": "feedback", "rule": "FREQ=DAILY"})
    before = _schedule(ana, "check-in")
    made = sorted(
        (_schedule(ana, "feedback") for _ in range(4)), key=lambda row: row.id
    )  # two may be of one millisecond
    saturday, regular, twice, gone = made
    acts = (
        _told(ana, "schedule added", saturday),
        _told(ana, "schedule added", gone),
        _told(ana, "schedule removed", gone),
    )
    store(older, number, owned(number, ana), ana, before, saturday, regular, twice, replace(gone, active=False), *acts)
    number, bo = _somebody("+15555550124")
    added, chosen = _schedule(bo, "check-in"), _schedule(bo, "check-in")
    visit = replace(_schedule(bo, "check-in"), active=False, date_id=new_id())
    cancelled = Audit(new_id(), EARLIER, None, "date cancelled", bo.id, {"date": str(visit.date_id)})
    store(older, number, owned(number, bo), bo, added, chosen, visit, _told(bo, "schedule added", added), cancelled)

    _migrate(older, _BACK)
    _migrate(older, _FORTH)

    with psycopg.connect(older) as connection:
        rows = Reader(connection, KEYS).rows(Schedule, "true")
    assert {row.id for row in rows if row.regular} == {regular.id, chosen.id}
    assert {row.id for row in rows if row.removed} == {gone.id, visit.id}


def _somebody(phone: str, **memory: object) -> tuple[Number, Member]:
    number = replace(a_number(phone), memory=memory)
    return number, a_member(number)


def _schedule(member: Member, flow: str) -> Schedule:
    return Schedule(new_id(), member.id, member.number_id, flow, "FREQ=DAILY", "2026-03-01T10:00:00")


def _told(member: Member, what: str, schedule: Schedule) -> Row:
    return Audit(new_id(), EARLIER, None, what, member.id, {"schedule": str(schedule.id)})


def _migrate(database: str, script: str) -> None:
    # In a process of its own: what alembic and SQLAlchemy keep open goes with it.
    subprocess.run([sys.executable, "-c", f"database = {database!r}\n{script}"], check=True)
