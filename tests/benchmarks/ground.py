"""Real servers for measurements, in a folder of their own, and fresh databases with schema and flows on them."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import psycopg

from config.settings import Settings, read_settings
from service.local.folder import open_folder
from service.local.home import leave_home
from service.local.parts import ROOT, Site
from service.local.postgres import create_database, postgres_address
from service.local.process import Command, Part, run
from service.local.runner import bring_up_to_date, prepare_site, start_servers
from service.local.stack import Stack
from tests.stack import free_port

Amount = Literal["tiny", "quick", "long"]
Say = Callable[[str], None]
NOW = "2027-03-02T15:30:00+00:00"  # a Tuesday in New York, half past ten: check-ins go out
_FIRST = "peerline"  # the database that all others are copies of: schema and flows, nobody in it


@dataclass(frozen=True, slots=True)
class Ground:
    """Running servers and the environment of processes that use them."""

    site: Site
    stack: Stack

    def fresh(self, name: str, template: str = _FIRST) -> Site:
        """The site with a database of this name, a copy of the template, to which nobody may be connected."""
        address = postgres_address(self.site.home)
        self.sql("postgres", f'drop database if exists "{name}" with (force)')
        create_database(address, name, template)
        return replace(self.site, environ={**self.site.environ, "DATABASE_URL": address.url(name)})

    def sql(self, database: str, statement: str) -> None:
        """One statement on its own connection."""
        with psycopg.connect(postgres_address(self.site.home).url(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def pgbench(self, *arguments: str) -> str:
        """What PostgreSQL's own load generator, from the same wheel as the server, printed."""
        program = postgres_address(self.site.home).programs / "pgbench"
        options = "-c jit=off -c plan_cache_mode=force_generic_plan -c timezone=UTC"
        done = run(["/usr/bin/env", f"PGOPTIONS={options}", str(program), *arguments], self.site.home.account)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout

    @property
    def postgres(self) -> int:
        """The process id of PostgreSQL's postmaster, or of what it runs under."""
        return self.stack.pid("postgres")


def settings_of(site: Site) -> Settings:
    """The settings of a site's processes."""
    return read_settings(site.environ)


@contextlib.contextmanager
def running_ground(say: Say, rate: float = 1000.0) -> Iterator[Ground]:
    """Start PostgreSQL and Valkey, bring the schema up to date, stop all at the end; `rate` is our number's, a second."""
    with tempfile.TemporaryDirectory(prefix="peerline-bench-") as data:
        Path(data).chmod(0o711)
        folder = open_folder(Path(data), fresh=False)
        folder.loaded.touch()
        offset = (datetime.fromisoformat(NOW) - datetime.now(UTC)).total_seconds()
        folder.clock.write_text(json.dumps({"offset": offset}))
        site = _fast(prepare_site(folder, free_port(), free_port()), rate)
        stack = Stack(lambda _: None)
        try:
            say("Starting PostgreSQL and Valkey ...")
            start_servers(stack, site.home)
            bring_up_to_date(site, lambda _: None)
            yield Ground(site, stack)
        finally:
            stack.stop(("valkey", "postgres"))
            leave_home(site.home)
            folder.held.close()


def _fast(site: Site, rate: float) -> Site:
    """The site with a configuration of its own, in which our number may send this fast and as much as it likes."""
    config = site.folder.path / "config"
    shutil.copytree(ROOT / "config", config, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    file = config / "organisation.yaml"
    file.write_text(file.read_text().replace("sender_rate: 1.0", f"sender_rate: {rate}"))
    return replace(site, environ={**site.environ, "PEERLINE_CONFIG": str(config)})


def process(site: Site, name: str, arguments: tuple[str, ...], port: int | None = None) -> Part:
    """A Python program of ours beside the servers; with a port it is ready once somebody listens there."""
    command = Command(name, arguments, site.folder.log(name), ROOT, {**os.environ, **site.environ})
    return Part(name, command, lambda: port is None or _listens(port))


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2):
        return True
    return False
