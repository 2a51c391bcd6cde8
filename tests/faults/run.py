"""One run of the storm from an empty folder to its account."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.faults.account import Account, draw_up, gather_evidence
from tests.faults.house import House, Say, running_house
from tests.faults.storm import Plan, rage

REST = 180.0  # seconds after the storm until all must have come to rest
LATER = 900  # seconds by which time moves on then, so that everything that was put off comes


def run(plan: Plan, say: Say) -> Account:
    """Storm, rest and account. What was running is stopped; its folder is kept where a promise broke, for its logs."""
    folder = Path(tempfile.mkdtemp(prefix="peerline-faults-"))
    folder.chmod(0o711)
    with running_house(folder, say) as house:
        told, kills = rage(house, plan, say)
        say("The storm is over; waiting for rest.")
        rested = _rest(house)
        account = draw_up(gather_evidence(house), told)
    account.counts.update({f"kills: {name}": times for name, times in kills.items()})
    account.check("did not come to rest", [] if rested else ["work is left over"])
    if account.broken:
        say(f"The logs are kept in {folder}.")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return account


def _rest(house: House) -> bool:
    return house.rest(REST) and house.move(LATER) and house.rest(REST)


def tell(account: Account, plan: Plan, say: Callable[[str], None]) -> None:
    """Print the account: every count, then every promise that broke."""
    say(f"messages {plan.messages}, kills {plan.kills}, seed {plan.seed}")
    for what, number in account.counts.items():
        say(f"  {what}: {number}")
    say("Every promise held." if not account.broken else "BROKEN:")
    for line in account.broken:
        say(f"  {line}")
