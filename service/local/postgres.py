"""A PostgreSQL server of our own: on a socket only, durable, started and stopped in code."""

import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from service.local.home import Home, own_folder
from service.local.problems import LocalProblem
from service.local.process import Command, Ending, Part, run
from service.local.programs import postgres_programs

_USER = "peerline"
# SIGINT is PostgreSQL's "fast" stop: it ends sessions and writes everything. SIGQUIT leaves recovery to the next start.
_ENDING = Ending(((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0)))
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "min_wal_size": "32MB",
    "max_wal_size": "256MB",
    "log_timezone": "UTC",
    "timezone": "UTC",
}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a running server is reached, and with which client programs."""

    sockets: Path
    programs: Path

    def url(self, database: str) -> str:
        """The address of one of its databases, as libpq and SQLAlchemy both read it."""
        return f"postgresql://{_USER}@/{database}?host={quote(str(self.sockets), safe='/')}"


def postgres_address(home: Home) -> Address:
    """Where the server of this home is reached while it runs."""
    return Address(home.sockets, postgres_programs(home))


def postgres(home: Home, data: Path | None = None) -> Part:
    """The server of this home: its data folder is made at the first start, and a leftover of a run that died is ended first.

    `data` puts the data elsewhere than in the home (tests put it in memory); the folder must be the server account's own.
    """
    address = postgres_address(home)
    folder = data or home.data("postgres")
    return Part(
        title="PostgreSQL",
        command=_command(address.programs, folder, home),
        ready=lambda: _answers(address),
        prepare=lambda: _prepare(address.programs, folder, home),
    )


def create_database(address: Address, name: str, template: str = "template1") -> bool:
    """Make a database as a copy of the template; False if it is there already. `name` is one of our own, never read from outside."""
    done = psql(address, "postgres", f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    if done.returncode == 0:
        return True
    if "already exists" in done.stderr:
        return False
    raise LocalProblem(f"PostgreSQL did not make the database {name}: {done.stderr.strip()}")


def psql(address: Address, database: str, sql: str) -> subprocess.CompletedProcess[str]:
    """Run one statement with the server's own client; the answer comes unaligned and without headings."""
    connection = ("-h", str(address.sockets), "-U", _USER, "-d", database)
    return run(
        [str(address.programs / "psql"), *connection, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql]
    )


def _prepare(programs: Path, folder: Path, home: Home) -> None:
    own_folder(folder, home)
    if not (folder / "PG_VERSION").exists():
        _initialise(programs, folder, home)
    _end_leftover(programs, folder, home)


def _initialise(programs: Path, folder: Path, home: Home) -> None:
    # A socket only, and that in a folder which only the owner may enter: so trust is enough and no password lies about.
    options = ("--username", _USER, "--encoding", "UTF8", "--auth-local", "trust", "--auth-host", "reject")
    locale = ("--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8")
    done = run([str(programs / "initdb"), "-D", str(folder), *options, *locale, "--no-instructions"], home.account)
    if done.returncode != 0:
        raise LocalProblem(f"PostgreSQL could not make its data folder: {done.stderr.strip()}")


def _end_leftover(programs: Path, folder: Path, home: Home) -> None:
    # pg_ctl checks that the process in postmaster.pid is really this folder's server before it signals anything.
    if (folder / "postmaster.pid").exists():
        run([str(programs / "pg_ctl"), "stop", "-D", str(folder), "-m", "fast", "-w", "-t", "20"], home.account)


def _command(programs: Path, folder: Path, home: Home) -> Command:
    settings = {**_SETTINGS, "unix_socket_directories": str(home.sockets)}
    arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return Command(
        name="postgres",
        arguments=(str(programs / "postgres"), "-D", str(folder), *arguments),
        log=home.log("postgres"),
        folder=Path("/"),
        environ={"PATH": os.defpath, "LC_ALL": "C"},
        account=home.account,
        ending=_ENDING,
    )


def _answers(address: Address) -> bool:
    probe = run([str(address.programs / "pg_isready"), "-q", "-h", str(address.sockets), "-U", _USER, "-d", "postgres"])
    return probe.returncode == 0
