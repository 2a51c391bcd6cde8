"""The pace of one person's words: what a hand can write goes at once, a machine's goes one after the other, in order."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from service.rules.pace import AT_ONCE, STEP, next_turn
from tests.house import NOW


def test_sixty_go_at_once_and_then_one_a_second() -> None:
    """A burst of seventy: the first sixty now, the others a second apart."""
    ready = turns([timedelta()] * 70)
    assert ready[:AT_ONCE] == [NOW] * AT_ONCE
    assert ready[AT_ONCE:] == [NOW + STEP * place for place in range(1, 11)]


def test_after_a_rest_words_go_at_once_again() -> None:
    """A minute and more of silence makes room for another burst."""
    assert turns([timedelta()] * 70 + [timedelta(minutes=2)] * 60)[70:] == [NOW + timedelta(minutes=2)] * 60


@given(st.lists(st.integers(0, 5), max_size=200))
def test_nothing_overtakes_and_no_minute_has_more(pauses: list[int]) -> None:
    """Whenever they come: none goes before it came or before the one in front, and sixty and a second each are the most."""
    came = [timedelta(seconds=sum(pauses[: place + 1]) / 4) for place in range(len(pauses))]
    ready = turns(came)
    assert ready == sorted(ready)
    assert all(at >= NOW + when for at, when in zip(ready, came, strict=True))
    for first, at in enumerate(ready):
        within = sum(other < at + timedelta(minutes=1) for other in ready[first:])
        assert within <= AT_ONCE + 60


def turns(came: list[timedelta]) -> list[datetime]:
    """When each of these words may go."""
    found, turn = [], None
    for when in came:
        ready, turn = next_turn(turn, NOW + when)
        found.append(ready)
    return found
