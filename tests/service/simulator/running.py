"""A running simulator to speak to, and the numbers that tests use."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import urllib3
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler

from service.simulator.world import World
from tests.service.simulator.fake_service import TOKEN, FakeService

ACCOUNT = "AC" + "0" * 32
OURS = "+12025550100"
ANA = "+12025550111"
BEN = "+12025550122"
_POOL = urllib3.PoolManager()


class Quiet(WSGIRequestHandler):
    """Prints nothing."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Print nothing."""


@dataclass(frozen=True)
class Simulator:
    """A running simulator, spoken to over HTTP."""

    url: str
    world: World
    service: FakeService

    def ask(self, method: str, path: str, **more: Any) -> urllib3.BaseHTTPResponse:  # noqa: ANN401 - urllib3's own
        """Send a request; `fields` becomes a form (or a query), `json` a JSON body."""
        if "fields" in more and method == "POST":
            more["encode_multipart"] = False
        return _POOL.request(method, self.url + path, retries=False, timeout=20.0, redirect=False, **more)

    def create(self, **form: str) -> urllib3.BaseHTTPResponse:
        """Ask for a message to be sent, as the service does."""
        headers = urllib3.make_headers(basic_auth=f"{ACCOUNT}:{TOKEN}")
        fields = {"From": OURS, "To": ANA, "Body": "Hello"} | form
        return self.ask("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", fields=fields, headers=headers)

    def rest(self, method: str, path: str, **more: Any) -> urllib3.BaseHTTPResponse:  # noqa: ANN401 - urllib3's own
        """Ask the REST API below the account, with its credentials."""
        headers = urllib3.make_headers(basic_auth=f"{ACCOUNT}:{TOKEN}")
        return self.ask(method, f"/2010-04-01/Accounts/{ACCOUNT}{path}", headers=headers, **more)

    def phone(self, number: str = ANA) -> dict[str, Any]:
        """What is on a phone."""
        shown: dict[str, Any] = self.ask("GET", f"/phones/{number}").json()
        return shown

    def text(self, text: str, number: str = ANA, **more: str) -> dict[str, Any]:
        """Send a text from a phone and give the answer."""
        answer = self.ask("POST", f"/phones/{number}/texts", fields={"text": text} | more)
        assert answer.status == 201, answer.data
        told: dict[str, Any] = answer.json()
        return told

    def ledger(self) -> list[dict[str, Any]]:
        """The ledger's lines."""
        return [json.loads(line) for line in self.ask("GET", "/ledger").data.decode().splitlines()]

    def until(self, happened: Callable[[], bool]) -> None:
        """Wait until something is so, a minute at most; background reports need a moment, and a busy machine more."""
        until = time.monotonic() + 60
        while not happened():
            assert time.monotonic() < until, "it did not happen within a minute"
            threading.Event().wait(0.01)


@contextmanager
def serving(server: BaseWSGIServer) -> Iterator[str]:
    """Serve in a thread while the block runs, and give the address."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
