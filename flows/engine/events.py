"""What happened to a conversation, in the past tense."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flows.engine.kinds import Value


@dataclass(frozen=True, slots=True)
class Started:
    """The conversation began, with the values that its flow takes."""

    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Replied:
    """The member wrote something, given as it came."""

    text: str


@dataclass(frozen=True, slots=True)
class Silent:
    """Nobody answered until the time that was set with this fence."""

    fence: int


@dataclass(frozen=True, slots=True)
class Woke:
    """The time came that a wait with this fence was for. Treated as `Silent` is: the step knows which it is."""

    fence: int


@dataclass(frozen=True, slots=True)
class ActionDone:
    """An action with results finished; `result` holds them by name, None where it could not be done."""

    action: str
    result: Mapping[str, Value] | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """The member asked to skip this step."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The member's voice was recorded; `reference` is what the service finds the recording by."""

    reference: str


Event = Started | Replied | Recorded | Silent | Woke | ActionDone | Skipped
