"""`peerline staff`: specialists, coordinators and supervisors."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.people_files import import_file
from service.importing import import_staff
from service.rules.roster_files import read_staff

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Staff: import a file of them.")


@app.callback()
def staff() -> None:
    """Staff: import a file of them."""


@app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(help="staff.csv; its first line names the columns.")],
    yes: Annotated[bool, typer.Option("--yes", help="Write the good rows; without it nothing changes.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Show what a file would change, with every mistake by line; --yes writes the good rows. Exits 1 if rows were left out."""
    raise typer.Exit(import_file(file, read_staff, import_staff, yes=yes, as_json=as_json))
