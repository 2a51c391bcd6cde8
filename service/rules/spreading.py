"""A minute that looks like chance and is the same each time it is asked for: no two members are written to in one breath."""

from __future__ import annotations

from datetime import date
from hashlib import blake2b
from uuid import UUID


def minutes_for(schedule: UUID, revision: int, day: date, spread: int) -> int:
    """Give how many minutes after its moment a schedule speaks on a day: from 0 to `spread`, each as likely.

    It hangs on the schedule, the revision of its timing and the day, and on nothing else: other words change no minute,
    another timing changes them all.
    """
    drawn = blake2b(f"{schedule}.{revision}.{day.isoformat()}".encode(), digest_size=8).digest()
    return int.from_bytes(drawn) % (spread + 1)
