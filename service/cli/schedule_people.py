"""`peerline schedule list|add|remove|move|appointment|hours|caps`: a member's schedules, changed by hand on the server."""

from datetime import datetime, time
from typing import Annotated

import typer

from service.appointments import Dated, Part, book, cancel, joined_on, move, parts_of_a_visit
from service.cli.schedule_desk import Desk, Standing, local_time, one_of, open_desk, refuse, show, show_caps
from service.planning import ONCE
from service.rules.local_time import to_local
from service.schedules import Wanted, add, change, remove, set_caps, set_hours
from service.store.rows import Member, Schedule
from service.store.scene import Scene

Phone = Annotated[str, typer.Argument(help="The member's number.")]
Name = Annotated[
    str, typer.Argument(metavar="ID", help="The id of a schedule or a date, or its end as the list shows it.")
]
Flow = Annotated[str, typer.Option(help="The flow that begins.")]
Rule = Annotated[str, typer.Option(help="When, as a rule (RFC 5545), such as FREQ=WEEKLY;BYDAY=MO,TH.")]
Begin = Annotated[str, typer.Option("--from", help="Local time of the rule's first moment; now by default.")]
At = Annotated[str, typer.Option(help="One local time instead of a rule: 2026-03-06T09:00.")]
Spread = Annotated[int, typer.Option(help="Speak at some minute within so many after the moment.")]
UnlessHeard = Annotated[bool, typer.Option("--unless-heard", help="Not on a day on which they wrote.")]
SkipHolidays = Annotated[bool, typer.Option("--skip-holidays", help="Not on a holiday of organisation.yaml.")]
When = Annotated[
    list[str], typer.Option(help="How far from a date: '2 days before at 12:00', '3 hours before', '1 week after'.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def list_command(phone: Phone, as_json: AsJson = False) -> None:
    """List what is planned for a member: each schedule, when it speaks next, by which rule, and their caps."""
    desk = open_desk()
    member, schedules = desk.member(phone)
    show(tuple(s for s in schedules if s.active), member, desk, as_json=as_json)
    if not as_json:
        show_caps(member, as_json=False)


def add_command(
    phone: Phone,
    *,
    flow: Flow,
    rule: Rule = "",
    begin: Begin = "",
    at: At = "",
    when: When = [],  # noqa: B006 - typer makes a list of its own
    on: Annotated[str, typer.Option("--date", help="The local time that --when counts from, or `joining`.")] = "",
    spread: Spread = 0,
    unless_heard: UnlessHeard = False,
    skip_holidays: SkipHolidays = False,
    as_json: AsJson = False,
) -> None:
    """Give a member one more schedule: by a rule, at one time, or so far from a date."""
    if sum(map(bool, (rule, at, on))) != 1 or bool(when) != bool(on):
        refuse("Say when, in one way: --rule (with --from), or --at, or --when together with --date.")
    desk = open_desk()
    member, _ = desk.member(phone)
    if on:
        kept = desk.change(member, lambda now: book(now.scene, now.member, _dated(now, flow, on, when), now.house))
    else:
        wanted = Wanted(flow, rule or ONCE, _starts(desk, member, begin, at), spread, unless_heard, skip_holidays)
        kept = (desk.change(member, lambda now: add(now.scene, now.member, wanted, now.house)),)
    show(kept, member, desk, as_json=as_json)


def remove_command(phone: Phone, name: Name) -> None:
    """Remove a schedule, or cancel a date with everything that hangs on it."""
    desk = open_desk()
    member, schedules = desk.member(phone)
    one_of(schedules, name)
    desk.change(member, lambda now: (_without(now, name), None))
    print("Removed.")


def move_command(
    phone: Phone,
    name: Name,
    rule: Rule = "",
    begin: Begin = "",
    at: At = "",
    spread: Annotated[int | None, typer.Option(help="Other minutes within which it speaks.")] = None,
    as_json: AsJson = False,
) -> None:
    """Change when a schedule speaks (--rule, --at, --spread), or move a date with all that hangs on it (--at)."""
    desk = open_desk()
    member, schedules = desk.member(phone)
    found = one_of(schedules, name)
    if found[0].date_id is not None and not at:
        refuse("This hangs on a date: say with --at when the date is now.")
    if found[0].date_id is not None:
        to = local_time(at, "--at")
        kept = desk.change(member, lambda now: move(now.scene, _of_date(now, found[0]), now.member, to, now.house))
    else:
        wanted = _changed(desk, member, found[0], (rule, begin, at), spread)
        kept = (
            desk.change(
                member, lambda now: change(now.scene, one_of(now.schedules, name)[0], now.member, wanted, now.house)
            ),
        )
    show(kept, member, desk, as_json=as_json)


def appointment_command(
    phone: Phone,
    at: Annotated[str, typer.Option(help="Local time of the visit: 2026-03-06T14:00.")],
    flow: Annotated[str, typer.Option(help="Another flow than those about a visit, or one of them alone.")] = "",
    when: When = [],  # noqa: B006 - typer makes a list of its own
    as_json: AsJson = False,
) -> None:
    """Plan what is said before and after a visit of a member's, without naming what it is for.

    Without more, `appointment` asks two days before at noon, and `appointment-day` says a hello three hours before. With
    --when alone, what is a day or more before is asked by `appointment`, and what is nearer is said by `appointment-day`.
    """
    desk = open_desk()
    member, _ = desk.member(phone)
    date_at = local_time(at, "--at")

    def booked(now: Standing) -> tuple[Scene, tuple[Schedule, ...]]:
        parts = parts_of_a_visit(flow, when, date_at, now.member.zone)
        return book(now.scene, now.member, Dated(date_at, parts), now.house)

    show(desk.change(member, booked), member, desk, as_json=as_json)


def hours_command(
    phone: Phone,
    day: Annotated[str, typer.Option(help="The weekday, such as monday.")],
    window: Annotated[str, typer.Option(help="When they may be written to on it: 10:00-18:00, none, or usual.")],
) -> None:
    """Set the hours of one weekday in which a member may be written to unasked; organisation.yaml's window bounds them."""
    desk = open_desk()
    member, _ = desk.member(phone)
    if day.lower() not in _DAYS:
        refuse(f"--day is {day!r}: write one of {', '.join(_DAYS)}.")
    hours = (member.window_start, member.window_end) if window == "usual" else _window(window)
    weekday = _DAYS.index(day.lower())
    desk.change(member, lambda now: (set_hours(now.scene, now.member, weekday, hours, now.house), None))
    print(f"{day.capitalize()}: {window}.")


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


def register(app: typer.Typer) -> None:
    """Add the commands to `peerline schedule`."""
    for name, command in (
        *(("list", list_command), ("add", add_command), ("remove", remove_command)),
        *(("move", move_command), ("appointment", appointment_command), ("hours", hours_command)),
        ("caps", caps_command),
    ):
        app.command(name)(command)


def _without(now: Standing, name: str) -> Scene:
    found = one_of(now.schedules, name)
    if str(found[0].id).endswith(name.lower()):
        return remove(now.scene, found[0], now.member, now.house)
    return cancel(now.scene, found, now.member, now.house)


def _capped(now: Standing, per_day: int | None, per_week: int | None) -> tuple[Scene, Member]:
    """What is not named stays as it is."""
    a_day = now.member.per_day if per_day is None else per_day
    a_week = now.member.per_week if per_week is None else per_week
    scene = set_caps(now.scene, now.member, a_day, a_week, now.house)
    return scene, scene.member or now.member


def _of_date(now: Standing, schedule: Schedule) -> tuple[Schedule, ...]:
    return tuple(found for found in now.schedules if found.date_id == schedule.date_id)


def _dated(now: Standing, flow: str, on: str, when: list[str]) -> Dated:
    date_at = joined_on(now.scene, now.member) if on == "joining" else local_time(on, "--date")
    return Dated(date_at, [Part(flow, one) for one in when])


def _starts(desk: Desk, member: Member, begin: str, at: str) -> datetime:
    if begin or at:
        return local_time(begin or at, "--from" if begin else "--at")
    return to_local(desk.house.now, member.zone).replace(second=0, microsecond=0)


def _changed(
    desk: Desk, member: Member, schedule: Schedule, timing: tuple[str, str, str], spread: int | None
) -> Wanted:
    rule, begin, at = timing
    starts = _starts(desk, member, begin, at) if begin or at else datetime.fromisoformat(schedule.starts)
    return Wanted(
        schedule.flow, ONCE if at else rule or schedule.rule, starts, schedule.spread if spread is None else spread,
        schedule.unless_heard, schedule.skip_holidays,
    )  # fmt: skip


def _window(text: str) -> tuple[str, str] | None:
    if text == "none":
        return None
    begin, _, end = text.partition("-")
    try:
        first, last = time.fromisoformat(begin), time.fromisoformat(end)
    except ValueError:
        refuse(f"--window is {text!r}: write such as 10:00-18:00, or none, or usual.")
    return f"{first:%H:%M}", f"{last:%H:%M}"
