"""What should follow from an event, as frozen data that the service carries out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flows.engine.kinds import Value


@dataclass(frozen=True, slots=True)
class Say:
    """Send the member a text. `spoken` is what a voice says instead, where the step has words of its own for that."""

    text: str
    language: str
    flow: str
    step: str
    spoken: str | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Send `Silent` or `Woke` with this fence when the time (aware, UTC) has come, unless something else comes first."""

    until: datetime
    fence: int


@dataclass(frozen=True, slots=True)
class Keep:
    """A value was kept under this name."""

    name: str
    value: Value


@dataclass(frozen=True, slots=True)
class Pass:
    """Hand what was said to a person.

    `to` is `specialist`, `on duty`, `coordinator` or `supervisor`; `promise` is None, `on duty`, `same shift`,
    `next working day` or a length of time such as `15 minutes`.
    """

    to: str
    promise: str | None
    flow: str
    step: str


@dataclass(frozen=True, slots=True)
class Alert:
    """Raise an escalation of this tier (1 to 3)."""

    tier: int
    reason: str
    flow: str
    step: str


@dataclass(frozen=True, slots=True)
class Do:
    """Carry out an action of the catalogue with these arguments."""

    action: str
    arguments: Mapping[str, Value]
    flow: str
    step: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The conversation is over; `values` are those that its flow gives."""

    flow: str
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Stuck:
    """The conversation cannot go on and has ended; a person must be told. The problem names no member and no words."""

    problem: str


Effect = Say | Wait | Keep | Pass | Alert | Do | Finished | Stuck
