"""The plain page at the service's own address, and in the demo the state that the simulator steps by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify
from markupsafe import escape

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{name}</title><style>
:root {{ color-scheme: light dark; }}
body {{ font: 1.1rem/1.6 system-ui, sans-serif; max-width: 38rem; margin: 3rem auto; padding: 0 1rem; }}
</style></head><body><main>
<h1>{name}</h1>
<p>This is Peerline, the check-in service of {name}. It runs.</p>
{phones}
<p>For whoever looks after it: <a href="/health/ready">health</a> and <a href="/metrics">numbers</a>.</p>
</main></body></html>"""
_PHONES = "<p><a href=\"{address}\">The phones</a>: a member's and a specialist's, to try everything on. Everybody there is made up.</p>"


def front_pages(name: str, phones: str | None, state: Callable[[], dict[str, Any]] | None) -> Blueprint:
    """GET /, and GET /demo/state where `state` is given; `phones` is the simulator's address in the demo."""
    pages = Blueprint("front", __name__)
    link = "" if phones is None else _PHONES.format(address=escape(phones))
    page = _PAGE.format(name=escape(name), phones=link)

    @pages.get("/")
    def front() -> Response:
        """Say what this is."""
        answer = Response(page, mimetype="text/html")
        answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"
        return answer

    if state is not None:

        @pages.get("/demo/state")
        def demo() -> Response:
            """Tell the simulator what is due and who is who."""
            return jsonify(state())

    return pages
