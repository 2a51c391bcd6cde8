"""Twilio's Messages resource: create, fetch, update (redact, cancel), delete and list."""

from urllib.parse import urlencode

from flask import Flask, Response, jsonify, request

from service.simulator import errors
from service.simulator.accepting import accept, find_refusal
from service.simulator.delivering import deliver
from service.simulator.paging import Page, find_page
from service.simulator.records import Message
from service.simulator.rest import answer_or_lose, refuse, take_lost_answer, take_refusal
from service.simulator.shapes import Shape, message_shape
from service.simulator.world import World


def add_messages(app: Flask, world: World) -> None:
    """Serve the resource below the account's root."""
    root = f"{world.options.root}/Messages"

    @app.post(f"{root}.json")
    def create_message() -> Response:
        return _create(world)

    @app.get(f"{root}.json")
    def list_messages() -> Response:
        return _list(world)

    @app.get(f"{root}/<sid>.json")
    def fetch_message(sid: str) -> Response:
        found = world.memory.message(sid)
        return _show(world, found) if found else refuse(errors.not_found(request.path))

    @app.post(f"{root}/<sid>.json")
    def update_message(sid: str) -> Response:
        found = world.memory.message(sid)
        return _update(world, found) if found else refuse(errors.not_found(request.path))

    @app.delete(f"{root}/<sid>.json")
    def delete_message(sid: str) -> Response:
        found = world.memory.message(sid)
        return _delete(world, found) if found else refuse(errors.not_found(request.path))


def _create(world: World) -> Response:
    """Check, accept, begin delivery, answer: a fault may stand before each but the first."""
    form = request.form
    refusal = find_refusal(world, form)
    if refusal:
        return refuse(refusal)
    recipient = form["To"]
    refused = take_refusal(world, recipient)
    if refused:
        return refused
    fault = take_lost_answer(world, recipient)
    message = accept(
        world,
        "api",
        form.get("From") or world.options.number,
        recipient,
        form["Body"],
        callback=form.get("StatusCallback"),
        service_sid=form.get("MessagingServiceSid"),
        fault=fault.kind if fault else None,
        validity=form.get("ValidityPeriod"),
    )
    deliver(world, message)
    return answer_or_lose(world, fault, lambda: _show(world, message, 201))


def _update(world: World, message: Message) -> Response:
    if request.form.get("Status") == "canceled":
        return _cancel(world, message)
    if request.form.get("Body") != "":
        return refuse(errors.bad_parameter("Body", "only an empty Body is taken, which redacts the message"))
    if not message.finished:
        return refuse(errors.NOT_FINISHED)
    world.ledger.append({"kind": "redacted", "sid": message.sid, "at": world.clock.now().isoformat()})
    return _show(world, world.memory.change_message(message.sid, body="", updated=world.clock.now()) or message)


def _cancel(world: World, message: Message) -> Response:
    if message.status not in {"queued", "accepted", "scheduled"}:
        return refuse(errors.NOT_CANCELABLE)
    world.queues.drop(message.sid)
    canceled = world.memory.change_message(message.sid, status="canceled", updated=world.clock.now())
    return _show(world, canceled or message)


def _delete(world: World, message: Message) -> Response:
    if not message.finished:
        return refuse(errors.NOT_FINISHED)
    world.ledger.append({"kind": "deleted", "sid": message.sid, "at": world.clock.now().isoformat()})
    world.memory.delete_message(message.sid)
    return Response(status=204)


def _show(world: World, message: Message, status: int = 200) -> Response:
    response = jsonify(message_shape(world.options, message))
    response.status_code = status
    return response


def _list(world: World) -> Response:
    page = find_page(world.memory.messages(), request.args)
    return jsonify(_list_shape(world, page))


def _list_shape(world: World, page: Page) -> Shape:
    return {
        "end": max(page.start, page.start + len(page.messages) - 1),
        "first_page_uri": _page_uri(world, page, 0, None),
        "messages": [message_shape(world.options, message) for message in page.messages],
        "next_page_uri": _page_uri(world, page, page.number + 1, page.next_token) if page.next_token else None,
        "page": page.number,
        "page_size": page.size,
        "previous_page_uri": _page_uri(world, page, page.number - 1, None) if page.number else None,
        "start": page.start,
        "uri": _page_uri(world, page, page.number, None),
    }


def _page_uri(world: World, page: Page, number: int, token: str | None) -> str:
    query = [*page.filters, ("PageSize", str(page.size)), ("Page", str(number))]
    return f"{world.options.root}/Messages.json?" + urlencode(query + ([("PageToken", token)] if token else []))
