"""Somebody says STOP at the very moment at which texts to them are due; and the account of such races can fail."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

import pytest

from service.store.rows import Number
from tests.faults.account import Account
from tests.faults.consent_races import race
from tests.faults.race_account import draw_up
from tests.faults.races import Race, Told
from tests.faults.witness import Seen
from tests.house import NOW, identity

ANA, TEXT, YES = identity(1), identity(2), identity(3)


@pytest.mark.slow
def test_nothing_is_claimed_after_a_stop() -> None:
    """Fifty races through the real web process, provider and senders, in the order in which the database committed them."""
    account = race(50, 20270302, print)
    assert account.broken == []
    assert account.counts["stops that met a text on its way"] >= 1


def test_what_holds_has_nothing_against_it() -> None:
    """Claimed, stopped, noted as crossed, confirmed: as the promise has it."""
    assert account(sending(10), stop(11), *confirmed(11), sent(12, "10:12:"), crossed(12)).broken == []


def test_a_claim_after_the_stop_is_seen() -> None:
    """The claim's transaction committed second: the promise is broken whatever the clocks say."""
    assert "claims committed after the STOP: 1" in told(
        account(stop(11), *confirmed(11), sending(10), sent(12, "10:12:"))
    )


def test_a_crossing_that_is_not_in_the_ledger_is_seen() -> None:
    """The statement that noted the text saw the STOP and kept silent about it."""
    assert "crossings not recorded, or recorded without one: 1" in told(
        account(sending(10), stop(11), *confirmed(11), sent(12, "10:12:"))
    )


def test_a_note_that_could_not_see_the_stop_is_no_crossing() -> None:
    """It was committed after the STOP, but the provider had the text before."""
    assert account(sending(10), stop(11), *confirmed(11), sent(12, "10:12:11")).broken == []


def test_a_second_confirmation_is_seen() -> None:
    """One STOP, two confirmations."""
    assert "decisions without exactly one confirmation: 1" in told(account(stop(11), *confirmed(11), *confirmed(11)))


def account(*course: Seen) -> Account:
    """The account of one number's course, of which the provider took each text once."""
    number = Number(ANA, b"a", "+12025550101", NOW)
    races = {ANA: Race(number.number, number, "a text waits", False, False, (), 1)}
    return draw_up(
        [seen(5, "numbers", None, {"id": ANA, "consent": "given"}), *course], Told(races), Counter([TEXT, YES])
    )


def told(found: Account) -> list[str]:
    """The counts in words."""
    return [f"{what}: {times}" for what, times in found.counts.items()]


def seen(xid: int, what: str, was: dict[str, Any] | None, row: dict[str, Any], snapshot: str = "1:1:") -> Seen:
    """One change, as the database tells it."""
    return Seen(xid, what, was and {k: str(v) for k, v in was.items()}, {**row, "id": str(row["id"])}, snapshot)


def stop(xid: int) -> Seen:
    """The number says stop."""
    return seen(xid, "numbers", {"consent": "given"}, {"id": ANA, "consent": "stopped"})


def crossed(xid: int) -> Seen:
    """The ledger has a crossing."""
    return seen(xid, "consent_ledger", None, {"id": identity(9), "number_id": str(ANA), "what": "crossed"})


def sending(xid: int, name: UUID = TEXT, kind: str = "person") -> Seen:
    """A text is claimed."""
    return outbound(xid, name, kind, {"state": "queued"}, "sending")


def sent(xid: int, snapshot: str) -> Seen:
    """A text is noted as handed over."""
    return outbound(xid, TEXT, "person", {"state": "sending"}, "sent", snapshot)


def confirmed(xid: int) -> tuple[Seen, Seen]:
    """A confirmation is queued, and claimed."""
    return outbound(xid, YES, "consent", None, "queued"), sending(xid, YES, "consent")


def outbound(xid: int, name: UUID, kind: str, was: dict[str, Any] | None, state: str, snapshot: str = "1:1:") -> Seen:
    """A text changes its state."""
    reason = {"rule": "one confirmation: stop_confirmed"}
    row = {"id": name, "number_id": str(ANA), "state": state, "kind": kind, "reason": reason}
    return seen(xid, "outbound", was, row, snapshot)
