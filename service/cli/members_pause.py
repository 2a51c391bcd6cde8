"""`peerline members pause|resume`: a member's texts that nobody asked for rest, and come again, by hand on the server."""

from typing import Annotated

import typer

from service.cli.schedule_desk import local_time, open_desk
from service.schedules import pause_by_hand, resume_by_hand

Phone = Annotated[str, typer.Argument(help="The member's number.")]


def pause_command(
    phone: Phone,
    until: Annotated[str, typer.Option(help="The local day, or time, from which on they are written to again.")] = "",
) -> None:
    """Let a member rest: no check-ins and no reminders until then, or until `resume`, or until they write BACK.

    Answers to what they write, a person's words and safety texts still go. Nothing is sent about it, and nothing is lost.
    """
    desk = open_desk()
    member, _ = desk.member(phone)
    ends = local_time(until, "--until") if until else None
    desk.change(member, lambda now: (pause_by_hand(now.scene, now.member, ends, now.house), None))
    when = (
        "until somebody resumes it, or they write BACK"
        if ends is None
        else f"until {ends:%A %d %B %Y %H:%M}, their time"
    )
    print(f"Paused {when}.")


def resume_command(phone: Phone) -> None:
    """End a member's pause, whoever began it; their schedules go on as they were."""
    desk = open_desk()
    member, _ = desk.member(phone)
    desk.change(member, lambda now: (resume_by_hand(now.scene, now.member, now.house), None))
    print("Resumed.")
