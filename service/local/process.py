"""Starting and stopping one process of this machine."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from service.local import leash
from service.local.account import Account
from service.local.waiting import wait_until


@dataclass(frozen=True, slots=True)
class Ending:
    """How a program wants to be stopped: the signals in order, and the seconds to wait after each; SIGKILL comes last."""

    signals: tuple[tuple[signal.Signals, float], ...] = ((signal.SIGTERM, 15.0),)


@dataclass(frozen=True, slots=True)
class Command:
    """A program with its arguments, where it runs, where its output goes, and how it is stopped."""

    name: str
    arguments: tuple[str, ...]
    log: Path
    folder: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    account: Account | None = None
    ending: Ending = field(default_factory=Ending)


@dataclass(frozen=True, slots=True)
class Part:
    """A program that belongs to the whole: what must be done before it starts, and how it shows that it answers."""

    title: str
    command: Command
    ready: Callable[[], bool]
    prepare: Callable[[], None] = lambda: None


def start_part(part: Part, seconds: float = 30.0) -> subprocess.Popen[bytes]:
    """Prepare and start the program, and return when it answers.

    Raises LocalProblem with the end of its log if it ends before, or does not answer in time; then it is stopped.
    """
    part.prepare()
    process = start(part.command)
    try:
        wait_until(part.ready, process, part.title, part.command.log, seconds)
    except BaseException:
        stop(process, part.command.ending)
        raise
    return process


def start(command: Command) -> subprocess.Popen[bytes]:
    """Start the program in a session of its own, so that Ctrl-C reaches only us, on a leash that ends it when we die.

    Linux sends the leash's signal when the *thread* that started the program ends: call this from a lasting thread.
    """
    account = command.account or Account(-1, -1)
    wrapped = [
        *(sys.executable, "-I", "-S", leash.__file__),
        *(str(os.getpid()), str(int(command.ending.signals[0][0])), str(account.uid), str(account.gid)),
        *command.arguments,
    ]
    with command.log.open("ab") as output:
        return subprocess.Popen(
            wrapped,
            cwd=command.folder,
            env=dict(command.environ),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def stop(process: subprocess.Popen[bytes], ending: Ending) -> int:
    """Stop the program with its signals in order, and its whole group with SIGKILL if none was enough; its exit status."""
    for number, seconds in ending.signals:
        process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(seconds)
    kill(process)
    return process.wait()


def kill(process: subprocess.Popen[bytes]) -> None:
    """End the program and all that it started, at once and without its knowing."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def run(arguments: Sequence[str], account: Account | None = None) -> subprocess.CompletedProcess[str]:
    """Run a short program to its end, as the account if one is given; its output is captured as text."""
    return subprocess.run(
        list(arguments),
        cwd="/",
        env={"PATH": os.defpath},
        user=None if account is None else account.uid,
        group=None if account is None else account.gid,
        extra_groups=None if account is None else [],
        capture_output=True,
        text=True,
        check=False,
    )
