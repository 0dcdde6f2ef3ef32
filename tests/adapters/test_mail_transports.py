"""Where mail goes: what each answer of a server becomes, which addresses are refused, and the folder of `.eml` files."""

import email
import email.policy
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from eventos.adapters.mail import FolderTransport, Mail, NullTransport, SmtpTransport, compose, reachable, transport_from_url
from eventos.kernel.errors import PermanentFailure, TransientFailure

SENDER = "eventos@oficina.example"
RECIPIENT = "ana.perez@entidad.example"
MESSAGE_ID = "<registration.confirm.17@eventos.entidad.example>"


def composed(message_id: str = MESSAGE_ID) -> EmailMessage:
    words = "Su inscripción quedó confirmada."
    mail = Mail(to=RECIPIENT, to_name="Ana Pérez", subject="Inscripción", text=words, html=f"<p>{words}</p>", message_id=message_id)
    return compose(mail, sender_name="Oficina", sender_address=SENDER, date=datetime(2027, 7, 1, 15, 30, tzinfo=UTC))


class Server:
    """A server that keeps what it is given, or answers what it is told to answer."""

    def __init__(self, rcpt: str = "", data: str = "", sender: str = "") -> None:
        self.rcpt, self.data, self.sender = rcpt, data, sender
        self.received: list[tuple[str, list[str], bytes, bool]] = []

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if not self.sender:
            envelope.mail_from = address
        return self.sender or "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if not self.rcpt:
            envelope.rcpt_tos.append(address)
        return self.rcpt or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.data:
            return self.data
        self.received.append((envelope.mail_from or "", envelope.rcpt_tos, envelope.content, session.ssl is not None))
        return "250 OK"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def listening(sink: Server, **options: object) -> Iterator[int]:
    controller = Controller(sink, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def send(url: str, message: EmailMessage | None = None, recipient: str = RECIPIENT) -> None:
    transport_from_url(url).send(message or composed(), sender=SENDER, recipient=recipient)


@pytest.mark.parametrize(
    ("answers", "failure"),
    [
        ({"rcpt": "550 5.1.1 <ana.perez@entidad.example>: no such user"}, PermanentFailure),
        ({"rcpt": "451 4.3.0 try later"}, TransientFailure),
        ({"rcpt": "421 4.3.2 closing"}, TransientFailure),
        ({"data": "554 5.7.1 looks like spam"}, PermanentFailure),
        ({"data": "452 4.3.1 no space"}, TransientFailure),
        ({"sender": "552 5.3.4 too big"}, PermanentFailure),
        ({"sender": "530 5.7.0 authentication required"}, TransientFailure),
    ],
)
def test_refusal_is_permanent_only_when_trying_again_cannot_help(answers: dict[str, str], failure: type[Exception]) -> None:
    with listening(Server(**answers)) as port, pytest.raises(failure) as raised:
        send(f"smtp://127.0.0.1:{port}")
    assert raised.value.detail.startswith(next(iter(answers.values()))[:3])
    assert "ana.perez" not in raised.value.detail, "job errors carry no addresses"


def test_refused_connection_is_transient() -> None:
    url = f"smtp://127.0.0.1:{free_port()}"
    with pytest.raises(TransientFailure):
        send(url)
    assert reachable(url).startswith("No se pudo hablar con el servidor de correo.")


def test_required_starttls_that_is_not_offered_sends_nothing() -> None:
    sink = Server()
    with listening(sink) as port:
        url = f"smtp+starttls://127.0.0.1:{port}"
        with pytest.raises(TransientFailure):
            send(url)
        assert reachable(url) == "El servidor de correo no ofrece cifrado (STARTTLS). (STARTTLS not offered)"
    assert sink.received == []


def test_bad_goodbye_after_an_accepted_message_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    async def rude(self: SMTP, arg: str) -> None:
        await self.push("421 going away")
        self.transport.close()

    monkeypatch.setattr(SMTP, "smtp_QUIT", rude)
    sink = Server()
    with listening(sink) as port:
        send(f"smtp://127.0.0.1:{port}")
    assert len(sink.received) == 1


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of this machine's own, with its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "correo.example")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - timedelta(days=1), now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path_factory.mktemp("tls") / "correo.pem"
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_trusted_starttls_signs_in_and_sends_encrypted(
    certificate: Path, server_tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"oficina@entidad", b"cl:ve/1"), handled=False)

    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    sink = Server()
    with listening(sink, tls_context=server_tls, require_starttls=True, authenticator=check, auth_required=True) as port:
        send(f"smtp+starttls://oficina%40entidad:cl%3Ave%2F1@127.0.0.1:{port}")
        send(f"smtp://oficina%40entidad:cl%3Ave%2F1@127.0.0.1:{port}?tls=starttls")
        wrong = f"smtp+starttls://oficina%40entidad:otra@127.0.0.1:{port}"
        with pytest.raises(TransientFailure):
            send(wrong)
        assert reachable(wrong).startswith("El servidor de correo no aceptó el usuario o la clave.")
        assert reachable(f"smtp+starttls://oficina%40entidad:cl%3Ave%2F1@127.0.0.1:{port}") is None
    assert [encrypted for *_, encrypted in sink.received] == [True, True]


def test_certificate_nobody_vouches_for_sends_nothing(server_tls: ssl.SSLContext) -> None:
    sink = Server()
    with listening(sink, tls_context=server_tls) as port, pytest.raises(TransientFailure) as raised:
        send(f"smtp+starttls://127.0.0.1:{port}")
    assert raised.value.message == "El certificado del servidor de correo no es válido."
    assert sink.received == []


def test_smtps_is_encrypted_from_the_first_byte(certificate: Path, server_tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    sink = Server()
    with listening(sink, ssl_context=server_tls) as port:
        send(f"smtps://127.0.0.1:{port}")
    assert len(sink.received) == 1


@pytest.mark.parametrize(
    "url",
    [
        "smtp://correo.entidad.example",
        "smtp://u:p@correo.entidad.example?tls=off",
        "smtp://correo.entidad.example?tls=quizas",
        "smtps://correo.entidad.example?verify=no",
        "smtp://u:clave-secreta@correo.entidad.example:puerto",
        "smtps://u@correo.entidad.example",
        "smtps://u:clavé@correo.entidad.example",
        "smtps://",
        "file://relativa/carpeta",
        "https://correo.entidad.example",
        "",
    ],
)
def test_address_that_cannot_be_meant_is_refused_without_repeating_secrets(url: str) -> None:
    with pytest.raises(ValueError) as raised:
        transport_from_url(url)
    assert "secreta" not in str(raised.value)
    assert reachable(url) == str(raised.value)


def test_addresses_choose_their_transport() -> None:
    assert transport_from_url("smtps://correo.example") == SmtpTransport(host="correo.example", port=465, security="tls")
    assert transport_from_url("smtp+starttls://correo.example") == SmtpTransport(host="correo.example", port=587, security="starttls")
    assert transport_from_url("smtp://[::1]:2525") == SmtpTransport(host="::1", port=2525, security="plain")
    assert transport_from_url("smtp://correo.example:26?tls=off") == SmtpTransport(host="correo.example", port=26, security="plain")
    assert transport_from_url("file:///var/correo%20de%20prueba") == FolderTransport(Path("/var/correo de prueba"))
    assert transport_from_url("null:") == NullTransport()
    assert "clave" not in repr(transport_from_url("smtps://u:clave@correo.example"))


# The folder


def test_folder_keeps_each_message_once_and_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "correo"
    url = folder.as_uri()
    for _ in range(2):
        send(url)
    send(url, composed("<otro@eventos.entidad.example>"))
    files = sorted(folder.iterdir())
    assert [file.suffix for file in files] == [".eml", ".eml"], "the repeated Message-ID added nothing and no unfinished file is left"
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    messages = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]
    assert {message["Message-ID"] for message in messages} == {MESSAGE_ID, "<otro@eventos.entidad.example>"}
    assert reachable(url) is None
    assert sorted(folder.iterdir()) == files


def test_folder_that_cannot_be_written_is_transient_and_told(tmp_path: Path) -> None:
    (tmp_path / "archivo").write_text("no es una carpeta")
    url = (tmp_path / "archivo").as_uri()
    with pytest.raises(TransientFailure):
        send(url)
    assert reachable(url).startswith("No se puede escribir en la carpeta de correos.")


@pytest.mark.parametrize("url", ["null:", "file:///nowhere/at/all", "smtp://127.0.0.1:9"])
def test_every_transport_refuses_an_envelope_that_could_inject(url: str) -> None:
    with pytest.raises(ValueError):
        send(url, recipient="ana@entidad.example\r\nRCPT TO:<x@malo.example>")


def test_nowhere_takes_everything() -> None:
    send("null:")
    assert reachable("null:") is None
