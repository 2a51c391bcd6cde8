"""The state of a conversation: a stack of frames, so that a flow run by another can come back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flows.engine.kinds import Value


@dataclass(frozen=True, slots=True)
class Frame:
    """Where one flow stands: its step, the verb of that step, and what it has kept.

    `rung` is the rung of the silence ladder that comes next, `asked_back` whether something unsure was asked back
    already. `step` is empty before the flow has started.
    """

    flow: str
    step: str = ""
    at: int = 0
    rung: int = 0
    asked_back: bool = False
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Session:
    """A conversation's state; `fence` rises at every wait, and only the newest one counts."""

    frames: tuple[Frame, ...]
    fence: int = 0
    ended: bool = False

    @property
    def running(self) -> tuple[str, str] | None:
        """The flow and step at which the conversation stands, or None when it has ended or not begun."""
        if self.ended or not self.frames or not self.frames[-1].step:
            return None
        return self.frames[-1].flow, self.frames[-1].step


def new_session(flow: str) -> Session:
    """A conversation that has not begun; `Started` begins it."""
    return Session((Frame(flow),))


def dump_session(session: Session) -> dict[str, Any]:
    """A session as plain data for JSON; the inverse of `load_session`."""
    frames = [[f.flow, f.step, f.at, f.rung, f.asked_back, dict(f.values)] for f in session.frames]
    return {"frames": frames, "fence": session.fence, "ended": session.ended}


def load_session(data: Mapping[str, Any]) -> Session:
    """Make a session from what `dump_session` gave; raises ValueError where the data is not a session."""
    try:
        frames = tuple(Frame(*frame) for frame in data["frames"])
        return Session(frames, data["fence"], data["ended"])
    except (KeyError, TypeError) as error:
        raise ValueError("this is not a stored session") from error
