"""One step of the flow engine, beside two state machines doing the same conversation.

A step is what one message costs the engine: the stored session is read, the reply matched, a text rendered, the new
session written. Compiling flows is not counted, as it happens once in a process. Processor time, in rounds
in turn, as the machine may be busy.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import process_time
from typing import Any

import orjson
from statemachine import State, StateMachine
from transitions import Machine

from flows.engine.compile import compile_flow
from flows.engine.events import Replied, Started
from flows.engine.facts import Facts
from flows.engine.session import dump_session, load_session, new_session
from flows.engine.step import advance
from service.rules.catalogue import CATALOGUE
from tests.benchmarks.figures import Figure, ratios
from tests.benchmarks.ground import Amount

NOW = datetime(2026, 3, 3, 21, tzinfo=UTC)
FACTS = Facts("en", "America/Chicago", {"me": "Sam", "specialist": "Ana", "org": "Riverbend", "hours": "9 to 5"})
WORDS = {"fine": "fine", "good": "fine", "ok": "fine", "bad": "low", "rough": "low"}


ENOUGH = {"tiny": (2, 50), "quick": (5, 800), "long": (15, 2000)}  # rounds, and steps in each


def measure(amount: Amount) -> list[Figure]:
    """Microseconds of a step and of the same conversation elsewhere, in turn, and their ratios."""
    rounds, steps = ENOUGH[amount]
    ways = {
        "a step, reply matched exactly": engine_step("fine"),
        "a step, reply matched loosely": engine_step("graet"),
        "the conversation in transitions": transitions_step(),
        "the conversation in python-statemachine": statemachine_step(),
    }
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, step in ways.items():
            found[name].append(micros(step, steps))
    exact, loose, first, second = (tuple(values) for values in found.values())
    wanted = {"a step, reply matched exactly": "15", "a step, reply matched loosely": "40"}
    return [
        *(Figure("engine", name, tuple(values), "us", wanted.get(name, "")) for name, values in found.items()),
        Figure("engine", "transitions / a step matched exactly", ratios(first, exact), "ratio"),
        Figure("engine", "python-statemachine / a step matched exactly", ratios(second, exact), "ratio"),
        Figure("engine", "loosely / exactly", ratios(loose, exact), "ratio"),
    ]


def engine_step(text: str) -> Callable[[], None]:
    """One step of the check-in with this reply."""
    paths = (Path(__file__).parents[2] / "flows").glob("*.yaml")
    flows = {flow.name: flow for path in paths for flow in [compile_flow(path.read_text(), path.name, CATALOGUE)]}
    session, _ = advance(flows, new_session("check-in"), Started(), FACTS, NOW)
    stored = orjson.dumps(dump_session(session))

    def step() -> None:
        after, _ = advance(flows, load_session(orjson.loads(stored)), Replied(text), FACTS, NOW)
        orjson.dumps(dump_session(after))

    return step


def transitions_step() -> Callable[[], None]:
    """The same with `transitions`: the machine of a member is made from its stored state, triggered and stored."""
    states = ["asked", "glad", "rough", "done"]
    ways = [["fine", "asked", "glad"], ["low", "asked", "rough"], ["end", "*", "done"]]
    stored = orjson.dumps({"state": "asked"})

    class Talk:
        state: str
        trigger: Callable[[str], bool]

    def step() -> None:
        talk = Talk()
        Machine(talk, states=states, transitions=ways, initial=orjson.loads(stored)["state"], auto_transitions=False)
        talk.trigger(WORDS["fine"])
        _ = "Good to hear from you, {me}.".format(me="Sam")
        talk.trigger("end")
        orjson.dumps({"state": talk.state})

    return step


class Asked(StateMachine):
    """The same with python-statemachine."""

    asked = State(initial=True)
    glad = State()
    rough = State()
    done = State(final=True)
    fine = asked.to(glad)
    low = asked.to(rough)
    end = glad.to(done) | rough.to(done)


def statemachine_step() -> Callable[[], None]:
    """The same with `python-statemachine`."""
    stored = orjson.dumps({"state": "asked"})

    def step() -> None:
        talk: Any = Asked(start_value=orjson.loads(stored)["state"])
        talk.send(WORDS["fine"])
        _ = "Good to hear from you, {me}.".format(me="Sam")
        talk.send("end")
        orjson.dumps({"state": "done"})

    return step


def micros(step: Callable[[], None], steps: int) -> float:
    """Microseconds of processor time of one step."""
    began = process_time()
    for _ in range(steps):
        step()
    return (process_time() - began) / steps * 1e6
