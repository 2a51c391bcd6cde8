"""What the service knows about the member when an event comes: gathered once, frozen, handed in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flows.engine.kinds import Value


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts about one member at one moment.

    `slots` fill the places in texts (`me`, `specialist`, `org`, `hours`, `time`, `opens`); `values` are the facts that
    conditions name, such as `member.language`; `turns` counts, for each flow, this member's earlier conversations
    with it. `zone` is the member's IANA zone.
    """

    language: str
    zone: str
    slots: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Value] = field(default_factory=dict)
    turns: Mapping[str, int] = field(default_factory=dict)
