"""Cycles and events to test with, made by the room's own services; everybody in them is invented."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from eventos.accounts.models import Staff
from eventos.cycles import queries, service
from eventos.cycles.models import Cycle, CycleStaff, Event
from eventos.cycles.queries import EventView
from eventos.cycles.rules import DayGiven, HostGiven, SaveCycle, SaveEvent
from eventos.entities.models import Office
from eventos.entities.rules import SaveOffice
from eventos.entities.service import save_office
from eventos.kernel import clock, tokens
from eventos.kernel.audit import SYSTEM
from eventos.kernel.divipola import of_departamento
from eventos.kernel.vocabulary import EntityKind, HostRole, StaffRole

CALDAS = tuple(place.code for place in of_departamento("17"))
# 227 characters and five commas, of the comma form that Teams links had.
LINK = "https://teams.microsoft.com/join/" + ",".join(
    ("19meeting-ZmljdGljaW8tZW50cmFkYS0wMDAx", "threadv2", "0", "contexto-f1c71c10", "oid-00000000-0000-4000-8000", "entrada")
)
LINK += "?mode=read&tenantId=00000000-0000-4000-8000-000000000001&contexto="
LINK += "f" * (227 - len(LINK))

ANOTHER_YEAR = date(2030, 7, 25)


def a_day(on_date: date = ANOTHER_YEAR, starts: time = time(8), ends: time = time(10)) -> DayGiven:
    return DayGiven(on_date, starts, ends)


def event_command(**changes: Any) -> SaveEvent:
    """The fifth asistencia técnica, on a Thursday of 2030, ready to be published."""
    command = SaveEvent(
        topic="Gobierno Abierto",
        number=5,
        summary="Transparencia, participación y colaboración en los municipios.",
        days=(a_day(),),
        link=LINK,
        hosts=(HostGiven("Oficina de Gobierno Abierto"), HostGiven("Red Ciudadana Ficticia", HostRole.PARTNER, EntityKind.CIVIL_SOCIETY)),
    )
    return replace(command, **changes)


def cycle_command(**changes: Any) -> SaveCycle:
    return replace(SaveCycle("Ciclo de asistencias técnicas", expected=CALDAS), **changes)


def a_cycle(db: Session, **changes: Any) -> Cycle:
    """A cycle that expects the 27 municipalities of Caldas."""
    return service.save_cycle(db, cycle_command(**changes), by=SYSTEM, now=clock.now())


def an_event(db: Session, *, cycle: Cycle | None = None, **changes: Any) -> Event:
    """A draft of `cycle` (a new one unless given); changes are fields of SaveEvent, and `demo`."""
    demo = changes.pop("demo", False)
    cycle = cycle or a_cycle(db)
    return service.create_event(db, event_command(**changes), cycle_id=cycle.id, by=SYSTEM, now=clock.now(), demo=demo)


def a_published_event(db: Session, *, cycle: Cycle | None = None, **changes: Any) -> Event:
    """An event that people can register for until its day, in 2030, of an office that said who it is."""
    event = an_event(db, cycle=cycle, **changes)
    if db.get(Office, 1) is None:
        save_office(db, SaveOffice("Oficina organizadora", "Entidad de Ejemplo"), SYSTEM)
    return service.publish(db, event, by=SYSTEM, now=clock.now())


def the_view(db: Session, event: Event) -> EventView:
    """The event as pages read it."""
    db.flush()
    return queries.event_view(db, event.slug)


def a_member(db: Session, role: StaffRole = StaffRole.ORGANISER, *, cycles: tuple[Cycle, ...] = (), name: str = "Zoila Prueba") -> Staff:
    """Somebody of the staff who works in these cycles; without a password, so they cannot sign in."""
    email = f"{tokens.public_id()}@oficina.example"
    staff = Staff(
        public_id=tokens.public_id(),
        name=name,
        email=email,
        email_key=email.lower(),
        role=role.value,
        created_at=datetime(2026, 1, 2, tzinfo=UTC),
    )
    db.add(staff)
    db.flush()
    db.add_all(CycleStaff(cycle_id=cycle.id, staff_id=staff.id) for cycle in cycles)
    db.flush()
    return staff
