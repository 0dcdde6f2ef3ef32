"""Handing a composed message to a mail server, to a folder of `.eml` files or to nobody, as `EVENTOS_MAIL_URL` says."""

import hashlib
import os
import re
import smtplib
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from eventos.adapters.mail.headers import POLICY, plain_address
from eventos.kernel import clock
from eventos.kernel.errors import ExternalFailure, PermanentFailure, TransientFailure

Security = Literal["plain", "starttls", "tls"]

TIMEOUT = 20.0  # seconds for every step of the conversation with a server

_SCHEMES: dict[str, tuple[Security, int]] = {"smtp": ("plain", 25), "smtp+starttls": ("starttls", 587), "smtps": ("tls", 465)}


class Transport(Protocol):
    """Where a composed message goes. Both verbs raise TransientFailure or PermanentFailure."""

    def send(self, message: EmailMessage, *, sender: str, recipient: str) -> None:
        """Deliver, or hand over to whoever delivers."""

    def ping(self) -> None:
        """Do everything that sending needs, except sending."""


def transport_from_url(url: str) -> Transport:
    """The transport an address asks for. Raises ValueError, in Spanish and without repeating secrets, for what cannot be meant.

    `smtps://user:password@host` · `smtp+starttls://user:password@host` · `smtp://127.0.0.1:25` · `file:///folder` · `null:`.
    Users and passwords are percent-encoded. Plain `smtp://` beyond this machine needs `?tls=starttls` (the same as smtp+starttls) or an
    explicit `?tls=off`, which carries no password.
    """
    try:
        parts = urlsplit(url)
        host, given_port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("La dirección del servidor de correo está mal escrita.") from None
    if parts.scheme == "null":
        return NullTransport()
    if parts.scheme == "file":
        if parts.netloc or not parts.path.startswith("/"):
            raise ValueError("La carpeta de correos se escribe con su ruta completa: file:///ruta/de/la/carpeta.")
        return FolderTransport(Path(unquote(parts.path)))
    if parts.scheme not in _SCHEMES:
        raise ValueError("El correo se configura con smtps://, smtp+starttls://, smtp:// o file:///.")
    if not host:
        raise ValueError("Falta el nombre del servidor de correo.")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    tls = options.pop("tls", "")
    if options or parts.fragment or parts.path not in {"", "/"} or (tls and (parts.scheme != "smtp" or tls not in {"starttls", "off"})):
        raise ValueError("La dirección del servidor de correo solo admite la opción ?tls=starttls o ?tls=off, con smtp://.")
    security, port = _SCHEMES["smtp+starttls" if tls == "starttls" else parts.scheme]
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not (user + password).isascii() or bool(user) != bool(password):
        raise ValueError(
            "El usuario y la clave del correo van juntos, sin tildes ni eñes y con los signos especiales codificados (%40 por @)."
        )
    if security == "plain" and not _is_loopback(host):
        if tls != "off":
            raise ValueError("smtp:// sin cifrado solo se admite dentro de esta máquina: use smtp+starttls:// o smtps://.")
        if user:
            raise ValueError("Con ?tls=off no se puede enviar una clave: use smtp+starttls:// o smtps://.")
    return SmtpTransport(host=host, port=given_port or port, security=security, user=user, password=password)


def reachable(url: str) -> str | None:
    """None when mail could leave now; otherwise the reason, in Spanish, for `doctor`. Nothing is sent."""
    try:
        transport_from_url(url).ping()
    except ValueError as refusal:
        return str(refusal)
    except ExternalFailure as failure:
        return f"{failure.message} ({failure.detail})" if failure.detail else failure.message
    return None


@dataclass(frozen=True, kw_only=True)
class SmtpTransport:
    """A mail server (RFC 5321). TLS, where asked for, is required and verified (RFC 8314); it is never tried "if possible"."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: float = TIMEOUT

    def send(self, message: EmailMessage, *, sender: str, recipient: str) -> None:
        """Hand over one message. A 5xx for recipient or content is permanent; everything else may pass, so it is transient."""
        envelope_from, envelope_to = plain_address(sender), plain_address(recipient)
        with self._session() as smtp:
            smtp.sendmail(envelope_from, [envelope_to], message.as_bytes(policy=POLICY))

    def ping(self) -> None:
        """Connect, secure, sign in, leave."""
        with self._session() as smtp:
            smtp.noop()

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        """An open conversation whose errors come out as ours."""
        try:
            smtp = self._open()
            try:
                yield smtp
            except BaseException:
                smtp.close()
                raise
            with suppress(smtplib.SMTPException, OSError):  # the message is theirs already: a bad goodbye must not repeat it
                smtp.quit()
            smtp.close()
        except smtplib.SMTPRecipientsRefused as refused:
            code, reply = next(iter(refused.recipients.values()))
            raise _refused("El servidor de correo no aceptó la dirección del destinatario.", code, reply) from refused
        except smtplib.SMTPDataError as refused:
            raise _refused("El servidor de correo no aceptó el mensaje.", refused.smtp_code, refused.smtp_error) from refused
        except smtplib.SMTPSenderRefused as refused:
            # Too large (552, RFC 1870) stays too large; a sender that is not allowed today is a setting somebody can mend.
            permanent = refused.smtp_code == 552
            words = "El servidor de correo no aceptó el remitente o el tamaño del mensaje."
            raise _refused(words, refused.smtp_code, refused.smtp_error, permanent=permanent) from refused
        except smtplib.SMTPAuthenticationError as refused:
            words = "El servidor de correo no aceptó el usuario o la clave."
            raise _refused(words, refused.smtp_code, refused.smtp_error, permanent=False) from refused
        except smtplib.SMTPResponseException as refused:
            words = "El servidor de correo no está disponible."
            raise _refused(words, refused.smtp_code, refused.smtp_error, permanent=False) from refused
        except ssl.SSLCertVerificationError as error:
            raise TransientFailure("El certificado del servidor de correo no es válido.", detail=error.verify_message) from error
        except (smtplib.SMTPException, OSError) as error:
            raise TransientFailure("No se pudo hablar con el servidor de correo.", detail=_without_addresses(str(error))) from error

    def _open(self) -> smtplib.SMTP:
        if self.security == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=ssl.create_default_context())
        else:
            smtp = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        try:
            smtp.ehlo_or_helo_if_needed()
            if self.security == "starttls":
                if not smtp.has_extn("starttls"):
                    raise TransientFailure("El servidor de correo no ofrece cifrado (STARTTLS).", detail="STARTTLS not offered")
                smtp.starttls(context=ssl.create_default_context())
                smtp.ehlo()
            if self.user:
                smtp.login(self.user, self.password)
        except BaseException:
            smtp.close()
            raise
        return smtp


@dataclass(frozen=True)
class FolderTransport:
    """A folder of `.eml` files: the default, so that an installation without a server loses nothing and shows what it would send."""

    path: Path

    def send(self, message: EmailMessage, *, sender: str, recipient: str) -> None:
        """Write one file, whole or not at all, readable by its owner only. A Message-ID that is already there is left as it is."""
        plain_address(sender), plain_address(recipient)
        key = hashlib.sha256(str(message["Message-ID"]).encode()).hexdigest()[:20]
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            if next(self.path.glob(f"*-{key}.eml"), None) is not None:
                return
            handle, unfinished = tempfile.mkstemp(dir=self.path, prefix=".", suffix=".tmp")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(message.as_bytes(policy=POLICY))
                    file.flush()
                    os.fsync(file.fileno())
                Path(unfinished).rename(self.path / f"{clock.now().astimezone(UTC):%Y%m%dT%H%M%S%f}Z-{key}.eml")
            finally:
                Path(unfinished).unlink(missing_ok=True)
        except OSError as error:
            raise TransientFailure("No se pudo escribir en la carpeta de correos.", detail=error.strerror) from error

    def ping(self) -> None:
        """Write and remove a file."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=self.path).close()
        except OSError as error:
            raise TransientFailure("No se puede escribir en la carpeta de correos.", detail=error.strerror) from error


@dataclass(frozen=True)
class NullTransport:
    """Nowhere: for load tests and for instances that must not write to anybody."""

    def send(self, message: EmailMessage, *, sender: str, recipient: str) -> None:
        """Check what any transport would, and forget it."""
        plain_address(sender), plain_address(recipient), message.as_bytes(policy=POLICY)

    def ping(self) -> None:
        """Nowhere is always there."""


def _refused(words: str, code: int, reply: bytes | str, *, permanent: bool | None = None) -> TransientFailure | PermanentFailure:
    """The failure for a server's answer; 5xx is permanent unless the caller knows better (RFC 5321 §4.2.1)."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    failure = PermanentFailure if (code >= 500 if permanent is None else permanent) else TransientFailure
    return failure(words, detail=_without_addresses(f"{code} {text}"))


def _without_addresses(text: str) -> str:
    """Servers like to repeat the address; logs and job errors must not."""
    return re.sub(r"\S+@\S+", "···", " ".join(text.split()))[:300]


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
