"""What the simulator needs to know in the demo and in tests: what is due next, whether anything is under way, who is who."""

from __future__ import annotations

from typing import Any

from service.assembly import Peerline
from service.store.claiming import is_idle, next_due
from service.store.reading_people import read_people


def demo_state(peerline: Peerline) -> dict[str, Any]:
    """`next_due` (ISO or None), `idle`, and `people` with their numbers. Raises the database's error where it is away."""
    with peerline.pool.connection() as connection:
        due = next_due(connection)
        idle = is_idle(connection, peerline.clock.now())
        people = read_people(connection, peerline.keys)
    return {"next_due": None if due is None else due.isoformat(), "idle": idle, "people": people}
