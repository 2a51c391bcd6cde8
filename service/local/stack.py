"""Several programs as one whole: started in order, each waited for, and stopped in an order of their own."""

import subprocess
from collections.abc import Callable, Sequence

from service.local.problems import LocalProblem
from service.local.process import Part, kill, start, start_part, stop


class Stack:
    """The programs that run now, by name. Use it from one lasting thread: programs end with the thread that started them."""

    def __init__(self, say: Callable[[str], None]) -> None:
        """`say` is told each step in a line."""
        self._say = say
        self._running: dict[str, tuple[Part, subprocess.Popen[bytes]]] = {}

    def start(self, part: Part) -> None:
        """Start a program and return when it answers. Raises LocalProblem with its own words if it does not."""
        self._say(f"Starting {part.title} ...")
        self._running[part.command.name] = (part, start_part(part))

    def launch(self, part: Part) -> None:
        """Start a program without waiting until it answers, in the place of one of its name that has ended."""
        if part.command.name in self._running:
            self._running.pop(part.command.name)[1].wait()
        part.prepare()
        self._running[part.command.name] = (part, start(part.command))

    def stop(self, order: Sequence[str]) -> None:
        """Stop the programs of these names that run, in this order, each after the one before has ended."""
        for name in order:
            if name in self._running:
                part, process = self._running.pop(name)
                self._say(f"Stopping {part.title} ...")
                stop(process, part.command.ending)

    def kill(self, name: str) -> None:
        """End a program at once by SIGKILL with all that it started, as a power cut would; `restart` brings it back."""
        process = self._running[name][1]
        kill(process)
        process.wait()

    def restart(self, name: str) -> None:
        """Start a program again that has ended or was killed."""
        part, process = self._running.pop(name)
        process.wait()
        self.start(part)

    def ended(self) -> tuple[str, ...]:
        """The names of the programs that are not running now, though nobody stopped them."""
        return tuple(name for name, (_, process) in self._running.items() if process.poll() is not None)

    def pid(self, name: str) -> int:
        """The process id of a running program, which is also the id of its group."""
        return self._running[name][1].pid

    def check(self) -> None:
        """Raise LocalProblem if a program has ended by itself."""
        for part, process in self._running.values():
            if process.poll() is not None:
                raise LocalProblem(
                    f"{part.title} ended by itself (status {process.returncode}). Its log: {part.command.log}"
                )
