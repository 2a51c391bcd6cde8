"""Controls for people and tests: time, faults, the ledger, what was asked and what went wrong."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Response, abort, jsonify, request

from service.simulator.faults import UnknownFault, read_fault
from service.simulator.phones import read_wish
from service.simulator.travel import NeverIdle, find_next_due, next_morning, travel
from service.simulator.world import World


def add_clock(app: Flask, world: World) -> None:
    """Serve /clock: read it, and move it by `advance=` seconds or to `to=` next, morning or an ISO moment."""

    @app.get("/clock")
    def show_clock() -> dict[str, Any]:
        return {"now": world.clock.now().isoformat(), "offset": world.clock.offset()}

    @app.post("/clock")
    def move_clock() -> tuple[dict[str, Any], int]:
        try:
            with world.travelling:
                return {"now": travel(world, read_target(world, read_wish(request))).isoformat()}, 200
        except NeverIdle as problem:
            return {"error": str(problem), "now": world.clock.now().isoformat()}, 504


def add_faults(app: Flask, world: World) -> None:
    """Serve /faults: ask for some, list what is still to come, end them all."""

    @app.get("/faults")
    def list_faults() -> Response:
        return jsonify(world.faults.waiting())

    @app.post("/faults")
    def add_fault() -> tuple[Response, int]:
        try:
            world.faults.add(read_fault(read_wish(request)))
        except UnknownFault as problem:
            abort(400, str(problem))
        return jsonify(world.faults.waiting()), 201

    @app.delete("/faults")
    def end_faults() -> Response:
        world.faults.clear()
        world.reports.release()
        return Response(status=204)


def add_records(app: Flask, world: World) -> None:
    """Serve what happened: the ledger, the service's requests, its mistakes; and forget it all on POST /reset (`at=`: and begin again then)."""

    @app.get("/ledger")
    def show_ledger() -> Response:
        return Response(world.ledger.text(), mimetype="application/x-ndjson")

    @app.get("/requests")
    def list_requests() -> Response:
        return jsonify(list(world.requests))

    @app.get("/problems")
    def list_problems() -> Response:
        return jsonify(world.memory.problems())

    @app.post("/reset")
    def reset() -> Response:
        world.faults.clear()
        world.reports.release()
        world.memory.clear()
        world.lines.clear()
        world.queues.clear()
        world.pickups.clear()
        world.ledger.clear()
        world.requests.clear()
        if begin := read_wish(request).get("at"):
            world.clock.begin_at(_read_moment(str(begin)))
        return Response(status=204)


def read_target(world: World, wish: Mapping[str, Any]) -> datetime:
    """Read where to go in time; with nothing due, next is now. Answers 400 to what makes no sense, in words."""
    match wish.get("to"):
        case "next":
            return find_next_due(world) or world.clock.now()
        case "morning":
            return next_morning(world)
        case None:
            return world.clock.now() + timedelta(seconds=_read_seconds(wish))
        case moment:
            return _read_moment(str(moment))


def _read_seconds(wish: Mapping[str, Any]) -> float:
    try:
        seconds = float(wish["advance"])
    except (KeyError, TypeError, ValueError):
        abort(400, "give advance= seconds, or to= next, morning or a moment such as 2026-03-06T14:00:00Z")
    if not 0 <= seconds <= timedelta(days=3660).total_seconds():
        abort(400, "time moves on, not back, and by ten years at most")
    return seconds


def _read_moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        abort(400, "a moment is written as 2026-03-06T14:00:00Z")
    if moment.tzinfo is None:
        abort(400, "a moment has its offset or a Z at its end, as in 2026-03-06T14:00:00Z")
    return moment
