from __future__ import annotations

import base64
from contextlib import ExitStack
from pathlib import Path

import requests

from config.settings import read_settings
from service.local.process import start_part, stop
from tests.stack import environment, free_port, parts, wait_for
from tests.stored import a_number, an_outbound, store

KEYS = {kind: base64.b64encode(letter * 32).decode() for kind, letter in (("data", b"d"), ("index", b"i"))}
NOBODY = "redis://127.0.0.1:1/0"


def test_a_worker_looks_once_when_it_starts(database: str, tmp_path: Path) -> None:
    """An alert may have waited for it, the clock may be away as well, and the broker with all its hints."""
    number = a_number("+12025550111", "given")
    store(database, number, an_outbound(number))
    web, simulator = free_port(), free_port()
    environ = environment(database, NOBODY, tmp_path, web, simulator, 1000.0)
    environ |= {"PEERLINE_KEYS": f"d1:data:{KEYS['data']},i1:index:{KEYS['index']}"}
    provider, _, worker, _ = parts(read_settings(environ), environ, tmp_path, web, simulator)
    with ExitStack() as running:
        for part in (provider, worker):
            running.callback(stop, start_part(part), part.command.ending)
        ledger = f"http://127.0.0.1:{simulator}/ledger"
        wait_for("the message", lambda: '"origin":"api"' in requests.get(ledger, timeout=5).text.replace(" ", ""))
