"""The phones, for people and scripts: who there is, what is on a phone, texts and calls from it."""

import re
from typing import Any

from flask import Flask, Request, Response, abort, jsonify, request

from service.simulator.calling import call_service
from service.simulator.people import find_people
from service.simulator.pickups import UnknownPickup, read_pickup
from service.simulator.records import Call, Message
from service.simulator.texting import send_again, send_text
from service.simulator.world import World

# Anything a text can come from: a whole number, or a short code such as 26262.
_SENDER = re.compile(r"\+?\d{3,15}")
Json = dict[str, Any]


def add_phones(app: Flask, world: World) -> None:
    """Serve /phones and what is below it."""

    @app.get("/phones")
    def list_phones() -> Response:
        return jsonify(list_people(world))

    @app.get("/phones/<number>")
    def show_phone(number: str) -> Response:
        return jsonify(phone_shape(world, check_number(number)))

    @app.post("/phones/<number>/texts")
    def post_text(number: str) -> tuple[Response, int]:
        message, status = _text(world, check_number(number), read_wish(request))
        return jsonify({"sid": message.sid, "webhook_status": status}), 201

    @app.post("/phones/<number>/calls")
    def post_call(number: str) -> tuple[Response, int]:
        wish = read_wish(request)
        call = call_service(world, check_number(number), wish.get("to") or world.options.number, _keys(wish))
        return jsonify(call_on_phone(call, number)), 201

    @app.post("/phones/<number>/answering")
    def post_answering(number: str) -> Response:
        try:
            world.pickups.set(check_number(number), read_pickup(read_wish(request)))
        except UnknownPickup as problem:
            abort(400, str(problem))
        return Response(status=204)


def list_people(world: World) -> list[Json]:
    """List the people whom the service names, then every other number that was seen, as unknown."""
    shown = ("number", "name", "role", "language")
    return [{key: getattr(person, key) for key in shown} for person in find_people(world)]


def phone_shape(world: World, number: str) -> Json:
    """Show one phone as its owner sees it: `in` is what came to it; times are ISO 8601 in moved time."""
    messages = world.memory.messages(lambda message: number in (message.sender, message.recipient))
    calls = world.memory.calls(lambda call: number in (call.sender, call.recipient))
    return {
        "number": number,
        "messages": [_message_on_phone(message, number) for message in messages],
        "calls": [call_on_phone(call, number) for call in calls],
    }


def call_on_phone(call: Call, number: str) -> Json:
    """Show a call as the owner of the phone sees it."""
    return {
        "sid": call.sid,
        "direction": "out" if call.sender == number else "in",
        "from": call.sender,
        "to": call.recipient,
        "status": call.status,
        "said": [{"text": said.text, "language": said.language} for said in call.said],
        "at": call.at.isoformat(),
    }


def read_wish(asked: Request) -> Json:
    """Read what was posted, whether as a form or as a JSON object; lists come from repeated form fields."""
    posted = asked.get_json(silent=True)
    if isinstance(posted, dict):
        return posted
    return {name: values if len(values) > 1 else values[0] for name, values in asked.form.lists()}


def _message_on_phone(message: Message, number: str) -> Json:
    return {
        "sid": message.sid,
        "direction": "out" if message.sender == number else "in",
        "from": message.sender,
        "to": message.recipient,
        "body": message.body,
        "status": message.status,
        "segments": message.segments,
        "at": message.at.isoformat(),
    }


def _text(world: World, number: str, wish: Json) -> tuple[Message, int | None]:
    if wish.get("sid"):
        known = world.memory.message(str(wish["sid"]))
        if known is None or known.sender != number:
            abort(404, "this phone sent no message with that sid")
        return known, send_again(world, known)
    if "text" not in wish:
        abort(400, "give text=, the words to send (they may be empty), or sid= to repeat a message")
    return send_text(world, number, str(wish.get("to") or world.options.number), str(wish["text"]))


def _keys(wish: Json) -> list[str]:
    digits = wish.get("digits", [])
    return [str(key) for key in digits] if isinstance(digits, list) else [str(digits)]


def check_number(number: str) -> str:
    """Return the number if it can be a phone's; answers 400 otherwise."""
    if not _SENDER.fullmatch(number):
        abort(400, "a phone is named by its number, such as +12025550101")
    return number
