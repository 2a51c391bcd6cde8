"""The kinds of message, each with its rules: lane, window, caps, staleness, uncertainty. The one table that decides.

Writing, sending, settling and explaining all read it; docs/schedules.md shows it, and a test keeps the two alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Cap = Literal["the member's", "two a day", "none"]
Uncertain = Literal["ask, never again", "again once", "drop", "the person decides"]


@dataclass(frozen=True, slots=True)
class Kind:
    """The rules of one kind of message.

    `lane` is the order of sending (0 first). What is `unasked` keeps to the member's hours, waits while they pause and is
    withdrawn when a conversation ends. `stale` is how long it may wait for the provider. `dated` texts are sent late as
    long as their date is ahead, and never after it. `uncertain` is what is done when the provider may or may not have it.
    """

    lane: int
    meaning: str
    unasked: bool = False
    cap: Cap = "none"
    stale: timedelta | None = None
    dated: bool = False
    uncertain: Uncertain = "ask, never again"


# Sources: the table of promises in DESIGN.md; RELIABILITY.md 1.3 for staleness. A routine text an hour late arrives at the
# wrong moment of a life; a confirmation of a STOP is due in five minutes (47 CFR 64.1200(a)(12)); people's words and what
# concerns safety do not go stale. A reminder is worth something until its date, and does not use up the day's hello.
KINDS: Mapping[str, Kind] = {
    "routine": Kind(2, "a text that nobody asked for", unasked=True, cap="the member's", stale=timedelta(hours=1)),
    "time-bound": Kind(2, "a reminder of a date", unasked=True, cap="two a day", dated=True),
    "answer": Kind(1, "an automatic answer to their own message", stale=timedelta(hours=4)),
    "person": Kind(1, "a person's own words", uncertain="the person decides"),
    "staff": Kind(1, "a text to staff"),
    "alert": Kind(0, "an alert to staff", uncertain="again once"),
    "safety": Kind(0, "a safety text", uncertain="again once"),
    "consent": Kind(0, "a confirmation about consent", stale=timedelta(minutes=5), uncertain="drop"),
}
# The lane of a text to staff that belongs to an alert, such as words of danger that came after it was taken.
WITH_ALERTS = 0
REMINDER = "told: alert_remind"  # the rule, kept as its reason, of an alert that reminds whoever has it; all others want somebody
UNASKED = tuple(name for name, kind in KINDS.items() if kind.unasked)
REMINDERS_A_DAY = 2  # of visits and other dates: one before and one on the day
REMINDERS_A_WEEK = 6


def lane_of(kind: str, *, of_alert: bool) -> int:
    """The lane of a message of this kind; what staff are told about an alert goes with the alerts."""
    return WITH_ALERTS if kind == "staff" and of_alert else KINDS[kind].lane
