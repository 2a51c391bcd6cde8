"""Importing a file of people from the command line: a preview with every mistake by line, or the import itself."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import orjson
import typer

from config.organisation import OrganisationProblem, load_organisation
from config.settings import Settings
from service.cli.asking import asking
from service.cli.environment import settings_or_exit
from service.gateways.clock import Clock
from service.gateways.ids import new_id
from service.gateways.keys import read_keys
from service.importing import Account, Desk
from service.publishing import open_shelf
from service.roster import House
from service.rules.catalogue import CATALOGUE
from service.rules.csv_table import RowMistake
from service.rules.roster_files import MemberRow, Roster, StaffRow
from service.store.database import open_pool

Row = TypeVar("Row", MemberRow, StaffRow)
_DONE = {"new": "is new", "changed": "is changed", "same": "stays as it is", "refused": "is left out"}


def import_file(
    file: Path,
    read: Callable[[bytes], Roster[Row]],
    carry_in: Callable[[Desk, Sequence[Row]], tuple[Account, ...]],
    *,
    yes: bool,
    as_json: bool,
) -> int:
    """Read a file and import its good rows, or say what importing would do; returns the exit status, 1 with mistakes."""
    settings = settings_or_exit()
    roster = read(_bytes(file))
    with asking(), open_pool(settings.database_url, 1) as pool:
        accounts = carry_in(Desk(pool, read_keys(settings.keys), _house(settings), yes), roster.rows)
    print(_as_json(accounts, roster.mistakes) if as_json else _as_text(file, accounts, roster.mistakes, yes=yes))
    return int(bool(roster.mistakes) or any(account.what == "refused" for account in accounts))


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as problem:
        print(f"{file} cannot be read: {problem.strerror}.", file=sys.stderr)
        raise typer.Exit(2) from None


def _house(settings: Settings) -> House:
    try:
        flows = open_shelf(settings.database_url, CATALOGUE)
        return House(load_organisation(settings.config_dir), new_id, Clock(settings.clock_file).now(), flows)
    except OrganisationProblem as problem:
        print(problem, file=sys.stderr)
        raise typer.Exit(1) from None


def _as_text(file: Path, accounts: Sequence[Account], mistakes: Sequence[RowMistake], *, yes: bool) -> str:
    told = [(mistake.line, _mistake(file, mistake)) for mistake in mistakes]
    told += [(account.line, _account(file, account)) for account in accounts]
    return "\n".join([*(line for _, line in sorted(told)), _closing(accounts, mistakes, yes=yes)])


def _mistake(file: Path, mistake: RowMistake) -> str:
    found = f" {mistake.found!r}" if mistake.found else ""
    return f"{file.name}:{mistake.line}: {mistake.column or 'the whole line'}{found}: {mistake.mend}"


def _account(file: Path, account: Account) -> str:
    notes = "".join(f"; {note}" for note in account.notes)
    return f"{file.name}:{account.line}: {account.name} {_DONE[account.what]}{notes}"


def _closing(accounts: Sequence[Account], mistakes: Sequence[RowMistake], *, yes: bool) -> str:
    count = {what: sum(account.what == what for account in accounts) for what in _DONE}
    bad = len({mistake.line for mistake in mistakes}) + count["refused"]
    done = f"{count['new']} new, {count['changed']} changed, {count['same']} as they were, lines with mistakes: {bad}"
    return f"Imported: {done}." if yes else f"Nothing is written yet: {done}. --yes imports the good ones."


def _as_json(accounts: Sequence[Account], mistakes: Sequence[RowMistake]) -> str:
    rows = [{"line": a.line, "what": a.what, "notes": a.notes} for a in accounts]
    return orjson.dumps({"rows": rows, "mistakes": mistakes}).decode()
