"""`peerline queue`: who waits for whom, since when; and closing by hand what no text can close."""

import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, NoReturn

import orjson
import typer
from rich.console import Console
from rich.table import Table

from config.organisation import load_organisation
from config.settings import Settings
from service.cli.asking import asking
from service.cli.environment import settings_or_exit
from service.gateways.clock import Clock
from service.gateways.ids import new_id
from service.gateways.keys import KeyRing, read_keys
from service.queues import done_by_hand, say_why
from service.rules.local_time import to_local
from service.rules.phone_numbers import PhoneProblem, read_number
from service.store.aside import read_aside, revive
from service.store.commit import write
from service.store.database import Pool, open_pool
from service.store.gather import Wanted, gather
from service.store.queue_reading import Waiting, read_waiting, staff_with
from service.store.reading import Reader
from service.store.rows import Staff

app = typer.Typer(add_completion=False, help="Who waits for whom, since when.")

AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
_TRIES = 3
_WHY = {
    "words": "wrote", "answer": "answered a check-in", "talk": "asks for a person", "call": "asks for a call",
    "help": "wrote HELP", "word": "wrote a word that a person answers", "stranger": "unknown number",
    "stopped": "wrote after STOP", "start": "wrote START", "problem": "a conversation got stuck", "unread": "a text could not be read by the service",
    "late": "wrote while we were out of reach", "danger": "words of danger", "from staff": "staff text for nobody",
    "rhythm": "about their times", "called": "called by phone", "loop": "texts that look like a machine's",
    "unsent": "the safety text did not go out", "number": "please confirm their number: texts do not arrive",
    "account": "the provider refuses our account", "route": "our number may not text this phone: look at the account", "content": "the provider does not take the words of a text",
}  # fmt: skip


@app.callback(invoke_without_command=True)
def queue(
    context: typer.Context,
    mine: Annotated[str, typer.Option(help="Only what is for the one of staff with this number.")] = "",
    as_json: AsJson = False,
) -> None:
    """List everything that waits for a person: the gravest first, then the longest wait."""
    if context.invoked_subcommand is not None:
        return
    settings = settings_or_exit()
    now, zone = Clock(settings.clock_file).now(), load_organisation(settings.config_dir).zone
    with asking(), _pool(settings) as pool, pool.connection() as connection:
        reader = Reader(connection, read_keys(settings.keys))
        waiting = read_waiting(reader, _staff(reader, mine) if mine else None)
    if as_json:
        print(orjson.dumps([_data(one, now) for one in waiting]).decode())
    else:
        _show(waiting, now, zone)


@app.command()
def done(
    name: Annotated[str, typer.Argument(metavar="ID", help="The id of the entry, or its end as the list shows it.")],
    by: Annotated[str, typer.Option(help="The number of the one of staff who looked after it.")],
) -> None:
    """Close an entry that was looked after by hand; an alert is closed by its code and an outcome alone."""
    settings = settings_or_exit()
    keys, now = read_keys(settings.keys), Clock(settings.clock_file).now()
    with asking(), _pool(settings) as pool, pool.connection() as connection:
        reader = Reader(connection, keys)
        person, found = (
            _staff(reader, by),
            [one for one in read_waiting(reader) if str(one.item.id).endswith(name.lower())],
        )
    if len(found) != 1 or found[0].item.escalation_id is not None:
        _refuse(_why_not(name, found))
    with asking(), _pool(settings) as pool:
        closed = _close(pool, keys, found[0], person, now)
    print("Closed." if closed else "It was being changed at the same moment. Please look again.")
    raise typer.Exit(0 if closed else 1)


@app.command()
def aside(
    again: Annotated[bool, typer.Option("--again", help="Have all of it tried again now.")] = False,
) -> None:
    """List what the service set aside because it failed again and again; --again has it tried once more."""
    settings = settings_or_exit()
    zone = load_organisation(settings.config_dir).zone
    with asking(), _pool(settings) as pool, pool.connection() as connection:
        timers = read_aside(connection)
        names = Reader(connection, read_keys(settings.keys)).names([timer.number_id for timer in timers])
        revived = revive(connection) if again else 0
    for timer in timers:
        due = to_local(timer.due_at, zone).strftime("%a %d %b %H:%M")
        how = "set aside" if timer.aside else "tried again by itself"
        print(
            f"{timer.kind}, about {names.get(timer.number_id, 'an unknown number')}, due {due}: failed {timer.failures} times, {how}"
        )
    if again:
        print(f"{revived} will be tried again within seconds. The worker's log tells how it goes.")
    elif not timers:
        print("Nothing was set aside.")


def _close(pool: Pool, keys: KeyRing, waiting: Waiting, person: Staff, now: datetime) -> bool:
    with pool.connection() as connection:
        for _ in range(_TRIES):
            [scene] = gather(connection, Wanted(ids=(waiting.item.number_id,)), now, keys)
            if 0 in write(connection, [done_by_hand(scene, waiting.item.id, person.id, new_id(), now)], keys):
                return True
    return False


def _why_not(name: str, found: Sequence[Waiting]) -> str:
    if not found:
        return f"Nothing that waits has an id that ends in {name}."
    if len(found) > 1:
        return f"{len(found)} entries have an id that ends in {name}: give more of it."
    return "This is an alert: whoever has it closes it with DONE, its code and how it went."


def _staff(reader: Reader, phone: str) -> Staff:
    try:
        found = staff_with(reader, read_number(phone))
    except PhoneProblem as problem:
        _refuse(f"{phone}: {problem}")
    if found is None:
        _refuse(f"Nobody of staff has the number {phone}.")
    return found


def _refuse(why: str) -> NoReturn:
    print(why, file=sys.stderr)
    raise typer.Exit(2)


def _pool(settings: Settings) -> Pool:
    return open_pool(settings.database_url, 1)


def _data(waiting: Waiting, now: datetime) -> dict[str, Any]:
    item, alert = waiting.item, waiting.alert
    return {
        "id": str(item.id), "who": waiting.who, "why": item.why, "tier": item.tier, "since": _utc(item.since),
        "minutes": _minutes(item.since, now), "role": item.role, "whose": None if waiting.whose is None else waiting.whose.name,
        "promised_at": None if item.promised_at is None else _utc(item.promised_at),
        "alert": None if alert is None else alert.running, "taken": alert is not None and alert.state == "taken",
    }  # fmt: skip


def _show(waiting: Sequence[Waiting], now: datetime, zone: str) -> None:
    if not waiting:
        print("Nobody is waiting.")
        return
    table = Table("tier", "waits", "since", "who", "why", "for", "id", box=None, pad_edge=False)
    for one in waiting:
        since = to_local(one.item.since, zone).strftime("%a %d %b %H:%M")
        table.add_row(
            str(one.item.tier), _length(_minutes(one.item.since, now)), since, one.who, _why(one), _whose(one), str(one.item.id)[-6:]
        )  # fmt: skip
    Console(width=None if sys.stdout.isatty() else 120, highlight=False, markup=False).print(table)


def _why(waiting: Waiting) -> str:
    said = _WHY.get(waiting.item.why) or say_why(waiting.item.why)
    return said if waiting.alert is None else f"{said}, alert {waiting.alert.running}"


def _whose(waiting: Waiting) -> str:
    if waiting.whose is not None:
        return waiting.whose.name
    return "whoever takes it" if waiting.alert is not None else f"the {waiting.item.role}"


def _minutes(since: datetime, now: datetime) -> int:
    return max(0, int((now - since).total_seconds()) // 60)


def _length(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if days else f"{hours} h {rest} min" if hours else f"{rest} min"


def _utc(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
