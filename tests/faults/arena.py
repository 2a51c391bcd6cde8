"""Where races are run: servers of their own, the web process, the provider, and two processes that plan and send without a pause."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import psycopg
import requests

from config.organisation import load_organisation
from service.gateways.clock import Clock
from service.gateways.keys import KeyRing, read_keys
from service.local.parts import Site, simulator, web
from service.local.postgres import postgres
from service.local.process import Part
from service.store.commit import write
from service.store.rows import Number, Row
from service.store.scene import scene_of
from tests.benchmarks.ground import Ground, process, running_ground, settings_of
from tests.benchmarks.people import ZONE
from tests.faults.witness import watch

RACERS = ("racing-1", "racing-2")


@dataclass(frozen=True, slots=True)
class Arena:
    """A running installation whose every change is watched."""

    ground: Ground
    keys: KeyRing
    clock: Clock

    def connect(self) -> psycopg.Connection[Any]:
        """A connection of one's own that commits by itself."""
        return psycopg.connect(self.ground.site.environ["DATABASE_URL"], autocommit=True)

    def add(self, connection: psycopg.Connection[Any], number: Number, rows: Sequence[Row]) -> bool:
        """Write rows about a number as a decision would; False where the number has changed since."""
        return 0 in write(connection, [scene_of(number).with_rows(*rows)], self.keys).units

    def text(self, phone: str, words: str) -> tuple[str, int | None]:
        """Text from a phone; gives the provider's id and how the webhook was answered."""
        return self._post(phone, {"text": words})

    def repeat(self, phone: str, sid: str) -> int | None:
        """Post the webhook of a text once more; gives how it was answered."""
        return self._post(phone, {"sid": sid})[1]

    def accepted(self) -> list[dict[str, Any]]:
        """Every text of ours that the provider took, in its order."""
        text = requests.get(f"{self.ground.site.phones_url}/ledger", timeout=30).text
        lines = [json.loads(line) for line in text.splitlines()]
        return [line for line in lines if line["kind"] == "message" and line["direction"] == "outbound"]

    def _post(self, phone: str, wish: dict[str, str]) -> tuple[str, int | None]:
        answer = requests.post(f"{self.ground.site.phones_url}/phones/{phone}/texts", data=wish, timeout=60)
        answer.raise_for_status()
        return answer.json()["sid"], answer.json()["webhook_status"]


@contextlib.contextmanager
def running_arena(say: Any) -> Iterator[Arena]:  # noqa: ANN401 - a line of progress
    """Start everything, watched from the first change on, and stop it at the end."""
    with running_ground(say) as ground:
        site, settings = ground.site, settings_of(ground.site)
        ground.sql("postgres", "alter system set wal_level = 'logical'")
        ground.stack.stop(("postgres",))
        ground.stack.start(postgres(site.home))
        arena = Arena(ground, read_keys(settings.keys), Clock(settings.clock_file))
        with arena.connect() as connection:
            watch(connection)
        main_number = load_organisation(settings.config_dir).main_number
        racers = [_racer(site, name) for name in RACERS]
        try:
            for part in (web(site), simulator(site, main_number, ZONE), *racers):
                ground.stack.start(part)
            yield arena
        finally:
            ground.stack.stop((*RACERS, "web", "simulator"))


def _racer(site: Site, name: str) -> Part:
    part = process(site, name, (sys.executable, "-m", "tests.faults.racing"))
    return replace(part, ready=lambda: "ready" in part.command.log.read_text())


def is_blocked_by(connection: psycopg.Connection[Any], pid: int) -> bool:
    """Whether somebody waits for a lock that the session `pid` holds."""
    row = connection.execute(
        "select exists (select 1 from pg_stat_activity where wait_event_type = 'Lock' and %s = any(pg_blocking_pids(pid)))",
        (pid,),
    ).fetchone()
    return bool(row and row[0])


def is_at_rest(connection: psycopg.Connection[Any], numbers: Sequence[UUID]) -> bool:
    """Whether nothing about these numbers waits to be sent, is on its way, or is due."""
    row = connection.execute(
        "select not exists (select 1 from outbound where number_id = any(%(ids)s) and state in ('queued', 'sending', 'unsure'))"
        " and not exists (select 1 from timers where number_id = any(%(ids)s) and kind = 'check-in' and fence = '1'"
        " and due_at <= (select max(at) from outbound))",
        {"ids": list(numbers)},
    ).fetchone()
    return bool(row and row[0])
