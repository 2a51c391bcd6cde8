"""python -m tests.faults.consent_races: what `run.py faults races` runs."""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from uuid import UUID

from tests.faults.account import Account
from tests.faults.arena import Arena, running_arena
from tests.faults.race_account import draw_up
from tests.faults.races import SHAPES, run_races
from tests.faults.telling import carry_out, drawn
from tests.faults.witness import testimony

_OURS = re.compile(r"/twilio/messages/([0-9a-f-]{36})/status$")


def race(count: int, seed: int, say: Callable[[str], None]) -> Account:
    """Run so many races on servers of their own; the account of them."""
    with running_arena(say) as arena:
        say(f"{count} races, of {len(SHAPES)} kinds in turn ...")
        told = run_races(arena, count, seed, say)
        say("All is at rest; reading the database's own account ...")
        with arena.connect() as connection:
            return draw_up(testimony(connection), told, _accepted(arena))


def _accepted(arena: Arena) -> Counter[UUID]:
    found = (_OURS.search(line["StatusCallback"] or "") for line in arena.accepted())
    return Counter(UUID(match[1]) for match in found if match is not None)


def main(words: Sequence[str]) -> int:
    """Race and print the account; 1 if a promise broke."""
    parser = argparse.ArgumentParser(prog="faults races")
    parser.add_argument("--races", type=int, default=50)
    parser.add_argument("--seed", type=int, default=None)
    given = parser.parse_args(words)
    seed = drawn(given.seed)
    return carry_out(lambda say: race(given.races, seed, say))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
