import pytest

from tests.faults.away import live_through


@pytest.mark.slow
def test_texts_are_answered_and_alerts_go_while_the_broker_is_away() -> None:
    """It refuses, or takes nothing more: each text is answered at its first webhook, and nothing is lost or left over."""
    account, _ = live_through(4.0, 10.0, print, ("broker refused", "broker full"))
    assert account.broken == []
    assert account.counts["texts answered"] == account.counts["texts"] >= 80
