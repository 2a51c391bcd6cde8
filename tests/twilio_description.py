"""Twilio's own description of its REST API, where it is at hand: what a request or an answer must look like."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

DESCRIPTION = Path(
    os.environ.get("TWILIO_DESCRIPTION", Path(__file__).parents[2] / "shared" / "data" / "twilio_api_v2010.json")
)
MESSAGES = "/2010-04-01/Accounts/{AccountSid}/Messages.json"
MESSAGE = "/2010-04-01/Accounts/{AccountSid}/Messages/{Sid}.json"
CALLS = "/2010-04-01/Accounts/{AccountSid}/Calls.json"
CALL = "/2010-04-01/Accounts/{AccountSid}/Calls/{Sid}.json"

needs_description = pytest.mark.skipif(
    not DESCRIPTION.exists(), reason="Twilio's description of its API is not here; TWILIO_DESCRIPTION names the file"
)


@cache
def description() -> dict[str, Any]:
    """The whole description."""
    read: dict[str, Any] = json.loads(DESCRIPTION.read_text())
    return read


def answer_schema(path: str, method: str, status: str) -> dict[str, Any]:
    """What an answer must look like, as JSON Schema."""
    schema: dict[str, Any] = description()["paths"][path][method]["responses"][status]["content"]["application/json"]
    return _with_parts(schema["schema"])


def form_schema(path: str) -> dict[str, Any]:
    """What the form of a request must look like; a field that Twilio does not know is a mistake."""
    body = description()["paths"][path]["post"]["requestBody"]["content"]
    return _with_parts(body["application/x-www-form-urlencoded"]["schema"]) | {"additionalProperties": False}


def problems(schema: dict[str, Any], value: object) -> list[str]:
    """Where a value is not as its schema says."""
    return [
        f"{list(found.instance_path)}: {found.message}"
        for found in jsonschema_rs.validator_for(schema).iter_errors(value)
    ]


def form_of(recorded: Mapping[str, Any]) -> dict[str, Any]:
    """The form of a recorded request as the description counts it: one value for each name, numbers as numbers."""
    described = description()["paths"][MESSAGES]["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]
    kinds = {name: part.get("type") for name, part in described["schema"]["properties"].items()}
    return {name: _typed(values, kinds.get(name)) for name, values in recorded["form"].items()}


def _typed(values: Sequence[str], kind: str | None) -> object:
    return int(values[0]) if kind == "integer" else values[0]


def _with_parts(schema: dict[str, Any]) -> dict[str, Any]:
    """Turn OpenAPI 3.0 into JSON Schema: `nullable` into a type, with the components that are referred to."""
    return {**_nullable(schema), "components": _nullable(description()["components"])}


def _nullable(part: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(part, list):
        return [_nullable(item) for item in part]
    if not isinstance(part, dict):
        return part
    turned = {key: _nullable(value) for key, value in part.items()}
    if turned.get("nullable") is True and isinstance(turned.get("type"), str):
        turned["type"] = [turned["type"], "null"]
    return turned
