"""The servers from wheels, beyond what the fixtures show by working."""

import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from service.local.home import Home, prepare_home, remove_home
from service.local.postgres import create_database, postgres, postgres_address, psql
from service.local.process import kill, start_part, stop
from service.local.valkey import ask, valkey


@pytest.fixture
def home() -> Iterator[Home]:
    """A home for servers where any account may pass."""
    folder = Path(tempfile.mkdtemp(prefix="peerline-home-"))
    made = prepare_home(folder)
    yield made
    remove_home(made)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.slow
def test_what_is_committed_outlives_a_kill(home: Home) -> None:
    """A server killed with all its processes comes back with everything that it had confirmed."""
    part = postgres(home)
    address = postgres_address(home)
    process = start_part(part)
    assert create_database(address, "kept")
    assert not create_database(address, "kept")
    psql(address, "kept", "create table words (word text); insert into words values ('here')")
    kill(process)
    process.wait()
    process = start_part(part)
    with psycopg.connect(address.url("kept")) as connection:
        assert connection.execute("select word from words").fetchall() == [("here",)]
    stop(process, part.command.ending)


@pytest.mark.slow
def test_a_leftover_postgres_gives_way(home: Home) -> None:
    """A server that a dead run left behind is stopped properly before its data are used again."""
    part = postgres(home)
    leftover = start_part(part)
    process = start_part(part)
    assert leftover.wait(20) == 0
    assert process.poll() is None
    stop(process, part.command.ending)


def test_a_leftover_valkey_gives_way(home: Home) -> None:
    """The broker too never has two servers on one folder."""
    part = valkey(home)
    leftover = start_part(part)
    process = start_part(part)
    assert leftover.wait(20) == 0
    assert process.poll() is None
    stop(process, part.command.ending)


def test_valkey_keeps_what_it_was_told_and_evicts_nothing(home: Home) -> None:
    """A hint that was taken survives a restart, and no memory limit drops it."""
    part = valkey(home)
    process = start_part(part)
    ask(home, b"SET hint kept")
    stop(process, part.command.ending)
    process = start_part(part)
    assert ask(home, b"GET hint") == b"$4\r\nkept\r\n"
    assert b"noeviction" in (ask(home, b"CONFIG GET maxmemory-policy") or b"")
    stop(process, part.command.ending)


def test_servers_listen_on_no_port(home: Home) -> None:
    """Nobody on the network, and no other account of this machine, can reach them: sockets in a closed folder are all."""
    process = start_part(valkey(home))
    assert b"\r\n0\r\n" in (ask(home, b"CONFIG GET port") or b"").replace(b"$1\r\n0", b"\r\n0")
    assert home.sockets.stat().st_mode & 0o077 == 0
    stop(process, valkey(home).command.ending)


def test_a_long_path_gets_a_short_place_for_sockets(tmp_path: Path) -> None:
    """The system limits a socket's path to about a hundred bytes; a folder deep down works all the same."""
    home = prepare_home(tmp_path / ("deep" * 30))
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(home.sockets / ".s.PGSQL.5432"))
    remove_home(home)
    assert not home.sockets.exists()
