"""The working state of one call of `advance`: frames, fence and effects as they become."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flows.engine import effects as follow
from flows.engine.facts import Facts
from flows.engine.flow import Ask, Flow, Given, Text, Verb
from flows.engine.kinds import Value, holds
from flows.engine.moments import ClockTime, Length, after, next_clock_time
from flows.engine.render import render, render_spoken
from flows.engine.session import Frame, Session

if TYPE_CHECKING:
    from flows.engine.effects import Effect

UNANSWERED = Length(days=1)  # how long a question without a ladder of its own stays open


# A way that was walked: flow, step, verb, and what led on from there (empty: the verb was carried out).
Visit = tuple[str, str, int, str]


class CannotGoOn(Exception):
    """The conversation has nowhere to go; the message names flows and steps, never a member or their words."""


class Walk:
    """A conversation in the middle of one step; made, changed and thrown away within one call."""

    __slots__ = ("effects", "facts", "fence", "flows", "frames", "now", "visits")

    def __init__(self, flows: Mapping[str, Flow], session: Session, facts: Facts, now: datetime) -> None:
        self.flows, self.facts, self.now = flows, facts, now
        self.frames = list(session.frames)
        self.fence = session.fence
        self.effects: list[Effect] = []
        self.visits: list[Visit] = []

    @property
    def frame(self) -> Frame:
        """The frame that is running."""
        return self.frames[-1]

    @property
    def flow(self) -> Flow:
        """The flow that is running; raises CannotGoOn where it is not there."""
        flow = self.flows.get(self.frames[-1].flow)
        if flow is None:
            raise CannotGoOn(f"the flow {self.frames[-1].flow} is not there")
        return flow

    @property
    def verb(self) -> Verb:
        """The verb that is next; raises CannotGoOn where the step is not there."""
        frame = self.frames[-1]
        step = self.flow.steps.get(frame.step)
        if step is None or frame.at >= len(step.verbs):
            raise CannotGoOn(f"the flow {frame.flow} has no step {frame.step} to stand on")
        return step.verbs[frame.at]

    def note(self, way: str = "") -> None:
        """Note that the present verb was carried out, or left by a way: the name of a reply, `silence 1`, `skip`."""
        frame = self.frames[-1]
        self.visits.append((frame.flow, frame.step, frame.at, way))

    def jump(self, step: str) -> None:
        """Go on at the beginning of another step."""
        frame = self.frames[-1]
        self.frames[-1] = Frame(frame.flow, step, values=frame.values)

    def next_verb(self) -> None:
        """Go on with the next verb of this step."""
        frame = self.frames[-1]
        self.frames[-1] = Frame(frame.flow, frame.step, frame.at + 1, values=frame.values)

    def say(self, text: Text) -> None:
        """Tell the member something; raises CannotGoOn where a placeholder has no value."""
        frame, language = self.frames[-1], self._language(text)
        words = render(text, language, self.facts, frame.values)
        if words is None:
            raise CannotGoOn(f"a placeholder in the step {frame.step} of {frame.flow} has no value")
        spoken = render_spoken(text, language, self.facts, frame.values) if text.spoken else None
        self.effects.append(follow.Say(words, language, frame.flow, frame.step, spoken))

    def wait_for_rung(self, ask: Ask, number: int) -> None:
        """Wait for an answer, at most until this rung of the question's ladder of silence."""
        when = ask.silence[number].when if number < len(ask.silence) else UNANSWERED
        if self.frames[-1].rung != number:
            self.frames[-1] = replace(self.frames[-1], rung=number)
        self.wait_until(self.moment_of(when))

    def wait_until(self, until: datetime) -> None:
        """Wait for a moment, behind a new fence."""
        self.fence += 1
        self.effects.append(follow.Wait(until, self.fence))

    def moment_of(self, when: Length | ClockTime) -> datetime:
        """The moment a length of time from now, or when the member's clock next shows a time."""
        if isinstance(when, Length):
            return after(when, self.facts.zone, self.now)
        return next_clock_time(when, self.facts.zone, self.now)

    def given(self, given: Given) -> Value:
        """A value that is handed over, looked up where it is not literal."""
        if given.of == "kept":
            return self.frame.values.get(str(given.value))
        return self.facts.values.get(str(given.value)) if given.of == "fact" else given.value

    def keep(self, name: str, value: Value) -> None:
        """Keep a value, if it is of the declared kind; anything else leaves the name without a value."""
        frame, kind = self.frame, self.flow.keeps.get(name)
        if kind is not None and value is not None and holds(kind, value):
            self._set_values({**frame.values, name: value})
            self.effects.append(follow.Keep(name, value))
        elif name in frame.values:
            self._set_values({k: v for k, v in frame.values.items() if k != name})

    def _set_values(self, values: Mapping[str, Value]) -> None:
        frame = self.frames[-1]
        self.frames[-1] = Frame(frame.flow, frame.step, frame.at, frame.rung, frame.asked_back, values)

    def today(self) -> date:
        """The member's own date."""
        return self.now.astimezone(ZoneInfo(self.facts.zone)).date()

    def _language(self, text: Text) -> str:
        """The member's language where the flow has it, else the first that it has."""
        return self.facts.language if self.facts.language in text.plain else next(iter(text.plain))
