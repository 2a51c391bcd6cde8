"""From a stored text to the provider's door: how long after a webhook's answer the text that it causes is handed over.

The web process, the worker and the clock run as in an installation. Texts come one at a time; when one is answered, what
follows from it has been committed, and the stand-in for the provider keeps when our own text arrives there.
"""

from __future__ import annotations

import socket
import sys
import time
import urllib.request
from dataclasses import dataclass, replace

from service.local.parts import Site, clock, worker
from tests.benchmarks.cpu import memory_of
from tests.benchmarks.figures import Figure
from tests.benchmarks.ground import Amount, Ground, Say, process, settings_of
from tests.benchmarks.load import Connection
from tests.benchmarks.posts import make_posts
from tests.benchmarks.webhook import APPS, WORDS, begun, server
from tests.stack import free_port, wait_for

GAP = 0.05  # seconds between two texts
NAMES = ("web", "clock", "worker")


@dataclass(frozen=True, slots=True)
class Size:
    """Texts, one after the other."""

    texts: int


SIZES = {"tiny": Size(3), "quick": Size(100), "long": Size(600)}


def measure(ground: Ground, amount: Amount, say: Say) -> list[Figure]:
    """Milliseconds from the webhook's answer to the provider's door, and the memory of each process."""
    texts = SIZES[amount].texts
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    site = ground.fresh("door")
    site = replace(site, environ={**site.environ, "TWILIO_API_URL": address})
    say(f"{texts} texts, one after the other ...")
    phones = begun(settings_of(site), texts)
    arguments = (sys.executable, "-m", "tests.benchmarks.provider", "--port", str(port))
    try:
        ground.stack.start(process(site, "provider", arguments, port))
        _start(ground, site)
        wait_for("the check-ins' own texts are handed over", lambda: len(_came(address)) == texts, 60)
        answered = _answered(site, phones)
        wait_for("all answers are handed over", lambda: len(_came(address)) == 2 * texts, 60)
        memory = {name: memory_of(ground.stack.pid(name)) / 1e6 for name in NAMES}
        arrived = _came(address)[texts:]
    finally:
        ground.stack.stop((*NAMES, "provider"))
    waited = sorted((at - answered[to]) * 1e3 for at, to in arrived)
    late = waited[min(len(waited) - 1, len(waited) * 99 // 100)]
    return [
        Figure("door", "from the webhook's answer to the provider's door", tuple(waited), "ms"),
        Figure("door", "the same, 99 of 100 are faster than", (late,), "ms"),
        *(Figure("memory", f"{name}, one process", (size,), "MB PSS") for name, size in memory.items()),
    ]


def _start(ground: Ground, site: Site) -> None:
    ground.stack.start(server(site, "web", APPS["web"], site.web_port, workers=1))
    ground.stack.start(worker(site))
    ground.stack.start(clock(site))


def _answered(site: Site, phones: list[str]) -> dict[str, float]:
    """When each member's text was answered, by this machine's monotonic clock."""
    answered = {}
    posts = make_posts(settings_of(site), phones, WORDS, len(phones), 0)
    with socket.create_connection(("127.0.0.1", site.web_port)) as opened:
        connection = Connection(opened)
        for phone, post in zip(phones, posts, strict=True):
            connection.send(post)
            while (status := connection.read()) is None:
                pass
            if status != 200:
                raise RuntimeError(f"a text was answered {status}")
            answered[phone] = time.monotonic()
            time.sleep(GAP)
    return answered


def _came(address: str) -> list[tuple[float, str]]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{address}/came", timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    return [(float(at), to) for at, _, to in (line.partition(" ") for line in lines)]
