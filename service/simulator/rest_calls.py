"""Twilio's Calls resource: create and fetch. A phone answers as it was told to (POST /phones/…/answering), at once."""

from functools import partial

from flask import Flask, Response, jsonify, request

from service.simulator import errors
from service.simulator.accepting import is_number
from service.simulator.calling import begin_call, end_call, walk_call
from service.simulator.errors import Refusal
from service.simulator.pickups import UNANSWERED
from service.simulator.posting import NotOurs
from service.simulator.records import Call
from service.simulator.rest import answer_or_lose, refuse, take_lost_answer, take_refusal
from service.simulator.shapes import API_VERSION, call_shape
from service.simulator.world import World

_USUAL_EVENTS = ("completed",)


def add_calls(app: Flask, world: World) -> None:
    """Serve the resource below the account's root."""
    root = f"{world.options.root}/Calls"

    @app.post(f"{root}.json")
    def create_call() -> Response:
        return _create(world)

    @app.get(f"{root}/<sid>.json")
    def fetch_call(sid: str) -> Response:
        found = world.memory.call(sid)
        return _show(world, found) if found else refuse(errors.not_found(request.path))


def _create(world: World) -> Response:
    refusal = _find_refusal(world)
    if refusal:
        return refuse(refusal)
    recipient = request.form["To"]
    refused = take_refusal(world, recipient)
    if refused:
        return refused
    fault = take_lost_answer(world, recipient)
    kind = fault.kind if fault else None
    call = begin_call(world, request.form["From"], recipient, inbound=False, fault=kind)
    events = tuple(request.form.getlist("StatusCallbackEvent")) or _USUAL_EVENTS
    url, twiml = request.form.get("Url", ""), request.form.get("Twiml")
    callback, fallback = request.form.get("StatusCallback"), request.form.get("FallbackUrl")
    world.reports.add(partial(_run, world, call, url or world.options.public_url, twiml, callback, events, fallback))
    return answer_or_lose(world, fault, lambda: _show(world, call, 201))


def _find_refusal(world: World) -> Refusal | None:
    form = request.form
    if not form.get("To"):
        return errors.NO_CALL_RECIPIENT
    if not form.get("From"):
        return errors.NO_CALL_SENDER
    if not is_number(form["To"]):
        return errors.bad_recipient(form["To"])
    if form["From"] not in world.options.numbers:
        return errors.bad_call_sender(form["From"])
    return None if form.get("Url") or form.get("Twiml") else errors.NO_CALL_URL


def _run(
    world: World, call: Call, url: str, twiml: str | None, callback: str | None, events: tuple[str, ...],
    fallback: str | None,
) -> None:  # fmt: skip
    """Ring, answer, walk and end, reporting the events that were asked for."""
    pickup = world.pickups.of(call.recipient)
    steps = [("initiated", "initiated"), ("ringing", "ringing"), ("answered", "in-progress")]
    for event, status in steps[:2] if pickup.how in UNANSWERED else steps:
        if event in events:
            _report(world, call, callback, status)
    if pickup.how in UNANSWERED:
        over = end_call(world, call, pickup.how)
    else:
        over = walk_call(world, call, url, pickup.keys, twiml, fallback, how=pickup.how)
    if "completed" in events:
        _report(world, over, callback, over.status)


def _report(world: World, call: Call, callback: str | None, status: str) -> None:
    if not callback:
        return
    form = {
        "AccountSid": world.options.account_sid,
        "ApiVersion": API_VERSION,
        "CallSid": call.sid,
        "CallStatus": status,
        "Direction": "outbound-api",
        "From": call.sender,
        "Timestamp": f"{world.clock.now():%a, %d %b %Y %H:%M:%S +0000}",
        "To": call.recipient,
    }
    try:
        world.poster.post(callback, form)
    except NotOurs as problem:
        world.memory.add_problem(world.clock.now(), "StatusCallback", str(problem))


def _show(world: World, call: Call, status: int = 200) -> Response:
    response = jsonify(call_shape(world.options, call))
    response.status_code = status
    return response
