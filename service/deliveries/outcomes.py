"""What follows from an answer of the provider, or from none: the table of promises in DESIGN.md, as pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from service.deliveries.choosing import SAFETY
from service.deliveries.reporting import ACCOUNT_PAUSE
from service.gateways.twilio import Accepted, Known, TwilioRefused, TwilioUncertain
from service.rules.kinds import KINDS
from service.store.outcomes import Outcome, Report
from service.store.rows import Outbound

# Kinds that go out again at once when it is uncertain whether they went, once for each message (DESIGN.md, the table).
REPEATED = tuple(name for name, kind in KINDS.items() if kind.uncertain == "again once")
LONGEST_VALIDITY = 14_400  # seconds; the provider's own limit for a text in its queue
# What concerns safety goes on being tried, every few seconds, so that it is out as soon as the provider is back. It has an end
# in time: an alert's is sooner, since the claim withholds it once it was taken or its next round has told that phone anew.
SAFETY_FOR = timedelta(hours=3)  # after which people know of it for long
UNSURE_FOR = timedelta(minutes=30)  # the same where the provider does not say what it did: each such try may be a copy
MANY_TRIES = 40  # of all else, on temporary refusals: they outlast an outage of hours
LONGEST_PAUSE = timedelta(minutes=5)  # between two tries
SHORT_PAUSE = timedelta(seconds=15)  # the same in the lane of safety
GRACE = timedelta(seconds=10)  # for a report to come before the provider is asked
GIVE_UP = timedelta(minutes=10)  # after which a text that nobody can tell about is recorded as unknown

Answer = Accepted | TwilioRefused | TwilioUncertain
_FINAL = {
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "undelivered",
    "failed": "failed",
    "canceled": "failed",
}
_ON_ITS_WAY = ("accepted", "scheduled", "queued", "sending", "sent", "partially_delivered")
_LEFT = ("sent", "partially_delivered")  # of those, what the provider has let go


@dataclass(frozen=True, slots=True)
class Moment:
    """Both clocks, and the id of a ledger row that may be needed."""

    now: datetime
    machine: datetime
    proof_id: UUID


def after_answer(outbound: Outbound, claim: UUID, answer: Answer, moment: Moment) -> Outcome:
    """What a try came to."""
    if isinstance(answer, Accepted):
        return Outcome(outbound.id, claim, "sent", moment.proof_id, sid=answer.sid)
    if isinstance(answer, TwilioUncertain):
        grace = timedelta(0) if outbound.kind in REPEATED and outbound.copies == 0 else GRACE
        return Outcome(outbound.id, claim, "unsure", moment.proof_id, ask_at=moment.machine + grace)
    again = _next_try(outbound, answer, moment.now)
    state: Literal["queued", "failed"] = "failed" if again is None else "queued"
    return Outcome(outbound.id, claim, state, moment.proof_id, code=answer.code, ready_at=again)


def not_begun(outbound: Outbound, claim: UUID, proof_id: UUID) -> Outcome:
    """A claim given back before its try: the message waits as before, and the try is not counted."""
    return Outcome(outbound.id, claim, "queued", proof_id, begun=False)


def after_asking(outbound: Outbound, asked: Literal["nothing there", "no answer"], moment: Moment) -> Outcome | None:
    """What becomes of an uncertain message that the provider does not know, or about which it did not answer; None: ask later."""
    claim = outbound.claim or outbound.id
    waited = moment.machine - (outbound.claimed_at or moment.machine)
    if outbound.kind in REPEATED and (outbound.copies == 0 or (asked == "nothing there" and waited >= GRACE)):
        # The first goes again at once, come what may; from then on only what the provider surely does not have.
        if outbound.copies == 0 or moment.now - outbound.at < UNSURE_FOR:
            again = outbound.copies == 0
            return Outcome(outbound.id, claim, "queued", moment.proof_id, ready_at=moment.now, again=again)
    elif outbound.kind in REPEATED and waited < GIVE_UP:
        return None
    if asked == "nothing there" or waited >= GIVE_UP:
        return Outcome(outbound.id, claim, "unknown", moment.proof_id)
    return None


def read_report(sid: str, status: str, code: int | None) -> Report | None:
    """The provider's word for a message's state as ours; None for a word that says nothing to us."""
    if status in _ON_ITS_WAY:
        return Report(sid, "sent", code, left=status in _LEFT)
    final = _FINAL.get(status)
    return None if final is None else Report(sid, final, code)  # type: ignore[arg-type]  # the table's values are its words


def pick(outbound: Outbound, listed: Sequence[Known], taken: frozenset[str]) -> Known | None:
    """The oldest text in the provider's list with these words that belongs to no message of ours yet."""
    fitting = [known for known in listed if known.body == outbound.body and known.sid not in taken]
    return min(fitting, key=lambda known: known.created, default=None)


def validity(outbound: Outbound, now: datetime) -> int:
    """For how many seconds the provider may still send it: a page soon or not at all, nothing later than it is worth."""
    if outbound.kind == "alert":
        return 300
    if outbound.expires_at is None:
        return LONGEST_VALIDITY
    return min(LONGEST_VALIDITY, int((outbound.expires_at - now).total_seconds()))


def _next_try(outbound: Outbound, refused: TwilioRefused, now: datetime) -> datetime | None:
    if refused.kind == "temporary" and _is_worth_a_try(outbound, now):
        longest = SHORT_PAUSE if outbound.lane == SAFETY else LONGEST_PAUSE
        again = now + min(timedelta(seconds=2 ** min(outbound.attempts, 10)), longest)
    elif refused.kind == "account" and outbound.kind != "alert":
        again = now + ACCOUNT_PAUSE
    else:
        return None
    return None if outbound.expires_at is not None and again >= outbound.expires_at else again


def _is_worth_a_try(outbound: Outbound, now: datetime) -> bool:
    if outbound.lane == SAFETY:
        return now - outbound.at < SAFETY_FOR
    return outbound.attempts < MANY_TRIES
