"""python -m tests.faults outages: what `run.py faults outages` runs."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.faults.account import Account, alert_delays, draw_up, gather_evidence, spread
from tests.faults.house import Say, running_house
from tests.faults.outages import Outage, Outages, kinds
from tests.faults.run import come_to_rest
from tests.faults.telling import carry_out
from tests.faults.texting import Told

HEAD = ("outage", "texts", "answered", "seconds until then", "alerts", "seconds until then", "work done after")


def live_through(seconds: float, rate: float, say: Say, only: Sequence[str] = ()) -> tuple[Account, list[str]]:
    """Outages of all kinds, or of some, of so many seconds each; the account, and a line about each kind."""
    folder = Path(tempfile.mkdtemp(prefix="peerline-faults-"))
    folder.chmod(0o711)
    with running_house(folder, say) as house:
        outages = Outages(house, seconds, rate, say)
        lived = outages.run(only or kinds(house))
        rested = come_to_rest(house, outages.told, later=0)  # nothing was put off: the provider did no wrong
        # One phone's words may go on for an hour, one a second: what has begun is finished, and the rest stays as it is.
        house.stack.stop(("clock", "worker"))
        evidence = gather_evidence(house)
    account = draw_up(evidence, outages.told)
    account.check("did not come to rest", [] if rested else ["work is left over"])
    account.check("work was left over after", [outage.kind for outage in lived if outage.rested is None])
    # The broker carries hints, and one phone is not everybody: each other text is answered.
    account.check("not answered, and the database was there", _unanswered(lived, outages.told))
    if not account.broken:
        shutil.rmtree(folder, ignore_errors=True)
    return account, [_row(outage, outages.told, alert_delays(evidence, outages.told)) for outage in lived]


def main(words: Sequence[str]) -> int:
    """Live through them and print the account; 1 if a promise broke."""
    parser = argparse.ArgumentParser(prog="faults outages")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--rate", type=float, default=10.0)
    given = parser.parse_args(words)

    def run(say: Say) -> Account:
        account, rows = live_through(given.seconds, given.rate, say)
        for line in table(rows):
            say(line)
        return account

    return carry_out(run)


def table(rows: Sequence[str]) -> list[str]:
    """The rows as a table for docs/reliability.md; seconds are median / 99th of 100 / longest."""
    return [f"| {' | '.join(HEAD)} |", f"|{'---|' * len(HEAD)}", *rows]


def _unanswered(lived: Sequence[Outage], told: Told) -> list[str]:
    there = (outage for outage in lived if not outage.kind.startswith(("database", "disk")))
    return [sid for outage in there for sid in outage.sids if sid in told.left]


def _row(outage: Outage, told: Told, delays: dict[str, float]) -> str:
    answers = [answer for _, answer in told.answers if answer.sid in outage.sids]
    alerts = [delays[sid] for sid in outage.sids if sid in delays]
    done = "not done" if outage.rested is None else f"{outage.rested:.0f} s"
    good = sum(answer.good for answer in answers)
    cells = (outage.kind, len(answers), good, _spread([a.seconds for a in answers]), len(alerts), _spread(alerts), done)
    return f"| {' | '.join(map(str, cells))} |"


def _spread(seconds: Sequence[float]) -> str:
    return " / ".join(f"{value:.2f}" for value in spread("", seconds).values()) or "-"
