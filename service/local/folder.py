"""The folder that the demo keeps everything in: made-up account and keys, the clock, the ledger, the servers' data."""

import base64
import fcntl
import json
import os
import secrets
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from service.local.account import server_account
from service.local.problems import LocalProblem

_MARK = "peerline-demo.json"
_ELSEWHERE = Path("/var/lib/peerline-demo")
_ANYBODY_MAY_PASS = 0o001


@dataclass(frozen=True, slots=True)
class Identity:
    """What a demo makes up for itself at its first start and keeps: its id, its account at the simulator, its keys."""

    id: str
    account_sid: str
    auth_token: str
    keys: str


@dataclass(frozen=True, slots=True)
class Folder:
    """A demo's folder, held by this process until it ends."""

    path: Path
    identity: Identity
    held: IO[str]

    @property
    def clock(self) -> Path:
        """The clock file, which keeps how far time was moved."""
        return self.path / "clock.json"

    @property
    def loaded(self) -> Path:
        """The mark that the made-up organisation is loaded."""
        return self.path / "organisation-loaded"

    def log(self, name: str) -> Path:
        """The file that one process writes to."""
        return self.path / f"{name}.log"

    @property
    def servers(self) -> Path:
        """Where the servers live: in this folder, or where root's servers can pass to it, since they run as somebody else."""
        return _servers(self.path, self.identity.id)

    def write_environment(self, environ: dict[str, str]) -> None:
        """Keep the settings of the running demo, so that other commands find it."""
        _write_private(self.path / "environment", "".join(f"{name}={value}\n" for name, value in environ.items()))


def open_folder(path: Path, *, fresh: bool) -> Folder:
    """Make or find the folder and hold it; `fresh` throws away what was in it.

    Raises LocalProblem where another demo holds it, and where the folder holds something that is not a demo's.
    """
    path = path.absolute()
    _refuse_foreign(path)
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700 if server_account() is None else 0o711)
    held = _hold(path)
    if fresh:
        _throw_away(path)
    return Folder(path, _identity(path), held)


def _refuse_foreign(path: Path) -> None:
    # `--fresh` deletes: it must never be the folder of anything else.
    if path.exists() and not path.is_dir():
        raise LocalProblem(f"{path} is not a folder. Choose another with --data.")
    if path.exists() and any(path.iterdir()) and not (path / _MARK).exists():
        raise LocalProblem(f"{path} holds something that is not a Peerline demo. Choose an empty folder with --data.")


def _hold(path: Path) -> IO[str]:
    held = (path / _MARK).open("a")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        raise LocalProblem(
            f"Peerline already runs from {path}. Stop it first, or choose another folder with --data."
        ) from None
    return held


def _throw_away(path: Path) -> None:
    if (path / _MARK).stat().st_size:
        shutil.rmtree(_servers(path, _identity(path).id), ignore_errors=True)
    for part in path.iterdir():
        if part.is_dir():
            shutil.rmtree(part)
        elif part.name != _MARK:
            part.unlink()
    # The mark is held open as the lock, so it is emptied and not deleted.
    os.truncate(path / _MARK, 0)


def _identity(path: Path) -> Identity:
    mark = path / _MARK
    if not mark.stat().st_size:
        _write_in_place(mark, json.dumps(asdict(_new_identity())))
    return Identity(**json.loads(mark.read_text()))


def _new_identity() -> Identity:
    keys = [base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2)]
    return Identity(
        id=secrets.token_hex(6),
        account_sid=f"AC{secrets.token_hex(16)}",
        auth_token=secrets.token_hex(16),
        keys=f"d1:data:{keys[0]},i1:index:{keys[1]}",
    )


def _servers(path: Path, identity: str) -> Path:
    here = server_account() is None or all(parent.stat().st_mode & _ANYBODY_MAY_PASS for parent in path.parents)
    return path / "servers" if here else _ELSEWHERE / identity


def _write_in_place(path: Path, text: str) -> None:
    path.chmod(0o600)
    path.write_text(text)


def _write_private(path: Path, text: str) -> None:
    path.touch(0o600)
    _write_in_place(path, text)
