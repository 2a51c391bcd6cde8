"""Wherever a conversation stands in a shipped flow, it can be taken over to one whose steps all have other names."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.engine.changes import changes
from flows.engine.effects import Effect, Finished, Keep, Stuck, Wait
from flows.engine.events import Event, Started
from flows.engine.facts import Facts
from flows.engine.flow import Flow, Goal
from flows.engine.session import Session, new_session
from flows.engine.step import advance
from flows.engine.taking_over import is_called_over, take_over
from tests.flows.engine.flow_files import shipped_flows
from tests.flows.engine.test_walks import EVENTS, NAMES, START, event_of, facts, taken


def other(step: str) -> str:
    """Another name for a step."""
    return f"{step}_too"


@cache
def renamed_flows() -> Mapping[str, Flow]:
    """Every shipped flow with another name for each of its steps, which it says in `renamed:`."""
    return {name: renamed(flow) for name, flow in shipped_flows().items()}


def renamed(flow: Flow) -> Flow:
    """A flow with another name for each step."""
    steps = {other(name): replace(led(step), name=other(name)) for name, step in flow.steps.items()}
    says = {name: other(name) for name in flow.steps}
    found: Flow = replace(led(flow), steps=steps, first=other(flow.first), renamed=says)
    return found


def led(value: Any) -> Any:  # noqa: ANN401 - any part of a flow
    """A part of a flow with every goal in it leading to the other names."""
    if isinstance(value, Goal):
        return replace(value, step=other(value.step))
    if isinstance(value, tuple):
        return tuple(led(one) for one in value)
    if isinstance(value, Mapping):
        return {key: led(one) for key, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type) and not hasattr(value, "exact"):
        return replace(value, **{field.name: led(getattr(value, field.name)) for field in fields(value)})
    return value


def moved(session: Session) -> Session:
    """The session taken over to the other names, flow by flow, as publishing does it."""
    for name in dict.fromkeys(frame.flow for frame in session.frames):
        assert is_called_over(session, renamed_flows()[name])
        found = take_over(session, shipped_flows()[name], renamed_flows()[name])
        assert found is not None
        session = found
    return session


def called(effects: tuple[Effect, ...]) -> list[Effect]:
    """Effects with the steps that they name called by their other names."""
    return [
        one if isinstance(one, Wait | Keep | Finished | Stuck) else replace(one, step=other(one.step))
        for one in effects
    ]


@settings(max_examples=100)
@given(st.sampled_from(NAMES), facts(), st.lists(EVENTS, max_size=12), EVENTS)
def test_who_is_taken_over_goes_on_as_if_nothing_had_happened(
    name: str, known: Facts, drawn: list[Event | str], then: Event | str
) -> None:
    """After any history, the next event has the same effects in the version with other names, at the same fence."""
    flows, now = shipped_flows(), START
    session, _ = advance(flows, new_session(name), Started(taken(name)), known, now)
    for one in drawn:
        now += timedelta(minutes=7)
        session, _ = advance(flows, session, event_of(one, session), known, now)
    if session.ended:
        return
    event = event_of(then, session)
    before, expected = advance(flows, session, event, known, now)
    after, effects = advance(renamed_flows(), moved(session), event, known, now)
    assert list(effects) == called(expected)
    assert (after.fence, after.ended) == (before.fence, before.ended)


@given(st.sampled_from(NAMES))
def test_other_names_are_all_that_is_told_of_it(name: str) -> None:
    """A flow whose steps have other names, and say so, differs in nothing else."""
    found = changes(shipped_flows()[name], renamed_flows()[name])
    assert {one.code for one in found} == {"step.renamed"}
