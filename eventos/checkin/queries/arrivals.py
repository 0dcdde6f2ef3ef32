"""What self check-in asks: the rooms that offer it, whose document and mail these are, and who else confirmed on a phone."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eventos.checkin.models import Scan
from eventos.checkin.queries.devices import DoorEvent, door_event
from eventos.kernel.errors import NotFound
from eventos.kernel.text import normalise_email
from eventos.people.models import Person
from eventos.registration.models import Registration


def arrival_event(db: Session, slug: str) -> DoorEvent:
    """An event in which people confirm their own arrival in some room. Raises NotFound for any other."""
    event = door_event(db, slug)
    if event is None or not screens_of(event):
        raise NotFound("Este evento no tiene confirmación de llegada por código.")
    return event


def screens_of(event: DoorEvent) -> dict[str, str]:
    """The rooms in which people confirm their own arrival: their names by key."""
    return {room.key: room.name for room in event.offered if room.rule.get("self_checkin")}


def registration_by(db: Session, event_id: int, document: str, email: str) -> str | None:
    """The public id of the registration whose document and mail these are, both; None when there is none."""
    number = "".join(char for char in document.upper() if char.isalnum())
    told = Person.__table__.alias("told")
    owner = func.coalesce(told.c.merged_into_id, told.c.id)
    found = db.execute(
        select(Registration.public_id)
        .join(told, told.c.id == Registration.person_id)
        .join(Person, Person.id == owner)
        .where(Registration.event_id == event_id, Person.document_number == number, Person.email_key == normalise_email(email))
        .order_by(Registration.id)
    ).scalars()
    return next(iter(found), None)


def confirmed_on(db: Session, event_id: int, phone_key: str, *, but: str) -> int:
    """How many other people of the event confirmed their arrival on this phone."""
    people = select(func.count(Scan.registration_id.distinct())).join(Registration, Registration.id == Scan.registration_id)
    return db.scalar(people.where(Scan.event_id == event_id, Scan.phone_key == phone_key, Registration.public_id != but)) or 0
