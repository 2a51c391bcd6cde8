"""What a claim makes of the messages it locked: hand over, withhold with a reason, or leave for when the rate allows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.rules.kinds import UNASKED
from service.rules.member_hours import is_open, member_hours
from service.store.consequences import STOPPED
from service.store.rows import Member, Number
from service.store.sending import Mark, Sender, Waiting

SAFETY = 0  # the lane that no rate holds up
ALL_LANES = 3
LEAD = timedelta(seconds=1)  # how far ahead of our number's rate the provider may be


@dataclass(frozen=True, slots=True)
class Chosen:
    """Marks for the messages that are decided, and until when our number's rate is used up then."""

    marks: tuple[Mark, ...]
    free_at: datetime


def choose(waiting: Iterable[Waiting], sender: Sender, rate: float, now: datetime, machine: datetime) -> Chosen:
    """Decide messages in their order. `rate` is segments a second; safety goes beyond it, and what follows waits for that."""
    marks: list[Mark] = []
    free_at = max(sender.free_at, machine)
    for item in waiting:
        held = why_held(item, now)
        if held is not None:
            marks.append(Mark(item.outbound.id, held))
        elif item.outbound.lane == SAFETY or free_at - machine < LEAD:
            marks.append(Mark(item.outbound.id))
            free_at += timedelta(seconds=item.outbound.segments / rate)
    return Chosen(tuple(marks), free_at)


def lanes_open(sender: Sender, machine: datetime) -> int:
    """How many lanes are looked at: routine texts wait while the provider refuses the account."""
    held = sender.held_until is not None and sender.held_until > machine
    return ALL_LANES - 1 if held else ALL_LANES


def why_held(item: Waiting, now: datetime) -> str | None:
    """Why this message must not go now, as the recipient is now; None if it may."""
    outbound = item.outbound
    if is_stopped(item.number) and outbound.kind != "consent":
        return STOPPED
    if outbound.expires_at is not None and outbound.expires_at <= now:
        return "it had become stale"
    return _why_not_unasked(item.member, now) if outbound.kind in UNASKED and item.member is not None else None


def is_stopped(number: Number) -> bool:
    """Whether nothing but the one confirmation may go to this number."""
    return number.consent in ("stopped", "wrong")


def _why_not_unasked(member: Member, now: datetime) -> str | None:
    if member.paused_at is not None and (member.paused_until is None or member.paused_until > now):
        return "they had paused"
    hours = member_hours((member.window_start, member.window_end), member.windows)
    return None if is_open(hours, member.zone, now) else "their window had closed"
