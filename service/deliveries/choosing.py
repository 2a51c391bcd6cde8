"""What a claim makes of the messages it locked: hand over, withhold with a reason, or leave for when the rate allows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.rules import canary
from service.rules.countries import why_refused
from service.rules.kinds import REMINDER, UNASKED
from service.rules.local_time import to_local
from service.rules.member_hours import is_open, member_hours
from service.store.consequences import ANEW, STOPPED, TAKEN
from service.store.rows import Member, Number
from service.store.sending import Mark, Sender, Waiting

SAFETY = 0  # the lane that no rate holds up
ALL_LANES = 3
CAPPED = "the segments of the day are used up; what nobody asked for is not sent"
AUTOMATIC = frozenset({*UNASKED, "answer", "safety", "consent"})  # what no person wrote, to people who are not staff
IN_DOUBT = "their number takes no texts; somebody was asked to confirm it"
LEAD = timedelta(seconds=1)  # how far ahead of our number's rate the provider may be


@dataclass(frozen=True, slots=True)
class Limits:
    """What the organisation allows: segments a second, segments a day of its zone (None: any number), countries (none: all)."""

    rate: float
    spend_cap: int | None = None
    countries: tuple[str, ...] = ()
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Chosen:
    """Marks for the messages that are decided, and what our number has used then: its rate, and its segments of the day.

    `capped` says whether the cap of the day held something.
    """

    marks: tuple[Mark, ...]
    free_at: datetime
    day: str
    segments: int
    capped: bool


def choose(waiting: Iterable[Waiting], sender: Sender, limits: Limits, now: datetime, machine: datetime) -> Chosen:
    """Decide messages in their order. Safety goes beyond the rate, and what follows waits for that.

    The cap of the day counts every segment that is handed over, and holds only what nobody asked for. What is refused then is
    given back.
    """
    marks: list[Mark] = []
    day = day_of(limits, now)
    free_at, segments = max(sender.free_at, machine), sender.segments if sender.day == day else 0
    for item in waiting:
        held = why_held(item, limits.countries, now) or _over_cap(item, segments, limits)
        if held is not None:
            marks.append(Mark(item.outbound.id, held))
        elif item.outbound.lane == SAFETY or free_at - machine < LEAD:
            marks.append(Mark(item.outbound.id))
            free_at += timedelta(seconds=item.outbound.segments / limits.rate)
            segments += item.outbound.segments
    return Chosen(tuple(marks), free_at, day, segments, any(found.held == CAPPED for found in marks))


def day_of(limits: Limits, now: datetime) -> str:
    """The day of the organisation's zone whose segments are counted."""
    return to_local(now, limits.zone).date().isoformat()


def lanes_open(sender: Sender, machine: datetime) -> int:
    """How many lanes are looked at: routine texts wait while the provider refuses the account."""
    held = sender.held_until is not None and sender.held_until > machine
    return ALL_LANES - 1 if held else ALL_LANES


def why_held(item: Waiting, countries: tuple[str, ...], now: datetime) -> str | None:
    """Why this message must not go now, as the recipient is now; None if it may."""
    outbound = item.outbound
    if item.number.number == canary.NUMBER:
        return canary.REACHED
    if is_stopped(item.number) and outbound.kind != "consent":
        return STOPPED
    if (in_vain := _why_in_vain(item, now)) is not None:
        return in_vain
    if outbound.kind in AUTOMATIC and item.number.owner != "staff":
        refused = why_refused(item.number.number, countries)
        if refused is not None:
            return refused
        if is_in_doubt(item.number):
            return IN_DOUBT
    return _why_not_unasked(item.member, now) if outbound.kind in UNASKED and item.member is not None else None


def is_stopped(number: Number) -> bool:
    """Whether nothing but the one confirmation may go to this number."""
    return number.consent in ("stopped", "wrong")


def is_in_doubt(number: Number) -> bool:
    """Whether the provider said that this number takes no texts, and nothing has come from it since."""
    return "bad" in number.memory


def _why_in_vain(item: Waiting, now: datetime) -> str | None:
    """Why nobody needs this message any more: it is stale, or an alert that somebody took or that was written anew.

    An alert of which a copy may have gone already goes again all the same, so that its record says what happened.
    """
    outbound = item.outbound
    if outbound.expires_at is not None and outbound.expires_at <= now:
        return "it had become stale"
    if outbound.kind != "alert" or outbound.copies:
        return None
    wanted = "taken" if outbound.reason.get("rule") == REMINDER else "open"
    if item.anew:
        return ANEW
    return None if item.escalation in (None, wanted) else TAKEN


def _over_cap(item: Waiting, segments: int, limits: Limits) -> str | None:
    if limits.spend_cap is None or item.outbound.kind not in UNASKED:
        return None
    return CAPPED if segments + item.outbound.segments > limits.spend_cap else None


def _why_not_unasked(member: Member, now: datetime) -> str | None:
    if member.paused_at is not None and (member.paused_until is None or member.paused_until > now):
        return "they had paused"
    hours = member_hours((member.window_start, member.window_end), member.windows)
    return None if is_open(hours, member.zone, now) else "their window had closed"
