"""The simulator as a process of its own."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from service.simulator.options import read_options
from tests.service.simulator.running import ACCOUNT, OURS

ARGUMENTS = ["--port", "0", "--service", "http://127.0.0.1:9", "--account-sid", ACCOUNT, "--number", OURS]


@pytest.fixture
def process(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The simulator, started as the demo starts it."""
    command = [
        sys.executable,
        "-m",
        "service.simulator",
        *ARGUMENTS,
        "--auth-token",
        "made-up",
        "--data",
        str(tmp_path),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as started:
        yield started
        started.kill()


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_is_and_ends_without_a_word(process: subprocess.Popen[str], end: signal.Signals) -> None:
    """The first line names the address; SIGTERM and Ctrl-C end it at once with status 0 and nothing on stderr."""
    assert process.stdout is not None
    address = process.stdout.readline().split()[-1]
    assert urllib3.request("GET", f"{address}/phones").status == 200
    process.send_signal(end)
    _, complaints = process.communicate(timeout=60)
    assert (process.returncode, complaints) == (0, "")


def test_account_and_token_may_come_from_the_environment() -> None:
    """A token on a command line can be read by others on the machine, so it need not stand there."""
    arguments = ["--port", "0", "--service", "http://127.0.0.1:9/", "--number", OURS]
    options = read_options(arguments, {"TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": "made-up"})
    assert (options.auth_token, options.service, options.public_url) == (
        "made-up",
        "http://127.0.0.1:9",
        "http://127.0.0.1:9",
    )


def test_without_a_token_it_does_not_start(capsys: pytest.CaptureFixture[str]) -> None:
    """The usage line says what is missing."""
    with pytest.raises(SystemExit):
        read_options(ARGUMENTS, {})
    assert "--auth-token" in capsys.readouterr().err
