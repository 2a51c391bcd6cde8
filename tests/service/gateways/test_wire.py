"""The wire over TLS: who is trusted, and what a refused handshake means."""

from __future__ import annotations

import ipaddress
import ssl
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from config.twilio_errors import load_twilio_errors
from service.gateways.twilio import TwilioRefused, open_provider
from service.gateways.wire import NotSent, Wire, head_of
from tests.service.gateways.stand_in import RESET, StandIn, said, standing_in
from tests.service.settings import ROOT, made_up_settings

TAKEN = said(201, b'{"sid": "SM1"}')


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine's own address with its key, made just now."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a stand-in")])
    now = datetime.now(UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    file = tmp_path_factory.mktemp("tls") / "certificate.pem"
    file.write_bytes(
        made.public_bytes(pem) + key.private_bytes(pem, serialization.PrivateFormat.TraditionalOpenSSL, plain)
    )
    return file


def posted(certificate: Path, context: ssl.SSLContext, times: int = 1) -> StandIn:
    """Post some forms to a stand-in that shows this certificate."""
    provider = StandIn(TAKEN)
    speaking = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    speaking.load_cert_chain(certificate)
    port = provider.listening.getsockname()[1]
    provider.listening = speaking.wrap_socket(provider.listening, server_side=True)
    threading.Thread(target=provider.serve, daemon=True).start()
    head = head_of("POST", f"https://127.0.0.1:{port}/forms?kind=x", {"Accept": "application/json"})
    try:
        wire = Wire("127.0.0.1", port, context, head, 2, 2)
        for _ in range(times):
            assert wire.post(b"To=x").status == 201
    finally:
        provider.listening.close()
        for opened in provider.connections:
            opened.close()
    return provider


def test_a_trusted_connection_is_made_once_and_kept(certificate: Path) -> None:
    """What follows a handshake on the connection does not make it look closed."""
    provider = posted(certificate, ssl.create_default_context(cafile=certificate), times=3)
    assert len(provider.connections) == 1
    head, form = provider.requests[-1]
    assert head.startswith(b"POST /forms?kind=x HTTP/1.1\r\nHost: 127.0.0.1:")
    assert form == b"To=x"


def test_a_stranger_gets_nothing(certificate: Path) -> None:
    """A certificate that nobody vouches for ends the try before the request: the text may go again, and is not unknown."""
    with pytest.raises(NotSent):
        posted(certificate, ssl.create_default_context())


def test_a_handshake_that_breaks_off_sent_nothing() -> None:
    """What answers there speaks no TLS, or hangs up."""
    with standing_in(RESET) as provider:
        port = int(provider.url.rpartition(":")[2])
        head = head_of("POST", f"https://127.0.0.1:{port}/forms", {})
        with pytest.raises(NotSent):
            Wire("127.0.0.1", port, ssl.create_default_context(), head, 0.3, 2).post(b"To=x")


@pytest.mark.parametrize("library", [False, True])
def test_the_library_and_we_say_the_same_of_a_stranger(certificate: Path, *, library: bool) -> None:
    """Nothing was sent: it is tried again, by whichever way."""
    provider, speaking = StandIn(TAKEN), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    speaking.load_cert_chain(certificate)
    port = provider.listening.getsockname()[1]
    provider.listening = speaking.wrap_socket(provider.listening, server_side=True)
    threading.Thread(target=provider.serve, daemon=True).start()
    asking = made_up_settings(TWILIO_API_URL=f"https://127.0.0.1:{port}")
    way = open_provider(asking, "+15555550100", load_twilio_errors(ROOT / "config"), 2.0)
    try:
        with pytest.raises(TwilioRefused) as refused:
            replace(way, posting=None if library else way.posting).send(
                "+15555550101", "words", "https://x.example", 300
            )
        assert refused.value.kind == "temporary"
    finally:
        provider.listening.close()
