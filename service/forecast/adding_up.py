"""Messages of the coming days added up: hour by hour and by our own numbers, with segments, what is held, and the longest line."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.rules.kinds import KINDS as RULES
from service.store.rows import Outbound

SHOWN = ("unasked", "answer", "staff")  # in the order in which they are shown
ROUTINE_STALE = RULES["routine"].stale or timedelta.max


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour (its beginning, in UTC) of one of our numbers: texts and segments by kind."""

    at: datetime
    sender: str
    texts: Mapping[str, int]
    segments: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Line:
    """The longest wait of a text for its turn, at the rate of one number: how long, and from when."""

    sender: str
    seconds: float
    since: datetime

    @property
    def is_too_long(self) -> bool:
        """Whether routine texts would be stale before their turn comes, and not be sent."""
        return timedelta(seconds=self.seconds) > ROUTINE_STALE


@dataclass(frozen=True, slots=True)
class Forecast:
    """What would be sent: hour by hour, how often something is held and why, and the longest line of each number."""

    hours: tuple[Hour, ...]
    held: Mapping[str, int]
    lines: tuple[Line, ...]

    @property
    def texts(self) -> int:
        """All texts."""
        return sum(sum(hour.texts.values()) for hour in self.hours)

    @property
    def segments(self) -> int:
        """All segments."""
        return sum(sum(hour.segments.values()) for hour in self.hours)


def add_up(messages: Iterable[tuple[str, Outbound]], rate: float) -> Forecast:
    """Add up messages, each with the number of ours that it comes from. `rate` is in segments a second for each number."""
    texts: dict[tuple[datetime, str], Counter[str]] = defaultdict(Counter)
    segments: dict[tuple[datetime, str], Counter[str]] = defaultdict(Counter)
    moments: dict[str, Counter[datetime]] = defaultdict(Counter)
    held: Counter[str] = Counter()
    for sender, row in messages:
        if row.state == "withheld":
            held[str(row.reason.get("rule", ""))] += 1
            continue
        key, kind = (row.ready_at.replace(minute=0, second=0, microsecond=0), sender), _kind(row)
        texts[key][kind] += 1
        segments[key][kind] += row.segments
        moments[sender][row.ready_at] += row.segments
    hours = tuple(Hour(*key, dict(texts[key]), dict(segments[key])) for key in sorted(texts))
    lines = tuple(_line(sender, found, rate) for sender, found in sorted(moments.items()))
    return Forecast(hours, dict(held.most_common()), lines)


def _kind(row: Outbound) -> str:
    """Unasked by the member, an answer to them, or words to staff."""
    if RULES[row.kind].unasked:
        return "unasked"
    return "staff" if row.kind in ("staff", "alert") else "answer"


def _line(sender: str, moments: Mapping[datetime, int], rate: float) -> Line:
    """Texts stand in line at a number as at a counter: what is there at once is served at the rate, then what comes next."""
    longest, waiting, last = Line(sender, 0.0, min(moments)), 0.0, min(moments)
    for at in sorted(moments):
        waiting = max(0.0, waiting - (at - last).total_seconds()) + moments[at] / rate
        last = at
        if waiting > longest.seconds:
            longest = Line(sender, waiting, at)
    return longest
