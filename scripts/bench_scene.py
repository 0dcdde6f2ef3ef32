"""What `make bench` measures on: an event open for registration, one with 114 attendees, a member of staff; and work without a browser."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event as database_events
from sqlalchemy.orm import Session

from eventos.accounts import service as accounts
from eventos.adapters import qr
from eventos.app import create_app
from eventos.cycles.rules import DayGiven
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.db import database, reading, transaction
from eventos.kernel.settings import Settings
from eventos.kernel.vocabulary import StaffRole
from scripts import bench_door
from scripts.bench_app import metadata
from scripts.bench_door import Door
from tests.accounts.factories import a_staff
from tests.attendance import factories as attendance
from tests.cycles.factories import a_cycle, a_published_event
from tests.flows.guests import answers
from tests.registration.factories import a_registration
from tests.support.crowd import sheet_of
from tests.support.databases import run_eventos

IMPORTED = 5000
Line = tuple[str, float, str, float | None, bool]


@dataclass(frozen=True)
class Scene:
    """Where to look, and with what: addresses, secrets, a cookie."""

    open_slug: str
    full_slug: str
    import_slug: str
    link: str
    ticket: str
    cookie: str
    door: Door

    @staticmethod
    def registrant(number: int) -> dict[str, str]:
        """What the number-th person types into the form."""
        return answers(number)


def prepare(data_dir: Path) -> Scene:
    """Make the database with what is measured."""
    from eventos.registration.service import tickets

    run_eventos("migrate", data_dir=data_dir)
    app = _app(data_dir)
    with app.app_context(), transaction() as db:
        metadata.create_all(db.connection())
        today = clock.local(clock.now()).date()
        cycle = a_cycle(db)
        ahead = a_published_event(db, cycle=cycle, days=(DayGiven(today + timedelta(days=14), *_morning()),))
        full = a_published_event(db, cycle=cycle, number=6, days=(DayGiven(today + timedelta(days=1), *_morning()),))
        sheet = a_published_event(db, cycle=cycle, number=7, days=(DayGiven(today + timedelta(days=20), *_morning()),))
        attendance.register(db, full, attendance.the_114())
        mine = a_registration(db, ahead)
        cookie = accounts.start_session(db, a_staff(db, role=StaffRole.ADMINISTRATOR).id, now=clock.now())
        scene = Scene(ahead.slug, full.slug, sheet.slug, tickets.link_of(mine), tickets.ticket_of(mine), cookie, bench_door.prepare(db))
    with app.app_context():
        database.engine.dispose()
    return scene


def _morning() -> tuple[Any, Any]:
    from datetime import time as hour

    return hour(8), hour(10)


def _app(data_dir: Path) -> Flask:
    settings = Settings.from_environ({"EVENTOS_DATA_DIR": str(data_dir), "EVENTOS_LOG_LEVEL": "ERROR"})
    return create_app(settings, ring=lambda: None)


@contextmanager
def longest_write(spans: list[float]) -> Iterator[None]:
    """Collect how many milliseconds each write transaction held the database, from BEGIN IMMEDIATE to the end of its COMMIT."""
    begun: dict[Session, float] = {}

    def on_begin(session: Session, _transaction: object, connection: Any) -> None:
        if connection.get_execution_options().get("eventos_writes"):
            begun.setdefault(session, time.perf_counter())

    def on_commit(session: Session) -> None:
        if session in begun:
            spans.append((time.perf_counter() - begun.pop(session)) * 1000)

    database_events.listen(Session, "after_begin", on_begin)
    database_events.listen(Session, "after_commit", on_commit)
    try:
        yield
    finally:
        database_events.remove(Session, "after_begin", on_begin)
        database_events.remove(Session, "after_commit", on_commit)


def work(data_dir: Path, scene: Scene) -> Iterator[Line]:
    """What runs without a browser, as (name, value, unit, budget, whether the budget is the most)."""
    from eventos.registration import importing
    from eventos.registration.service.importing import Options
    from eventos.reports import export

    app = _app(data_dir)
    with app.app_context():
        sheet, spans, began = sheet_of(IMPORTED), list[float](), time.perf_counter()
        with longest_write(spans):
            entered = importing.run(scene.import_slug, sheet, "lista.csv", by=SYSTEM, options=Options(has_consents=True))
        took = time.perf_counter() - began
        if entered.new != IMPORTED:
            raise RuntimeError(f"{entered.new} of {IMPORTED} rows entered")
        # A sheet of 5,000 rows should be checked and entered while its organiser still looks at the page.
        yield f"import of {IMPORTED} rows", IMPORTED / took, "rows/s", 500, False
        yield f"import of {IMPORTED} rows: longest write transaction", max(spans), "ms", 500, True
        yield "informe of 114 in Word", _timed(lambda: export.write(scene.full_slug, "docx", data_dir / "informes"), 5), "ms", 150, True
        # A mail carries one, so an import with 5,000 confirmations draws 5,000.
        url = f"https://eventos.ejemplo.gov.co/q/{scene.ticket}"
        yield "QR as PNG, drawn", _timed(lambda: qr.png(url, scale=6), 40), "ms", 8, True
        yield "QR as SVG, drawn", _timed(lambda: qr.svg(url, title="Código QR"), 40), "ms", 5, True
        yield "one reading of the roster's figures", _timed(lambda: _count(scene.full_slug), 40), "ms", 15, True


def _count(slug: str) -> None:
    from eventos.attendance import queries
    from eventos.cycles.queries import event_view

    with reading() as db:
        queries.count(db, event_view(db, slug).id)


def _timed(act: Callable[[], object], times: int) -> float:
    """Milliseconds of CPU of one call, after a warm one."""
    act()
    began = time.process_time()
    for _ in range(times):
        act()
    return (time.process_time() - began) / times * 1000
