"""Sheets of registrants to import in tests, and the way through their steps; everybody in them is invented."""

from collections.abc import Sequence
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.cycles.models import SeatPool
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.db import transaction
from eventos.registration import importing
from eventos.registration.models import Registration
from eventos.registration.service import importing as service
from eventos.registration.service.importing import Entered, Options

HEADERS = ("Tipo", "Documento", "Nombre completo", "Correo", "Entidad", "Municipio", "Asistió")
TOLD = Options(has_consents=True)


def line(number: int, **changes: str) -> dict[str, str]:
    """One person's row."""
    row = {
        "Tipo": "CC",
        "Documento": f"9000{number:06d}",
        "Nombre completo": f"Delfina Imaginario Balso{number}",
        "Correo": f"delfina{number}@neira.example",
        "Entidad": "Alcaldía de Neira",
        "Municipio": "Neira",
        "Asistió": "sí" if number % 2 else "",
    }
    return row | changes


def sheet(*rows: dict[str, str], headers: Sequence[str] = HEADERS) -> bytes:
    """A CSV with semicolons, as offices save it."""
    lines = [";".join(headers), *(";".join(row.get(heading, "") for heading in headers) for row in rows)]
    return "\r\n".join(lines).encode()


def many(number: int) -> bytes:
    return sheet(*(line(each) for each in range(number)))


def run(slug: str, data: bytes, **changes: Any) -> Entered:
    """The whole way of a sheet; inside an application context."""
    return importing.run(slug, data, "lista.csv", **{"by": SYSTEM, "options": TOLD} | changes)


def bring(app: Flask, slug: str, data: bytes, **changes: Any) -> Entered:
    with app.app_context():
        return run(slug, data, **changes)


def checked(slug_id: int, data: bytes, options: Options = TOLD) -> str:
    """A sheet that only waits for its confirmation: its public id. Inside an application context."""
    file = importing.take_file(data, "lista.csv")
    with transaction() as db:
        found = service.upload(db, file, options, event_id=slug_id, by=SYSTEM, now=clock.now())
        service.begin_check(db, found.public_id, service.mapping_for(db, file.headers), options, event_id=slug_id)
        number, public_id, attempt = found.id, found.public_id, found.summary["run"]
    importing.check(number, attempt)
    return public_id


def confirm(public_id: str, event_id: int, *, leave_out_bad: bool = False) -> Entered:
    with transaction() as db:
        return service.enter(db, public_id, event_id=event_id, leave_out_bad=leave_out_bad, by=SYSTEM, now=clock.now())


def seats_and_active(db: Session, event_id: int) -> tuple[int, int]:
    """Seats taken, and registrations that hold one: always equal."""
    taken = sum(db.execute(select(SeatPool.taken).where(SeatPool.event_id == event_id)).scalars())
    active = db.execute(select(Registration.id).where(Registration.event_id == event_id, Registration.state == "active")).all()
    return taken, len(active)
