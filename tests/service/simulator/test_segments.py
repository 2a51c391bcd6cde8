"""Counting segments at the limits (3GPP TS 23.038 and 23.040)."""

import pytest

from service.simulator.segments import count_segments


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("á" + "a" * 69, 1),
        ("á" + "a" * 70, 2),
        ("ñÑ¿¡éü", 1),
        ("🙂" * 35, 1),
        ("🙂" * 36, 2),
        ("a" * 66 + "🙂" * 34, 3),
    ],
)
def test_segments_at_the_limits(text: str, segments: int) -> None:
    """160 and 153 septets, 70 and 67 units; an escape or a pair that does not fit goes to the next segment."""
    assert count_segments(text) == segments
