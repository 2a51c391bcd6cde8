"""What tells how the service is: is the schema the expected one, and how long has the oldest thing waited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import psycopg
from psycopg.rows import TupleRow, dict_row

from service.store.aside import OFTEN
from service.store.database import Pool

_MIGRATIONS = Path(__file__).parents[2] / "migrations/versions"
STUCK = 7  # tries, after pauses that add up to a minute (service.deliveries.outcomes)
_MIGRATED = "select to_regclass('alembic_version') is not null"
_REVISION = "select coalesce(max(version_num), '') from alembic_version"
# Ids follow time, so the message that went last is found at the end of their index.
_STATEMENT = f"""select
    (select min(due_at) from timers where not aside and due_at <= %(now)s) as due_since,
    (select count(*) from timers where aside or failures >= {OFTEN}) as aside,
    (select min(ready_at) from outbound where state = 'queued' and ready_at <= %(now)s) as unsent_since,
    (select count(*) from outbound where state = 'queued' and ready_at <= %(now)s) as unsent,
    (select count(*) from outbound where state = 'unsure') as unsure,
    (select min(claimed_at) from outbound where state = 'unsure') as unsure_since,
    l.ended as ended_lately, l.failed as failed_lately,
    (select max(sent_at) from (select sent_at from outbound where sent_at is not null order by id desc limit 50) l) as sent_at,
    (select count(*) from inbound where state = 'unsettled') as unsettled,
    (select max(at) from heartbeats where kind = 'clock') as clock_at,
    (select at from marks where name = 'canary') as canary_at,
    (select at from marks where name = 'canaries since') as canaries_since,
    (select (detail ->> 'machine')::timestamptz from marks where name = 'looked') as looked_at,
    (select at from marks where name = 'quiet') as quiet_at,
    (select count(*) from queue where closed_at is null) as waiting,
    (select count(*) from escalations where state = 'open') as alerts,
    (select count(*) from escalations e where e.state = 'open' and e.raised_at <= %(now)s::timestamptz - interval '1 minute'
        and not exists (select 1 from pages p join outbound o on o.number_id = p.staff_number_id and o.at >= e.raised_at
            where p.escalation_id = e.id and o.escalation_id = e.id and o.kind = 'alert' and o.state in ('sent', 'delivered'))
        and not exists (select 1 from calls c where c.escalation_id = e.id and c.state in ('placed', 'ended'))) as unreached,
    (select min(at) from outbound where lane = 0 and left_at is null and state in ('queued', 'sending', 'unsure', 'sent')
        and (kind in ('alert', 'safety') or (kind = 'staff' and escalation_id is not null)) and (state <> 'sent' or sent_at > %(now)s - interval '1 hour')) as safety_since,
    (select count(*) from outbound where state = 'queued' and attempts >= %(stuck)s) as stuck,
    (select max(held_code) from senders where held_until > %(machine)s) as held_code,
    (select max(held_code) from senders) as refused_code
  from (select count(*) filter (where o.state in ('sent', 'delivered', 'undelivered', 'failed')) as ended,
      count(*) filter (where o.state in ('undelivered', 'failed')) as failed
    from (select state, at from outbound order by id desc limit 1000) o where o.at > %(now)s - interval '1 hour') l"""


@dataclass(frozen=True, slots=True)
class Vitals:
    """One look at the database.

    `due_since`, `unsent_since`, `safety_since` and `sent_at` are of the clock that people experience, the rest machine time.
    """

    revision: str = ""
    due_since: datetime | None = None  # the oldest timer that should have been carried out
    aside: int = (
        0  # timers that failed so often that a person was told: set aside, or tried again where they concern safety
    )
    unsent_since: datetime | None = None  # the oldest message that is ready and not sent
    unsent: int = 0
    safety_since: datetime | None = None  # when the oldest alert or safety text was written that has not left
    stuck: int = 0  # messages that were refused for now so often that a minute has gone by
    unsure: int = 0  # messages of which nobody knows yet whether the provider has them
    unsure_since: datetime | None = None  # when the one of them was tried that was tried first
    ended_lately: int = 0  # of the last thousand messages, those of the last hour that were handed over or failed
    failed_lately: int = 0  # of those, what failed or did not arrive
    sent_at: datetime | None = None  # when the provider last took a message, by the clock that people experience
    unsettled: int = 0  # texts that came in and were not yet decided
    clock_at: datetime | None = None  # the last sign of life of a clock process
    canary_at: datetime | None = None  # when a canary last came all the way
    canaries_since: datetime | None = None  # when the first one was sent off
    looked_at: datetime | None = None  # when the provider's list of what came in was last read
    quiet_at: datetime | None = None  # since when nothing unasked goes out: an older database was restored
    waiting: int = 0  # what waits for a person
    alerts: int = 0  # alerts that nobody has taken
    unreached: int = 0  # those of them, older than a minute, of which nobody at all could be told
    held_code: int | None = None  # why the provider refuses our account now
    refused_code: int | None = None  # the same until a text was taken again

    @property
    def schema_current(self) -> bool:
        """Whether the schema is this release's, or a later one's: a new release migrates while the last one still answers."""
        return self.revision >= expected_revision()


def read_vitals(pool: Pool, now: datetime, machine: datetime, wait: float) -> Vitals:
    """Look once, waiting at most `wait` seconds for a connection; with an old schema only its revision is told.

    Raises psycopg's errors where the database is away.
    """
    with pool.connection(timeout=wait) as connection:
        revision = _revision(connection)
        if revision < expected_revision():
            return Vitals(revision)
        with connection.cursor(row_factory=dict_row) as cursor:
            found = cursor.execute(_STATEMENT, {"now": now, "machine": machine, "stuck": STUCK}).fetchone()
    return Vitals(revision, **(found or {}))  # each column has the name of its field


def _revision(connection: psycopg.Connection[TupleRow]) -> str:
    if connection.execute(_MIGRATED).fetchone() == (False,):
        return ""
    found = connection.execute(_REVISION).fetchone()
    return str(found[0]) if found else ""


@cache
def expected_revision() -> str:
    """The newest schema revision that this code brings along: the number with which its file begins (`0008_calls.py`).

    Every process asks, so the tool that carries migrations out, half a second to load, is not asked.
    """
    return max(path.name[:4] for path in _MIGRATIONS.glob("[0-9][0-9][0-9][0-9]_*.py"))
