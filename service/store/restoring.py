"""What this database knows of texts that the provider has: by their ids, and by recipient and words where it has no id."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import psycopg

from service.store.codec import Ring, decode
from service.store.outcomes import Handed
from service.store.rows import Number, Outbound


def newest_sent(connection: psycopg.Connection[Any]) -> datetime | None:
    """When this database last handed a text over; None where it never did."""
    row = connection.execute("select max(sent_at) from outbound").fetchone()
    return None if row is None else row[0]


def written_since(connection: psycopg.Connection[Any], since: datetime, keys: Ring) -> frozenset[tuple[str, str]]:
    """Recipient and words of every text of ours written since a moment, or not final by then."""
    rows = connection.execute(
        "select row_to_json(o)::text, row_to_json(n)::text from outbound o join numbers n on n.id = o.number_id"
        " where o.at >= %s or o.state in ('queued', 'sending', 'unsure')",
        (since,),
    )
    return frozenset((item.number.number, item.outbound.body) for item in _handed(rows.fetchall(), keys))


def without_id(connection: psycopg.Connection[Any], since: datetime, held: str, keys: Ring) -> tuple[Handed, ...]:
    """Texts of ours that the provider may have without our knowing: those on their way, unknown, or withheld because of it.

    Only those written since a moment, or still on their way; `held` is the reason of those that were withheld.
    """
    rows = connection.execute(
        "select row_to_json(o)::text, row_to_json(n)::text from outbound o join numbers n on n.id = o.number_id"
        " where o.sid is null and (o.state in ('queued', 'sending', 'unsure') or (o.at >= %s and (o.state = 'unknown'"
        " or (o.state = 'withheld' and o.reason ->> 'withdrawn' = %s)))) order by o.seq",
        (since, held),
    )
    return _handed(rows.fetchall(), keys)


def due_again(connection: psycopg.Connection[Any], keys: Ring) -> tuple[Handed, ...]:
    """Texts that wait and that the service wrote by itself: not a person's, no alert, and no answer to what just came in."""
    rows = connection.execute(
        "select row_to_json(o)::text, row_to_json(n)::text from outbound o join numbers n on n.id = o.number_id"
        " where o.state = 'queued' and o.kind not in ('person', 'alert', 'safety')"
        " and not exists (select 1 from inbound i where i.id = o.cause_id and not i.late)"
    )
    return _handed(rows.fetchall(), keys)


def withhold_again(connection: psycopg.Connection[Any], ids: Sequence[UUID], reason: str, now: datetime) -> None:
    """Withhold texts that wait, for a reason."""
    connection.execute(
        "update outbound set state = 'withheld', final_at = %s, reason = reason || jsonb_build_object('withdrawn', %s::text)"
        " where id = any(%s) and state = 'queued'",
        (now, reason, list(ids)),
    )


def _handed(rows: Sequence[Sequence[Any]], keys: Ring) -> tuple[Handed, ...]:
    return tuple(
        Handed(decode(Outbound, orjson.loads(row[0]), keys), decode(Number, orjson.loads(row[1]), keys)) for row in rows
    )
