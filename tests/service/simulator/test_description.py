"""Requests and answers against Twilio's own description of its REST API, where it is at hand."""

import json
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from tests.service.simulator.running import ANA, OURS, Simulator

DESCRIPTION = Path(
    os.environ.get("TWILIO_DESCRIPTION", Path(__file__).parents[4] / "shared" / "data" / "twilio_api_v2010.json")
)
MESSAGES = "/2010-04-01/Accounts/{AccountSid}/Messages.json"
MESSAGE = "/2010-04-01/Accounts/{AccountSid}/Messages/{Sid}.json"
CALLS = "/2010-04-01/Accounts/{AccountSid}/Calls.json"
CALL = "/2010-04-01/Accounts/{AccountSid}/Calls/{Sid}.json"

pytestmark = pytest.mark.skipif(
    not DESCRIPTION.exists(), reason="Twilio's description of its API is not here; TWILIO_DESCRIPTION names the file"
)


@cache
def _description() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(DESCRIPTION.read_text())
    return read


def _answer_schema(path: str, method: str, status: str) -> dict[str, Any]:
    schema: dict[str, Any] = _description()["paths"][path][method]["responses"][status]["content"]["application/json"]
    return _with_parts(schema["schema"])


def _form_schema(path: str) -> dict[str, Any]:
    body = _description()["paths"][path]["post"]["requestBody"]["content"]
    return _with_parts(body["application/x-www-form-urlencoded"]["schema"]) | {"additionalProperties": False}


def _with_parts(schema: dict[str, Any]) -> dict[str, Any]:
    """Turn OpenAPI 3.0 into JSON Schema: `nullable` into a type, with the components that are referred to."""
    return {**_nullable(schema), "components": _nullable(_description()["components"])}


def _nullable(part: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(part, list):
        return [_nullable(item) for item in part]
    if not isinstance(part, dict):
        return part
    turned = {key: _nullable(value) for key, value in part.items()}
    if turned.get("nullable") is True and isinstance(turned.get("type"), str):
        turned["type"] = [turned["type"], "null"]
    return turned


def _check(schema: dict[str, Any], value: object) -> list[str]:
    return [
        f"{list(found.instance_path)}: {found.message}"
        for found in jsonschema_rs.validator_for(schema).iter_errors(value)
    ]


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
        (path, _check(_answer_schema(path, method, status), answer)) for path, method, status, answer in checks
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
    described = _description()["components"]["schemas"][f"api.v2010.account.{name}"]["properties"]
    assert make[name]().keys() == described.keys(), path


def test_a_recorded_request_can_be_checked(simulator: Simulator) -> None:
    """What GET /requests tells is enough to check a request, and a parameter that Twilio has not is found."""
    simulator.create()
    simulator.create(Boddy="typing mistake")
    good, bad = simulator.ask("GET", "/requests").json()
    forms = [{name: values[0] for name, values in recorded["form"].items()} for recorded in (good, bad)]
    assert _check(_form_schema(MESSAGES), forms[0]) == []
    assert "Boddy" in _check(_form_schema(MESSAGES), forms[1])[0]
