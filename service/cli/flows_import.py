"""`peerline flows import`: flows of RapidPro, TextIt and Twilio Studio as flow files, with what was lost on the way."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, cast, get_args

import typer

from flows.engine.check import check_flows
from flows.engine.problems import FlowProblems
from flows.importing.importer import FlowFile, Imported, System, import_flows
from flows.importing.notes import Note
from flows.importing.source import refuse
from service.rules.catalogue import CATALOGUE

Source = Annotated[Path, typer.Argument(help="An export as JSON.")]
Format = Annotated[str, typer.Option("--format", help="rapidpro (TextIt, too), studio, or auto")]
Out = Annotated[Path, typer.Option("--out", help="The folder for the flow files; it is made where it is not there.")]


def import_command(file: Source, style: Format = "auto", out: Out = Path("imported-flows")) -> None:
    """Read flows of another system and write them as flow files, next to a list of what could not be carried over.

    What has no counterpart leads to a person. Nothing is published, and no file is written over. Exits 1 where nothing
    can be made of the file.
    """
    if style not in get_args(System):
        raise typer.BadParameter(f"--format is one of {', '.join(get_args(System))}.")
    try:
        imported = import_flows(_read(file), file.name, CATALOGUE, cast("System", style))
    except FlowProblems as problem:
        print(problem)
        raise typer.Exit(1) from None
    _refuse_to_overwrite(out, imported.files)
    out.mkdir(parents=True, exist_ok=True)
    for flow in imported.files:
        (out / f"{flow.name}.yaml").write_text(flow.source, encoding="utf-8")
    print("\n".join(_told(imported, out)))


def _read(file: Path) -> str:
    """The text of a file; raises FlowProblems with `import.json` where it is not UTF-8."""
    try:
        return file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        message = f"The file is not UTF-8 from byte {error.start} on."
        refuse(file.name, "import.json", message, "Export the flow again, and do not open it in between.")


def _refuse_to_overwrite(out: Path, files: Sequence[FlowFile]) -> None:
    taken = [flow.name for flow in files if (out / f"{flow.name}.yaml").exists()]
    if taken:
        names = ", ".join(f"{name}.yaml" for name in taken)
        raise typer.BadParameter(f"{out} has {names} already. Choose another folder with --out.")


def _told(imported: Imported, out: Path) -> list[str]:
    """The report: the files, what could not be carried over, and how much the check finds to do."""
    lines = [f"{out / flow.name}.yaml" for flow in imported.files]
    lines += ["", *_listed(imported.notes)] if imported.notes else ["", "Everything could be carried over."]
    found = check_flows({f"{flow.name}.yaml": flow.source for flow in imported.files}, CATALOGUE)
    errors = sum(1 for finding in found if finding.severity == "error")
    lines += [
        "",
        f"{len(imported.files)} flows written. The check finds {errors} mistakes and {len(found) - errors} remarks",
    ]
    lines[-1] += " in them: peerline flows check FILE tells them."
    return lines


def _listed(notes: Sequence[Note]) -> list[str]:
    """The notes; what is said of many places is said once, with the places under it."""
    places: dict[tuple[str, str], list[str]] = {}
    for note in notes:
        places.setdefault((note.what, note.instead), []).append(f"{note.flow}, {note.node}" if note.node else note.flow)
    lines = ["What could not be carried over, or not as it was:"]
    for (what, instead), found in places.items():
        lines += (
            [f"- {found[0]}: {what} {instead}"]
            if len(found) == 1
            else [f"- {what} {instead}", *(f"    {place}" for place in found)]
        )
    return lines
