"""A stand-in for the provider on bare sockets: it keeps every byte that comes, and answers with whatever bytes a test wants."""

from __future__ import annotations

import re
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
RESET = b"reset"  # in place of an answer: the connection breaks
HANG = b"hang"  # in place of an answer: nothing, for as long as the stand-in lives


@dataclass(slots=True)
class StandIn:
    """Listens on a port of its own; `answer` is sent to every request, and the connection kept if `keeps`."""

    answer: bytes
    keeps: bool = True
    listening: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    # Left out of what it is shown as: a property's examples fill them, and Hypothesis warns of what is too long to show.
    requests: list[tuple[bytes, bytes]] = field(default_factory=list, repr=False)
    connections: list[socket.socket] = field(default_factory=list, repr=False)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.listening.getsockname()[1]}"

    def serve(self) -> None:
        """Take connections until it is closed."""
        while True:
            try:
                opened, _ = self.listening.accept()
            except OSError:
                return
            self.connections.append(opened)
            threading.Thread(target=self._answer, args=(opened,), daemon=True).start()

    def _answer(self, opened: socket.socket) -> None:
        with opened:
            while request := _request(opened):
                self.requests.append(request)
                if self.answer == HANG:
                    continue
                if self.answer == RESET:
                    opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return
                opened.sendall(self.answer)
                if not self.keeps:
                    return


@contextmanager
def standing_in(answer: bytes, *, keeps: bool = True) -> Iterator[StandIn]:
    """A stand-in that runs."""
    made = StandIn(answer, keeps)
    threading.Thread(target=made.serve, daemon=True).start()
    try:
        yield made
    finally:
        made.listening.close()
        for opened in made.connections:
            opened.close()


def said(status: int, body: bytes = b"", *headers: str) -> bytes:
    """An answer with its length."""
    lines = [f"HTTP/1.1 {status} Said", *headers, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


def _request(opened: socket.socket) -> tuple[bytes, bytes] | None:
    """The next request's head and body, or None once the other side is gone."""
    came = b""
    try:
        while b"\r\n\r\n" not in came:
            came += _some(opened)
        head, _, body = came.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        while length and len(body) < int(length[1]):
            body += _some(opened)
    except OSError:
        return None
    return head, body


def _some(opened: socket.socket) -> bytes:
    part = opened.recv(65536)
    if not part:
        raise OSError("the other side is gone")
    return part
