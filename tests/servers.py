"""One PostgreSQL and one Valkey for a whole test run, shared by all its processes."""

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from service.local.home import prepare_home, remove_home
from service.local.postgres import Address, create_database, postgres, postgres_address
from service.local.process import Part, start_part, stop
from service.local.valkey import valkey, valkey_url

SHARED = "PEERLINE_TEST_SERVERS"
_PREFIX = "peerline-test-"
_MEMORY = Path("/dev/shm")
_MEMORY_WANTED = 2 * 1024**3
_MIGRATE = "import sys; from service.store.migrations import migrate; migrate(sys.argv[1])"


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the running servers are, for every process of the test run."""

    root: Path
    postgres: Address

    def redis_url(self, database: int) -> str:
        """The address of one of Valkey's sixteen databases."""
        return valkey_url(self.postgres.sockets, database)


@contextlib.contextmanager
def running_servers() -> Iterator[Servers]:
    """Start both servers and stop them at the end; their folders go with them."""
    _sweep()
    home = prepare_home(_folder(Path(tempfile.gettempdir())))
    memory = _folder(_memory_or_disk())
    try:
        with _running(postgres(home, memory / "postgres")), _running(valkey(home)):
            yield Servers(home.root, postgres_address(home))
    finally:
        remove_home(home)
        shutil.rmtree(memory, ignore_errors=True)


def share(servers: Servers) -> None:
    """Leave word of the servers in the environment, for the processes that this one will start."""
    places = [servers.root, servers.postgres.sockets, servers.postgres.programs]
    os.environ[SHARED] = json.dumps([str(place) for place in places])


def shared_servers() -> Servers | None:
    """The servers that a parent process runs for us, if one does."""
    if SHARED not in os.environ:
        return None
    root, sockets, programs = map(Path, json.loads(os.environ[SHARED]))
    return Servers(root, Address(sockets, programs))


def fresh_database(servers: Servers) -> str:
    """The address of a new database with the newest schema, copied from a template that is migrated once a run."""
    with _lock(servers.root / "template.lock"):
        if create_database(servers.postgres, "peerline_template"):
            url = servers.postgres.url("peerline_template")
            subprocess.run([sys.executable, "-c", _MIGRATE, url], check=True)
        name = f"peerline_{os.getpid()}"
        create_database(servers.postgres, name, "peerline_template")
    return servers.postgres.url(name)


@contextlib.contextmanager
def _running(part: Part) -> Iterator[None]:
    process = start_part(part)
    try:
        yield
    finally:
        stop(process, part.command.ending)


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _folder(parent: Path) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=parent))
    folder.chmod(0o711)
    return folder


def _memory_or_disk() -> Path:
    """A disk in memory where there is room: `fsync` stays on, as in earnest, and costs nothing."""
    if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _MEMORY_WANTED:
        return _MEMORY
    return Path(tempfile.gettempdir())


def _sweep() -> None:
    """Remove what a killed test run left behind."""
    for parent in (Path(tempfile.gettempdir()), _MEMORY):
        for folder in parent.glob(f"{_PREFIX}*"):
            if not _lives(int(folder.name.removeprefix(_PREFIX).partition("-")[0])):
                shutil.rmtree(folder, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
