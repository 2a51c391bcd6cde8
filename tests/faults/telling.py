"""What every run of the faults but the storm does from its seed to its exit status."""

from __future__ import annotations

import random
from collections.abc import Callable

from service.local.runner import Stopped, listening_for_the_end
from tests.faults.account import Account

Say = Callable[[str], None]


def drawn(seed: int | None) -> int:
    """The seed that was given, or one of chance; told, so that a run can be repeated."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    say(f"seed {seed}")
    return seed


def carry_out(run: Callable[[Say], Account]) -> int:
    """Run and print the account; 1 if a promise broke, 130 if somebody stopped it."""
    try:
        with listening_for_the_end():
            account = run(say)
    except Stopped:
        return 130
    for line in (*(f"  {what}: {number}" for what, number in account.counts.items()), *account.broken):
        say(line)
    say("BROKEN" if account.broken else "Every promise held.")
    return 1 if account.broken else 0


def say(line: str) -> None:
    """A line of progress, at once."""
    print(line, flush=True)  # noqa: T201 - its output
