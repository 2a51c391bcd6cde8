"""A load generator in one thread: some connections that are kept, each with one request under way."""

from __future__ import annotations

import re
import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


PATIENCE = 10  # seconds for an answer


@dataclass(slots=True)
class Slice:
    """What one slice of time came to."""

    seconds: float
    answered: int = 0
    refused: int = 0  # anything but 200

    @property
    def rate(self) -> float:
        """Good answers a second."""
        return self.answered / self.seconds


@dataclass(slots=True)
class Load:
    """Connections to one server, open from slice to slice."""

    port: int
    connections: int
    _open: list[Connection] = field(default_factory=list)

    def run(self, requests: Iterator[bytes], seconds: float) -> Slice:
        """Send requests for so long, one after the other on each connection; what is under way at the end is waited for."""
        while len(self._open) < self.connections:
            self._open.append(Connection(socket.create_connection(("127.0.0.1", self.port))))
        found, begin = Slice(seconds), time.perf_counter()
        with selectors.DefaultSelector() as waiting:
            for connection in self._open:
                waiting.register(connection.socket, selectors.EVENT_READ, connection)
                connection.send(next(requests))
            self._answers(waiting, requests, found, begin + seconds)
        found.seconds = time.perf_counter() - begin
        return found

    def _answers(self, waiting: selectors.BaseSelector, requests: Iterator[bytes], found: Slice, until: float) -> None:
        under_way = self.connections
        while under_way:
            ready = waiting.select(timeout=PATIENCE)
            if not ready:
                raise TimeoutError(f"no answer in {PATIENCE} s: {[c.received[:200] for c in self._open]}")
            for key, _ in ready:
                status = key.data.read()
                if status is None:
                    continue
                found.answered += status == 200
                found.refused += status != 200
                if time.perf_counter() < until:
                    key.data.send(next(requests))
                else:
                    under_way -= 1

    def close(self) -> None:
        """Close the connections."""
        for connection in self._open:
            connection.socket.close()


@dataclass(slots=True)
class Connection:
    """One connection that is kept, with at most one request under way."""

    socket: socket.socket
    received: bytes = b""

    def send(self, request: bytes) -> None:
        """Begin a request."""
        self.received = b""
        self.socket.sendall(request)

    def read(self) -> int | None:
        """The status of the answer once it is whole."""
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionError("the server closed the connection")
        self.received += part
        head, mark, body = self.received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        whole = bool(mark) and length is not None and len(body) >= int(length[1])
        return int(head[9:12]) if whole else None
