"""Whether the canary's answer came to its end, and forgetting the canaries before it."""

from __future__ import annotations

from typing import Any

import psycopg


def came_through(connection: psycopg.Connection[Any], sid: str, reason: str) -> bool:
    """Whether the answer to the text with this provider's id was claimed by a sender, and withheld for this reason."""
    row = connection.execute(
        "select exists (select 1 from outbound o join inbound i on i.id = o.cause_id"
        " where i.sid = %s and o.state = 'withheld' and o.reason ->> 'withdrawn' = %s)",
        (sid, reason),
    ).fetchone()
    return bool(row and row[0])


def forget_before(connection: psycopg.Connection[Any], blind: bytes, sid: str) -> None:
    """Delete the canary's texts before this one with their answers; they tell nothing any more."""
    connection.execute(
        "with old as (select i.id from inbound i join numbers n on n.id = i.number_id where n.blind = %s and i.sid <> %s),"
        " gone as (delete from outbound where cause_id in (select id from old))"
        " delete from inbound where id in (select id from old)",
        (blind, sid),
    )
