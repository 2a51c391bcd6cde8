"""Each measurement runs to its end at a tiny size; what it measures is not asserted, as it differs from machine to machine."""

from collections.abc import Iterator

import pytest

from tests.benchmarks import checkins, door, engine, growth, room, sending, signature, webhook
from tests.benchmarks.counting import statements_for
from tests.benchmarks.figures import Figure, ratios, table
from tests.benchmarks.ground import Ground, running_ground, settings_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    """Servers for all measurements."""
    with running_ground(print) as started:
        yield started


def names(figures: list[Figure]) -> set[str]:
    """What was measured, each with values above nothing."""
    assert all(value > 0 for figure in figures for value in figure.values), table(figures)
    return {figure.name for figure in figures}


def test_the_webhook_is_measured_beside_both(ground: Ground) -> None:
    """Texts are taken, stored, counted, and replayed by pgbench; a text that was lost would raise."""
    found = names([figure for figure in webhook.measure(ground, "tiny", print) if "processor" not in figure.name])
    assert {"texts / signature only", "texts / pgbench", "statements for each text"} <= found


def test_a_text_costs_two_statements_and_one_commit(ground: Ground) -> None:
    """A count, not a timing: it holds on every machine."""
    site = ground.fresh("counted")
    settings = settings_of(site)
    phones = webhook.begun(settings, 20)
    assert statements_for(settings, phones, webhook.WORDS) == (2.0, 1.0)


def test_check_ins_are_measured_beside_others(ground: Ground) -> None:
    """Everybody's check-in is begun once, by one process and by two, and every peer hands on all that is due."""
    found = names([figure for figure in checkins.measure(ground, "tiny", print) if "processor" not in figure.name])
    assert {"one process / celery-redbeat", "two processes / APScheduler", "row by row: due schedules"} <= found


def test_growth_is_measured_at_every_size(ground: Ground) -> None:
    """An empty look and a due one for each size."""
    assert len(names(growth.measure(ground, "tiny", print))) == 4


def test_sending_is_measured_beside_bare_clients(ground: Ground) -> None:
    """Every text is handed over once by each of the three."""
    found = [figure for figure in sending.measure(ground, "tiny", print) if "processor" not in figure.name]
    assert "ours / library, provider answers at once" in names(found)


def test_the_way_to_the_door_is_measured(ground: Ground) -> None:
    """Every text that comes in makes one arrive at the provider."""
    found = door.measure(ground, "tiny", print)
    assert len(found[0].values) == 3
    assert "clock, one process" in names(found)


def test_room_on_disk_is_measured(ground: Ground) -> None:
    """A member, a check-in and an answered text each take room."""
    assert len(names(room.measure(ground, "tiny", print))) == 3


def test_steps_of_the_engine_are_measured() -> None:
    """The same conversation by three engines."""
    assert len(names([figure for figure in engine.measure("tiny") if figure.unit == "us"])) == 4


def test_the_check_of_a_signature_is_measured() -> None:
    """Both let the genuine text in, or it would raise."""
    assert len(names(signature.measure("tiny"))) == 3


def test_a_table_shows_the_middle_and_the_spread() -> None:
    """Lowest and highest stand beside the median, and the goal where there is one."""
    line = table([Figure("x", "texts", (1.0, 5.0, 2.0), "/s", "9")])
    assert line.split() == ["x", "texts", "2", "/s", "(1", "to", "5)", "wanted:", "9"]


def test_ratios_are_of_neighbours() -> None:
    """Each value is divided by the one that was measured next to it."""
    assert ratios((4.0, 9.0), (2.0, 3.0)) == (2.0, 3.0)
