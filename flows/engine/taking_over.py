"""Taking a conversation over to another version of a flow, as far as the new version says where its steps went.

Only the place and the kept values are rewritten. The fence stays, and with it every timer that was set: silence comes
when the old version said that it would, and is then answered by the new one.
"""

from dataclasses import replace

from flows.engine.flow import Ask, Do, Flow, Run, Step, Verb, Wait
from flows.engine.kinds import Value, holds
from flows.engine.session import Frame, Session


def steps_of(session: Session, flow: str) -> tuple[str, ...]:
    """The steps of a flow on which a conversation stands: several where it runs itself, none where it is elsewhere."""
    if session.ended:
        return ()
    return tuple(frame.step for frame in session.frames if frame.flow == flow and frame.step)


def is_called_over(session: Session, new: Flow) -> bool:
    """Whether a new version says of a step on which the conversation stands what it is called now."""
    return any(step in new.renamed for step in steps_of(session, new.name))


def take_over(session: Session, old: Flow, new: Flow) -> Session | None:
    """The session as it stands in the new version, or None where that has no place for it.

    A place is a step by its new name (or its own, where it was not renamed) with the same kind of verb to wait at:
    a question for a question, a wait for a wait, a run of the same flow, the same action.
    """
    frames = [frame if frame.flow != new.name else _taken(frame, old, new) for frame in session.frames]
    placed = tuple(frame for frame in frames if frame is not None)
    return replace(session, frames=placed) if len(placed) == len(frames) else None


def _taken(frame: Frame, old: Flow, new: Flow) -> Frame | None:
    if not frame.step:
        return frame  # it has not begun, and begins with the new version
    before, after = old.steps.get(frame.step), new.steps.get(new.renamed.get(frame.step, frame.step))
    if before is None or after is None or frame.at >= len(before.verbs):
        return None
    at = _same_verb(before.verbs[frame.at], frame.at, after)
    if at is None:
        return None
    values = {name: value for name, value in frame.values.items() if _still_held(new, name, value)}
    return replace(frame, step=after.name, at=at, rung=_rung(frame.rung, after.verbs[at]), values=values)


def _same_verb(verb: Verb, at: int, step: Step) -> int | None:
    """Where the step has a verb at which one can wait as at this one; where several do, the nearest to the old place."""
    fitting = [place for place, other in enumerate(step.verbs) if _waits_alike(verb, other)]
    return min(fitting, key=lambda place: abs(place - at), default=None)


def _waits_alike(verb: Verb, other: Verb) -> bool:
    if isinstance(verb, Run) and isinstance(other, Run):
        return verb.flow == other.flow
    if isinstance(verb, Do) and isinstance(other, Do):
        return verb.waits and other.waits and verb.action == other.action
    return (isinstance(verb, Ask) and isinstance(other, Ask)) or (isinstance(verb, Wait) and isinstance(other, Wait))


def _rung(rung: int, verb: Verb) -> int:
    """The same rung of silence, or the last where the new ladder is shorter: its last rung is the one that leads on."""
    return min(rung, max(0, len(verb.silence) - 1)) if isinstance(verb, Ask) else rung


def _still_held(new: Flow, name: str, value: Value) -> bool:
    kind = new.values.get(name)
    return kind is not None and holds(kind, value)
