"""Graphemes are cut where Twilio's calculator cuts them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.rules.graphemes import graphemes

COUPLE = "\U0001f469\u200d\u2764\ufe0f\u200d\U0001f468"
FLAG = "\U0001f1fa\U0001f1f8"
SKIN = "\U0001f3fd"


@given(st.text())
def test_nothing_is_lost_or_added(text: str) -> None:
    """The graphemes of any text, joined, are that text."""
    assert "".join(graphemes(text)) == text


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("abc", 3),
        ("\r\n", 1),
        ("\n\r", 2),
        ("e\u0301\u0302", 1),
        (COUPLE, 1),
        (FLAG + FLAG, 2),
        (FLAG[0] * 3, 2),
        ("\U0001f44d" + SKIN, 1),
        ("a" + SKIN, 2),
        ("각", 1),
        ("\u1100\u1161\u11a8", 1),
        ("\u0600a", 1),
        ("\u0600\n", 2),
        ("\u0b95\u0bbf", 1),
        # the calculator's habits
        (FLAG + "\u0301\u0301", 2),
        ("\U0001f44d\u0301" + SKIN, 1),
        ("\U0001f44d\u0301\u0301" + SKIN, 2),
    ],
)
def test_graphemes_are_counted_as_twilio_counts_them(text: str, count: int) -> None:
    """Joined emoji, flags, skin tones, syllables and marks stay whole; the calculator's habits are kept."""
    assert len(graphemes(text)) == count
