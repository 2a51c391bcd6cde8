"""`peerline flows …`: what coordinators do with flow files."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson
import typer

from flows.engine.check import check_flows
from flows.engine.compile import compile_flow
from flows.engine.drawing import to_svg
from flows.engine.facts import Facts
from flows.engine.flow import Flow
from flows.engine.graph import to_mermaid
from flows.engine.player import play as player
from flows.engine.problems import Finding, FlowProblems
from flows.engine.rehearsal import rehearse
from flows.engine.report import lines_of, report
from flows.engine.schema import flow_schema
from flows.engine.trials import BASICS
from service.cli.lazy import LazyGroup
from service.gateways.clock import Clock
from service.rules.catalogue import CATALOGUE


class Flows(LazyGroup):
    """The commands below, and those that need the service."""

    TABLE: ClassVar[Mapping[str, tuple[str, str]]] = {
        "publish": ("service.cli.flows_versions", "publish"),
        "history": ("service.cli.flows_versions", "history_command"),
        "diff": ("service.cli.flows_versions", "diff"),
        "rollback": ("service.cli.flows_versions", "rollback"),
        "draft": ("service.cli.flows_draft", "draft"),
        "forecast": ("service.cli.flows_forecast", "forecast_command"),
        "import": ("service.cli.flows_import", "import_command"),
    }


app = typer.Typer(cls=Flows, add_completion=False, no_args_is_help=True, help="Check, try and publish flows.")

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
    named = tuple(files or shipped())
    findings = [found for found in check_flows(read_sources(named), CATALOGUE) if found.file in map(str, named)]
    print(plain_json(findings) if style == "json" else as_text(findings, len(named)))
    raise typer.Exit(int(any(found.severity == "error" for found in findings)))


@app.command("test")
def run_tests(files: Files = None, style: Format = "text") -> None:
    """Play the tests that stand in flow files, and name what none of them walks.

    Exits 1 where a test does not hold, or where a flow asks for full coverage and has a gap.
    """
    flows = compiled(tuple(files or shipped()))
    reports = [report(flow, flows, CATALOGUE) for flow in flows.values() if chosen(flow, files)]
    print(plain_json(reports) if style == "json" else "\n".join(lines_of(reports)))
    full = [one for one in reports if flows[one.flow].coverage_full and one.coverage.gaps]
    raise typer.Exit(int(bool(full) or not all(one.is_good for one in reports)))


@app.command()
def play(
    flow: Annotated[Path, typer.Argument(help="the flow file to play")],
    language: Annotated[str, typer.Option(help="the member's language")] = "en",
    zone: Annotated[str, typer.Option(help="the member's time zone")] = "America/Chicago",
    spoken: Annotated[bool, typer.Option("--spoken", help="show what a voice would say, and the keys")] = False,
) -> None:
    """Try a flow as a member would: type what they write, and :help for the rest."""
    flows = compiled((flow,))
    facts = Facts(language, known_zone(zone), {}, {**BASICS, "member.language": language})
    name = next(one.name for one in flows.values() if one.file == str(flow))
    for line in player(
        rehearse(flows, name, facts, Clock().now(), CATALOGUE.not_for_flows), sys.stdin, CATALOGUE, spoken=spoken
    ):
        print(line, flush=True)


@app.command()
def graph(
    flow: Annotated[Path, typer.Argument(help="the flow file to draw")],
    style: Annotated[str, typer.Option("--format", help="svg or mermaid")] = "svg",
    language: Annotated[str, typer.Option(help="the language of the texts in it")] = "en",
) -> None:
    """Draw a flow: its steps and the ways between them."""
    found = next(one for one in compiled((flow,)).values() if one.file == str(flow))
    print(to_mermaid(found, language) if style == "mermaid" else to_svg(found, language), end="")


@app.command()
def schema() -> None:
    """Print the JSON Schema of flow files, for an editor that completes and explains keys."""
    print(plain_json(flow_schema(CATALOGUE)))


def shipped() -> tuple[Path, ...]:
    """The flow files of this installation, those that wait for an action of the service among them, in order."""
    folder = Path(os.environ.get("PEERLINE_FLOWS", "flows"))
    return tuple(sorted([*folder.glob("*.yaml"), *folder.glob("waiting/*.yaml")]))


def read_sources(files: Sequence[Path]) -> Mapping[str, str]:
    """The files and their neighbours, which they may run, by name; what is not UTF-8 is left for the check to find."""
    folders = {file.parent for file in files}
    folders |= {folder.parent for folder in folders if folder.name == "waiting"}
    beside = {path for folder in folders for path in folder.glob("*.yaml")}
    return {str(path): _read(path) for path in sorted({*files, *beside})}


def compiled(files: Sequence[Path]) -> Mapping[str, Flow]:
    """The flows of these files and of their neighbours, by name; a mistake in any is printed and ends the command."""
    flows: dict[str, Flow] = {}
    mistakes: list[Finding] = []
    for file, source in read_sources(files).items():
        try:
            flow = compile_flow(source, file, CATALOGUE)
            flows[flow.name] = flow
        except FlowProblems as problems:
            mistakes += problems.findings if file in map(str, files) else []
    if mistakes:
        print("\n".join(map(str, mistakes)), file=sys.stderr)
        raise typer.Exit(1)
    return flows


def chosen(flow: Flow, files: Sequence[Path] | None) -> bool:
    """Whether a flow stands in one of the files that were named; all do where none was."""
    return not files or flow.file in map(str, files)


def known_zone(zone: str) -> str:
    """A time zone that exists."""
    try:
        return ZoneInfo(zone).key
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise typer.BadParameter(f"There is no time zone {zone}.") from error


def plain_json(value: object) -> str:
    """Plain data or dataclasses as JSON, for machines."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


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
