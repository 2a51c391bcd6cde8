"""One run of the storm from an empty folder to its account."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from tests.faults.account import Account, draw_up, gather_evidence, missing
from tests.faults.house import House, Say, running_house
from tests.faults.storm import rage
from tests.faults.texting import Plan, Told

REST = 180.0  # seconds after the storm until all must have come to rest, and
EACH = 0.03  # for each text: relays to one phone go one after the other, and the machine is a small one
LOOKED = 300.0  # seconds in which the provider's list must have been read: two looks and some more
LATER = 900  # seconds by which time moves on then, so that everything that was put off comes


def run(plan: Plan, say: Say) -> Account:
    """Storm, rest and account. What was running is stopped; its folder is kept where a promise broke, for its logs."""
    folder = Path(tempfile.mkdtemp(prefix="peerline-faults-"))
    folder.chmod(0o711)
    with running_house(folder, say) as house:
        told, keeper = rage(house, plan, say)
        say("The storm is over; waiting for rest.")
        rested = come_to_rest(house, told)
        account = draw_up(gather_evidence(house), told)
    account.counts.update(keeper.counts)
    account.counts.update({f"died at: {point}": times for point, times in sorted(keeper.reached.items())})
    account.check("did not come to rest", [] if rested else ["work is left over"])
    if account.broken:
        say(f"The logs are kept in {folder}.")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return account


def come_to_rest(house: House, told: Told, later: int = LATER) -> bool:
    """Whether what was left to the import is there once the clock process has looked again, as it does every minute, and all work ends."""
    until = time.monotonic() + LOOKED
    while missing(house, told.left):
        if time.monotonic() > until:
            return False
        time.sleep(1.0)
    patience = REST + EACH * len(told.texts)
    return house.rest(patience) and (not later or (house.move(later) and house.rest(patience)))


def tell(account: Account, plan: Plan, say: Callable[[str], None]) -> None:
    """Print the account: every count, then every promise that broke."""
    say(f"messages {plan.messages}, kills {plan.kills}, seed {plan.seed}")
    for what, number in account.counts.items():
        say(f"  {what}: {number}")
    for what, seconds in account.figures.items():
        say(f"  {what}: {seconds} s")
    say(row(account, plan))
    say("Every promise held." if not account.broken else "BROKEN:")
    for line in account.broken:
        say(f"  {line}")


def row(account: Account, plan: Plan) -> str:
    """The account as a row for the table in docs/reliability.md."""
    counts = account.counts
    doubled = sum(times for what, times in counts.items() if what.endswith(("copies too many", "carried out twice")))
    unknown = sum(times for what, times in counts.items() if what.endswith(": unknown"))
    alerts = " / ".join(str(account.figures.get(f"alert out, {name}", "-")) for name in ("median", "p99", "longest"))
    machine = f"{platform.machine()}, {os.cpu_count()} cores"
    cells = (
        plan.seed, f"{datetime.now(UTC):%Y-%m-%d}", machine, plan.kills, plan.messages, counts["texts lost"],
        doubled, counts["messages that crossed a stop"], unknown, alerts, len(account.broken),
    )  # fmt: skip
    return f"| {' | '.join(map(str, cells))} |"
