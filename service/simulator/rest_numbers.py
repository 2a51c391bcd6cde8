"""Twilio's IncomingPhoneNumbers resource (list, fetch, update) and the account itself."""

from typing import Any

from flask import Flask, Response, jsonify, request

from service.simulator import errors
from service.simulator.lines import Line, as_json
from service.simulator.rest import refuse
from service.simulator.world import World


def add_numbers(app: Flask, world: World) -> None:
    """Serve the resources."""
    root = f"{world.options.root}/IncomingPhoneNumbers"

    @app.get(f"{root}.json")
    def list_numbers() -> Response:
        wanted = request.args.get("PhoneNumber")
        return jsonify(_page(world, [line for line in world.lines.all() if wanted in (None, line.number)]))

    @app.get(f"{root}/<sid>.json")
    def fetch_number(sid: str) -> Response:
        line = _find(world, sid)
        return jsonify(as_json(world.options, line)) if line else refuse(errors.not_found(request.path))

    @app.post(f"{root}/<sid>.json")
    def update_number(sid: str) -> Response:
        line = _find(world, sid)
        if line is None:
            return refuse(errors.not_found(request.path))
        world.lines.change(line.number, request.form)
        return jsonify(as_json(world.options, world.lines.line(line.number)))

    @app.get(f"{world.options.root}.json")
    def fetch_account() -> Response:
        return jsonify(_account(world))


def _find(world: World, sid: str) -> Line | None:
    return next((line for line in world.lines.all() if line.sid == sid), None)


def _page(world: World, lines: list[Line]) -> dict[str, Any]:
    uri = f"{world.options.root}/IncomingPhoneNumbers.json?PageSize=50&Page=0"
    return {
        "incoming_phone_numbers": [as_json(world.options, line) for line in lines], "page": 0, "page_size": 50, "start": 0,
        "end": max(0, len(lines) - 1), "first_page_uri": uri, "next_page_uri": None, "previous_page_uri": None, "uri": uri,
    }  # fmt: skip


def _account(world: World) -> dict[str, Any]:
    born = "Fri, 06 Mar 2026 15:00:00 +0000"
    return {
        "auth_token": "", "date_created": born, "date_updated": born, "friendly_name": "A made-up account",
        "owner_account_sid": world.options.account_sid, "sid": world.options.account_sid, "status": "active",
        "subresource_uris": {}, "type": "Full", "uri": f"{world.options.root}.json",
    }  # fmt: skip
