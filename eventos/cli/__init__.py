"""The command line: `python -m eventos VERB`. Verbs of the machine are English, verbs of the office Spanish."""

import argparse
import getpass
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from flask import Flask

from eventos import migrations
from eventos.app import create_app
from eventos.kernel.db import database, transaction
from eventos.kernel.errors import EventosError
from eventos.kernel.settings import BadSettings, Settings


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one verb; ends the process with status 0, 1 (refused) or 2 (cannot be meant)."""
    os.umask(0o077)  # Whatever a verb writes, only its owner reads.
    options = _parser().parse_args(arguments)
    try:
        settings = Settings.from_environ()
        sys.exit(options.run(options, settings))
    except BadSettings as error:
        _say(f"Configuración: {error}", to=sys.stderr)
        sys.exit(2)
    except EventosError as error:
        _say(error.message, to=sys.stderr)
        for field, reason in getattr(error, "fields", {}).items():
            _say(f"  {field}: {reason}", to=sys.stderr)
        sys.exit(1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eventos", description="Inscripción y asistencia a eventos de una oficina pública.")
    verbs = parser.add_subparsers(required=True, metavar="VERBO")

    serve = verbs.add_parser("serve", help="atiende páginas")
    serve.add_argument("--host")
    serve.add_argument("--port", type=int)
    serve.add_argument("--tls-cert", type=Path, metavar="ARCHIVO")
    serve.add_argument("--tls-key", type=Path, metavar="ARCHIVO")
    serve.add_argument("--with-worker", action="store_true", help="enciende y apaga consigo el proceso de trabajos")
    serve.set_defaults(run=_serve)

    worker = verbs.add_parser("worker", help="hace los trabajos de fondo: correos, informes")
    worker.add_argument("--leave-with", type=int, metavar="PID", help=argparse.SUPPRESS)
    worker.set_defaults(run=_worker)

    verbs.add_parser("migrate", help="crea o actualiza las tablas").set_defaults(run=_migrate)

    demo = verbs.add_parser("demo", help="carga la demostración (no toca lo demás)")
    demo.add_argument("--reset", action="store_true", help="borra y vuelve a cargar solo la demostración")
    demo.set_defaults(run=_demo)

    verbs.add_parser("doctor", help="dice qué está instalado, configurado y al alcance").set_defaults(run=_doctor)

    admin = verbs.add_parser("create-admin", help="crea una cuenta que administra")
    admin.add_argument("--email", required=True)
    admin.add_argument("--name", required=True)
    admin.set_defaults(run=_create_admin)

    report = verbs.add_parser("informe", help="genera el informe de un evento")
    report.add_argument("--evento", required=True, metavar="SLUG")
    report.add_argument("--formato", choices=["docx", "pdf"], default="docx")
    report.add_argument("--salida", type=Path, required=True, metavar="CARPETA")
    report.set_defaults(run=_report)

    save = verbs.add_parser("respaldo", help="copia en una carpeta nueva la base, los archivos, los correos y las llaves")
    save.add_argument("carpeta", type=Path, metavar="CARPETA")
    save.set_defaults(run=_save)

    restore = verbs.add_parser("restaurar", help="vuelve a poner una copia en una instalación vacía")
    restore.add_argument("carpeta", type=Path, metavar="CARPETA")
    restore.set_defaults(run=_restore)
    return parser


def _say(words: str, *, to: TextIO | None = None) -> None:
    print(words, file=to or sys.stdout, flush=True)


def _app(settings: Settings, *, migrated: bool = True) -> Flask:
    app = create_app(settings)
    if migrated:
        with app.app_context():
            if not migrations.is_current(database.engine):
                raise EventosError("La base de datos no está al día. Ejecute: python -m eventos migrate")
    return app


def _serve(options: argparse.Namespace, settings: Settings) -> int:
    from eventos.cli import server

    tls = (options.tls_cert, options.tls_key)
    settings = server.with_address(settings, host=options.host, port=options.port, tls=tls)
    app = _app(settings)
    return server.serve(app, settings, tls=tls, with_worker=options.with_worker, say=_say)


def _worker(options: argparse.Namespace, settings: Settings) -> int:
    from eventos.jobs import bell

    if options.leave_with:
        bell.leave_with(options.leave_with)
    bell.consumer(_app(settings), settings).run()
    return 0


def _migrate(_options: argparse.Namespace, settings: Settings) -> int:
    app = _app(settings, migrated=False)
    with app.app_context():
        migrations.upgrade(database.engine)
    return 0


def _demo(options: argparse.Namespace, settings: Settings) -> int:
    from eventos import demo

    app = _app(settings)
    with app.app_context():
        for line in demo.load(reset=options.reset):
            _say(line)
    return 0


def _doctor(_options: argparse.Namespace, settings: Settings) -> int:
    from eventos.cli import doctor

    app = create_app(settings)
    with app.app_context():
        checks = doctor.examine(settings)
    for check in checks:
        _say(f"{check.mark} {check.subject}: {check.words}")
    return 0 if all(check.is_well or check.optional for check in checks) else 1


def _create_admin(options: argparse.Namespace, settings: Settings) -> int:
    from eventos.accounts import service
    from eventos.kernel.audit import SYSTEM

    password = getpass.getpass("Contraseña (al menos 12 caracteres): ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    app = _app(settings)
    with app.app_context(), transaction() as db:
        service.create_admin(db, email=options.email, name=options.name, password=password, by=SYSTEM)
    _say(f"La cuenta {options.email} ya puede ingresar en {settings.url}/ingresar")
    return 0


def _report(options: argparse.Namespace, settings: Settings) -> int:
    from eventos.reports import export

    app = _app(settings)
    with app.app_context():
        path = export.write(options.evento, options.formato, options.salida)
    _say(str(path))
    return 0


def _save(options: argparse.Namespace, settings: Settings) -> int:
    from eventos.cli import backup

    done = backup.save(settings, options.carpeta)
    _say(f"Copia completa en {done.folder}: {done.files} archivos, {done.size / 1_000_000:.1f} MB. Guárdela lejos de este computador.")
    _say("Lleva las llaves y datos personales: protéjala como a los datos mismos.")
    return 0


def _restore(options: argparse.Namespace, settings: Settings) -> int:
    from eventos.cli import backup

    done = backup.restore(settings, options.carpeta)
    _say(f"Se restauraron {done.files} archivos de {done.folder} en {settings.data_dir}. Ya puede encender el servicio.")
    return 0
