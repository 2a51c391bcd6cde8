"""What Twilio's Messaging API tells of a number: its messaging service, and the verification of a toll-free number.

`POST /v1/Services` and `POST /v1/Tollfree/Verifications` set what is told, by the names of the answer's fields: UsAppToPersonRegistered
and Status too, which at Twilio itself are not the account's to set.
"""

from typing import Any

from flask import Flask, Response, jsonify, request

from service.simulator.lines import Line, sid_of
from service.simulator.world import World

_FLAGS = ("use_inbound_webhook_on_number", "smart_encoding", "us_app_to_person_registered")
_NAMES = ("friendly_name", "inbound_request_url", "inbound_method", "fallback_url", "fallback_method", *_FLAGS)
_USUAL: dict[str, Any] = {
    "friendly_name": "Texts", "inbound_request_url": None, "inbound_method": "POST", "fallback_url": None,
    "fallback_method": "POST", "use_inbound_webhook_on_number": True, "smart_encoding": False,
    "us_app_to_person_registered": True,
}  # fmt: skip


def add_services(app: Flask, world: World) -> None:
    """Serve the resources; a service that was made has all of the organisation's numbers."""

    @app.get("/v1/Services")
    def list_services() -> Response:
        made = world.lines.service
        return jsonify({"services": [] if made is None else [made], "meta": _meta("services")})

    @app.post("/v1/Services")
    def make_service() -> Response:
        names = {name.replace("_", ""): name for name in _NAMES}
        given: dict[str, Any] = {
            names[key.lower()]: value for key, value in request.form.items() if key.lower() in names
        }
        given |= {name: given[name] == "true" for name in _FLAGS if name in given}
        world.lines.service = {"sid": "MG" + "1" * 32, **_USUAL, **given}
        return jsonify(world.lines.service)

    @app.get("/v1/Services/<sid>/PhoneNumbers")
    def numbers_of(sid: str) -> Response:
        found = [_number(line, sid) for line in world.lines.all()]
        return jsonify({"phone_numbers": found, "meta": _meta("phone_numbers")})

    @app.get("/v1/Tollfree/Verifications")
    def list_verifications() -> Response:
        status = world.lines.verification
        found = [] if status is None else [{"sid": "HH" + "1" * 32, "status": status}]
        return jsonify({"verifications": found, "meta": _meta("verifications")})

    @app.post("/v1/Tollfree/Verifications")
    def make_verification() -> Response:
        world.lines.verification = request.form.get("Status", "PENDING_REVIEW")
        return jsonify({"sid": "HH" + "1" * 32, "status": world.lines.verification})


def _number(line: Line, service: str) -> dict[str, Any]:
    return {"sid": sid_of(line.number), "service_sid": service, "phone_number": line.number, "country_code": "US"}


def _meta(key: str) -> dict[str, Any]:
    url = request.base_url
    return {
        "first_page_url": url, "key": key, "next_page_url": None, "page": 0, "page_size": 50, "previous_page_url": None,
        "url": url,
    }  # fmt: skip
