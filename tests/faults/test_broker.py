"""The broker is away in every way it can be, and what people in danger write goes out all the same."""

from __future__ import annotations

import random
import re
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.house import House, running_house
from tests.faults.keeping import Keeper
from tests.faults.people import member_phone
from tests.faults.strikes import empty_broker, flush_broker
from tests.faults.texting import DANGER

FOR_LONG = 3600.0  # seconds; the test itself brings the broker back
_ALERT = re.compile(r"urgent alert (\d+)")
AWAY: tuple[Callable[[Keeper], None], ...] = (
    lambda keeper: keeper.stop("valkey", FOR_LONG, "refused"),
    lambda keeper: keeper.freeze("valkey", FOR_LONG, "frozen"),
    lambda keeper: flush_broker(keeper, random.Random(1)),  # noqa: S311 - no secret
    lambda keeper: empty_broker(keeper, random.Random(1)),  # noqa: S311 - no secret
)


@pytest.mark.slow
def test_alerts_go_out_while_the_broker_is_away() -> None:
    """Refused, frozen, flushed, empty: the webhook is answered, and somebody is told before the broker is brought back."""
    folder = Path(tempfile.mkdtemp(prefix="peerline-faults-"))
    folder.chmod(0o711)
    with running_house(folder, print) as house:
        keeper = Keeper(house)
        for place, take_away in enumerate(AWAY):
            known = alerts(house)
            take_away(keeper)
            assert house.text(member_phone(place), f"{DANGER} {place}").good
            wait_for_another(house, keeper, known)
            if keeper.is_away("valkey"):
                keeper.bring_back("valkey")
    shutil.rmtree(folder)


def alerts(house: House) -> set[str]:
    """The running number of every alert that the provider took."""
    return {found[1] for line in house.ledger() if (found := _ALERT.search(line.get("body", "")))}


def wait_for_another(house: House, keeper: Keeper, known: set[str]) -> None:
    """Return when an alert of another number is out."""
    until = time.monotonic() + 60.0
    while alerts(house) <= known:
        assert time.monotonic() < until, "nobody was told of the danger while the broker was away"
        keeper.pass_time(0.2)
