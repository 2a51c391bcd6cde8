"""Moving time: every due moment in order, waiting at each until the service is idle, so that nothing counts as late."""

import json
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import urllib3

from service.simulator.world import World

_PAUSE = 0.03
# Seen idle twice: a process that reads the clock file a moment after the other must have had its turn.
_TIMES_SEEN = 2


class NeverIdle(Exception):
    """The service did not come to rest in time."""


@dataclass(frozen=True, slots=True)
class State:
    """What GET /demo/state told: the next due moment if any, whether nothing is queued or in flight, and the people."""

    next_due: datetime | None
    idle: bool
    people: tuple[dict[str, str], ...]


def travel(world: World, target: datetime) -> datetime:
    """Move to `target` (aware) by way of every due moment, wait for rest, and return the moved time.

    Raises NeverIdle when the service does not come to rest in time at any of them.
    """
    while True:
        due = _rest(world).next_due
        if due is None or due > target:
            break
        world.clock.move_to(due)
    world.clock.move_to(target)
    _rest(world)
    return world.clock.now()


def find_next_due(world: World) -> datetime | None:
    """Wait for rest and tell the next due moment. Raises NeverIdle."""
    return _rest(world).next_due


def next_morning(world: World) -> datetime:
    """The next nine o'clock in the organisation's zone."""
    local = world.clock.now().astimezone(world.options.zone)
    nine = local.replace(hour=9, minute=0, second=0, microsecond=0)
    return nine if nine > local else nine + timedelta(days=1)


def read_state(world: World) -> State | None:
    """Ask the service how it stands; None when it does not answer or answers something else."""
    try:
        answer = urllib3.request("GET", f"{world.options.service}/demo/state", timeout=5.0, retries=False)
        told: dict[str, Any] = json.loads(answer.data) if answer.status == 200 else {}
        due = told["next_due"]
        return State(datetime.fromisoformat(due) if due else None, bool(told["idle"]), tuple(told["people"]))
    except (urllib3.exceptions.HTTPError, ValueError, KeyError, TypeError):
        return None


def _rest(world: World) -> State:
    """Wait until nothing is queued, in flight or overdue, here and there."""
    patience = world.options.patience
    until = time.monotonic() + patience
    seen = 0
    while time.monotonic() < until:
        state = read_state(world)
        at_rest = state is not None and _is_at_rest(world, state)
        seen = seen + 1 if at_rest else 0
        if state is not None and seen >= _TIMES_SEEN:
            return state
        world.reports.wait(_PAUSE)
    msg = f"the service was not idle within {patience:.0f} seconds"
    raise NeverIdle(msg)


def _is_at_rest(world: World, state: State) -> bool:
    overdue = state.next_due is not None and state.next_due <= world.clock.now()
    return state.idle and not overdue and not world.queues.is_behind() and world.reports.pending == 0
