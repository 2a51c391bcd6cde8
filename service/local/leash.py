"""Starts a program that ends when the process that asked for it ends, even by SIGKILL.

Run as a script, with the standard library alone: `python -I -S leash.py OWNER SIGNAL UID GID PROGRAM ARGUMENT...`, where -1 for
UID and GID means "stay who you are". On Linux the kernel sends the signal (prctl(2), PR_SET_PDEATHSIG, which
outlives exec but not a change of account, hence the order). Elsewhere this process stays, and looks once a second.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Become the program, or watch over it where the kernel cannot."""
    owner, signal_number, uid, gid = map(int, arguments[:4])
    command = arguments[4:]
    _change_account(uid, gid)
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal_number)
        _leave_if_orphaned(owner)
        os.execv(command[0], command)  # noqa: S606 - the command is our own
    else:
        sys.exit(_watch(owner, signal_number, command))


def _change_account(uid: int, gid: int) -> None:
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)


def _leave_if_orphaned(owner: int) -> None:
    # The owner may have died before prctl took hold; then no signal would ever come.
    if os.getppid() != owner:
        sys.exit(1)


def _watch(owner: int, signal_number: int, command: list[str]) -> int:
    child = subprocess.Popen(command)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT):
        signal.signal(number, lambda received, _frame: child.send_signal(received))
    while child.poll() is None:
        if os.getppid() != owner:
            child.send_signal(signal_number)
            return child.wait()
        time.sleep(1)
    return child.returncode


if __name__ == "__main__":
    main(sys.argv[1:])
