"""Forms posted to one address over connections that are kept: HTTP/1.1 with a head that was written ahead.

Nothing is tried again, no redirect is followed, and two failures are told apart: nothing left this machine, or nobody knows.
"""

from __future__ import annotations

import socket
import ssl
import time
import weakref
from collections import deque
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from urllib.parse import urlsplit

from urllib3.util import wait_for_read

KEPT = 30.0  # seconds; what was idle for longer may have been forgotten on the way without a word, and a text would be lost in it


class NotSent(Exception):
    """No connection was made, or its handshake failed, so nothing can have arrived."""


class NoAnswer(Exception):
    """The request may have arrived; no whole answer came."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it came; the body is still as it was encoded for the way."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def is_plain(self) -> bool:
        """Whether the body stands as it is, neither compressed nor otherwise wrapped."""
        return not any(name.lower() == "content-encoding" for name, _ in self.headers)


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Wire:
    """One address, and the connections to it that are open and free; any number of threads may use it.

    `head` is the request without its length and without the empty line; `context` is there for https. Seconds to connect,
    handshake included, and to wait for each part of an answer.
    """

    host: str
    port: int
    context: ssl.SSLContext | None
    head: bytes
    connect: float
    read: float
    kept: float = KEPT
    _free: deque[tuple[float, socket.socket]] = field(default_factory=deque)  # since when, the newest last

    def __post_init__(self) -> None:
        """Close what is free when nobody has this wire any more."""
        weakref.finalize(self, _close, self._free)

    def post(self, form: bytes) -> Answer:
        """Send a form and give the answer, whatever it says. Raises NotSent and NoAnswer."""
        opened = self._kept() or self._open()
        try:
            opened.sendall(b"%bContent-Length: %d\r\n\r\n%b" % (self.head, len(form), form))
            answer, keep = _read(opened)
        except (OSError, HTTPException, ValueError):
            opened.close()
            raise NoAnswer from None
        except BaseException:
            opened.close()
            raise
        if keep:
            self._free.append((time.monotonic(), opened))
        else:
            opened.close()
        return answer

    def _kept(self) -> socket.socket | None:
        """The connection that was used last, if it is young and the other side has not closed it meanwhile."""
        while self._free:
            try:
                since, found = self._free.pop()
            except IndexError:  # another thread took it
                return None
            young = time.monotonic() - since < self.kept
            if young and not wait_for_read(found, timeout=0):  # nothing is due on it, so what comes is its end
                return found
            found.close()
        return None

    def _open(self) -> socket.socket:
        try:
            opened = socket.create_connection((self.host, self.port), self.connect)
        except (OSError, UnicodeError):  # the second for a name that no resolver takes
            raise NotSent from None
        try:
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            made = opened if self.context is None else self.context.wrap_socket(opened, server_hostname=self.host)
            made.settimeout(self.read)
        except OSError:  # an expired certificate, a clock that is wrong: the request was still to come
            opened.close()
            raise NotSent from None
        return made


def head_of(method: str, url: str, headers: dict[str, str]) -> bytes:
    """A request's first lines for a URL that needs no more quoting; the length is left to whoever has the body."""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"{method} {path} HTTP/1.1", f"Host: {parts.netloc.rpartition('@')[2]}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n").encode("latin-1")


def _close(free: deque[tuple[float, socket.socket]]) -> None:
    while free:
        free.pop()[1].close()


def _read(opened: socket.socket) -> tuple[Answer, bool]:
    """The next answer on a connection, and whether the connection may be used again."""
    response = HTTPResponse(opened, method="POST")
    try:
        response.begin()
        body = response.read()
        return Answer(response.status, tuple(response.getheaders()), body), not response.will_close
    finally:
        response.close()
