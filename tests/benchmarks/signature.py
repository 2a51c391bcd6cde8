"""Checking the signature of one text: the short check beside the provider's library, which it leaves the rest to."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from service.webhooks.signature import plainly_signed
from tests.benchmarks.engine import micros
from tests.benchmarks.figures import Figure, ratios
from tests.benchmarks.ground import Amount

TOKEN = "a-made-up-token"
ADDRESS = "https://peers.example/twilio/messages"
FORM = {f"Field{place}": f"some value {place} of the twenty" for place in range(20)}
ENOUGH = {"tiny": (2, 20), "quick": (5, 1000), "long": (15, 3000)}  # rounds, and checks in each


def measure(amount: Amount) -> list[Figure]:
    """Microseconds of one check of a form of twenty fields, taken apart and let in, by both in turn."""
    rounds, checks = ENOUGH[amount]
    library, body = RequestValidator(TOKEN), urlencode(FORM)
    signature = library.compute_signature(ADDRESS, FORM)
    raw, token = body.encode(), TOKEN.encode()

    def short() -> None:
        _demand(plainly_signed(token, ADDRESS, raw, signature))

    def long() -> None:
        _demand(library.validate(ADDRESS, MultiDict(parse_qsl(body, keep_blank_values=True)), signature))

    found = [(micros(short, checks), micros(long, checks)) for _ in range(rounds)]
    ours, theirs = (tuple(values) for values in zip(*found, strict=True))
    return [
        Figure("signature", "the short check of a text", ours, "us"),
        Figure("signature", "the library's check of the same", theirs, "us"),
        Figure("signature", "short / library", ratios(ours, theirs), "ratio", "0.4"),
    ]


def _demand(holds: object) -> None:
    if not holds:
        raise RuntimeError("a genuine text was not let in")
