import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from config.logging import configure_logging, mask_numbers


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Where the logs of one test go; the logging of the test process is put back afterwards."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    stream = io.StringIO()
    configure_logging(stream)
    yield stream
    root.handlers[:], root.level = before[0], before[1]
    structlog.reset_defaults()


def test_a_log_line_is_one_json_object(lines: io.StringIO) -> None:
    """Programs read the logs: event, level, logger, time and ids stand under their names."""
    structlog.stdlib.get_logger("service.inbox").info("message stored", message="018f-1")
    line = json.loads(lines.getvalue())
    assert (line["event"], line["level"], line["logger"], line["message"]) == (
        "message stored",
        "info",
        "service.inbox",
        "018f-1",
    )
    assert line["at"].endswith("Z")


@pytest.mark.parametrize(
    "number", ["+15555550123", "555-555-0123", "(555) 555-0123", "1 555 555 01 23", "+44.20.7946.0123", "5550123"]
)
def test_numbers_are_masked(number: str) -> None:
    """However a number is written, only its last two digits stay."""
    assert mask_numbers(f"sent to {number}.") == "sent to ***23."


@pytest.mark.parametrize(
    "kept",
    [
        "0192f0e4-1234-7012-8123-123456789012",
        "2026-11-22T14:05:00.123456Z",
        "SM12345678901234567890123456789012",
        "took 12.5 ms for 120 rows",
        "code 21610",
    ],
)
def test_ids_and_times_are_not_taken_for_numbers(kept: str) -> None:
    """What is needed to find a message again stays readable."""
    assert mask_numbers(kept) == kept


def test_words_and_numbers_that_slip_into_a_line_are_left_out(lines: io.StringIO) -> None:
    """A mistake in a log call shows nobody's words, wherever in the line they stand."""
    log = structlog.stdlib.get_logger("x")
    log.warning("odd +15555550123", body="I feel low", seen={"name": "Ana", "list": ["+15555550124"]}, raw=15555550125)
    written = lines.getvalue()
    assert not any(private in written for private in ("555550123", "I feel low", "Ana", "5555550124", "5555550125"))


def test_an_error_is_told_without_its_message(lines: io.StringIO) -> None:
    """The message of an error may quote what a member wrote; its kind and place are enough to find it."""
    try:
        int("I feel low")
    except ValueError:
        structlog.stdlib.get_logger("x").exception("could not settle")
    line = json.loads(lines.getvalue())
    assert line["error"] == "builtins.ValueError"
    assert "test_logging.py" in line["error_at"][0]
    assert "feel low" not in lines.getvalue()


def test_the_logs_of_libraries_are_treated_alike(lines: io.StringIO) -> None:
    """A library's line is JSON as well, with numbers masked and errors without their message."""
    try:
        int("I feel low")
    except ValueError:
        logging.getLogger("library").exception("call to %s failed", "+15555550123")
    line = json.loads(lines.getvalue())
    assert line["event"] == "call to ***23 failed"
    assert line["error"] == "builtins.ValueError"
    assert "feel low" not in lines.getvalue()


def test_twilio_does_not_log_its_requests(lines: io.StringIO) -> None:
    """At its usual level the library would write numbers and bodies of every request."""
    logging.getLogger("twilio.http_client").info("POST Request: body")
    assert lines.getvalue() == ""
