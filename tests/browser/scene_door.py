"""The event whose door is open now: people confirm their own arrival in one of its rooms."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.checkin import queries, service
from eventos.checkin.models import DoorRoom, Scan
from eventos.checkin.rules import Rule, SeenScan
from eventos.cycles.models import Event
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.registration.models import Registration
from eventos.registration.service import tickets


def door(db: Session, event: Event, found: dict[str, str]) -> None:
    """A screen in the event's own door, and the link of somebody who has not arrived."""
    db.add(DoorRoom(event_id=event.id, key="", name="Entrada", rule=Rule(self_checkin=True).kept(), updated_at=clock.now()))
    db.add(
        DoorRoom(event_id=event.id, key="taller", name="Taller de datos", position=1, rule=Rule(exits=True).kept(), updated_at=clock.now())
    )
    mine, other = db.scalars(select(Registration).where(Registration.event_id == event.id).order_by(Registration.id).limit(2))
    found["arriving"] = tickets.link_of(mine)
    db.flush()
    _readings(db, event.id, other, found)


def _readings(db: Session, event_id: int, came: Registration, found: dict[str, str]) -> None:
    """Somebody marked by staff, a code of nobody, and somebody who entered without a signal and could not be registered."""
    event, now = queries.door_event_by_id(db, event_id), clock.now()
    assert event is not None
    desk = service.desk_of(db, event, now=now)
    service.mark_many(db, desk, event, [came.public_id], batch="escena", reason="Entró con la delegación", by=SYSTEM, now=now)
    service.record_scans(db, desk, event, [SeenScan("escena-nadie", code="no es un código nuestro")], now=now)
    told = {"given_names": "Nadie", "family_names": "Ejemplo Cedral", "document_type": "CC", "document_number": "12", "entity": "Alcaldía"}
    seen = SeenScan("escena-sin-inscribir", offline=True, told="accepted", scanned_at=now)
    service.keep_refused(db, desk, event, seen, told, why="La cédula de ciudadanía tiene entre 3 y 10 dígitos.", now=now)
    found["came"] = came.public_id
    found["scan"] = str(db.scalar(select(Scan.id).where(Scan.registration_id == came.id, Scan.verdict == "accepted")))
