"""`peerline schedule`: what a rule of recurrence means, moment by moment, and the schedules of a member."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import orjson
import typer

from service.cli.schedule_people import register
from service.rules.local_time import to_local, zone_of
from service.rules.schedule import moments

app = typer.Typer(add_completion=False, no_args_is_help=True, help="When members are written to.")
register(app)

# One question must not keep a terminal or a program waiting.
MOST_MOMENTS = 10_000
KINDS = {"rule": str, "zone": str, "from": str, "count": int}


@app.callback()
def schedule() -> None:
    """Tell what a rule of recurrence means, and look after the schedules of a member."""


@app.command()
def preview(
    rule: Annotated[str, typer.Option(help="The rule (RFC 5545), such as FREQ=WEEKLY;BYDAY=MO,TH.")] = "",
    zone: Annotated[str, typer.Option(help="The time zone, such as America/New_York.")] = "UTC",
    begin: Annotated[str, typer.Option("--from", help="Local time of the first moment: 2026-03-06T09:00.")] = "",
    count: Annotated[int, typer.Option(help="How many moments to list.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Read one JSON object a line, answer one a line.")] = False,
) -> None:
    """List the moments of a rule, in the member's local time and in UTC."""
    if as_json:
        raise typer.Exit(answer_lines())
    try:
        found = _moments({"rule": rule, "zone": zone, "from": begin, "count": count})
    except (ValueError, OverflowError) as problem:
        print(problem, file=sys.stderr)
        raise typer.Exit(1) from problem
    for moment in found:
        print(f"{to_local(moment, zone):%a %Y-%m-%d %H:%M:%S} {moment.astimezone(zone_of(zone)):%Z}  {_text(moment)}")


def answer_lines() -> int:
    """Answer each line of standard input with one of standard output; give 1 if a line could not be answered, else 0."""
    status = 0
    for line in sys.stdin.buffer:
        answer = _answer(line)
        status = 1 if "error" in answer else status
        sys.stdout.buffer.write(orjson.dumps(answer, option=orjson.OPT_APPEND_NEWLINE))
        sys.stdout.buffer.flush()
    return status


def _answer(line: bytes) -> dict[str, str | list[str]]:
    try:
        return {"moments": [_text(moment) for moment in _moments(orjson.loads(line))]}
    except (ValueError, OverflowError) as problem:
        return {"error": str(problem)}


def _moments(asked: object) -> tuple[datetime, ...]:
    if not isinstance(asked, Mapping):
        raise ValueError("write an object with rule, zone, from and count")  # noqa: TRY004 - answered like all mistakes
    for name, kind in KINDS.items():
        if type(asked.get(name)) is not kind:
            raise ValueError(f"{name} is missing, or not a {'text' if kind is str else 'whole number'}")
    if not 0 <= asked["count"] <= MOST_MOMENTS:
        raise ValueError(f"count is {asked['count']}; write a number from 0 to {MOST_MOMENTS}")
    return moments(asked["rule"], asked["zone"], _local(asked["from"]), asked["count"])


def _local(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as problem:
        raise ValueError(f"from is {text!r}; write a local time such as 2026-03-06T09:00:00") from problem
    if found.tzinfo is not None:
        raise ValueError(f"from is {text!r}; write it as a local time, without an offset or Z")
    return found


def _text(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
