"""Tests of `peerline schedule preview`."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from service.cli.schedule import app

GOOD = {"rule": "FREQ=DAILY", "zone": "America/New_York", "from": "2026-03-06T09:00:00", "count": 3}


def test_json_answers_each_line_with_the_moments_in_utc() -> None:
    """The moments of a line are on the same line of the answer, the start among them."""
    status, answers = ask(json.dumps(GOOD), json.dumps({**GOOD, "count": 0}))
    assert status == 0
    assert answers == [
        {"moments": ["2026-03-06T14:00:00Z", "2026-03-07T14:00:00Z", "2026-03-08T13:00:00Z"]},
        {"moments": []},
    ]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "empty"),
        ("[]", "write an object"),
        ("\udcff", ""),
        (json.dumps({**GOOD, "rule": "FREQ=DAILY;BYHOUR=25"}), "BYHOUR=25"),
        (json.dumps({**GOOD, "zone": "Mars/Olympus"}), "time zone"),
        (json.dumps({**GOOD, "zone": "../etc"}), "time zone"),
        (json.dumps({**GOOD, "from": "tomorrow"}), "tomorrow"),
        (json.dumps({**GOOD, "from": "2026-03-06T09:00:00Z"}), "without an offset"),
        (json.dumps({**GOOD, "from": "0001-01-01T00:00:00", "zone": "Asia/Tokyo"}), "range"),
        (json.dumps({**GOOD, "count": -1}), "count is -1"),
        (json.dumps({**GOOD, "count": True}), "count is missing"),
        (json.dumps({**GOOD, "rule": 5}), "rule is missing"),
        (json.dumps({"rule": "FREQ=DAILY"}), "zone is missing"),
    ],
)
def test_a_bad_line_is_answered_with_an_error_and_the_others_go_on(line: str, words: str) -> None:
    """The answer to a bad line says what is wrong, the next line is answered, and the status is 1."""
    status, (bad, good) = ask(line, json.dumps({**GOOD, "count": 1}))
    assert status == 1
    assert words in str(bad["error"])
    assert good == {"moments": ["2026-03-06T14:00:00Z"]}


def test_the_end_of_the_calendar_is_an_end() -> None:
    """After the last day of 9998 there are no moments, and no error."""
    assert ask(json.dumps({**GOOD, "from": "9999-12-31T23:59:00"})) == (0, [{"moments": []}])


def test_without_json_the_moments_are_listed_in_local_time_too() -> None:
    """A person reads the local time, the zone's name and the instant."""
    result = CliRunner().invoke(
        app,
        ["preview", "--rule", "FREQ=DAILY", "--zone", "America/New_York", "--from", "2026-03-07T09:00", "--count", "2"],
    )
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "Sat 2026-03-07 09:00:00 EST  2026-03-07T14:00:00Z",
        "Sun 2026-03-08 09:00:00 EDT  2026-03-08T13:00:00Z",
    ]


def test_without_json_a_mistake_is_told_and_ends_with_1() -> None:
    """A bad rule is named with its mend on standard error."""
    result = CliRunner().invoke(app, ["preview", "--rule", "FREQ=SOMETIMES", "--from", "2026-03-07T09:00"])
    assert result.exit_code == 1
    assert "FREQ=SOMETIMES" in result.stderr


def ask(*lines: str) -> tuple[int, list[dict[str, object]]]:
    """Give the exit status and the answers to these lines."""
    text = "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")
    result = CliRunner().invoke(app, ["preview", "--json"], input=text)
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]
