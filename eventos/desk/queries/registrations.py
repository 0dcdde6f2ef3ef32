"""One registration as staff see it, and the municipalities a list can be narrowed to."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from eventos.cycles.models import Event
from eventos.cycles.queries.cards import Member, in_scope
from eventos.kernel.errors import NotFound
from eventos.kernel.vocabulary import Modality, RegistrationState
from eventos.people.models import Person
from eventos.registration.models import Registration


@dataclass(frozen=True)
class RegistrationDetail:
    """A registration with its person. What identifies somebody is here in full: a page masks it unless it was asked for."""

    id: int
    public_id: str
    event_slug: str
    state: RegistrationState
    modality: Modality
    given_names: str
    family_names: str
    document_type: str | None
    document_number: str | None
    email: str
    phone: str
    entity_name: str
    dependency: str
    post: str
    link_kind: str
    divipola: str | None
    country: str
    city: str
    source: str
    registered_at: datetime
    waitlisted_at: datetime | None
    cancelled_at: datetime | None

    @property
    def full_name(self) -> str:
        return f"{self.given_names} {self.family_names}".strip()


_OWN: tuple[str, ...] = (
    "id",
    "public_id",
    "state",
    "modality",
    "entity_name",
    "dependency",
    "post",
    "link_kind",
    "divipola",
    "country",
    "city",
    "source",
)
_OWN += ("registered_at", "waitlisted_at", "cancelled_at")
_PERSON = ("given_names", "family_names", "document_type", "document_number", "email", "phone")


def registration_in_scope(db: Session, public_id: str, staff: Member) -> RegistrationDetail:
    """A registration of an event in this person's cycles: one statement. Raises NotFound for a foreign one too."""
    original, person = aliased(Person), aliased(Person)
    row = db.execute(
        select(
            *(getattr(Registration, name) for name in _OWN), *(getattr(person, name) for name in _PERSON), Event.slug.label("event_slug")
        )
        .join(Event, Event.id == Registration.event_id)
        .join(original, original.id == Registration.person_id)
        .join(person, person.id == func.coalesce(original.merged_into_id, original.id))
        .where(Registration.public_id == public_id, in_scope(Event.cycle_id, staff))
    ).one_or_none()
    if row is None:
        raise NotFound("No encontramos esa inscripción.")
    values = dict(row._mapping)
    values["state"], values["modality"] = RegistrationState(values["state"]), Modality(values["modality"])
    return RegistrationDetail(**values)


def municipios_of(db: Session, event_id: int) -> list[str]:
    """The DIVIPOLA codes that an event's registrations come from."""
    codes = select(Registration.divipola).where(Registration.event_id == event_id, Registration.divipola.is_not(None)).distinct()
    return [code for code in db.execute(codes).scalars() if code]
