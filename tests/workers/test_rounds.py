from __future__ import annotations

import threading

from workers.rounds import Round, Rounds


def test_a_round_that_is_hastened_while_it_goes_is_gone_again() -> None:
    """What it saw may be older than the reason to go it: nobody waits for its next time."""
    gone = list[str]()

    def go() -> None:
        gone.append("missed")
        if len(gone) == 1:
            rounds.hasten("missed")

    rounds = Rounds((Round("missed", go, 600.0),), threading.Event())
    assert rounds.go_once() == 0.0
    rounds.go_once()
    assert gone == ["missed"] * 2
    assert rounds.go_once() > 0.0
    assert gone == ["missed"] * 2
