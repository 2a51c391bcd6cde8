"""A simulator and a service to talk to, both real servers in this process, on free ports."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from service.simulator.app import start_server
from service.simulator.options import Options
from tests.service.simulator.fake_service import TOKEN, FakeService
from tests.service.simulator.running import ACCOUNT, OURS, Quiet, Simulator, serving


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Simulator]]:
    """Start a simulator, and a service beside it, with some options changed."""
    with ExitStack() as running:
        service = FakeService()
        app = service.make_app()
        service_server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
        service.public_url = running.enter_context(serving(service_server))

        def start_one(**changes: Any) -> Simulator:  # noqa: ANN401 - fields of Options
            options = Options(service.public_url, service.public_url, ACCOUNT, TOKEN, (OURS,), data=tmp_path)
            server, world = start_server(replace(options, clock_file=tmp_path / "clock.json", **changes))
            running.callback(world.ledger.close)
            running.callback(world.reports.release)
            return Simulator(running.enter_context(serving(server)), world, service)

        yield start_one


@pytest.fixture
def simulator(start: Callable[..., Simulator]) -> Simulator:
    """A simulator as the demo starts it."""
    return start()
