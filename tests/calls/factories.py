"""Entities convened and calls to test with, made by the room's own services; every entity and mailbox is invented."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.accounts.models import Staff
from eventos.calls import queries, service
from eventos.calls.models import CallRecipient
from eventos.calls.queries import LetterView
from eventos.calls.rules import SaveCall, SaveConvened, Signed
from eventos.calls.service import token_of
from eventos.calls.standing import Whom
from eventos.cycles.models import Cycle, Event
from eventos.kernel import clock, divipola
from eventos.kernel.audit import SYSTEM, Actor

DEADLINE = datetime(2030, 7, 20, 22, 0, tzinfo=UTC)
PLACES = sorted(divipola.of_departamento("17"), key=lambda place: place.code)
SIGNED = Signed("Ramiro Prueba", "Secretario de Gobierno")


def convene(db: Session, cycle: Cycle | int, *, many: int = 3, mailbox: str = "contacto@{}.example", **changes: Any) -> list[str]:
    """The first town halls of Caldas, with mailbox; gives their public ids."""
    cycle_id = cycle if isinstance(cycle, int) else cycle.id
    made = []
    for place in PLACES[:many]:
        command = SaveConvened(
            f"Alcaldía de {place.name}",
            mailbox=mailbox.format(place.code),
            liaison_name=f"Contacto Ficticio {place.code}",
            phone="+573000000000",
            divipola=place.code,
        )
        made.append(service.save_convened(db, cycle_id, replace(command, **changes), by=SYSTEM, now=clock.now()))
    return made


def call_command(**changes: Any) -> SaveCall:
    command = SaveCall("Convocatoria: {evento}", "{persona},\n{entidad}\n\nConfirmen antes del {plazo}:\n{confirmar}", DEADLINE)
    return replace(command, **changes)


def a_call(db: Session, event: Event, *, by: Actor = SYSTEM, **changes: Any) -> str:
    """A draft; gives its public id."""
    return service.save_call(db, event.id, call_command(**changes), by=by, now=clock.now())


def send(db: Session, event: Event, public_id: str, whom: Whom = Whom.ALL, *, now: datetime | None = None) -> int:
    version = queries.call(db, event.id, public_id).version
    return service.send_call(db, event.id, public_id, whom, seen_version=version, by=SYSTEM, now=now or clock.now())


def rows_of(db: Session, event: Event, public_id: str) -> list[queries.BoardRow]:
    return queries.board(db, queries.call(db, event.id, public_id))


def recipients(db: Session, event: Event, public_id: str) -> Sequence[CallRecipient]:
    call = queries.call(db, event.id, public_id)
    return db.scalars(select(CallRecipient).where(CallRecipient.call_id == call.id).order_by(CallRecipient.convened_id)).all()


def letter(db: Session, row: CallRecipient) -> LetterView:
    return queries.letter_view(db, row.id)


def link(row: CallRecipient) -> str:
    """The secret of an entity's receipt."""
    return token_of(row.token_sealed)


def actor(staff: Staff) -> Actor:
    return Actor.staff(staff.id, staff.name)
