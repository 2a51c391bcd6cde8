"""Everything that lasts while the simulator runs, in one value handed to every part."""

import threading
from dataclasses import dataclass, field
from typing import Any

from service.simulator.clock import MovedClock
from service.simulator.faults import Faults
from service.simulator.ledger import Ledger
from service.simulator.lines import Lines
from service.simulator.memory import Memory
from service.simulator.options import Options
from service.simulator.pickups import Pickups
from service.simulator.posting import Poster
from service.simulator.queues import Queues
from service.simulator.reports import Reports


@dataclass(frozen=True, slots=True)
class World:
    """The parts that last.

    `requests` holds what the service asked of the REST API, the newest ten thousand; `travelling` is held while time is
    moved, so that two wishes do not mix.
    """

    options: Options
    memory: Memory
    ledger: Ledger
    clock: MovedClock
    faults: Faults
    poster: Poster
    reports: Reports
    lines: Lines
    queues: Queues
    pickups: Pickups = field(default_factory=Pickups)
    requests: list[dict[str, Any]] = field(default_factory=list)
    travelling: threading.Lock = field(default_factory=threading.Lock)


def make_world(options: Options) -> World:
    """Set up the parts, and bring back what an earlier run left in the data folder."""
    memory, ledger = Memory(), Ledger(options.data)
    ledger.restore(memory)
    poster = Poster(options)
    clock = MovedClock(options.clock_file, options.start)
    queues = Queues(options.rate, options.queue, clock.now)
    return World(options, memory, ledger, clock, Faults(), poster, Reports(), Lines(options), queues)
