"""An event that was held, with people who came, its acta closed, and the jobs that draw constancias run in this process."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.attendance import service as attendance
from eventos.attendance.acta import Others
from eventos.attendance.rules import CloseRoster, Decide
from eventos.cycles.models import Event
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.registration.models import Registration
from tests.attendance.factories import a_held_event
from tests.registration.factories import a_registration

BEFORE = datetime(2021, 7, 20, 15, tzinfo=UTC)
NAMES = (("Elvira", "Demo Cedral"), ("Íñigo", "Muñoz Güiza"), ("José", "李小龍"))


def people_of(db: Session, event: Event, names: tuple[tuple[str, str], ...] = NAMES) -> list[Registration]:
    """People registered through the form, before the day."""
    with clock.freeze(BEFORE):
        return [
            a_registration(
                db,
                event,
                given_names=given,
                family_names=family,
                document_number=str(1_000_000_418 + at),
                email=f"persona{at}@personas.example",
            )
            for at, (given, family) in enumerate(names)
        ]


def decide(db: Session, event: Event, people: list[Registration], *, attended: bool) -> None:
    told = Decide(tuple(one.public_id for one in people), attended, "Lista en papel, folio 3")
    attendance.decide(db, event.id, told, by=SYSTEM, now=clock.now())


def close(db: Session, event: Event, *, version: int = 0, others: Others = Others.APART) -> None:
    told = CloseRoster(version, others, "Apareció el folio 3" if version else "")
    attendance.close_roster(db, event.id, told, by=SYSTEM, now=clock.now())


def a_closed_event(db: Session, *, came: int = 2, **changes: Any) -> tuple[Event, list[Registration]]:
    """Three registered, the first `came` of them in the acta."""
    event = a_held_event(db, **changes)
    people = people_of(db, event)
    decide(db, event, people[:came], attended=True)
    close(db, event)
    return event, people


def registration(db: Session, number: int) -> Registration:
    return db.execute(select(Registration).where(Registration.id == number)).scalar_one()
