from uuid import UUID

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.webhooks.signature import HEADER
from service.webhooks.status import Report, status_blueprint
from tests.service.settings import PUBLIC, made_up_settings
from tests.service.webhooks.test_signature import sign

ID = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
FORM = {"MessageSid": "SM1", "MessageStatus": "delivered"}


def client_of(report: Report) -> FlaskClient:
    """An application that takes reports alone."""
    app = Flask(__name__)
    app.register_blueprint(status_blueprint(made_up_settings(), report))
    return app.test_client()


def post(client: FlaskClient, form: dict[str, str], name: str = str(ID), signed_for: str = str(ID)) -> TestResponse:
    """A report, signed for an address."""
    address = f"{PUBLIC}/twilio/messages/{signed_for}/status"
    return client.post(f"/twilio/messages/{name}/status", data=form, headers={HEADER: sign(address, form)})


@pytest.mark.parametrize(
    ("code", "expected"), [("30003", 30003), ("", None), ("x", None), ("९", None), ("9" * 30, None)]
)
def test_a_report_is_passed_on_with_our_id_of_the_message(code: str, expected: int | None) -> None:
    """Id, the provider's id, status and error code; a code that is none counts as none."""
    seen: list[tuple[UUID, str, str, int | None]] = []

    def keep(*report: *tuple[UUID, str, str, int | None]) -> bool:
        seen.append(report)
        return True

    client = client_of(keep)
    assert post(client, FORM | {"ErrorCode": code}).status_code == 204
    assert seen == [(ID, "SM1", "delivered", expected)]


def test_a_report_for_another_id_is_forged() -> None:
    """The id stands in the address, and the address is signed."""
    client = client_of(lambda *_: pytest.fail("it came in"))
    assert post(client, FORM, name="01890a5d-ac96-774b-bcce-b302099a8058").status_code == 403
    assert post(client, FORM, name="not-an-id", signed_for="not-an-id").status_code == 404


def test_without_a_database_the_provider_is_asked_to_come_again() -> None:
    """A report that is not stored is not acknowledged."""

    def away(*_: object) -> bool:
        raise psycopg.OperationalError

    assert post(client_of(away), FORM).status_code == 503
