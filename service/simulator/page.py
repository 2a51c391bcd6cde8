"""The phones page: two phones side by side and the time, for people. It reads without JavaScript and works without it."""

from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, abort, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from service.simulator.calling import call_service
from service.simulator.controls import read_target
from service.simulator.people import Person, choose, find_choices
from service.simulator.phones import check_number
from service.simulator.screen import Screen, read_screen, show_time
from service.simulator.texting import send_text
from service.simulator.travel import NeverIdle, travel
from service.simulator.world import World

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_SIDES = (("left", "member"), ("right", "specialist"))
_HEADINGS = {
    "member": "Members",
    "specialist": "Specialists",
    "coordinator": "Coordinators",
    "supervisor": "Supervisors",
    "unknown": "Others",
}


def add_page(app: Flask, world: World) -> None:
    """Serve the page at / and what its forms and its script ask for."""

    @app.get("/")
    def show_page() -> Response:
        return _show_page(world)

    @app.get("/screens")
    def show_screens() -> Response:
        return jsonify(_fragments(world))

    @app.post("/press/text")
    def press_send() -> AnyResponse:
        return _tell(_send(world))

    @app.post("/press/call")
    def press_call() -> AnyResponse:
        return _tell(_call(world))

    @app.post("/press/time")
    def press_time() -> AnyResponse:
        return _tell(_move(world))


def _show_page(world: World) -> Response:
    choices = find_choices(world)
    screens = [read_screen(world, choose(choices, request.args.get(side), role)) for side, role in _SIDES]
    page = render_template(
        "phones.html",
        choices=_group(choices),
        screens=list(zip(_SIDES, screens, strict=True)),
        now=_now(world),
        problems=world.memory.problems()[::-1],
        told=request.args.get("told", ""),
    )
    answer = Response(page, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Referrer-Policy"] = "same-origin"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _group(choices: list[Person]) -> list[tuple[str, list[Person]]]:
    """Group the people, who come in the order of roles, under a heading for each role."""
    return [(_HEADINGS[role], list(people)) for role, people in groupby(choices, key=lambda person: person.role)]


def _fragments(world: World) -> dict[str, Any]:
    """What changes by itself: the time, and the lines on each phone's screen, as the page would show them."""
    choices = find_choices(world)
    screens = {side: read_screen(world, choose(choices, request.args.get(side), role)) for side, role in _SIDES}
    return {
        "now": _now(world),
        "problems": len(world.memory.problems()),
        "phones": {side: _fragment(screen) for side, screen in screens.items()},
    }


def _fragment(screen: Screen) -> dict[str, str]:
    return {"time": screen.time, "lines": render_template("lines.html", screen=screen)}


def _send(world: World) -> str:
    number, text = check_number(request.form.get("number", "")), request.form.get("text", "")
    if not text.strip():
        return "There is nothing to send yet: write a text first."
    _, status = send_text(world, number, world.options.number, text.replace("\r\n", "\n"))
    if status is None:
        return "The service did not answer. The text is kept by the provider."
    return "Sent." if 200 <= status < 300 else f"Sent, but the service answered {status}."


def _call(world: World) -> str:
    call = call_service(world, check_number(request.form.get("number", "")), world.options.number)
    return "The call is over." if call.status == "completed" else "The call failed."


def _move(world: World) -> str:
    try:
        with world.travelling:
            travel(world, read_target(world, request.form))
    except NeverIdle as problem:
        return f"Time was not moved all the way: {problem}."
    return f"It is now {_now(world)}."


def _now(world: World) -> str:
    return show_time(world.clock.now(), world.options.zone)


def _tell(told: str) -> AnyResponse:
    """Answer the script with words, and a form with the page again."""
    if request.accept_mimetypes.best == "application/json":
        return jsonify({"told": told})
    sides = {side: request.form[side] for side, _ in _SIDES if request.form.get(side)}
    return redirect("/?" + urlencode(sides | {"told": told}), 303)


def refuse_other_sites(app: Flask) -> None:
    """Refuse what another site's page posts here: its browser names that site as the origin."""

    @app.before_request
    def check_origin() -> None:
        origin = request.headers.get("Origin")
        if request.method != "GET" and origin and origin != request.host_url.rstrip("/"):
            abort(403, "another site's page may not do that")
