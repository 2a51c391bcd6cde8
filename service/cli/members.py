"""`peerline members`: the people who are walked beside."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.members_pause import pause_command, resume_command
from service.cli.people_files import import_file
from service.importing import import_members
from service.rules.roster_files import read_members

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Members: import a file of them, pause and resume one."
)


@app.callback()
def members() -> None:
    """Members: import a file of them, pause and resume one."""


@app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(help="members.csv; its first line names the columns.")],
    yes: Annotated[bool, typer.Option("--yes", help="Write the good rows; without it nothing changes.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Show what a file would change, with every mistake by line; --yes writes the good rows.

    Members without a recorded consent get the welcome first, and nothing else unasked. Exits 1 if rows were left out.
    """
    raise typer.Exit(import_file(file, read_members, import_members, yes=yes, as_json=as_json))


app.command("pause")(pause_command)
app.command("resume")(resume_command)
