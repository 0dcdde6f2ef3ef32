"""`serve --tls-cert --tls-key`: a whole pair serves https and nothing else; half a pair or a broken one is refused before anybody comes."""

import datetime as dt
import ssl
import subprocess
import sys
import time
import urllib.request
from http.client import HTTPException
from pathlib import Path
from urllib.error import URLError

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from eventos.cli.server import with_address
from eventos.kernel.settings import BadSettings, Settings
from tests.support.databases import ROOT, environment
from tests.support.ports import free_port

HTTPS = Settings.from_environ({"EVENTOS_PUBLIC_URL": "https://localhost"})


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate that this machine's `localhost` signed for itself, and its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, SHA256())
    )
    certificate, secret = tmp_path / "certificado.pem", tmp_path / "llave.pem"
    certificate.write_bytes(made.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return certificate, secret


def test_half_a_pair_never_serves_without_tls(pair: tuple[Path, Path]) -> None:
    for half in ((pair[0], None), (None, pair[1])):
        with pytest.raises(BadSettings, match="van juntos"):
            with_address(HTTPS, host=None, port=None, tls=half)


def test_a_pair_that_cannot_be_used_is_named(pair: tuple[Path, Path]) -> None:
    for broken in ((pair[0].with_name("no-hay.pem"), pair[1]), (pair[1], pair[0])):
        with pytest.raises(BadSettings, match="no se pueden usar"):
            with_address(HTTPS, host=None, port=None, tls=broken)


def test_tls_needs_the_address_that_its_certificate_names(pair: tuple[Path, Path]) -> None:
    for settings in (Settings.from_environ({}), Settings.from_environ({"EVENTOS_PUBLIC_URL": "http://localhost:8000"})):
        with pytest.raises(BadSettings, match="EVENTOS_PUBLIC_URL"):
            with_address(settings, host=None, port=None, tls=pair)
    assert with_address(HTTPS, host=None, port=8443, tls=pair).port == 8443


@pytest.mark.slow
def test_https_is_served_and_strict(pair: tuple[Path, Path], tmp_path: Path, database_url: str) -> None:
    port, context = free_port(), ssl.create_default_context(cafile=str(pair[0]))
    told = environment(data_dir=tmp_path / "var", database_url=database_url, public_url=f"https://localhost:{port}")
    command = [sys.executable, "-m", "eventos", "serve", "--port", str(port), "--tls-cert", str(pair[0]), "--tls-key", str(pair[1])]
    with subprocess.Popen(command, cwd=ROOT, env=told, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + 30
            while True:
                try:
                    with urllib.request.urlopen(f"https://localhost:{port}/", timeout=5, context=context) as answer:
                        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
                    break
                except (URLError, ConnectionError, TimeoutError):
                    assert process.poll() is None
                    assert time.monotonic() < deadline
                    time.sleep(0.1)
            with pytest.raises((URLError, ConnectionError, HTTPException)):
                urllib.request.urlopen(f"http://localhost:{port}/", timeout=5)
        finally:
            process.terminate()
    assert process.returncode == 0
