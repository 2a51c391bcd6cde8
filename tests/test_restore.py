"""A backup of yesterday is started: nothing goes out twice, and whoever said stop since then is left alone."""

from __future__ import annotations

import pytest

from service.gateways.keys import read_keys
from tests.cast import NUMBERS
from tests.stack import wait_for
from tests.stoppable import House, house

__all__ = ["house"]
pytestmark = pytest.mark.slow
OWED = ("urgent alert", "call or text 988")  # what may go twice by the table of promises: alerts and safety texts


def test_a_backup_of_yesterday_repeats_nothing_and_keeps_every_stop(house: House) -> None:
    """A day goes by after the copy: check-ins, a talk, a stop. The copy is started twenty minutes after a check-in."""
    house.start()
    house.until("2027-03-02 10:05")
    house.phone("Sam").says("talk")
    wait_for("somebody is sure", lambda: bool(house.rows("select 1 from marks where name = 'sure'")))
    house.stop()
    house.back_up()
    house.start()
    a_day(house)
    before, stopped = house.sent(), {"Luz"}
    house.stop()

    house.restore()
    house.start()
    wait_for("the service is sure again", lambda: is_sure(house))
    house.stack.rest()

    [(detail,)] = house.rows("select detail from marks where name = 'restored'")
    assert detail["came_in"] == 5
    assert detail["found"] + detail["unknown"] >= 6
    new = house.sent()[len(before) :]
    assert [text for text in new if not any(owed in text[1] for owed in OWED)] == []
    assert all(new.count(text) <= 1 for text in new)
    kept = house.rows(
        "select n.blind, l.what from numbers n join consent_ledger l on l.number_id = n.id where n.consent = 'stopped'"
    )
    keys = read_keys(house.stack.settings.keys)
    assert {bytes(blind) for blind, _ in kept} == {keys.blind(NUMBERS[name]) for name in stopped}
    assert [what for _, what in kept].count("stopped") == 1

    house.until("2027-03-05 10:05")  # a Friday, on which Luz would have a check-in
    later = house.sent()[len(before) + len(new) :]
    assert sum(to == NUMBERS["Sam"] for to, _ in later) >= 2
    assert not any(to == NUMBERS["Luz"] for to, _ in later)


def a_day(house: House) -> None:
    """What the copy does not know: answers, a relay, promises, check-ins on Wednesday, a stop."""
    sam, rosa, luz = house.phone("Sam"), house.phone("Rosa"), house.phone("Luz")
    tag = next(text["body"] for text in reversed(rosa.received()) if text["body"].startswith("["))[1:3]
    house.until("2027-03-02 10:30")
    rosa.says(f"{tag} i am here, how are you")
    sam.says("better, thank you")
    house.until("2027-03-03 10:05")
    luz.says("ALTO")
    sam.says("good")
    sam.says("HELP")
    house.until("2027-03-03 10:25")


def is_sure(house: House) -> bool:
    """Whether the older database was made good."""
    return bool(house.rows("select 1 from marks where name = 'restored'")) and not house.rows(
        "select 1 from marks where name = 'quiet'"
    )
