"""What tells how the service is: is the schema the expected one, and how long has the oldest thing waited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from alembic.script import ScriptDirectory
from psycopg.rows import class_row

from service.store.database import Pool
from service.store.migrations import FOLDER

_STATEMENT = """select
    coalesce((select string_agg(version_num, ' ') from alembic_version), '') as revision,
    (select min(due_at) from timers where not aside and due_at <= %(now)s) as due_since,
    (select count(*) from timers where aside) as aside,
    (select min(ready_at) from outbound where state = 'queued' and ready_at <= %(now)s) as unsent_since,
    (select count(*) from outbound where state = 'queued' and ready_at <= %(now)s) as unsent,
    (select count(*) from outbound where state = 'unsure') as unsure,
    (select count(*) from inbound where state = 'unsettled') as unsettled,
    (select max(at) from heartbeats where kind = 'clock') as clock_at,
    (select count(*) from queue where closed_at is null) as waiting,
    (select count(*) from escalations where state = 'open') as alerts"""


@dataclass(frozen=True, slots=True)
class Vitals:
    """One look at the database. `clock_at` is machine time; the other times are of the clock that people experience."""

    revision: str
    due_since: datetime | None  # the oldest timer that should have been carried out
    aside: int  # timers set aside after failing too often
    unsent_since: datetime | None  # the oldest message that is ready and not sent
    unsent: int
    unsure: int  # messages of which nobody knows yet whether the provider has them
    unsettled: int  # texts that came in and were not yet decided
    clock_at: datetime | None  # the last sign of life of a clock process
    waiting: int  # what waits for a person
    alerts: int  # alerts that nobody has taken


def read_vitals(pool: Pool, now: datetime, wait: float) -> Vitals:
    """Look once, waiting at most `wait` seconds for a connection. Raises psycopg's errors where the database is away."""
    with pool.connection(timeout=wait) as connection, connection.cursor(row_factory=class_row(Vitals)) as cursor:
        found = cursor.execute(_STATEMENT, {"now": now}).fetchone()
    if found is None:  # a select of scalars has one row
        raise LookupError("the database answered nothing")
    return found


@cache
def expected_revision() -> str:
    """The newest schema revision that this code brings along."""
    return str(ScriptDirectory(str(FOLDER)).get_current_head())
