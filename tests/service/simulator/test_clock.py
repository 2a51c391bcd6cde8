"""Moving time, step by step, with a service that has things due."""

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.service.simulator.running import Simulator

START = datetime(2026, 3, 6, 14, 0, tzinfo=UTC)


def _now(simulator: Simulator) -> datetime:
    return datetime.fromisoformat(simulator.ask("GET", "/clock").json()["now"])


def _move(simulator: Simulator, **wish: str) -> datetime:
    answer = simulator.ask("POST", "/clock", fields=wish)
    assert answer.status == 200, answer.data
    return datetime.fromisoformat(answer.json()["now"])


def _near(one: datetime, other: datetime) -> bool:
    return abs(one - other) < timedelta(seconds=20)


@pytest.fixture
def dues(start: Callable[..., Simulator]) -> tuple[Simulator, list[datetime]]:
    """A simulator at two in the afternoon, and a service that has something due at each of three moments."""
    simulator = start(start=START, zone=ZoneInfo("America/New_York"))
    due = [START + timedelta(hours=hours) for hours in (1, 1.5, 3)]
    seen: list[datetime] = []

    def tell_state() -> dict[str, object]:
        """What is due is done when somebody looks and its moment has come."""
        now = simulator.world.clock.now()
        while due and due[0] <= now:
            seen.append(now)
            due.pop(0)
        return {"next_due": due[0].isoformat() if due else None, "idle": True, "people": []}

    simulator.service.tell_state = tell_state
    return simulator, seen


def test_time_begins_where_it_was_told_and_runs_by_itself(start: Callable[..., Simulator], tmp_path: Path) -> None:
    """The clock file holds the offset from machine time; it is read again after a restart, and start is then ignored."""
    simulator = start(start=START)
    assert _near(_now(simulator), START)
    offset = json.loads((tmp_path / "clock.json").read_text())["offset"]
    assert _near(datetime.now(UTC) + timedelta(seconds=offset), START)
    assert _near(_now(start(start=START + timedelta(days=9))), START)


def test_advancing_stops_at_every_due_moment_on_the_way(dues: tuple[Simulator, list[datetime]]) -> None:
    """Nothing is late: each of the two was seen at its own moment, and the third is still to come."""
    simulator, seen = dues
    assert _near(_move(simulator, advance="7200"), START + timedelta(hours=2))
    assert len(seen) == 2
    assert _near(seen[0], START + timedelta(hours=1))
    assert _near(seen[1], START + timedelta(hours=1.5))


def test_next_goes_to_the_next_due_moment_and_no_further(dues: tuple[Simulator, list[datetime]]) -> None:
    """With nothing due any more it stays where it is."""
    simulator, seen = dues
    moments = [_move(simulator, to="next") for _ in range(4)]
    hours = [1, 1.5, 3, 3]
    assert all(_near(moment, START + timedelta(hours=hour)) for moment, hour in zip(moments, hours, strict=True))
    assert len(seen) == 3


def test_morning_is_nine_in_the_organisations_zone(dues: tuple[Simulator, list[datetime]]) -> None:
    """Nine in New York is 14:00 in UTC on 7 March and 13:00 after the clocks change on the 8th."""
    simulator, _ = dues
    assert _near(_move(simulator, to="morning"), datetime(2026, 3, 7, 14, 0, tzinfo=UTC))
    assert _near(_move(simulator, to="morning"), datetime(2026, 3, 8, 13, 0, tzinfo=UTC))


def test_a_moment_can_be_named_and_time_never_goes_back(dues: tuple[Simulator, list[datetime]]) -> None:
    """A moment that has passed changes nothing."""
    simulator, _ = dues
    later = START + timedelta(hours=5)
    assert _near(_move(simulator, to=later.isoformat()), later)
    assert _near(_move(simulator, to=START.isoformat()), later)


@pytest.mark.parametrize("wish", [{}, {"advance": "-5"}, {"advance": "soon"}, {"to": "tomorrow"}, {"to": "2026-03-06"}])
def test_a_wish_that_makes_no_sense_is_refused_in_words(simulator: Simulator, wish: dict[str, str]) -> None:
    """The answer says what to write, and time stays."""
    before = _now(simulator)
    refused = simulator.ask("POST", "/clock", fields=wish)
    assert (refused.status, len(refused.json()["error"]) > 20) == (400, True)
    assert _near(_now(simulator), before)


def test_moving_waits_until_the_service_is_idle(simulator: Simulator) -> None:
    """While something is in flight the answer does not come; then it comes."""
    simulator.service.state["idle"] = False
    asked = threading.Thread(target=_move, args=(simulator,), kwargs={"advance": "60"})
    asked.start()
    simulator.until(lambda: simulator.service.looks > 3)
    assert asked.is_alive()
    simulator.service.state["idle"] = True
    asked.join(10)
    assert not asked.is_alive()


def test_a_service_that_never_rests_is_told_as_such(start: Callable[..., Simulator]) -> None:
    """After a minute (here a moment) the answer is 504, with the time reached."""
    simulator = start(patience=0.2)
    simulator.service.state["idle"] = False
    answer = simulator.ask("POST", "/clock", fields={"advance": "60"})
    assert answer.status == 504
    assert answer.json().keys() == {"error", "now"}
