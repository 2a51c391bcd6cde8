"""`peerline doctor`: what is right, what is worth a look, and what must be mended."""

import os
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated

import orjson
import typer

from config.settings import SettingsProblem, read_settings
from service.checkup import examine
from service.gateways.clock import Clock
from service.readiness import Check

_MARKS = {"ok": "ok   ", "look": "look ", "mend": "MEND "}


def command(
    as_json: Annotated[bool, typer.Option("--json", help="Answer one JSON object a line.")] = False,
) -> None:
    """Look at settings, files, database, broker and people. Exits 1 if something must be mended."""
    broken = False
    for check in _checks():
        broken = broken or check.standing == "mend"
        print(orjson.dumps(asdict(check)).decode() if as_json else _line(check))
    raise typer.Exit(int(broken))


def _checks() -> Iterator[Check]:
    try:
        settings = read_settings(os.environ)
    except SettingsProblem as problem:
        yield from (Check("settings", "mend", str(mistake)) for mistake in problem.mistakes)
        return
    yield Check("settings", "ok", "read without a mistake")
    clock = Clock(settings.clock_file)
    yield from examine(settings, clock.now(), clock.machine())


def _line(check: Check) -> str:
    return f"{_MARKS[check.standing]} {check.about}: {check.text}"
