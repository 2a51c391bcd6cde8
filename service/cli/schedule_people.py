"""`peerline schedule list|add|remove|move|appointment`: a member's schedules, changed by hand on the server."""

from datetime import datetime
from typing import Annotated

import typer

from service.appointments import Dated, Part, book, cancel, joined_on, move, parts_of_a_visit
from service.cli.schedule_desk import Desk, Standing, local_time, one_of, open_desk, refuse, show, show_caps
from service.cli.schedule_hours import caps_command, hours_command
from service.planning import ONCE
from service.rules.local_time import to_local
from service.schedules import Wanted, add, change, remove
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
NOT_WITH_A_DATE = (
    "--rule, --from, --spread, --unless-heard and --skip-holidays are for what comes by a rule or at one time (--rule, --at);"
    " what hangs on a date speaks so far from it: leave them out."
)


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
    if on and (spread or unless_heard or skip_holidays):
        refuse(NOT_WITH_A_DATE)
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
    *,
    rule: Rule = "",
    begin: Begin = "",
    at: At = "",
    spread: Annotated[int | None, typer.Option(help="Other minutes within which it speaks.")] = None,
    unless_heard: Annotated[bool | None, typer.Option(help="Not, or again, on a day on which they wrote.")] = None,
    skip_holidays: Annotated[
        bool | None, typer.Option(help="Not, or again, on a holiday of organisation.yaml.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Change when a schedule speaks and how it treats a day, or move a date with all that hangs on it (--at)."""
    others = (spread, unless_heard, skip_holidays)
    if not (rule or begin or at or others != (None, None, None)):
        refuse("Say what changes: --rule, --from, --at, --spread, --unless-heard or --skip-holidays.")
    desk = open_desk()
    member, schedules = desk.member(phone)
    found = one_of(schedules, name)
    if found[0].date_id is not None and not at:
        refuse("This hangs on a date: say with --at when the date is now.")
    if found[0].date_id is not None and (rule or begin or others != (None, None, None)):
        refuse(NOT_WITH_A_DATE)
    if found[0].date_id is not None:
        to = local_time(at, "--at")
        kept = desk.change(member, lambda now: move(now.scene, _of_date(now, found[0]), now.member, to, now.house))
    else:
        wanted = _changed(desk, member, found[0], (rule, begin, at), others)
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


def register(app: typer.Typer) -> None:
    """Add the commands to `peerline schedule`."""
    for name, command in (
        *(("list", list_command), ("add", add_command), ("remove", remove_command)),
        *(("move", move_command), ("appointment", appointment_command)),
        *(("hours", hours_command), ("caps", caps_command)),
    ):
        app.command(name)(command)


def _without(now: Standing, name: str) -> Scene:
    found = one_of(now.schedules, name)
    if str(found[0].id).endswith(name.lower()):
        return remove(now.scene, found[0], now.member, now.house)
    return cancel(now.scene, found, now.member, now.house)


def _of_date(now: Standing, schedule: Schedule) -> tuple[Schedule, ...]:
    return tuple(found for found in now.schedules if found.date_id == schedule.date_id and not found.removed)


def _dated(now: Standing, flow: str, on: str, when: list[str]) -> Dated:
    date_at = joined_on(now.scene, now.member) if on == "joining" else local_time(on, "--date")
    return Dated(date_at, [Part(flow, one) for one in when])


def _starts(desk: Desk, member: Member, begin: str, at: str) -> datetime:
    if begin or at:
        return local_time(begin or at, "--from" if begin else "--at")
    return to_local(desk.house.now, member.zone).replace(second=0, microsecond=0)


def _changed(
    desk: Desk,
    member: Member,
    schedule: Schedule,
    timing: tuple[str, str, str],
    others: tuple[int | None, bool | None, bool | None],
) -> Wanted:
    """What is not named stays as it is."""
    rule, begin, at = timing
    spread, unless_heard, skip_holidays = others
    starts = _starts(desk, member, begin, at) if begin or at else datetime.fromisoformat(schedule.starts)
    return Wanted(
        schedule.flow, ONCE if at else rule or schedule.rule, starts, schedule.spread if spread is None else spread,
        schedule.unless_heard if unless_heard is None else unless_heard,
        schedule.skip_holidays if skip_holidays is None else skip_holidays,
    )  # fmt: skip
