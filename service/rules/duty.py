"""Whether somebody answers now, and when somebody does again, in the words of the person who reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from config.organisation import Organisation
from service.rules.hours import next_opening
from service.rules.local_time import to_local

_DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "es": ("el lunes", "el martes", "el miércoles", "el jueves", "el viernes", "el sábado", "el domingo"),
}
_NEAR = {"en": ("today", "tomorrow"), "es": ("hoy", "mañana")}
_AT = {"en": "at", "es": "a las"}
_LATER = {"en": "soon", "es": "pronto"}


@dataclass(frozen=True, slots=True)
class Duty:
    """Whether the organisation's hours say that somebody answers now, and the next opening (None: no hours at all)."""

    on: bool
    opens: datetime | None


def duty_at(organisation: Organisation, now: datetime) -> Duty:
    """Who is there at a moment, by the organisation's own hours and holidays in its own zone."""
    opens = next_opening(organisation.hours, organisation.holidays, organisation.zone, now)
    return Duty(opens == now, opens)


def say_opening(duty: Duty, now: datetime, zone: str, language: str) -> str:
    """The next opening as it stands in a text, such as "tomorrow at 9:00 am", in the reader's own zone."""
    if duty.opens is None:
        return _LATER[language]
    local, today = to_local(duty.opens, zone), to_local(now, zone).date()
    days = (local.date() - today) // timedelta(days=1)
    day = _NEAR[language][days] if days in (0, 1) else _DAYS[language][local.weekday()]
    return f"{day} {_AT[language]} {say_clock(duty.opens, zone)}"


def say_clock(at: datetime, zone: str) -> str:
    """A time of day as it stands in a text, such as "3:15 pm", in the reader's own zone."""
    local = to_local(at, zone)
    return f"{local.hour % 12 or 12}:{local.minute:02d} {'am' if local.hour < 12 else 'pm'}"
