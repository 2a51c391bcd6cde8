"""The simulator's web application and its server."""

from flask import Flask, Response, jsonify
from werkzeug.exceptions import HTTPException
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from service.simulator.controls import add_clock, add_faults, add_records
from service.simulator.options import Options
from service.simulator.page import add_page, refuse_other_sites
from service.simulator.phones import add_phones
from service.simulator.rest import add_door
from service.simulator.rest_calls import add_calls
from service.simulator.rest_messages import add_messages
from service.simulator.rest_numbers import add_numbers
from service.simulator.rest_services import add_services
from service.simulator.world import World, make_world


def make_app(world: World) -> Flask:
    """Put the routes together around what lasts."""
    app = Flask(__name__)
    # An enormous text is for the service to deal with, not for this side to refuse.
    app.config["MAX_FORM_MEMORY_SIZE"] = 16 * 1024 * 1024
    app.register_error_handler(HTTPException, _say_what_is_wrong)
    refuse_other_sites(app)
    add_door(app, world)
    for add in (
        add_messages,
        add_calls,
        add_numbers,
        add_services,
        add_phones,
        add_clock,
        add_faults,
        add_records,
        add_page,
    ):
        add(app, world)
    return app


def start_server(options: Options) -> tuple[BaseWSGIServer, World]:
    """Bind the port and return the server, ready for serve_forever; port 0 takes a free one.

    Werkzeug's threaded server, because a fault that cuts a connection needs the connection.
    """
    world = make_world(options)
    server = make_server(options.host, options.port, make_app(world), threaded=True, request_handler=_QuietHandler)
    return server, world


class _QuietHandler(WSGIRequestHandler):
    """Prints no line for each request: the terminal belongs to whoever started this."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Print nothing."""


def _say_what_is_wrong(problem: HTTPException) -> tuple[Response, int]:
    return jsonify({"error": problem.description}), problem.code or 500
