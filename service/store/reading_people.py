"""Everybody with a phone, for the pages of the demo."""

from __future__ import annotations

from typing import Any

import orjson
import psycopg

from service.store.codec import Ring, decode
from service.store.rows import Member, Number, Staff

_PEOPLE = """select json_build_object(
    'numbers', (select coalesce(json_agg(row_to_json(n)), '[]') from numbers n where n.owner is not null),
    'members', (select coalesce(json_agg(row_to_json(m) order by m.created_at, m.id), '[]') from members m),
    'staff', (select coalesce(json_agg(row_to_json(s) order by s.created_at, s.id), '[]') from staff s))::text"""


def read_people(connection: psycopg.Connection[Any], keys: Ring) -> list[dict[str, str]]:
    """Members, then staff, each as number, name, role and language."""
    row = connection.execute(_PEOPLE).fetchone()
    found = orjson.loads(row[0]) if row else {"numbers": [], "members": [], "staff": []}
    numbers = {number.id: number.number for number in (decode(Number, item, keys) for item in found["numbers"])}
    members = [decode(Member, item, keys) for item in found["members"]]
    staff = [decode(Staff, item, keys) for item in found["staff"]]
    return [
        *({"number": numbers[m.number_id], "name": m.name, "role": "member", "language": m.language} for m in members),
        *({"number": numbers[s.number_id], "name": s.name, "role": s.role, "language": s.language} for s in staff),
    ]
