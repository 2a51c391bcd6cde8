"""Hours, held texts and the line at a number."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from service.forecast.adding_up import Forecast, add_up
from service.store.rows import Outbound

TEN = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
OURS = "+15555550100"
TEXT = Outbound(UUID(int=1), UUID(int=2), "routine", 2, "words", "en", TEN, TEN)


def added(*rows: Outbound, rate: float = 1.0) -> Forecast:
    """These messages added up."""
    return add_up([(OURS, row) for row in rows], rate)


def at(minutes: int, kind: str = "routine", segments: int = 1) -> Outbound:
    """A message some minutes after ten."""
    return replace(TEXT, kind=kind, ready_at=TEN + timedelta(minutes=minutes), segments=segments)


def test_texts_and_segments_by_hour_and_kind() -> None:
    """Unasked, answers and words to staff are told apart; each hour has its own line."""
    found = added(at(0), at(59, segments=2), at(60, "answer"), at(61, "staff"))
    assert [(hour.at.hour, hour.texts, hour.segments) for hour in found.hours] == [
        (15, {"unasked": 2}, {"unasked": 3}),
        (16, {"answer": 1, "staff": 1}, {"answer": 1, "staff": 1}),
    ]
    assert (found.texts, found.segments) == (4, 5)


def test_numbers_of_ours_are_told_apart() -> None:
    """Each sends at its own rate, and costs by itself."""
    found = add_up([("+15555550100", at(0)), ("+15555550101", at(0))], 1.0)
    assert [hour.sender for hour in found.hours] == ["+15555550100", "+15555550101"]


def test_what_is_held_is_counted_by_its_reason_and_sends_nothing() -> None:
    """A withheld text costs nothing, and says why."""
    held = replace(at(0), state="withheld", reason={"rule": "paused", "due": "x"})
    found = added(held, held, at(1))
    assert (found.held, found.texts) == ({"paused": 2}, 1)


@pytest.mark.parametrize(
    ("minutes", "rate", "seconds"),
    [
        ([0] * 90, 1.0, 90.0),
        ([0] * 90, 2.0, 45.0),
        ([0] * 90 + [1] * 10, 1.0, 90.0),
        ([0] * 90 + [1] * 40, 1.0, 70.0 + 20),
    ],
)
def test_the_longest_line(minutes: list[int], rate: float, seconds: float) -> None:
    """What comes at one moment waits for its turn at the rate of the number; a minute later a minute's worth is gone."""
    (line,) = added(*map(at, minutes), rate=rate).lines
    assert line.seconds == pytest.approx(seconds)


def test_a_line_of_more_than_an_hour_is_too_long() -> None:
    """Routine texts at its end would be stale."""
    assert not added(at(0, segments=3600)).lines[0].is_too_long
    assert added(at(0, segments=3601)).lines[0].is_too_long
