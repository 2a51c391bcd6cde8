import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from service.local.process import Ending, start, start_part, stop
from tests.service.local.dummies import dummy, read

_OWNER = """
import sys, time
from pathlib import Path
from service.local.process import start_part
from tests.service.local.dummies import dummy
print(start_part(dummy("a", Path(sys.argv[1]))).pid, flush=True)
time.sleep(60)
"""
_STUBBORN = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open(sys.argv[2], "w").write("a up\\n")
time.sleep(60)
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="watching a process of somebody else needs Linux")
def test_a_program_ends_with_its_owner_even_by_sigkill(tmp_path: Path) -> None:
    """Nothing that we start outlives us: the kernel, or a watcher, tells it to stop, and it stops in good order."""
    owner = subprocess.Popen([sys.executable, "-c", _OWNER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    pid = int(owner.stdout.readline())
    owner.kill()
    owner.wait()
    owner.stdout.close()
    assert _ends(pid)
    assert read(tmp_path / "diary") == ["a up", "a down"]


def test_ctrl_c_at_the_terminal_reaches_only_the_owner(tmp_path: Path) -> None:
    """A program has a session of its own, so that the order of stopping is ours."""
    part = dummy("a", tmp_path)
    process = start(part.command)
    assert os.getpgid(process.pid) == process.pid
    stop(process, part.command.ending)


def test_a_program_that_does_not_listen_is_ended(tmp_path: Path) -> None:
    """After the signals that it may answer comes the one that it cannot ignore."""
    process = start_part(dummy("a", tmp_path, _STUBBORN))
    assert stop(process, Ending(((signal.SIGTERM, 0.2),))) == -signal.SIGKILL


def _ends(pid: int) -> bool:
    """Whether the process ends within reasonable time; the kernel says so, since it is nobody's child any more."""
    watched = os.pidfd_open(pid)
    ended, _, _ = select.select([watched], [], [], 20)
    os.close(watched)
    return bool(ended)
