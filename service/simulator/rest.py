"""The door of the REST API: who may enter, what is recorded, and the faults that break an answer on the wire."""

import hmac
import os
import socket
import struct
from collections.abc import Callable
from typing import Self

from flask import Flask, Request, Response, jsonify, request

from service.simulator import errors
from service.simulator.errors import Refusal
from service.simulator.faults import LOST_ANSWERS, REFUSALS, Fault
from service.simulator.world import World

_REFUSED = {"refuse": errors.UNAVAILABLE, "429": errors.TOO_MANY, "500-before": errors.BROKEN}
_KEPT_REQUESTS = 10_000


def add_door(app: Flask, world: World) -> None:
    """Ask everybody under /2010-04-01/ for the account's sid and token, and record what the service asked."""

    @app.before_request
    def check_credentials() -> Response | None:
        if not request.path.startswith("/2010-04-01/"):
            return None
        return None if _is_account(world, request) else refuse(errors.UNAUTHORISED)

    @app.after_request
    def record(response: Response) -> Response:
        if request.path.startswith("/2010-04-01/"):
            _record(world, request, response.status_code)
        return response


def refuse(refusal: Refusal) -> Response:
    """Answer with a refusal in the provider's shape."""
    response = jsonify(refusal.shape())
    response.status_code = refusal.status
    if refusal is errors.UNAUTHORISED:
        response.headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
    return response


def take_refusal(world: World, recipient: str) -> Response | None:
    """Answer as the next fault wishes before anything is accepted; None if no fault is waiting."""
    fault = world.faults.take(REFUSALS, recipient)
    if fault is None:
        return None
    if fault.kind == "drop":
        return _cut(request)
    response = refuse(errors.refusal_of(fault.code) if fault.kind == "error" else _REFUSED[fault.kind])
    if fault.kind == "429":
        response.headers["Retry-After"] = "1"
    return response


def take_lost_answer(world: World, recipient: str) -> Fault | None:
    """Take the fault that will lose the answer to something accepted."""
    return world.faults.take(LOST_ANSWERS, recipient)


def answer_or_lose(world: World, fault: Fault | None, answer: Callable[[], Response]) -> Response:
    """Give the answer, or lose it as the fault says: a 500, an answer that never comes, or a connection cut off."""
    if fault is None:
        return answer()
    if fault.kind == "hang":
        world.reports.wait(fault.seconds)
    return refuse(errors.BROKEN) if fault.kind == "500-after" else _cut(request)


def _is_account(world: World, asked: Request) -> bool:
    given = asked.authorization
    if given is None or given.type != "basic":
        return False
    right_path = asked.path.startswith((world.options.root + "/", world.options.root + ".json"))
    right_name = hmac.compare_digest((given.username or "").encode(), world.options.account_sid.encode())
    right_token = hmac.compare_digest((given.password or "").encode(), world.options.auth_token.encode())
    return right_path and right_name and right_token


def _record(world: World, asked: Request, status: int) -> None:
    world.requests.append(
        {
            "method": asked.method,
            "path": asked.path,
            "query": asked.args.to_dict(flat=False),
            "form": asked.form.to_dict(flat=False),
            "status": status,
        }
    )
    del world.requests[:-_KEPT_REQUESTS]


def _cut(asked: Request) -> Response:
    """Answer nothing and cut the connection, so that the other side sees a reset."""
    return Response(_Cut(asked.environ["werkzeug.socket"]), status=500)


class _Cut:
    """A body that cuts the connection when the server asks for its first part, before it has written anything."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        # Closed with a linger time of zero, which sends a reset; detached, because the server's reader holds it open.
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self._connection.detach())
        raise ConnectionResetError
