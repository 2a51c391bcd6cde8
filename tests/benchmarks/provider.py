"""python -m tests.benchmarks.provider: a provider that takes every text at once, or after a while, and keeps when each came.

Bare sockets in one thread, so that it costs little beside what is measured. GET /came gives a line for each text: when it came
(seconds of this machine's monotonic clock), and to whom.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import time
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_TO = re.compile(rb"(?:^|&)To=([^&]*)")


@dataclass(slots=True)
class Provider:
    """What came, and how long an answer takes."""

    delay: float
    came: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection's requests one after the other."""
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = _LENGTH.search(head)
                body = await reader.readexactly(int(length[1])) if length else b""
                writer.write(await self._answer(head, body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _answer(self, head: bytes, body: bytes) -> bytes:
        if head.startswith(b"GET"):
            return _http(200, "\n".join(self.came).encode())
        to = _TO.search(body)
        self.came.append(f"{time.monotonic():.6f} {unquote_plus(to[1].decode()) if to else ''}")
        if self.delay:
            await asyncio.sleep(self.delay)
        return _http(201, f'{{"sid": "SM{len(self.came):032x}", "status": "queued"}}'.encode())


def _http(status: int, body: bytes) -> bytes:
    return (
        f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


async def _run(port: int, delay: float) -> None:
    server = await asyncio.start_server(Provider(delay).serve, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


def main() -> int:
    """Serve until ended."""
    words = argparse.ArgumentParser()
    words.add_argument("--port", type=int, required=True)
    words.add_argument("--delay", type=float, default=0.0)
    wishes = words.parse_args()
    asyncio.run(_run(wishes.port, wishes.delay))
    return 0


if __name__ == "__main__":
    sys.exit(main())
