"""The roof: assembles the rooms into one application, and is the only place that knows them all."""

import importlib
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, g, jsonify, request, url_for
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from eventos.adapters import mail, storage
from eventos.kernel import db, http, links, logs, pace, return_path, tokens
from eventos.kernel.settings import ROOT, BadSettings, Settings

ROOMS = (
    *("accounts", "entities", "people", "cycles", "dialogue", "publicity", "registration", "checkin", "calls", "inbox"),
    *("attendance", "certificates", "mailings", "reports", "agenda", "desk"),
)
log = logging.getLogger("eventos.access")


def create_app(settings: Settings | None = None, *, ring: Callable[[], None] | None = None) -> Flask:
    """Make the application. `ring` wakes the worker after commits; by default it is the bell of the settings' queue.

    Raises RuntimeError when the templates or static files are missing, BadSettings when a setting cannot be meant.
    """
    settings = settings or Settings.from_environ()
    for folder in ("templates", "static"):
        if not (ROOT / folder).is_dir():
            raise RuntimeError(f"falta la carpeta {ROOT / folder}")
    os.umask(0o077)
    keys = _keys(settings)
    logs.configure(settings.log_level)
    app = Flask("eventos", static_folder=str(ROOT / "static"), template_folder=str(ROOT / "templates"))
    app.extensions["eventos.settings"] = settings
    tokens.configure(keys)
    links.configure(settings.url)
    _configure_mail(settings)
    pace.configure(settings.mail_rate)
    storage.configure(settings.data_dir / "archivos")
    db.init_app(app, settings)
    http.init_app(app, settings)
    if ring is None:
        from eventos.jobs import bell

        ring = bell.ringer(settings)
    db.after_commit(ring)
    _open_rooms(app)
    _teach_templates(app)
    _offer_source(app, settings)
    _answer_health(app)
    _log_requests(app)
    return app


def _keys(settings: Settings) -> tokens.Keyring:
    """The data folder, made when it is missing, and the keys in it."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        return tokens.load_keys(settings.data_dir, settings.secret_keys)
    except OSError as error:
        raise BadSettings(f"EVENTOS_DATA_DIR: no se puede usar la carpeta {settings.data_dir} ({error.strerror})") from error
    except (ValueError, KeyError) as error:
        raise BadSettings(f"{settings.data_dir / tokens.KEY_FILE}: está dañado; recupérelo de una copia de seguridad") from error


def _configure_mail(settings: Settings) -> None:
    try:
        mail.configure(settings.mail_transport_url, sender_name=settings.mail_from_name, sender_address=settings.mail_from)
        return_path.configure(settings.mail_bounce)
    except ValueError as error:
        raise BadSettings(f"EVENTOS_MAIL_URL, EVENTOS_MAIL_FROM: {error}") from error


def _open_rooms(app: Flask) -> None:
    """Import each room's doors and tasks: DOORS are its blueprints, START runs once, NOTICES are what `?aviso=` may say."""
    notices: dict[str, tuple[str, str]] = {}
    for room in ROOMS:
        for role in ("web", "api", "tasks"):
            found = (Path(__file__).parent / room / f"{role}.py").exists() or (Path(__file__).parent / room / role).is_dir()
            if not found:
                continue
            module = importlib.import_module(f"eventos.{room}.{role}")
            for door in getattr(module, "DOORS", ()):
                app.register_blueprint(door)
            for start in getattr(module, "START", ()):
                start(app)
            theirs = getattr(module, "NOTICES", {})
            if twice := notices.keys() & theirs.keys():
                raise RuntimeError(f"two rooms say something else by the same notice: {sorted(twice)}")
            notices.update(theirs)

    @app.context_processor
    def notice() -> dict[str, Any]:
        tone, words = notices.get(request.args.get("aviso", "") if request.method == "GET" else "", ("", ""))
        return {"notice": {"tone": tone, "text": words} if words else None}


def _teach_templates(app: Flask) -> None:
    from eventos.kernel.templating import FILTERS, GLOBALS

    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(GLOBALS)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    versions: dict[str, str] = {}

    def static_url(filename: str) -> str:
        """The address of a static file with its version, so it can be kept for a year."""
        if filename not in versions:
            versions[filename] = format(int((ROOT / "static" / filename).stat().st_mtime), "x")
        return url_for("static", filename=filename, v=versions[filename])

    app.jinja_env.globals["static_url"] = static_url


def _offer_source(app: Flask, settings: Settings) -> None:
    """The footer's link to the source code, which the AGPL (section 13) asks of whoever serves a changed version."""

    @app.context_processor
    def source() -> dict[str, Any]:
        return {"source_url": settings.source_url}


def _answer_health(app: Flask) -> None:
    service = http.Door("health", __name__, audience=http.Audience.SERVICE)

    @service.get("/healthz")
    def alive() -> Any:
        return jsonify(status="ok")

    @service.get("/readyz")
    def ready() -> Any:
        try:
            with db.reading() as session:
                session.execute(text("SELECT 1 FROM job LIMIT 1"))
        except SQLAlchemyError:
            return jsonify(status="unavailable"), 503
        return jsonify(status="ready")

    app.register_blueprint(service)


def _log_requests(app: Flask) -> None:
    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def done(response: Any) -> Any:
        if request.endpoint != "static":
            took = round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1)
            fields = {"method": request.method, "path": logs.masked(request.path), "status": response.status_code, "ms": took}
            log.info("request", extra={**fields, "endpoint": request.endpoint})
        return response
