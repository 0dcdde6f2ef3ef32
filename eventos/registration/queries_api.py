"""Registrations as the API reads them: page by page in the order they were made, or one; and the row of one, to change it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from eventos.kernel.errors import NotFound
from eventos.kernel.vocabulary import Modality, RegistrationState
from eventos.people.models import Person
from eventos.registration.models import Registration
from eventos.registration.queries import RegistrationRow, row_columns, typed

_NOT_THERE = "No encontramos esa inscripción."


@dataclass(frozen=True)
class Standing:
    """A registration without its person: what somebody may know who may only write."""

    public_id: str
    state: RegistrationState
    modality: Modality


def _rows(event_id: int) -> Select[Any]:
    """Registrations of an event with their people, merged people resolved."""
    original, person = aliased(Person), aliased(Person)
    return (
        select(*row_columns(person))
        .join(original, Registration.person_id == original.id)
        .join(person, person.id == func.coalesce(original.merged_into_id, original.id))
        .where(Registration.event_id == event_id)
    )


def registrations_page(db: Session, event_id: int, *, state: str = "", modality: str = "", after: int, limit: int) -> list[RegistrationRow]:
    """At most `limit` registrations made after the one numbered `after`: one statement."""
    wanted = _rows(event_id).where(Registration.id > after)
    for name, value in (("state", state), ("modality", modality)):
        if value:
            wanted = wanted.where(getattr(Registration, name) == value)
    return [RegistrationRow(**typed(dict(row._mapping))) for row in db.execute(wanted.order_by(Registration.id).limit(limit))]


def registration_row(db: Session, event_id: int, public_id: str) -> RegistrationRow:
    """One registration of an event. Raises NotFound."""
    row = db.execute(_rows(event_id).where(Registration.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound(_NOT_THERE)
    return RegistrationRow(**typed(dict(row._mapping)))


def standing(db: Session, registration_id: int) -> Standing:
    """How a registration stands. Raises NotFound."""
    which = select(Registration.public_id, Registration.state, Registration.modality).where(Registration.id == registration_id)
    row = db.execute(which).one_or_none()
    if row is None:
        raise NotFound(_NOT_THERE)
    return Standing(row.public_id, RegistrationState(row.state), Modality(row.modality))


def registration_for_write(db: Session, event_id: int, public_id: str) -> Registration:
    """The row of a registration, locked for a service to change. Raises NotFound; a door asks `event_in_scope` first."""
    which = select(Registration).where(Registration.event_id == event_id, Registration.public_id == public_id)
    row = db.execute(which.with_for_update()).scalar_one_or_none()
    if row is None:
        raise NotFound(_NOT_THERE)
    return row
