"""The picture of a forecast."""

import itertools
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from service.forecast.adding_up import Forecast, Hour
from service.forecast.drawing import HEIGHT, WIDTH, to_svg

START = datetime(2026, 11, 22, 15, 20, tzinfo=UTC)
SVG = "{http://www.w3.org/2000/svg}"


def picture(*hours: Hour, days: int = 7) -> ET.Element:
    """The picture of these hours, parsed."""
    return ET.fromstring(to_svg(Forecast(hours, {}, ()), START, days, "America/New_York"))  # noqa: S314 - our own


def hour(ahead: int, **segments: int) -> Hour:
    """An hour so many hours after the first."""
    at = START.replace(minute=0) + timedelta(hours=ahead)
    return Hour(at, "+15555550100", segments, segments)


def bars(drawn: ET.Element) -> list[tuple[str, float, float]]:
    """Every piece of a bar: its kind, its left edge and its height."""
    found = [one for one in drawn.iter(f"{SVG}rect") if one.get("class") in ("unasked", "answer", "staff")]
    return [
        (one.attrib["class"], float(one.attrib["x"]), float(one.attrib["height"]))
        for one in found
        if one.get("y") != "32"
    ]


def test_bars_stand_at_their_hours_and_are_as_high_as_their_segments() -> None:
    """Twice the segments are twice the height; a later hour is further right; kinds stand on one another."""
    (first, x, height), (second, same, staff), (third, later, double) = bars(
        picture(hour(0, unasked=100, staff=100), hour(24, unasked=200))
    )
    assert (first, second, third) == ("unasked", "staff", "unasked")
    assert x == same < later
    assert [staff, double] == pytest.approx([height, 2 * height], abs=0.2)


def test_what_lies_beyond_the_days_is_left_out() -> None:
    """No bar is drawn outside of the picture."""
    assert bars(picture(hour(24 * 8, unasked=5))) == []


@pytest.mark.parametrize("days", [1, 2, 7, 31, 92])
def test_names_of_days_never_touch(days: int) -> None:
    """However many days there are, their names have room, and stay within the picture."""
    drawn = picture(hour(3, unasked=1), days=days)
    at = sorted(float(one.attrib["x"]) for one in drawn.iter(f"{SVG}text") if float(one.attrib["y"]) > HEIGHT - 40)
    assert at
    assert all(after - before >= 79 for before, after in itertools.pairwise(at))
    assert at[-1] <= WIDTH - 70


def test_it_can_be_read_aloud_and_in_the_dark() -> None:
    """A title and the totals for those who hear it, colours of its own for dark screens."""
    source = to_svg(Forecast((hour(0, unasked=3),), {}, ()), START, 7, "America/New_York")
    assert "3 texts in 3 segments over 7 days</desc>" in source
    assert "prefers-color-scheme: dark" in source


def test_nothing_to_send_is_a_picture_too() -> None:
    """An empty forecast draws its scale and its days."""
    assert bars(picture()) == []
