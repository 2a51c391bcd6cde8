"""Every process of ours dies for a while: whoever wrote then is heard afterwards, each text once, danger first of all."""

from __future__ import annotations

import pytest
import requests

from tests.cast import NUMBERS
from tests.stack import phone_path, wait_for
from tests.stoppable import House, house

__all__ = ["house"]
pytestmark = pytest.mark.slow
TEXTS = 60


def test_what_came_while_everything_was_down_is_heard(house: House) -> None:
    """Sixty texts of three people, one of them in danger: all stored, marked late, in somebody's queue, and nobody is told twice."""
    house.start()
    house.until("2027-03-02 09:05")
    before = len(house.sent())
    house.stop()
    sids = [writes(house, place) for place in range(TEXTS)]
    house.start()
    wait_for("all are stored", lambda: len(house.rows("select 1 from inbound where late")) == TEXTS)
    house.stack.rest()

    assert {sid for (sid,) in house.rows("select sid from inbound")} == set(sids)
    assert house.rows("select 1 from inbound where state <> 'settled' or ends -> 'in' = '[]'") == []
    assert len(house.rows("select 1 from escalations where state = 'open'")) == 1
    new = house.sent()[before:]
    assert sum("urgent alert" in body for _, body in new) >= 1
    assert len(set(new)) == len(new)


def writes(house: House, place: int) -> str:
    """Somebody writes to nobody; returns the provider's id."""
    name = ("Sam", "Luz", "Stranger")[place % 3]
    words = "i want to kill myself" if place == TEXTS // 2 else f"hello {place}"
    url = f"{house.stack.simulator}/phones/{phone_path(NUMBERS[name])}/texts"
    told = requests.post(url, data={"text": words}, timeout=10).json()
    assert told["webhook_status"] is None
    return str(told["sid"])
