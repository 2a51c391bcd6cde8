"""The folder that the local servers live in: programs, data, sockets and logs."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from service.local.account import Account, give, server_account

# sockaddr_un holds 104 bytes on macOS and 108 on Linux; the longest name that goes behind the folder is `.s.PGSQL.5432.lock`.
_SOCKET_FOLDER_LIMIT = 80


@dataclass(frozen=True, slots=True)
class Home:
    """A prepared folder, with the account that the servers run as (None: our own)."""

    root: Path
    sockets: Path
    account: Account | None

    @property
    def programs(self) -> Path:
        """Where copies of the servers' programs go."""
        return self.root / "programs"

    def data(self, name: str) -> Path:
        """The folder that holds one server's data."""
        return self.root / name

    def log(self, name: str) -> Path:
        """The file that one server writes to."""
        return self.root / f"{name}.log"


def prepare_home(root: Path) -> Home:
    """Make the folder if it is not there, with a place for sockets short enough for the system's limit.

    Root's folder must be one that everybody may pass through, since the servers run as somebody else.
    """
    account = server_account()
    root.mkdir(parents=True, exist_ok=True)
    root.chmod(0o700 if account is None else 0o711)
    return Home(root, _sockets(root, account), account)


def own_folder(folder: Path, home: Home) -> None:
    """Make the folder, belonging to the servers' account alone."""
    folder.mkdir(exist_ok=True)
    give(folder, home.account)


def leave_home(home: Home) -> None:
    """Take away what only a running server needs: a place for sockets elsewhere. The data stay."""
    if home.root.absolute() not in home.sockets.parents:
        shutil.rmtree(home.sockets, ignore_errors=True)


def remove_home(home: Home) -> None:
    """Delete the folder with everything in it."""
    leave_home(home)
    shutil.rmtree(home.root, ignore_errors=True)


def _sockets(root: Path, account: Account | None) -> Path:
    folder = root / "sockets"
    if len(str(folder.absolute()).encode()) > _SOCKET_FOLDER_LIMIT:
        folder = Path(tempfile.mkdtemp(prefix="peerline-"))
    folder.mkdir(exist_ok=True)
    give(folder, account)
    return folder.absolute()
