"""A Valkey server of our own: on a socket only, with its log on disk, never evicting a key."""

import contextlib
import os
import signal
import socket
import time
from pathlib import Path
from urllib.parse import quote

from service.local.home import Home, own_folder
from service.local.process import Command, Ending, Part
from service.local.programs import valkey_program

_ENDING = Ending(((signal.SIGTERM, 10.0),))
_SOCKET = "valkey.sock"
_LEFTOVER_SECONDS = 10.0


def valkey(home: Home) -> Part:
    """The server of this home; a leftover of a run that died is ended before it starts."""
    return Part(
        title="Valkey",
        command=_command(home, home.data("valkey")),
        ready=lambda: ask(home, b"PING") == b"+PONG\r\n",
        prepare=lambda: _prepare(home),
    )


def valkey_url(sockets: Path, database: int = 0) -> str:
    """The address of one of the sixteen databases behind the socket in this folder, as the redis library reads it."""
    return f"unix://{quote(str(sockets / _SOCKET), safe='/')}?db={database}"


def ask(home: Home, words: bytes) -> bytes | None:
    """The server's answer to one command, as far as one packet holds it; None where nobody listens."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1.0)
        connection.connect(str(_socket(home)))
        connection.sendall(words + b"\r\n")
        return connection.recv(65536)
    return None


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


def _prepare(home: Home) -> None:
    own_folder(home.data("valkey"), home)
    _end_leftover(home)


def _end_leftover(home: Home) -> None:
    # Whoever answers on our own socket is ours, so no process number has to be believed.
    deadline = time.monotonic() + _LEFTOVER_SECONDS
    while ask(home, b"SHUTDOWN") is not None and time.monotonic() < deadline:
        time.sleep(0.05)
    _socket(home).unlink(missing_ok=True)


def _socket(home: Home) -> Path:
    return home.sockets / _SOCKET
