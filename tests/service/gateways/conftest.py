"""The simulator's own fixtures: a real provider on this machine."""

from tests.service.simulator.conftest import simulator, start

__all__ = ["simulator", "start"]
