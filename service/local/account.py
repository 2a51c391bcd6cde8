"""The account that the local servers run as.

PostgreSQL refuses to run as root. A machine's administrator who tries the demo should not have to make an account for it
either, so both servers run as `nobody`, which every Unix has, and nothing on the machine is changed.
"""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from service.local.problems import LocalProblem

_ROOT = 0
_NAMES = ("nobody", "daemon")


@dataclass(frozen=True, slots=True)
class Account:
    """An existing account without privileges."""

    uid: int
    gid: int


def server_account() -> Account | None:
    """Whom the servers must run as: nobody's account for root, None (we ourselves) for anyone else.

    Raises LocalProblem where root has no such account to use.
    """
    if os.geteuid() != _ROOT:
        return None
    found = [account for name in _NAMES if (account := _account(name)) is not None]
    if not found:
        raise LocalProblem(
            "PostgreSQL does not run as root, and this machine has no account `nobody`. Run this as an ordinary user."
        )
    return found[0]


def give(path: Path, account: Account | None) -> None:
    """Make `path` the account's own and close it to everyone else."""
    if account is not None:
        os.chown(path, account.uid, account.gid)
    path.chmod(0o700)


def _account(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(entry.pw_uid, entry.pw_gid)
