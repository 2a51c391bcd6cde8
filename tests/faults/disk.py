"""A small disk for the database, in memory, that can be filled to its last byte. Mounting takes root and Linux."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SIZE = "768m"  # the log of the database may take 256 MB of it


@dataclass(frozen=True, slots=True)
class Disk:
    """A mounted file system of its own."""

    folder: Path

    def fill(self) -> None:
        """Take every free byte."""
        free = os.statvfs(self.folder)
        with self._filler.open("wb") as file, contextlib.suppress(OSError):
            os.posix_fallocate(file.fileno(), 0, max(1, free.f_bavail * free.f_frsize))
        # What became free between the question and the taking, and the last pages.
        with self._filler.open("ab") as file, contextlib.suppress(OSError):
            while True:
                os.write(file.fileno(), b"\0" * 4096)

    def clear(self) -> None:
        """Give back what was taken."""
        self._filler.unlink(missing_ok=True)

    @property
    def _filler(self) -> Path:
        return self.folder / "filler"


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Disk | None]:
    """Mount a small disk at this folder while it is needed; None where this machine does not let us."""
    folder.mkdir(parents=True)
    if not _done("mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=755", "tmpfs", str(folder)):
        yield None
        return
    try:
        yield Disk(folder)
    finally:
        _done("umount", "-l", str(folder))


def _done(*command: str) -> bool:
    with contextlib.suppress(OSError):
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    return False
