"""python -m tests.benchmarks.engine: one step of the flow engine, beside two state machines doing the same conversation.

A step is what one message costs the engine: the stored session is read, the reply matched, a text rendered, the new
session written. Compiling flows is not counted, as it happens once in a process. Processor time, the best of several
rounds, as the machine may be busy.
"""

from __future__ import annotations

import sys
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

ROUNDS, STEPS = 7, 1500
NOW = datetime(2026, 3, 3, 21, tzinfo=UTC)
FACTS = Facts("en", "America/Chicago", {"me": "Sam", "specialist": "Ana", "org": "Riverbend", "hours": "9 to 5"})
WORDS = {"fine": "fine", "good": "fine", "ok": "fine", "bad": "low", "rough": "low"}


def main() -> int:
    """Print the microseconds of a step and the ratios."""
    exact, loose = engine_step("fine"), engine_step("graet")
    sys.stdout.write(f"One step, matched exactly {exact:.1f} us (15 wanted), loosely {loose:.1f} us (40 wanted).\n")
    for name, peer in (("transitions", transitions_step), ("python-statemachine", statemachine_step)):
        sys.stdout.write(f"The same conversation in {name}: {peer():.1f} us, {peer() / exact:.1f} times as long.\n")
    return 0


def engine_step(text: str) -> float:
    """Microseconds of one step of the check-in with this reply."""
    paths = (Path(__file__).parents[2] / "flows").glob("*.yaml")
    flows = {flow.name: flow for path in paths for flow in [compile_flow(path.read_text(), path.name, CATALOGUE)]}
    session, _ = advance(flows, new_session("check-in"), Started(), FACTS, NOW)
    stored = orjson.dumps(dump_session(session))

    def step() -> None:
        after, _ = advance(flows, load_session(orjson.loads(stored)), Replied(text), FACTS, NOW)
        orjson.dumps(dump_session(after))

    return best(step)


def transitions_step() -> float:
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

    return best(step)


class Asked(StateMachine):
    """The same with python-statemachine."""

    asked = State(initial=True)
    glad = State()
    rough = State()
    done = State(final=True)
    fine = asked.to(glad)
    low = asked.to(rough)
    end = glad.to(done) | rough.to(done)


def statemachine_step() -> float:
    """The same with `python-statemachine`."""
    stored = orjson.dumps({"state": "asked"})

    def step() -> None:
        talk: Any = Asked(start_value=orjson.loads(stored)["state"])
        talk.send(WORDS["fine"])
        _ = "Good to hear from you, {me}.".format(me="Sam")
        talk.send("end")
        orjson.dumps({"state": "done"})

    return best(step)


def best(step: Callable[[], None]) -> float:
    """Microseconds of processor time, the best of several rounds."""
    return min(_round(step) for _ in range(ROUNDS)) / STEPS * 1e6


def _round(step: Callable[[], None]) -> float:
    began = process_time()
    for _ in range(STEPS):
        step()
    return process_time() - began


if __name__ == "__main__":
    sys.exit(main())
