import base64
import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from config.settings import Settings
from service.webhooks.signature import FORM, HEADER, plainly_signed, require_signature
from tests.service.settings import PUBLIC, TOKEN, made_up_settings

PATH = "/twilio/messages"
BARE = "/twilio/bare"  # a view that asks for no field, so that the signature alone decides
FIELDS = {
    "MessageSid": "SM0123456789abcdef0123456789abcdef",
    "From": "+15555550142",
    "Body": "hola, ñandú 👋",
    "Extra": "",
}


def sign(url: str, fields: dict[str, str], token: str = TOKEN) -> str:
    """Twilio's published rule, written once more here so that the library is not its own witness."""
    signed = url + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def app_of(found: Settings) -> Flask:
    """An application with one signed view."""
    app = Flask(__name__)
    signed = require_signature(found)

    @app.post(PATH)
    @signed("MessageSid", "From")
    def view() -> tuple[str, int]:
        return "", 200

    @app.post(BARE)
    @signed()
    def bare() -> tuple[str, int]:
        return "", 200

    return app


CLIENT = app_of(made_up_settings()).test_client()


def ask(client: FlaskClient = CLIENT, *, signature: str | None = None, path: str = PATH, **more: Any) -> TestResponse:  # noqa: ANN401
    """Post a form (`fields`, or `body` as it stands) with this signature; none: without the header."""
    headers = more.get("headers", {}) | ({} if signature is None else {HEADER: signature})
    body = more.get("body", urlencode(more.get("fields", FIELDS)))
    return client.post(path + more.get("query", ""), data=body, content_type=more.get("kind", FORM), headers=headers)


def test_a_genuine_request_is_let_in_with_parameters_that_are_new_to_us() -> None:
    """The provider adds parameters without notice, and signs them."""
    assert ask(signature=sign(PUBLIC + PATH, FIELDS)).status_code == 200


def test_the_query_is_part_of_what_is_signed() -> None:
    """A query that was signed passes; the same signature without it does not."""
    signature = sign(PUBLIC + PATH + "?a=1&b=%20", FIELDS)
    assert ask(signature=signature, query="?a=1&b=%20").status_code == 200
    assert ask(signature=signature).status_code == 403


def test_host_and_forwarding_headers_do_not_matter() -> None:
    """The address that counts is the configured one, whatever the request claims of itself."""
    headers = {"Host": "elsewhere.example", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "elsewhere.example"}
    assert ask(signature=sign(PUBLIC + PATH, FIELDS), headers=headers).status_code == 200
    assert ask(signature=sign("https://elsewhere.example" + PATH, FIELDS), headers=headers).status_code == 403


@pytest.mark.parametrize("signature", [None, "", " ", "x", "ñ", "\xff\xfe", "=" * 5000, "AAAA" * 7])
def test_what_is_no_signature_is_refused(signature: str | None) -> None:
    """Absent, empty, odd and non-ASCII signatures get 403 and never an error."""
    assert ask(signature=signature).status_code == 403


def test_the_token_of_another_account_does_not_sign() -> None:
    """A signature made with another token is forged."""
    assert ask(signature=sign(PUBLIC + PATH, FIELDS, TOKEN[::-1])).status_code == 403


def test_a_json_body_is_refused_although_the_library_would_take_it() -> None:
    """With bodySHA256 in the query the library checks the address alone when it is handed an empty form."""
    body = json.dumps(FIELDS)
    query = "?bodySHA256=" + hashlib.sha256(body.encode()).hexdigest()
    signature = sign(PUBLIC + BARE + query, {})
    for kind in ("application/json", "text/plain", "multipart/form-data; boundary=x", ""):
        assert ask(signature=signature, query=query, kind=kind, body=body, path=BARE).status_code == 403
    assert ask(signature=sign(PUBLIC + PATH + query, {}), query=query, body="").status_code == 403


def test_a_multipart_form_is_refused() -> None:
    """The provider never sends one, and its parts would not be covered as they stand."""
    signature = sign(PUBLIC + PATH, FIELDS)
    assert (
        CLIENT.post(PATH, data=FIELDS, content_type="multipart/form-data", headers={HEADER: signature}).status_code
        == 403
    )


def test_fields_we_need_must_be_there_exactly_once() -> None:
    """A missing or doubled field is refused even if it is signed; equal doubles sign like one."""
    less = {name: value for name, value in FIELDS.items() if name != "From"}
    assert ask(fields=less, signature=sign(PUBLIC + PATH, less)).status_code == 403
    doubled = urlencode(FIELDS) + "&" + urlencode({"From": FIELDS["From"]})
    assert ask(signature=sign(PUBLIC + PATH, FIELDS), body=doubled).status_code == 403


def test_a_field_moved_between_address_and_body_is_refused() -> None:
    """Names and values are joined without a mark between them, so what moves must be missed by name."""
    signature = sign(PUBLIC + PATH, {"From": "+1", "To": "+2", "MessageSid": "SM"})
    moved = {"From": "+1To+2", "MessageSid": "SM"}
    assert ask(fields=moved, signature=signature).status_code == 403


def test_a_public_address_below_a_folder_is_kept_whole() -> None:
    """Behind a proxy that cuts a folder off, the signature still covers it."""
    client = app_of(replace(made_up_settings(), public_url=PUBLIC + "/peers")).test_client()
    assert ask(client, signature=sign(PUBLIC + "/peers" + PATH, FIELDS)).status_code == 200


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
values = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
forms = st.dictionaries(names, values, max_size=25)


@given(forms)
def test_every_form_signed_by_the_published_rule_is_let_in(fields: dict[str, str]) -> None:
    """No name or value of a genuine request is refused, whatever its letters."""
    fields |= {"MessageSid": "SM1", "From": "+15555550142"}
    assert ask(fields=fields, signature=sign(PUBLIC + PATH, fields)).status_code == 200


def _flip(text: str, place: int, bit: int) -> str:
    at = place % len(text)
    return text[:at] + chr(ord(text[at]) ^ (1 << bit)) + text[at + 1 :]


@given(st.sampled_from(sorted(FIELDS)), st.integers(0, 10_000), st.integers(0, 6))
def test_one_bit_changed_in_a_value_is_refused(name: str, place: int, bit: int) -> None:
    """A form that is not the one signed does not pass."""
    changed = FIELDS | {name: _flip(FIELDS[name], place, bit) if FIELDS[name] else chr(32 + bit)}
    assert ask(fields=changed, signature=sign(PUBLIC + PATH, FIELDS)).status_code == 403


@given(st.integers(0, 10_000), st.integers(0, 5))
def test_one_bit_changed_in_the_signature_is_refused(place: int, bit: int) -> None:
    """Every character of the signature counts."""
    signature = _flip(sign(PUBLIC + PATH, FIELDS), place, bit)
    sent = signature if signature.isprintable() else "x"
    assert ask(signature=sent).status_code == 403


@given(values, values)
def test_a_parameter_added_or_a_query_changed_is_refused(extra: str, query: str) -> None:
    """Nothing can be added to what was signed, on either side."""
    signature = sign(PUBLIC + PATH, FIELDS)
    assert ask(fields={**FIELDS, "New": extra}, signature=signature).status_code == 403
    assert ask(signature=signature, query="?" + urlencode({"q": query})).status_code == 403


@given(
    st.binary(max_size=300), st.sampled_from([FORM, "application/json", "text/xml", "multipart/form-data; boundary=b"])
)
def test_bytes_of_any_kind_are_refused_and_never_an_error(body: bytes, kind: str) -> None:
    """A forger's noise gets 403."""
    answer = CLIENT.post(PATH, data=body, content_type=kind, headers={HEADER: sign(PUBLIC + PATH, FIELDS)})
    assert answer.status_code == 403


def _by_library(address: str, body: str, signature: str) -> bool:
    form = MultiDict(parse_qsl(body, keep_blank_values=True))
    return bool(RequestValidator(TOKEN).validate(address, form, signature))


queries = st.sampled_from(["", "?a=1", "?a=1&b=%20&a=2", "?bodySHA256=x"])


@given(forms, st.integers(0, 3), queries)
def test_the_short_check_lets_in_what_the_library_lets_in(fields: dict[str, str], wrong: int, query: str) -> None:
    """For forms without a name that comes twice, the verdicts are equal: signed, and wrong by address, field or letter."""
    address, body = PUBLIC + PATH + query, urlencode(fields)
    signed = {0: sign(address, fields), 1: sign(address + "x", fields), 2: sign(address, fields | {"x": "y"})}
    signature = signed.get(wrong, sign(address, fields)[::-1])
    short = plainly_signed(TOKEN.encode(), address, body.encode(), signature)
    assert short in (None, fields)
    assert (short is not None) == _by_library(address, body, signature)


@given(st.lists(st.tuples(names, values), max_size=4), st.lists(st.tuples(names, values), min_size=1, max_size=2))
def test_the_short_check_leaves_doubled_names_to_the_library(
    some: list[tuple[str, str]], twice: list[tuple[str, str]]
) -> None:
    """What it lets in is never more than what the library lets in, also where names come twice."""
    pairs = [*twice, *some, *twice]
    signature = sign(PUBLIC + PATH, dict(pairs))
    assert plainly_signed(TOKEN.encode(), PUBLIC + PATH, urlencode(pairs).encode(), signature) is None


@given(st.binary(max_size=200))
def test_the_short_check_lets_no_noise_in(body: bytes) -> None:
    """Bytes that are no form are left to the library, and never an error."""
    assert plainly_signed(TOKEN.encode(), PUBLIC + PATH, body, sign(PUBLIC + PATH, FIELDS)) is None
