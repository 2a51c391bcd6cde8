"""The short way of handing a text over beside the library's: the same requests, and the same verdicts."""

from __future__ import annotations

import gzip
import json
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from requests import Session
from twilio.rest import Client
from urllib3.util import wait_for_read

from config.twilio_errors import load_twilio_errors
from service.gateways.twilio import Provider, TwilioRefused, TwilioUncertain, open_provider
from service.gateways.twilio_posting import open_posting
from tests.service.gateways.stand_in import HANG, RESET, StandIn, said, standing_in
from tests.service.settings import ROOT, made_up_settings
from tests.service.simulator.running import ANA, OURS
from tests.stack import free_port

ERRORS = load_twilio_errors(ROOT / "config")
CALLBACK = "https://riverbend.example/twilio/messages/0/status"
TAKEN = said(201, b'{"sid": "SM1", "status": "queued"}', "Content-Type: application/json")
RELAXED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def both(url: str, read: float = 2.0) -> tuple[Provider, Provider]:
    """The gateway as it is, and the same with the library in its place."""
    short = open_provider(made_up_settings(TWILIO_API_URL=url), OURS, ERRORS, read)
    assert short.posting is not None
    return short, replace(short, posting=None)


kept = cache(both)  # for a property's many examples


def verdict(provider: Provider, to: str = ANA, body: str = "words") -> tuple[object, ...]:
    """What a try came to."""
    try:
        return "accepted", provider.send(to, body, CALLBACK, 300).sid
    except TwilioRefused as refused:
        return "refused", refused.code, refused.kind
    except TwilioUncertain:
        return ("uncertain",)


def headers(head: bytes) -> dict[str, str]:
    """The headers of a request by their names in small letters; each comes once."""
    lines = [line.partition(":") for line in head.decode("latin-1").split("\r\n")[1:]]
    found = {name.lower(): value.strip() for name, _, value in lines}
    assert len(found) == len(lines)
    return found


@pytest.fixture(scope="module")
def taking() -> Iterator[StandIn]:
    """A provider that takes everything."""
    with standing_in(TAKEN) as made:
        yield made


@pytest.fixture(scope="module")
def saying() -> Iterator[StandIn]:
    """A provider that says what a test wants, and then closes."""
    with standing_in(b"", keeps=False) as made:
        yield made


@given(
    to=st.text(max_size=20), body=st.text(max_size=300), callback=st.text(max_size=60), validity=st.integers(-9, 99_999)
)
@RELAXED
def test_the_request_is_the_librarys_byte_for_byte(
    taking: StandIn, to: str, body: str, callback: str, validity: int
) -> None:
    """Method, path, form, account and every header but one: we ask for answers that need no unpacking."""
    taking.requests.clear()
    for provider in kept(taking.url):
        assert provider.send(to, body, callback, validity).sid == "SM1"
    (our_head, our_form), (their_head, their_form) = taking.requests
    assert our_head.split(b"\r\n")[0] == their_head.split(b"\r\n")[0]
    assert our_form == their_form
    ours, theirs = headers(our_head), headers(their_head)
    assert (ours.pop("accept-encoding"), bool(theirs.pop("accept-encoding"))) == ("identity", True)
    assert ours == theirs


def test_text_that_no_form_can_carry_never_goes_either_way(taking: StandIn) -> None:
    """Half of a surrogate pair."""
    taking.requests.clear()
    assert [verdict(provider, body="\ud800") for provider in both(taking.url)] == [("uncertain",)] * 2
    assert taking.requests == []


ANSWERS = {
    "taken": TAKEN,
    "taken with 200": said(200, b'{"sid": "SM1"}'),
    "an id among letters that are none": said(201, b'{"sid": "SM1", "body": "\xff"}'),
    "taken, in parts": b'HTTP/1.1 201 X\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{"sid": \r\n6\r\n"SM1"}\r\n0\r\n\r\n',
    "taken, to the end": b'HTTP/1.0 201 X\r\n\r\n{"sid": "SM1"}',
    "taken, packed": said(201, gzip.compress(b'{"sid": "SM1"}'), "Content-Encoding: gzip"),
    "packed, and broken": said(201, b"no gzip", "Content-Encoding: gzip"),
    "after a hundred": b"HTTP/1.1 100 Continue\r\n\r\n" + TAKEN,
    "no id": said(201, b"{}"),
    "an empty id": said(201, b'{"sid": ""}'),
    "an id that is a number": said(201, b'{"sid": 5}'),
    "an id that is nothing": said(201, b'{"sid": null}'),
    "a list": said(201, b"[]"),
    "a word": said(201, b'"SM1"'),
    "a page": said(201, b"<html>"),
    "nothing": said(201),
    "no content": said(204),
    "two answers at once": said(201, b'{"sid": "SM1"}{"sid": "SM2"}'),
    "elsewhere": said(302, b"", "Location: http://127.0.0.1:9/elsewhere"),
    "elsewhere, the same way": said(307, b'{"sid": "SM1"}', "Location: /elsewhere"),
    "not changed": said(304),
    "a bad number": said(400, b'{"code": 21211, "message": "x", "status": 400}'),
    "stopped": said(400, b'{"code": 21610, "message": "x"}'),
    "no such code": said(400, b'{"code": 99999}'),
    "a code that is a word": said(400, b'{"code": "21211"}'),
    "refused without words": said(400),
    "refused with a page": said(400, b"<html>"),
    "not allowed": said(401, b'{"code": 20003}'),
    "not allowed, without a code": said(401, b"{}"),
    "not allowed, by somebody between": said(403, b"<html>"),
    "nowhere": said(404, b'{"code": 20404}'),
    "too many": said(429, b'{"code": 20429}'),
    "too many, without a code": said(429, b""),
    "too many, come back": said(429, b"", "Retry-After: 1"),
    "the newer form of errors": said(400, b'{"type": "x", "title": "y", "status": 400, "code": 21610}'),
    "the newer form, another status": said(400, b'{"type": "x", "title": "y", "status": 503, "code": 20500}'),
    "the newer form, no numbers": said(400, b'{"type": "x", "title": "y", "status": "z", "code": "w"}'),
    "refused, packed": said(400, gzip.compress(b'{"code": 21211}'), "Content-Encoding: gzip"),
    "broken": said(500, b'{"code": 20500}'),
    "away": said(503, b"", "Retry-After: 0"),
    "cut short": b'HTTP/1.1 201 X\r\nContent-Length: 99\r\n\r\n{"sid": "SM1"}',
    "a part cut short": b'HTTP/1.1 201 X\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{"si',
    "half a head": b"HTTP/1.1 201 X\r\nContent-Le",
    "no HTTP": b"220 mail.example ESMTP\r\n",
    "a status that is none": b"HTTP/1.1 abc X\r\n\r\n",
    "not a word": b"",
    "reset": RESET,
    "hang": HANG,
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_is_read_as_the_library_reads_it(name: str) -> None:
    """Accepted, refused with the same code and kind, or uncertain."""
    with standing_in(ANSWERS[name], keeps=False) as provider:
        ours, theirs = (verdict(one) for one in both(provider.url, read=0.3))
    assert ours == theirs
    assert len(provider.requests) == 2  # nobody tried again, nobody went elsewhere


PARTS = st.one_of(st.none(), st.integers(-1, 99_999), st.sampled_from(["SM1", "", "21610", "x"]), st.booleans())
NAMES = st.sampled_from(["sid", "code", "status", "message", "type", "title", "detail", "errors", "details"])


@given(
    status=st.sampled_from([200, 201, 202, 204, 301, 400, 401, 403, 404, 409, 422, 429, 451, 500, 502]),
    body=st.one_of(st.dictionaries(NAMES, PARTS, max_size=6).map(json.dumps), st.text(max_size=20)),
    kind=st.sampled_from(["application/json", "text/html", "application/json; charset=utf-8", "odd"]),
)
@RELAXED
def test_answers_nobody_thought_of_are_read_alike(saying: StandIn, status: int, body: str, kind: str) -> None:
    """Whatever JSON or words come with whatever status."""
    saying.answer = said(status, body.encode(), f"Content-Type: {kind}")
    ours, theirs = (verdict(one) for one in kept(saying.url))
    assert ours == theirs


def test_an_id_counts_whatever_stands_beside_it() -> None:
    """Here the library stumbles over a date and we do not: the provider said that it has the text."""
    with standing_in(said(201, b'{"sid": "SM1", "date_created": 5}')) as provider:
        ours, theirs = (verdict(one) for one in both(provider.url))
    assert (ours, theirs) == (("accepted", "SM1"), ("uncertain",))


def test_without_a_connection_nothing_left_either_way() -> None:
    """Nobody listens, and a name that nobody has."""
    for url in (f"http://127.0.0.1:{free_port()}", "http://nobody.invalid"):
        assert [verdict(one) for one in both(url)] == [("refused", 0, "temporary")] * 2


def test_a_connection_is_kept_and_one_that_was_closed_is_not_used(taking: StandIn) -> None:
    """One connection for one text after the other; a new one once the provider has closed it."""
    short, _ = both(taking.url)
    before = len(taking.connections)
    for _ in range(3):
        assert verdict(short)[0] == "accepted"
    assert len(taking.connections) == before + 1
    with standing_in(TAKEN, keeps=False) as closing:
        short, _ = both(closing.url)
        for place in range(3):
            assert verdict(short)[0] == "accepted"
            assert len(closing.connections) == place + 1
            assert wait_for_read(short.posting.wire._free[0][1], timeout=5)  # type: ignore[union-attr]  # its end has come


def test_a_connection_that_was_idle_for_long_is_not_used(taking: StandIn) -> None:
    """Something between may have dropped it silently, and whatever is sent on it would be uncertain."""
    short, _ = both(taking.url)
    assert short.posting is not None
    hasty = replace(short, posting=replace(short.posting, wire=replace(short.posting.wire, kept=0.0, _free=deque())))
    before = len(taking.connections)
    for _ in range(3):
        assert verdict(hasty)[0] == "accepted"
    assert len(taking.connections) == before + 3


def test_region_and_edge_stay_the_librarys() -> None:
    """The address is taken from what the library would send."""
    client = Client("AC1", "token", region="au1", edge="sydney")
    posting = open_posting(client, Session(), 1, 1)
    assert posting is not None
    assert (posting.wire.host, posting.wire.port) == ("api.sydney.au1.twilio.com", 443)
    assert posting.wire.context is not None
    assert posting.wire.head.startswith(b"POST /2010-04-01/Accounts/AC1/Messages.json HTTP/1.1\r\n")


def test_where_a_proxy_stands_between_the_library_goes() -> None:
    """It knows every kind of proxy."""
    session = Session()
    session.proxies = {"https": "http://proxy.invalid:3128"}
    assert open_posting(Client("AC1", "token"), session, 1, 1) is None
