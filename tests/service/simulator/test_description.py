"""Requests and answers against Twilio's own description of its REST API, where it is at hand."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.service.simulator.running import ANA, OURS, Simulator
from tests.twilio_description import (
    CALL,
    CALLS,
    MESSAGE,
    MESSAGES,
    answer_schema,
    description,
    form_of,
    form_schema,
    needs_description,
    problems,
)  # fmt: skip

pytestmark = needs_description


def test_every_answer_is_as_described(simulator: Simulator) -> None:
    """Message created, fetched and listed; call created and fetched; and no field is missing."""
    message = simulator.create().json()
    call = simulator.rest("POST", "/Calls.json", fields={"To": ANA, "From": OURS, "Twiml": "<Response/>"}).json()
    simulator.text("inbound")
    checks = [
        (MESSAGES, "post", "201", message),
        (MESSAGE, "get", "200", simulator.rest("GET", f"/Messages/{message['sid']}.json").json()),
        (MESSAGES, "get", "200", simulator.rest("GET", "/Messages.json?PageSize=1").json()),
        (CALLS, "post", "201", call),
        (CALL, "get", "200", simulator.rest("GET", f"/Calls/{call['sid']}.json").json()),
    ]
    assert [
        (path, problems(answer_schema(path, method, status), answer)) for path, method, status, answer in checks
    ] == [(path, []) for path, *_ in checks]


@pytest.mark.parametrize(("name", "path"), [("message", MESSAGES), ("call", CALLS)])
def test_no_field_is_missing_and_none_is_made_up(simulator: Simulator, name: str, path: str) -> None:
    """The answer has exactly the fields of the described resource."""
    make: dict[str, Callable[[], dict[str, Any]]] = {
        "message": lambda: simulator.create().json(),
        "call": lambda: simulator.rest(
            "POST", "/Calls.json", fields={"To": ANA, "From": OURS, "Twiml": "<Response/>"}
        ).json(),
    }
    described = description()["components"]["schemas"][f"api.v2010.account.{name}"]["properties"]
    assert make[name]().keys() == described.keys(), path


def test_a_recorded_request_can_be_checked(simulator: Simulator) -> None:
    """What GET /requests tells is enough to check a request, and a parameter that Twilio has not is found."""
    simulator.create()
    simulator.create(Boddy="typing mistake")
    good, bad = simulator.ask("GET", "/requests").json()
    forms = [form_of(recorded) for recorded in (good, bad)]
    assert problems(form_schema(MESSAGES), forms[0]) == []
    assert "Boddy" in problems(form_schema(MESSAGES), forms[1])[0]
