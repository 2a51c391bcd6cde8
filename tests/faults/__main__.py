"""python -m tests.faults: what `run.py faults` runs."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from service.local.runner import Stopped, listening_for_the_end
from tests.faults import away, consent_races, years
from tests.faults.run import run, tell
from tests.faults.telling import drawn, say
from tests.faults.texting import Plan

OTHERS = {"races": consent_races.main, "years": years.main, "outages": away.main}


def main() -> int:
    """Run a storm and print its account, or what is named instead of it; 1 if a promise broke."""
    if sys.argv[1:2] and sys.argv[1] in OTHERS:
        return OTHERS[sys.argv[1]](sys.argv[2:])
    parser = argparse.ArgumentParser(prog="faults")
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--messages", type=int, default=200)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--json", type=Path, default=None, help="a file for the account")
    given = parser.parse_args()
    plan = Plan(given.messages, given.kills, drawn(given.seed))
    try:
        with listening_for_the_end():
            account = run(plan, say)
    except Stopped:
        return 130
    tell(account, plan, say)
    kept = {"plan": asdict(plan), "counts": account.counts, "figures": account.figures, "broken": account.broken}
    if given.json is not None:
        given.json.write_text(json.dumps(kept, indent=1), "utf-8")
    return 1 if account.broken else 0


sys.exit(main())
