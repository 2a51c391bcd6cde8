"""Who is told of an escalation next, and when: it never goes quiet until a person closes it with an outcome.

Tier 3 tells everybody of the chain at once and again every few minutes. Below it the ladder climbs: the specialist, the
backup, the supervisors, a pause, and round again. Taking it starts a second clock: the taker is reminded, and after as
long again the ladder climbs on without them. Every function gives the ladder as it then is; nothing is told but what the
rung with it says.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol
from uuid import UUID

from service.rules.chain import Chain

EVERYBODY_AT_ONCE = 3


class Waits(Protocol):
    """The minutes an organisation waits: before each rung of a round, before the next round, for an outcome."""

    @property
    def tier2_minutes(self) -> tuple[int, ...]:
        """Minutes before each rung of a round, from the rung before; the last counts for all further rungs."""

    @property
    def round_pause_minutes(self) -> int:
        """Minutes between the last rung of a round and the first of the next."""

    @property
    def tier3_repeat_minutes(self) -> int:
        """Minutes until everybody is told of a tier 3 again."""

    @property
    def outcome_minutes(self) -> int:
        """Minutes until the taker is reminded, and again until the ladder climbs on."""


@dataclass(frozen=True, slots=True)
class Rung:
    """What is to be told at the instant `at`: the alert or a reminder, to `staff`; with "nobody", there is no one to tell."""

    at: datetime
    staff: tuple[UUID, ...]
    kind: Literal["alert", "remind", "nobody"]


@dataclass(frozen=True, slots=True)
class Ladder:
    """Where an escalation stands. `next_at` is when to ask for the next rung, None once it is closed.

    `told`, `lost` and `late` are of this round: who was told, in order, who passed it on or could not be reached, and whose
    text or call is still being tried. `rung` was told last. `fence` rises whenever `next_at` is set anew, so that a timer of an
    earlier fence does nothing.
    """

    tier: int
    round: int = 0
    told: tuple[UUID, ...] = ()
    rung: tuple[UUID, ...] = ()
    lost: frozenset[UUID] = frozenset()
    next_at: datetime | None = None
    taker: UUID | None = None
    reminded: bool = False
    fence: int = 0
    late: frozenset[UUID] = frozenset()


Step = tuple[Ladder, Rung | None]


def first_rungs(tier: int, chain: Chain, waits: Waits, now: datetime) -> Step:
    """Begin a ladder: the first rung is told now, unless the organisation waits before it and the tier is below 3."""
    wait = 0 if tier >= EVERYBODY_AT_ONCE else waits.tier2_minutes[0]
    return next_rung(_due(Ladder(tier), now, wait), chain, waits, now)


def next_rung(ladder: Ladder, chain: Chain, waits: Waits, now: datetime) -> Step:
    """Give what is due at `now`: nothing before `next_at` or once closed, else the next rung, however late it is.

    `chain` is the chain as it is now: who left it is passed over, who came into it is told in their turn.
    """
    if ladder.next_at is None or now < ladder.next_at:
        return ladder, None
    if ladder.taker is None:
        return _climb(ladder, chain, waits, now)
    if not ladder.reminded:
        reminded = _due(replace(ladder, reminded=True), now, waits.outcome_minutes)
        return reminded, Rung(now, (ladder.taker,), "remind")
    return _climb(_without_taker(ladder), chain, waits, now)


def lose(ladder: Ladder, chain: Chain, staff: UUID, waits: Waits, now: datetime) -> Step:
    """Climb at once because `staff` passed it on, or because a message to them failed.

    When others of the same rung may still answer, or nobody of this round is left to be told, the time of the next rung
    stays (after the taker: one pause from now), so that failing deliveries cannot drive the ladder in a circle.
    """
    if ladder.next_at is None or staff not in (ladder.taker, *ladder.told):
        return ladder, None
    if ladder.taker == staff:
        freed = replace(_without_taker(ladder), lost=frozenset({staff}))
        if _untold(freed, chain):
            return _climb(freed, chain, waits, now)
        return _due(freed, now, _pause(freed, waits)), None
    return _climb_if_left(replace(ladder, lost=ladder.lost | {staff}), chain, waits, now)


def overtake(ladder: Ladder, chain: Chain, staff: UUID, waits: Waits, now: datetime) -> Step:
    """Climb at once because nothing has left for `staff` yet; it goes on being tried, and they are not lost.

    Others of the same rung who may still answer, and a round in which nobody is left to be told, keep the time as in `lose`.
    """
    if (
        ladder.next_at is None
        or ladder.taker is not None
        or staff not in ladder.told
        or staff in ladder.late | ladder.lost
    ):
        return ladder, None
    return _climb_if_left(replace(ladder, late=ladder.late | {staff}), chain, waits, now)


def take(ladder: Ladder, staff: UUID, waits: Waits, now: datetime) -> Ladder:
    """Let `staff` take it, unless it is closed or somebody has it: then nothing changes, and `taker` says who."""
    if ladder.next_at is None or ladder.taker is not None:
        return ladder
    return _due(replace(ladder, taker=staff, reminded=False), now, waits.outcome_minutes)


def rise(ladder: Ladder, tier: int, chain: Chain, waits: Waits, now: datetime) -> Step:
    """Raise the tier of an open ladder and begin a round at once; whoever took it keeps it. A lower tier changes nothing."""
    if ladder.next_at is None or tier <= ladder.tier:
        return ladder, None
    higher, rung = _climb(replace(_anew(ladder), tier=tier), chain, waits, now)
    return (replace(higher, next_at=ladder.next_at) if ladder.taker else higher), rung


def close(ladder: Ladder) -> Ladder:
    """Close it with an outcome, which is the only end there is."""
    return replace(ladder, next_at=None, fence=ladder.fence + 1)


def _climb_if_left(ladder: Ladder, chain: Chain, waits: Waits, now: datetime) -> Step:
    """Climb where nobody of the last rung can be waited for and somebody is left to be told in this round."""
    gone = (ladder.lost | ladder.late).issuperset(ladder.rung)
    if ladder.taker is None and gone and _untold(ladder, chain):
        return _climb(ladder, chain, waits, now)
    return ladder, None


def _climb(ladder: Ladder, chain: Chain, waits: Waits, now: datetime) -> Step:
    staff = _untold(ladder, chain)
    if not staff:
        ladder = _anew(ladder)
        staff = _untold(ladder, chain)
    told = replace(ladder, told=ladder.told + staff, rung=staff)
    return _due(told, now, _wait(told, chain, waits)), Rung(now, staff, "alert" if staff else "nobody")


def _anew(ladder: Ladder) -> Ladder:
    """Begin a round in which nobody was told yet."""
    return replace(ladder, round=ladder.round + 1, told=(), lost=frozenset(), late=frozenset())


def _untold(ladder: Ladder, chain: Chain) -> tuple[UUID, ...]:
    """Give those of the first level that has somebody who was not told in this round."""
    levels = (tuple(staff for staff in level if staff not in ladder.told) for level in _levels(ladder, chain))
    return next((level for level in levels if level), ())


def _levels(ladder: Ladder, chain: Chain) -> tuple[tuple[UUID, ...], ...]:
    return (chain.everybody,) if ladder.tier >= EVERYBODY_AT_ONCE else chain.levels


def _wait(ladder: Ladder, chain: Chain, waits: Waits) -> int:
    left = _untold(ladder, chain)
    if not left or ladder.tier >= EVERYBODY_AT_ONCE:
        return _pause(ladder, waits)
    place = next(place for place, level in enumerate(chain.levels) if left[0] in level)
    return waits.tier2_minutes[min(place, len(waits.tier2_minutes) - 1)]


def _pause(ladder: Ladder, waits: Waits) -> int:
    # At least a minute, whatever the settings say: with none the ladder would not let go of the worker.
    return max(1, waits.tier3_repeat_minutes if ladder.tier >= EVERYBODY_AT_ONCE else waits.round_pause_minutes)


def _without_taker(ladder: Ladder) -> Ladder:
    """Begin a round in which the one who had it counts as told, so that the others come first."""
    told = (ladder.taker,) if ladder.taker else ()
    return replace(_anew(ladder), taker=None, reminded=False, told=told, rung=())


def _due(ladder: Ladder, now: datetime, minutes: int) -> Ladder:
    return replace(ladder, next_at=now + timedelta(minutes=minutes), fence=ladder.fence + 1)
