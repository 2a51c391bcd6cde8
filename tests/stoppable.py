"""A whole Peerline whose processes can be stopped and started, and whose database can be copied and put back."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
import requests

from config.settings import read_settings
from service.gateways.keys import read_keys
from service.local.postgres import create_database
from service.local.process import Part, start_part, stop
from service.publishing import publish_shipped
from service.rules.catalogue import CATALOGUE
from tests.cast import NUMBERS, write_cast
from tests.phone import Phone
from tests.servers import Servers
from tests.stack import ZONE, Stack, environment, free_port, parts

BEGINS = datetime(2027, 3, 2, 9, 0, tzinfo=ZoneInfo(ZONE)).astimezone(
    UTC
)  # a Tuesday; Luz has Mondays, Wednesdays, Fridays


@dataclass
class House:
    """A whole Peerline whose database can be copied and put back; the provider goes on all the time."""

    stack: Stack
    servers: Servers
    name: str
    processes: tuple[Part, ...]
    running: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def start(self) -> None:
        """Start web, worker and clock."""
        for part in self.processes:
            process = start_part(part)
            self.running.callback(stop, process, part.command.ending)

    def stop(self) -> None:
        """Stop them."""
        self.running.close()

    def back_up(self) -> None:
        """Copy the database as it is now."""
        assert create_database(self.servers.postgres, f"{self.name}_backup", self.name)

    def restore(self) -> None:
        """Put the copy in its place, a day old: the mark of whoever was sure then is as old as it would be."""
        with psycopg.connect(self.servers.postgres.url("postgres"), autocommit=True) as connection:
            connection.execute(f"drop database {self.name}")
        assert create_database(self.servers.postgres, self.name, f"{self.name}_backup")
        self.change("update marks set at = at - interval '1 day' where name = 'sure'")

    def phone(self, name: str) -> Phone:
        """Somebody's phone."""
        return Phone(self.stack, name, NUMBERS[name])

    def until(self, moment: str) -> None:
        """Let time pass until a local moment."""
        at = datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(ZONE))
        self.stack.move(to=at.isoformat())

    def sent(self) -> list[tuple[str, str]]:
        """Recipient and words of everything that the provider took from us, in its order: the truth."""
        lines = requests.get(f"{self.stack.simulator}/ledger", timeout=10).text.splitlines()
        found = (json.loads(line) for line in lines)
        return [(line["to"], line["body"]) for line in found if line.get("origin") == "api"]

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What a query finds."""
        with psycopg.connect(self.stack.settings.database_url) as connection:
            return connection.execute(query, values).fetchall()

    def change(self, statement: str) -> None:
        """Change the database behind everybody's back."""
        with psycopg.connect(self.stack.settings.database_url, autocommit=True) as connection:
            connection.execute(statement)


@pytest.fixture
def house(servers: Servers, database_url: str, redis_url: str) -> Iterator[House]:
    """Everything but the processes started, with the people of the transcripts."""
    name = f"restore_{os.getpid()}"
    assert database_url  # made from the template that is copied here
    create_database(servers.postgres, name, "peerline_template")
    folder = Path(tempfile.mkdtemp(prefix="peerline-restore-"))
    web, simulator = free_port(), free_port()
    environ = environment(servers.postgres.url(name), redis_url, folder, web, simulator, 1000.0)
    settings = read_settings(environ)
    publish_shipped(settings.database_url, settings.flows_dir, CATALOGUE, BEGINS)
    provider, *processes = parts(settings, environ, folder, web, simulator)
    stack = Stack(settings, f"http://127.0.0.1:{web}", f"http://127.0.0.1:{simulator}", folder)
    with contextlib.ExitStack() as running:
        running.callback(shutil.rmtree, folder, ignore_errors=True)
        running.callback(_drop, servers, name)
        process = start_part(provider)
        running.callback(stop, process, provider.command.ending)
        requests.post(f"{stack.simulator}/reset", data={"at": BEGINS.isoformat()}, timeout=10).raise_for_status()
        write_cast(settings.database_url, read_keys(settings.keys), BEGINS)
        made = House(stack, servers, name, tuple(processes))
        running.callback(made.stop)
        yield made


def _drop(servers: Servers, name: str) -> None:
    with psycopg.connect(servers.postgres.url("postgres"), autocommit=True) as connection:
        for database in (name, f"{name}_backup"):
            connection.execute(f"drop database if exists {database} with (force)")
