import pytest

from tests.faults.run import run
from tests.faults.texting import Plan


@pytest.mark.slow
def test_nothing_is_lost_and_nothing_doubled_in_a_storm() -> None:
    """500 texts and 100 SIGKILLs of web, worker, clock, broker and database, with freezes between, while the provider does wrong: every promise holds."""
    account = run(Plan(messages=500, kills=100, seed=20270302), print)
    assert account.broken == []
    assert account.counts["texts stored"] == 500
