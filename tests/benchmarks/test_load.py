import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from urllib.parse import parse_qsl

import pytest
from twilio.request_validator import RequestValidator

from tests.benchmarks.cpu import seconds_of
from tests.benchmarks.load import Load
from tests.benchmarks.posts import make_posts
from tests.service.settings import PUBLIC, TOKEN, made_up_settings


class Taking(BaseHTTPRequestHandler):
    """Takes signed texts on connections that are kept."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """200 for a genuine request, else 403."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = dict(parse_qsl(body, keep_blank_values=True))
        genuine = RequestValidator(TOKEN).validate(PUBLIC + self.path, form, self.headers["X-Twilio-Signature"])
        self.send_response(200 if genuine else 403)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    """Where such a server listens."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Taking) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_what_is_made_ahead_is_let_in_and_counted(port: int) -> None:
    """A measurement counts good answers alone, so its requests must be good."""
    posts = make_posts(made_up_settings(), ["+15555550142", "+15555550143"], "dos ñ", 50, 0)
    load = Load(port, 2)
    found = load.run(cycle(posts), 0.2)
    load.close()
    assert found.answered > 2
    assert found.refused == 0


def test_refused_answers_are_not_counted_as_good(port: int) -> None:
    """A fast wrong answer makes a measurement fail."""
    posts = make_posts(replace(made_up_settings(), twilio_auth_token="another"), ["+15555550142"], "x", 50, 0)
    load = Load(port, 2)
    found = load.run(cycle(posts), 0.1)
    load.close()
    assert found.answered == 0
    assert found.refused > 2


def test_ids_never_come_twice_and_phones_take_turns() -> None:
    """Each request is a text of its own."""
    first = make_posts(made_up_settings(), ["+15555550142", "+15555550143"], "x", 3, 0)
    second = make_posts(made_up_settings(), ["+15555550142", "+15555550143"], "x", 3, 3)
    assert len(set(first + second)) == 6
    assert [b"0143" in post for post in first + second] == [False, True] * 3


def test_processor_time_of_nobody_is_nothing() -> None:
    """A process that does not exist has used nothing."""
    assert seconds_of(2**30) == 0
