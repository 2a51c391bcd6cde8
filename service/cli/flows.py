"""`peerline flows …`: what coordinators do with flow files."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import orjson
import typer

from flows.engine.check import check_flows
from flows.engine.problems import Finding
from service.rules.catalogue import CATALOGUE

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Check, try and publish flows.")

Files = Annotated[list[Path] | None, typer.Argument(help="Flow files; without any, all that are shipped.")]
Format = Annotated[str, typer.Option("--format", help="text or json")]


@app.callback()
def flows() -> None:
    """Check, try and publish flows."""


@app.command()
def check(files: Files = None, style: Format = "text") -> None:
    """Prove that flows are safe to publish; every mistake is told with its place and a mend.

    Exits 1 where there are errors; warnings alone exit 0.
    """
    chosen = tuple(files or shipped())
    findings = [found for found in check_flows(read_sources(chosen), CATALOGUE) if found.file in map(str, chosen)]
    print(as_json(findings) if style == "json" else as_text(findings, len(chosen)))
    raise typer.Exit(int(any(found.severity == "error" for found in findings)))


def shipped() -> tuple[Path, ...]:
    """The flow files of this installation, in order."""
    return tuple(sorted(Path(os.environ.get("PEERLINE_FLOWS", "flows")).glob("*.yaml")))


def read_sources(chosen: Sequence[Path]) -> Mapping[str, str]:
    """The files and their neighbours, which they may run, by name; what is not UTF-8 is left for the check to find."""
    beside = {path for file in chosen for path in file.parent.glob("*.yaml")}
    return {str(path): _read(path) for path in sorted({*chosen, *beside})}


def as_json(findings: Sequence[Finding]) -> str:
    """Findings as a JSON list, for machines."""
    return orjson.dumps([asdict(finding) for finding in findings], option=orjson.OPT_INDENT_2).decode()


def as_text(findings: Sequence[Finding], files: int) -> str:
    """Findings as lines, with a last line that counts them."""
    errors = sum(1 for found in findings if found.severity == "error")
    closing = f"{files} flows checked: {errors} mistakes, {len(findings) - errors} remarks."
    return "\n".join([*map(str, findings), closing])


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be read: {error.strerror}") from error
