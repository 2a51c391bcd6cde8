"""A Valkey server of our own: on a socket only, with its log on disk, never evicting a key."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from service.local.home import Home, own_folder
from service.local.process import Command, Ending, start, stop
from service.local.programs import valkey_program
from service.local.waiting import wait_until

_ENDING = Ending(((signal.SIGTERM, 10.0),))
_SOCKET = "valkey.sock"
_LEFTOVER_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Valkey:
    """A server that this process started and alone may stop."""

    url: str
    process: subprocess.Popen[bytes]


def start_valkey(home: Home, data: Path | None = None) -> Valkey:
    """Start the server on the home's data (or on `data`), ending a leftover server of a run that died."""
    folder = data or own_folder(home, "valkey")
    _end_leftover(home)
    process = start(_command(home, folder))
    wait_until(lambda: _ask(home, b"PING") == b"+PONG", process, "Valkey", home.log("valkey"))
    return Valkey(valkey_url(home.sockets), process)


def stop_valkey(server: Valkey) -> None:
    """Stop the server after it has written its log."""
    stop(server.process, _ENDING)


def valkey_url(sockets: Path, database: int = 0) -> str:
    """The address of one of the sixteen databases behind the socket in this folder, as the redis library reads it."""
    return f"unix://{quote(str(sockets / _SOCKET), safe='/')}?db={database}"


def _command(home: Home, folder: Path) -> Command:
    options = {
        "port": "0",
        "unixsocket": str(_socket(home)),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    return Command(
        name="valkey",
        arguments=(str(valkey_program(home)), *arguments),
        log=home.log("valkey"),
        folder=Path("/"),
        environ={"PATH": os.defpath},
        account=home.account,
        ending=_ENDING,
    )


def _end_leftover(home: Home) -> None:
    # Whoever answers on our own socket is ours, so no process number has to be believed.
    deadline = time.monotonic() + _LEFTOVER_SECONDS
    while _ask(home, b"SHUTDOWN") is not None and time.monotonic() < deadline:
        time.sleep(0.05)
    _socket(home).unlink(missing_ok=True)


def _ask(home: Home, word: bytes) -> bytes | None:
    """The first line of the server's answer, or None where nobody listens."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1.0)
        connection.connect(str(_socket(home)))
        connection.sendall(word + b"\r\n")
        return connection.recv(256).partition(b"\r\n")[0]
    return None


def _socket(home: Home) -> Path:
    return home.sockets / _SOCKET
