"""A pace for one person's words on their way to a phone: many at once, and then one after the other.

A phone on the other side takes a text a second (RELIABILITY.md 1.3, a long code's rate), and everybody else's words go by the
same road. The meter is the generic cell rate algorithm (ITU-T I.371): one moment is all that is remembered.
"""

from __future__ import annotations

from datetime import datetime, timedelta

AT_ONCE = 60  # texts: nobody writes so many within a minute by hand
STEP = timedelta(seconds=1)  # from one to the next after that


def next_turn(turn: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    """When words may go that come now, never earlier than those before them, and the turn to remember for the next."""
    following = (now if turn is None else max(turn, now)) + STEP
    return max(now, following - AT_ONCE * STEP), following
