"""`peerline flows publish | history | diff | rollback`: the versions of flows, for coordinators."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import orjson
import typer

from flows.engine.changes import Change, changes
from flows.engine.compile import compile_flow
from flows.engine.problems import FlowProblems
from service.assembly import Peerline
from service.cli.flow_desk import flow_source, peerline_or_exit, press_of, who
from service.flow_history import Entry, differences, history, told, version_at, version_before
from service.publishing import PublishingRefused
from service.rules.catalogue import CATALOGUE
from service.store.flow_versions import Connection
from service.versions import NotConfirmed, Order, Publication, Published, publish_files

Files = Annotated[list[Path], typer.Argument(help="The flow files to publish, together.")]
Name = Annotated[str, typer.Argument(help="The name of a flow.")]
By = Annotated[str | None, typer.Option("--by", help="Who publishes; without it, whoever is logged in here.")]
Note = Annotated[str | None, typer.Option("--note", help="Why, in a few words.")]
Confirm = Annotated[bool, typer.Option("--confirm", help="Publish though somebody stands on a step that goes away.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def publish(files: Files, confirm: Confirm = False, by: By = None, note: Note = None, as_json: AsJson = False) -> None:
    """Publish flows, all or none: new conversations begin with them, those under way finish on their version.

    Tells what changes and who stands where. Exits 1, with nothing published, where there are mistakes, or where people
    would be left on steps that go away and --confirm is not given.
    """
    sources = {str(file): flow_source(file) for file in files}
    with peerline_or_exit() as peerline:
        _publish(peerline, sources, Order(who(by), note, confirm), as_json=as_json)


def rollback(
    name: Name,
    to: Annotated[int | None, typer.Option("--to", help="Which version; without it, the one before.")] = None,
    confirm: Confirm = False,
    by: By = None,
    note: Note = None,
    as_json: AsJson = False,
) -> None:
    """Publish an earlier version again, as a new one: history only grows, and the same is checked as for any other."""
    with peerline_or_exit() as peerline:
        with peerline.pool.connection() as connection:
            old = version_before(connection, name) if to is None else version_at(connection, name, to)
        order = Order(who(by), note or f"back to version {old.version}", confirm)
        _publish(peerline, {told(old): old.source}, order, as_json=as_json)


def _publish(peerline: Peerline, sources: Mapping[str, str], order: Order, *, as_json: bool) -> None:
    try:
        published = publish_files(press_of(peerline), sources, order, peerline.clock.now())
    except PublishingRefused as refused:
        _say(
            {"published": False, "findings": refused.findings}, [*map(str, refused.findings), REFUSED], as_json=as_json
        )
        raise typer.Exit(1) from None
    except NotConfirmed as unsure:
        _say(_plain(unsure.published, done=False), [*_lines(unsure.published), UNSURE], as_json=as_json)
        raise typer.Exit(1) from None
    _say(_plain(published, done=True), _lines(published), as_json=as_json)


REFUSED = "Nothing is published: mend the errors first."
UNSURE = "Nothing is published yet. Add renamed: to take these people over, or --confirm to publish all the same."


def _say(plain: object, lines: Sequence[str], *, as_json: bool) -> None:
    print(orjson.dumps(plain, option=orjson.OPT_INDENT_2).decode() if as_json else "\n".join(lines))


def _plain(published: Published, *, done: bool) -> object:
    return {"published": done, **asdict(published)}


def _lines(published: Published) -> list[str]:
    remarks = [f"remark: {finding}" for finding in published.remarks]
    return [*remarks, *(line for one in published.flows for line in _publication(one))]


def _publication(one: Publication) -> list[str]:
    if one.version == one.replaces:
        return [f"{one.name}: this is version {one.version}, as published. Nothing changes."]
    place = f"takes the place of version {one.replaces}" if one.replaces else "is the first"
    changed = [f"  {change}" for change in one.changes]
    people = ["  Nobody is in it now."] if one.replaces and not one.standings else []
    return [
        f"{one.name}: version {one.version} {place}.",
        *changed, *people, *(f"  {standing}" for standing in one.standings),
    ]  # fmt: skip


def history_command(
    name: Annotated[str | None, typer.Argument(help="A flow; without it, all.")] = None, as_json: AsJson = False
) -> None:
    """Tell which versions of a flow there were: when, by whom, why, and how many people are on each."""
    with peerline_or_exit() as peerline, peerline.pool.connection() as connection:
        found = history(connection, name)
    _say(found, [_entry(one) for one in found], as_json=as_json)


def _entry(one: Entry) -> str:
    kind = f"draft {-one.version}" if one.version < 0 else f"version {one.version}"
    current = ", current" if one.is_current else ""
    people = f", {one.people} open" if one.people else ""
    note = f": {one.note}" if one.note else ""
    when = f"{one.published_at:%Y-%m-%d %H:%M} UTC"
    return f"{one.name} {kind}{current}, {when}, by {one.published_by}{people}, {one.digest[:12]}{note}"


def diff(
    what: Annotated[str, typer.Argument(help="The name of a flow, or a flow file.")],
    first: Annotated[int | None, typer.Argument(help="The older version; without it, the one before.")] = None,
    second: Annotated[int | None, typer.Argument(help="The newer version; without it, the current one.")] = None,
    as_json: AsJson = False,
) -> None:
    """Tell in words what differs: two versions of a flow, or a file and what is published."""
    with peerline_or_exit() as peerline, peerline.pool.connection() as connection:
        try:
            found = _differences(connection, what, first, second)
        except FlowProblems as problems:
            print(problems, file=sys.stderr)
            raise typer.Exit(1) from None
    _say(found, [str(change) for change in found] or ["Nothing that anybody would notice differs."], as_json=as_json)


def _differences(connection: Connection, what: str, first: int | None, second: int | None) -> tuple[Change, ...]:
    file = Path(what)
    if file.suffix in (".yaml", ".yml") or file.is_file():
        flow = compile_flow(flow_source(file), what, CATALOGUE)
        old = version_at(connection, flow.name, first)
        return changes(compile_flow(old.source, told(old), CATALOGUE), flow)
    old = version_before(connection, what) if first is None else version_at(connection, what, first)
    return differences(old, version_at(connection, what, second), CATALOGUE)
