"""What the engine may know about a member at one moment, taken from what was gathered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from config.organisation import Organisation
from flows.engine.facts import Facts
from flows.engine.kinds import Value
from service.rules.duty import duty_at, say_clock, say_opening
from service.rules.local_time import to_local
from service.rules.member_hours import Week, member_hours
from service.rules.setting import Setting
from service.store.rows import Member, Staff, Turn
from service.store.scene import Scene

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class _About:
    """Whom and when the facts are about."""

    scene: Scene
    setting: Setting
    member: Member
    now: datetime


class AsAsked(Mapping[str, V]):
    """A mapping whose values are worked out when they are asked for: a text fills one or two of its places, a step asks one fact."""

    def __init__(self, makers: Mapping[str, Callable[[_About], V]], about: _About) -> None:
        self._makers, self._about = makers, about

    def __getitem__(self, name: str) -> V:
        """The value of this name, as it follows from what was gathered."""
        return self._makers[name](self._about)

    def __contains__(self, name: object) -> bool:
        """Whether there is a value of this name."""
        return name in self._makers

    def __iter__(self) -> Iterator[str]:
        """The names."""
        return iter(self._makers)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._makers)


def facts_of(scene: Scene, setting: Setting, member: Member, now: datetime) -> Facts:
    """The facts, slots and turns of one member; a name that nobody has is the organisation's."""
    about = _About(scene, setting, member, now)
    turns = {turn.flow: turn.turn for turn in scene.all(Turn)}
    return Facts(member.language, member.zone, AsAsked(_SLOTS, about), AsAsked(_FACTS, about), turns)


def specialist_name(scene: Scene, setting: Setting, member: Member | None) -> str:
    """The name of the member's specialist as members know it; the organisation's where there is none."""
    found = None if member is None or member.specialist_id is None else scene.get(Staff, member.specialist_id)
    return found.name if found is not None and found.active else setting.organisation.name


def hours_of(member: Member, organisation: Organisation) -> Week:
    """The spans of the member's week in which they may be written to unasked: their own, within the organisation's."""
    return member_hours((member.window_start, member.window_end), member.windows, organisation.window)


def is_paused(member: Member, now: datetime) -> bool:
    """Whether the member rests: paused, and the pause has no end or has not reached it."""
    return member.paused_at is not None and (member.paused_until is None or now < member.paused_until)


def _days_since_reply(scene: Scene, now: datetime) -> int:
    last = scene.fact("last_in_at")
    return 0 if last is None else max(0, (now - datetime.fromisoformat(last)).days)


def _specialist(about: _About) -> str:
    return specialist_name(about.scene, about.setting, about.member)


def _promised(about: _About) -> str:
    return say_clock(about.now + timedelta(minutes=about.setting.organisation.promise_minutes), about.member.zone)


def _opens(about: _About) -> str:
    duty = duty_at(about.setting.organisation, about.now)
    return say_opening(duty, about.now, about.member.zone, about.member.language)


_SLOTS: Mapping[str, Callable[[_About], str]] = {
    "me": lambda about: about.member.name,
    "specialist": _specialist,
    "cps": _specialist,
    "org": lambda about: about.setting.organisation.name,
    "hours": lambda about: about.setting.organisation.hours_text.get(about.member.language, ""),
    "time": _promised,
    "opens": _opens,
}
_FACTS: Mapping[str, Callable[[_About], Value]] = {
    "member.language": lambda about: about.member.language,
    "member.discreet": lambda about: about.member.phone_seen_by != "me",
    "specialist.on_duty": lambda about: duty_at(about.setting.organisation, about.now).on,
    "is_paused": lambda about: is_paused(about.member, about.now),
    "days_since_reply": lambda about: _days_since_reply(about.scene, about.now),
    "local_time": lambda about: to_local(about.now, about.member.zone).strftime("%H:%M"),
    "consent.given": lambda about: about.scene.number.consent == "given",
}
