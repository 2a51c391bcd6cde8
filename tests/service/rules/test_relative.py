"""Moments before and after a date."""

from __future__ import annotations

from datetime import datetime

import pytest

from service.rules.relative import RelativeProblem, is_before, moment_of, read_relative

NEW_YORK = "America/New_York"


@pytest.mark.parametrize(
    ("when", "date_at", "moment"),
    [
        ("2 days before at 12:00", "2026-03-12T14:00", "2026-03-10T12:00"),
        ("2 days before", "2026-03-12T14:00", "2026-03-10T14:00"),
        ("3 hours before", "2026-03-12T14:00", "2026-03-12T11:00"),
        ("1 day after at 15:30", "2026-03-12T14:00", "2026-03-13T15:30"),
        ("1 week after", "2026-03-12T14:00", "2026-03-19T14:00"),
        ("that day at 9:00", "2026-03-12T14:00", "2026-03-12T09:00"),
        # The clocks jump in the night of 8 March: a day before stays ten o'clock, twelve hours before do not.
        ("1 day before", "2026-03-08T10:00", "2026-03-07T10:00"),
        ("12 hours before", "2026-03-08T10:00", "2026-03-07T21:00"),
    ],
)
def test_days_count_on_the_calendar_and_hours_as_they_pass(when: str, date_at: str, moment: str) -> None:
    """Each is worked out from the local time of its date."""
    assert moment_of(read_relative(when), datetime.fromisoformat(date_at), NEW_YORK) == datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    ("when", "before"),
    [
        ("3 hours before", True),
        ("that day at 9:00", True),
        ("that day at 18:00", False),
        ("1 day after", False),
        ("0 days after", False),
    ],
)
def test_what_lies_before_is_a_reminder(when: str, before: bool) -> None:  # noqa: FBT001
    """Words before a date are worth nothing after it; words after it are ordinary."""
    assert is_before(read_relative(when), datetime(2026, 3, 12, 14), NEW_YORK) is before


@pytest.mark.parametrize(
    "when", ["", "soon", "2 days", "before 2 days", "2 months before", "900 days before", "3 hours before at 9:00", "1 day before at 25:00"]
)  # fmt: skip
def test_other_words_are_refused_with_a_mend(when: str) -> None:
    """The problem names what was written."""
    with pytest.raises(RelativeProblem, match="write"):
        read_relative(when)
