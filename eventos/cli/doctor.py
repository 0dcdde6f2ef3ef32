"""What is installed, configured and reachable, in words an organiser's neighbour who knows computers can act on."""

import importlib.metadata
import shlex
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from eventos import migrations
from eventos.adapters import mail
from eventos.kernel import backups, clock, spanish
from eventos.kernel.db import database, reading
from eventos.kernel.errors import PermanentFailure
from eventos.kernel.outbox import Job
from eventos.kernel.settings import Settings
from eventos.kernel.tokens import KEY_FILE

# What draws the signs that the house's letters lack, and the Debian package that brings it.
_SYSTEM_LETTERS = {"DejaVuSans": "fonts-dejavu-core", "NotoColorEmoji": "fonts-noto-color-emoji"}


@dataclass(frozen=True)
class Check:
    subject: str
    is_well: bool
    words: str
    optional: bool = False

    @property
    def mark(self) -> str:
        return "bien " if self.is_well else ("aviso" if self.optional else "FALTA")


def examine(settings: Settings) -> list[Check]:
    """Every check, whatever the earlier ones found. Needs an application context."""
    return [
        *_software(),
        *_database(),
        *_queue(settings),
        *_mail(settings),
        *_public_address(settings),
        *_data_folder(settings),
        *_keys(settings),
        *_backups(settings),
        *_fonts(),
    ]


def _software() -> Iterator[Check]:
    names = ("flask", "sqlalchemy", "granian", "huey", "icalendar", "qrcode", "weasyprint", "msal", "docxtpl")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)
    yield Check("Programas de Python", True, versions)
    try:
        import weasyprint

        yield Check("Bibliotecas para PDF", True, f"Pango al alcance (WeasyPrint {weasyprint.__version__})")
    except OSError:
        yield Check("Bibliotecas para PDF", False, "falta Pango: sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0")


def _database() -> Iterator[Check]:
    engine = database.engine
    name = engine.dialect.name
    try:
        with reading() as db:
            version = db.scalar(text("SELECT sqlite_version()" if name == "sqlite" else "SHOW server_version"))
            yield Check("Base de datos", True, f"{name} {version}")
        current = migrations.is_current(engine)
        yield Check("Tablas", current, "al día" if current else "ejecute: python -m eventos migrate")
    except SQLAlchemyError as error:
        yield Check("Base de datos", False, f"no responde ({type(error).__name__}); revise EVENTOS_DATABASE_URL")


def _queue(settings: Settings) -> Iterator[Check]:
    from eventos.jobs import bell

    rings = bell.make_huey(settings).pending_count()
    try:
        with reading() as db:
            waiting = db.scalar(select(func.count()).select_from(Job).where(Job.done_at.is_(None), Job.buried_at.is_(None)))
            buried = db.scalar(select(func.count()).select_from(Job).where(Job.buried_at.is_not(None), Job.done_at.is_(None)))
    except SQLAlchemyError:
        yield Check("Trabajos", False, "no se pueden contar: faltan las tablas")
        return
    yield Check(
        "Trabajos", not buried, f"{waiting} en espera, {buried} detenidos, timbre en {settings.queue_path} ({rings} avisos)", optional=True
    )


def _mail(settings: Settings) -> Iterator[Check]:
    problem = mail.reachable(settings.mail_transport_url)
    where = (
        "carpeta de archivos .eml (nadie los recibe)"
        if settings.mail_transport_url.startswith("file:")
        else "servidor de correo al alcance"
    )
    yield Check("Correo", problem is None, problem or where)
    if settings.mail_from.endswith(".example"):
        yield Check("Remitente", False, "EVENTOS_MAIL_FROM todavía es de ejemplo", optional=True)
    lacking = [
        name
        for name, value in (("EVENTOS_MAIL_BOUNCE", settings.mail_bounce), ("EVENTOS_MAIL_AUTHSERV", settings.mail_authserv))
        if not value
    ]
    if lacking and not settings.mail_transport_url.startswith("file:"):
        told = f"sin {' ni '.join(lacking)}, el equipo confirma cada rebote o respuesta en Correos, Recibidos"
        yield Check("Correos que vuelven", False, told, optional=True)


def _public_address(settings: Settings) -> Iterator[Check]:
    if settings.public_url:
        yield Check("Dirección pública", True, settings.url)
    else:
        yield Check(
            "Dirección pública",
            False,
            f"EVENTOS_PUBLIC_URL está vacía: los correos y QR llevan {settings.url}, que solo abre en esta máquina",
            optional=True,
        )


def _data_folder(settings: Settings) -> Iterator[Check]:
    mode = stat.S_IMODE(settings.data_dir.stat().st_mode)
    well = not mode & 0o077
    advice = "" if well else f". Otras cuentas de esta máquina pueden leerla: chmod -R go= {shlex.quote(str(settings.data_dir))}"
    yield Check("Carpeta de datos", well, f"{settings.data_dir}, permisos {mode:o}{advice}", optional=True)


def _keys(settings: Settings) -> Iterator[Check]:
    loss = (
        "Si se pierden, los QR y vínculos personales ya enviados dejan de abrir y no se pueden leer los secretos guardados: "
        "cópielas con los datos."
    )
    if settings.secret_keys:
        yield Check("Llaves", True, f"{len(settings.secret_keys)} en EVENTOS_SECRET_KEYS. {loss}")
        return
    path = settings.data_dir / KEY_FILE
    mode = path.stat().st_mode & 0o777 if path.exists() else 0
    advice = "" if mode == 0o600 else f" Ejecute: chmod 600 {shlex.quote(str(path))}."
    yield Check("Llaves", mode == 0o600, f"{path}, permisos {mode:o}.{advice} {loss}")


def _backups(settings: Settings) -> Iterator[Check]:
    how = "python -m eventos respaldo CARPETA"
    last = backups.standing(settings.data_dir, clock.now())
    if last.made_at is None:
        yield Check("Copia de respaldo", False, f"no se ha hecho ninguna: {how}", optional=True)
    else:
        late = f"; pasaron más de {backups.STALE.days} días: {how}" if last.is_stale else ""
        when = spanish.date_long(clock.local(last.made_at).date())
        days = (clock.today() - clock.local(last.made_at).date()).days
        ago = "hoy" if days < 1 else "ayer" if days == 1 else f"hace {days} días"
        yield Check("Copia de respaldo", not last.is_stale, f"la última es del {when} ({ago}), en {last.folder}{late}", optional=True)
    if not settings.sqlalchemy_url.startswith("sqlite") and (shutil.which("pg_dump") is None or shutil.which("pg_restore") is None):
        yield Check("Programas de PostgreSQL", False, "sin pg_dump no hay copias: sudo apt-get install postgresql-client", optional=True)


def _fonts() -> Iterator[Check]:
    """The letters that a real document takes: the house's own, and the system's for what those do not draw."""
    try:
        from eventos.adapters import pdf

        found = pdf.families_drawn()
    except OSError:
        yield Check("Letras", False, "sin Pango no se puede dibujar ningún PDF")
        return
    except PermanentFailure:
        found = frozenset()
    lost = [name for name in pdf.FAMILIES if not any(one.startswith(name.replace(" ", "")) for one in found)]
    if lost:
        yield Check("Letras", False, f"los PDF no llevan {' ni '.join(lost)}: vuelva a traer la carpeta static/fonts")
        return
    lacking = [package for name, package in _SYSTEM_LETTERS.items() if not any(one.startswith(name) for one in found)]
    yield Check(
        "Letras",
        not lacking,
        f"para otros alfabetos y emojis en los PDF: sudo apt-get install {' '.join(lacking)}"
        if lacking
        else "los PDF llevan Work Sans y Montserrat, y DejaVu y Noto para otros signos",
        optional=True,
    )
