"""When a conversation that waits by the clock goes on, once a member's clocks are others."""

from collections.abc import Mapping
from datetime import date, datetime

from flows.engine.flow import Ask, Flow, Verb, Wait
from flows.engine.moments import ClockTime, DateKept, Length, date_moment, next_clock_time
from flows.engine.session import Frame, Session


def clock_due(flows: Mapping[str, Flow], session: Session, zone: str, now: datetime) -> datetime | None:
    """When (UTC) the present wait of a session is over by the clocks of a zone; it may lie in the past.

    None where it waits for a length of time, which clocks do not change, or for nothing.
    """
    verb = _verb(flows, session)
    if verb is None:
        return None
    frame = session.frames[-1]
    moment = _moment(verb, frame)
    if isinstance(moment, DateKept):
        day = frame.values.get(moment.name)
        return date_moment(moment, date.fromisoformat(day), zone) if isinstance(day, str) else None
    return next_clock_time(moment, zone, now) if isinstance(moment, ClockTime) else None


def _verb(flows: Mapping[str, Flow], session: Session) -> Verb | None:
    """The verb on which a session stands."""
    if session.running is None:
        return None
    frame = session.frames[-1]
    flow = flows.get(frame.flow)
    step = None if flow is None else flow.steps.get(frame.step)
    return None if step is None or frame.at >= len(step.verbs) else step.verbs[frame.at]


def _moment(verb: Verb, frame: Frame) -> Length | ClockTime | DateKept | None:
    if isinstance(verb, Wait):
        return verb.moment
    return verb.silence[frame.rung].when if isinstance(verb, Ask) and frame.rung < len(verb.silence) else None
