"""The settings: one frozen object read from `EVENTOS_*` once at start, which refuses nonsense instead of guessing."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

ROOT = Path(__file__).resolve().parents[2]


_HOST = re.compile(r"[A-Za-z0-9.-]+|[0-9A-Fa-f:]+")
_MAILBOX = re.compile(r"[A-Za-z0-9._-]{1,30}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
MAX_THREADS = 256


class BadSettings(ValueError):
    """A setting that cannot be meant. The message is Spanish, for whoever starts the service."""


def _doc(text: str, default: Any) -> Any:
    return field(default=default, metadata={"doc": text})


@dataclass(frozen=True)
class Settings:
    """Every field is the variable `EVENTOS_<NAME>`; `documentation()` prints them for the README."""

    data_dir: Path = _doc("Carpeta de los datos: base SQLite, archivos, correos, llaves.", ROOT / "var")
    database_url: str = _doc(
        "Base de datos. Vacío: SQLite en la carpeta de datos. PostgreSQL: `postgresql://usuario:clave@servidor/base`.", ""
    )
    queue_url: str = _doc("Timbre de la cola. Vacío: archivo SQLite aparte, en la carpeta de datos.", "")
    public_url: str = _doc("Dirección pública, usada en correos, QR y documentos. Obligatoria al escuchar más allá de esta máquina.", "")
    mail_url: str = _doc(
        "Correo: `smtp+starttls://usuario:clave@servidor:587`, `smtps://…`. Vacío: carpeta de archivos `.eml` en la carpeta de datos.", ""
    )
    mail_from: str = _doc("Remitente y organizador de las invitaciones.", "eventos@oficina.example")
    mail_from_name: str = _doc("Nombre del remitente.", "Eventos")
    mail_rate: int = _doc("Cuántos correos de una convocatoria o un envío masivo salen por minuto; 0, sin límite.", 120)
    mail_bounce: str = _doc(
        "Buzón al que vuelven los correos rebotados, `rebotes@entidad.gov.co`; debe aceptar `rebotes+…@`. Vacío: el remitente.", ""
    )
    mail_authserv: str = _doc(
        "Nombre con el que su servidor de correo firma Authentication-Results. Vacío: el equipo confirma cada respuesta a una cita.", ""
    )
    inbox_dir: str = _doc("Carpeta donde se dejan los `.eml` recibidos. Vacío: `entrada`, en la carpeta de datos.", "")
    secret_keys: tuple[str, ...] = _doc(
        "Llaves maestras, la más nueva primero, separadas por comas. Vacío: se crean en la carpeta de datos.", ()
    )
    trusted_proxies: int = _doc("Cuántos servidores intermedios de confianza agregan X-Forwarded-For.", 0)
    host: str = _doc("Dirección en la que escucha.", "127.0.0.1")
    port: int = _doc("Puerto en el que escucha.", 8000)
    threads: int = _doc("Hilos que atienden páginas en cada proceso.", 8)
    worker_threads: int = _doc("Hilos del proceso que hace los trabajos de fondo; los correos salen de uno en uno.", 2)
    job_lease: int = _doc("Segundos que un trabajo tomado espera antes de que otro proceso lo retome.", 120)
    log_level: str = _doc("Detalle del registro: DEBUG, INFO, WARNING o ERROR.", "INFO")
    source_url: str = _doc(
        "Dirección del código fuente, que el pie de cada página enlaza. Quien sirve una versión cambiada debe darla (AGPL, sección 13).", ""
    )

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read and check the environment. Raises BadSettings naming every variable that cannot be used."""
        environ = os.environ if environ is None else environ
        known = {f"EVENTOS_{f.name.upper()}": f for f in fields(cls)}
        values: dict[str, Any] = {}
        problems = []
        for name, raw in environ.items():
            if not name.startswith("EVENTOS_") or name.startswith("EVENTOS_TEST_"):
                continue
            if name not in known:
                problems.append(f"{name}: no es una opción conocida")
                continue
            if not raw.strip().isprintable():
                problems.append(f"{name}: tiene saltos de línea u otros signos que no se ven")
                continue
            try:
                values[known[name].name] = _convert(known[name].default, raw.strip())
            except ValueError as error:
                problems.append(f"{name}: {error}")
        if problems:
            raise BadSettings("; ".join(problems))
        settings = cls(**values)
        settings.check()
        return settings

    def check(self) -> None:
        """Refuse what cannot work: ports, addresses, URLs, a public host without a public URL."""
        if not 0 <= self.port <= 65535:
            raise BadSettings("EVENTOS_PORT: debe estar entre 0 y 65535")
        if self.threads < 1 or self.worker_threads < 1 or self.job_lease < 1:
            raise BadSettings("EVENTOS_THREADS, EVENTOS_WORKER_THREADS y EVENTOS_JOB_LEASE: deben ser al menos 1")
        if max(self.threads, self.worker_threads) > MAX_THREADS:
            raise BadSettings(f"EVENTOS_THREADS y EVENTOS_WORKER_THREADS: no pueden pasar de {MAX_THREADS}")
        if self.trusted_proxies < 0:
            raise BadSettings("EVENTOS_TRUSTED_PROXIES: no puede ser negativo")
        if not 0 <= self.mail_rate <= 10_000:
            raise BadSettings("EVENTOS_MAIL_RATE: debe estar entre 0 y 10000")
        if self.log_level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise BadSettings("EVENTOS_LOG_LEVEL: use DEBUG, INFO, WARNING o ERROR")
        if self.database_url and not self.database_url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise BadSettings("EVENTOS_DATABASE_URL: se admite sqlite:/// y postgresql://")
        if self.database_url in {"sqlite:///", "sqlite:///:memory:"}:
            raise BadSettings("EVENTOS_DATABASE_URL: falta el archivo, por ejemplo sqlite:////var/lib/eventos/eventos.sqlite3")
        if self.database_url.startswith("postgresql"):
            _port("EVENTOS_DATABASE_URL", _split("EVENTOS_DATABASE_URL", self.database_url))
        if self.queue_url and (not self.queue_url.startswith("sqlite:///") or self.queue_url == "sqlite:///"):
            raise BadSettings("EVENTOS_QUEUE_URL: se admite sqlite:///")
        if self.mail_url and not self.mail_url.startswith(("smtp://", "smtps://", "smtp+starttls://", "file:///", "null:")):
            raise BadSettings("EVENTOS_MAIL_URL: se admite smtps://, smtp+starttls://, smtp:// y file:///")
        if "@" not in self.mail_from:
            raise BadSettings("EVENTOS_MAIL_FROM: no parece un correo")
        if self.mail_bounce and not _MAILBOX.fullmatch(self.mail_bounce):
            raise BadSettings("EVENTOS_MAIL_BOUNCE: debe ser como rebotes@entidad.gov.co, de hasta 30 letras antes de la @ y sin +")
        if self.mail_authserv and not _HOST.fullmatch(self.mail_authserv):
            raise BadSettings("EVENTOS_MAIL_AUTHSERV: debe ser como mx.entidad.gov.co")
        if self.inbox_dir and not self.inbox_dir.startswith("/"):
            raise BadSettings("EVENTOS_INBOX_DIR: escriba la ruta completa, desde /")
        if self.public_url:
            self._check_public_url()
        elif not self.is_loopback:
            raise BadSettings("EVENTOS_PUBLIC_URL es obligatoria cuando se escucha más allá de esta máquina")
        if self.source_url and not (
            self.source_url.startswith(("https://", "http://")) and _split("EVENTOS_SOURCE_URL", self.source_url).hostname
        ):
            raise BadSettings("EVENTOS_SOURCE_URL: debe ser como https://codigo.entidad.gov.co/eventos")
        if any(len(key) < 32 for key in self.secret_keys):
            raise BadSettings("EVENTOS_SECRET_KEYS: cada llave necesita al menos 32 caracteres")

    def _check_public_url(self) -> None:
        parts = _split("EVENTOS_PUBLIC_URL", self.public_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment or parts.path not in {"", "/"}:
            raise BadSettings("EVENTOS_PUBLIC_URL: debe ser como https://eventos.entidad.gov.co")
        _port("EVENTOS_PUBLIC_URL", parts)
        if not _HOST.fullmatch(parts.hostname) or "@" in parts.netloc:
            raise BadSettings("EVENTOS_PUBLIC_URL: el servidor se escribe sin usuario, espacios ni tildes (xn--… si su nombre las tiene)")
        if len(parts.netloc) > 36:
            raise BadSettings("EVENTOS_PUBLIC_URL: el servidor no puede pasar de 36 caracteres (el QR se volvería ilegible)")
        if parts.scheme == "http" and not _is_loopback(parts.hostname):
            raise BadSettings("EVENTOS_PUBLIC_URL: fuera de esta máquina debe empezar por https://")

    @property
    def is_loopback(self) -> bool:
        """Whether the service listens on this machine alone."""
        return _is_loopback(self.host)

    @property
    def url(self) -> str:
        """The public address without a trailing slash; on loopback it is derived from the port."""
        return (self.public_url or f"http://127.0.0.1:{self.port}").rstrip("/")

    @property
    def is_secure(self) -> bool:
        return self.url.startswith("https://")

    @property
    def sqlalchemy_url(self) -> str:
        url = self.database_url or f"sqlite:///{self.data_dir / 'eventos.sqlite3'}"
        return url.replace("postgresql://", "postgresql+psycopg://", 1)

    @property
    def mail_transport_url(self) -> str:
        return self.mail_url or (self.data_dir / "correo").as_uri()

    @property
    def inbox_path(self) -> Path:
        return Path(self.inbox_dir) if self.inbox_dir else self.data_dir / "entrada"

    @property
    def queue_path(self) -> Path:
        if self.queue_url.startswith("sqlite:///"):
            return Path(self.queue_url.removeprefix("sqlite:///"))
        return self.data_dir / "cola.sqlite3"

    @classmethod
    def documentation(cls) -> list[tuple[str, str, str]]:
        """(variable, default as text, what it means) for each setting, in order."""
        rows = []
        for f in fields(cls):
            default = f.default
            shown = "var" if isinstance(default, Path) else ",".join(default) if isinstance(default, tuple) else str(default)
            if isinstance(default, bool):
                shown = "1" if default else "0"
            rows.append((f"EVENTOS_{f.name.upper()}", shown, f.metadata["doc"]))
        return rows


def _convert(default: object, raw: str) -> object:
    if isinstance(default, bool):
        if raw not in {"0", "1"}:
            raise ValueError("use 0 o 1")
        return raw == "1"
    if isinstance(default, int):
        try:
            return int(raw)
        except ValueError:
            raise ValueError(f"«{raw}» no es un número entero") from None
    if isinstance(default, Path):
        if not raw:
            raise ValueError("no puede estar vacía")
        return Path(raw).expanduser().resolve()
    if isinstance(default, tuple):
        return tuple(part.strip() for part in raw.split(",") if part.strip())
    return raw


def _split(name: str, url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        raise BadSettings(f"{name}: no es una dirección bien escrita") from None


def _port(name: str, parts: SplitResult) -> None:
    try:
        _ = parts.port
    except ValueError:
        raise BadSettings(f"{name}: el puerto debe estar entre 0 y 65535") from None


def _is_loopback(host: str) -> bool:
    if host in {"localhost", ""}:
        return host == "localhost"
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
