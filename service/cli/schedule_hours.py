"""`peerline schedule hours|caps`: when a member may be written to unasked, and how often at most."""

from datetime import time
from typing import Annotated

import typer

from service.cli.schedule_desk import Standing, open_desk, refuse, show_caps
from service.outlook import say_outlook
from service.schedules import set_caps, set_hours
from service.store.rows import Member, Schedule
from service.store.scene import Scene

Phone = Annotated[str, typer.Argument(help="The member's number.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAYS = {
    "every": tuple(range(7)), "weekdays": tuple(range(5)), "weekend": (5, 6),
    **{name: (place,) for place, name in enumerate(_WEEKDAYS)},
}  # fmt: skip
_SAID = {"every": "Every day", "weekdays": "Monday to Friday", "weekend": "Saturday and Sunday"}


def hours_command(
    phone: Phone,
    window: Annotated[str, typer.Option(help="When they may be written to: 10:00-18:00, none, or usual.")],
    day: Annotated[str, typer.Option(help="A weekday such as monday, or every, weekdays, weekend.")] = "every",
) -> None:
    """Set the hours of the week, or of some days, in which a member may be written to unasked; organisation.yaml's window bounds them.

    What hangs on the hours is planned anew, and what would be left out from now on is told.
    """
    desk = open_desk()
    member, _ = desk.member(phone)
    name = day.lower()
    if name not in _DAYS:
        refuse(f"--day is {day!r}: write one of {', '.join(_DAYS)}.")
    hours = (member.window_start, member.window_end) if window == "usual" else _window(window)
    muted = desk.change(member, lambda now: _with_hours(now, _DAYS[name], hours))
    print(f"{_SAID.get(name, name.capitalize())}: {window}.")
    for line in muted:
        print(f"look: {line}")


def caps_command(
    phone: Phone,
    per_day: Annotated[int | None, typer.Option(help="At most so many a day.")] = None,
    per_week: Annotated[int | None, typer.Option(help="At most so many in seven days.")] = None,
    as_json: AsJson = False,
) -> None:
    """Set how many texts a member may get unasked, reminders left aside; without options, show it."""
    desk = open_desk()
    member, _ = desk.member(phone)
    if per_day is not None or per_week is not None:
        member = desk.change(member, lambda now: _capped(now, per_day, per_week))
    show_caps(member, as_json=as_json)


def _with_hours(now: Standing, days: tuple[int, ...], hours: tuple[str, str] | None) -> tuple[Scene, tuple[str, ...]]:
    """The scene with other hours, and what there is to say of each schedule that was not so before."""
    scene = set_hours(now.scene, now.member, days, hours, now.house)
    after = scene.member or now.member
    told = {_look(schedule, after, now) for schedule in scene.all(Schedule)}
    before = {_look(schedule, now.member, now) for schedule in now.scene.all(Schedule)}
    return scene, tuple(sorted(line for line in told - before if line is not None))


def _look(schedule: Schedule, member: Member, now: Standing) -> str | None:
    return say_outlook(schedule, member, now.house.organisation, now.house.now)


def _capped(now: Standing, per_day: int | None, per_week: int | None) -> tuple[Scene, Member]:
    """What is not named stays as it is."""
    a_day = now.member.per_day if per_day is None else per_day
    a_week = now.member.per_week if per_week is None else per_week
    scene = set_caps(now.scene, now.member, a_day, a_week, now.house)
    return scene, scene.member or now.member


def _window(text: str) -> tuple[str, str] | None:
    if text == "none":
        return None
    begin, _, end = text.partition("-")
    try:
        first, last = time.fromisoformat(begin), time.fromisoformat(end)
    except ValueError:
        refuse(f"--window is {text!r}: write such as 10:00-18:00, or none, or usual.")
    return f"{first:%H:%M}", f"{last:%H:%M}"
