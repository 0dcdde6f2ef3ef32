"""What is asked about how events admit people: policies, invitations, requests that wait, and everything one mail address has."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from eventos.cycles.models import Event
from eventos.cycles.queries.cards import Member, in_scope
from eventos.kernel.errors import NotFound
from eventos.kernel.vocabulary import RegistrationState
from eventos.people.models import Person
from eventos.registration.models import AdmissionPolicy, Registration
from eventos.registration.rules import Policy

PLAIN = Policy()


def policy_of(db: Session, event_id: int) -> Policy:
    """How an event admits people."""
    columns = [getattr(AdmissionPolicy, name) for name in Policy.__dataclass_fields__]
    row = db.execute(select(*columns).where(AdmissionPolicy.event_id == event_id)).one_or_none()
    return Policy(*row) if row else PLAIN


def sealed_invitation(db: Session, event_id: int) -> bytes | None:
    """The sealed invitation of a private event, or None."""
    return db.execute(select(AdmissionPolicy.invitation_sealed).where(AdmissionPolicy.event_id == event_id)).scalar_one_or_none()


def invited_slug(db: Session, token_hash: str) -> str:
    """The address of the private event behind an invitation, by the SHA-256 of its token. Raises NotFound."""
    wanted = select(Event.slug).join(AdmissionPolicy, AdmissionPolicy.event_id == Event.id)
    wanted = wanted.where(AdmissionPolicy.invitation_hash == token_hash, AdmissionPolicy.is_private.is_(True))
    slug = db.execute(wanted).scalar_one_or_none()
    if slug is None:
        raise NotFound("No encontramos ese evento.")
    return slug


def is_private(db: Session, slug: str) -> bool:
    """Whether the event of this address is found by invitation alone."""
    wanted = select(AdmissionPolicy.event_id).join(Event, Event.id == AdmissionPolicy.event_id)
    return db.execute(wanted.where(Event.slug == slug, AdmissionPolicy.is_private.is_(True))).first() is not None


@dataclass(frozen=True)
class RequestLine:
    """Somebody who asked to come and waits for the organiser's decision."""

    public_id: str
    name: str
    document_type: str | None
    document_number: str | None
    email: str
    entity_name: str
    post: str
    registered_at: datetime


def requests(db: Session, event_id: int, *, limit: int) -> tuple[list[RequestLine], int]:
    """The requests of an event that wait, oldest first, and how many there are."""
    original, person = aliased(Person), aliased(Person)
    rows = db.execute(
        select(
            Registration.public_id,
            person.given_names,
            person.family_names,
            person.document_type,
            person.document_number,
            person.email,
            Registration.entity_name,
            Registration.post,
            Registration.registered_at,
            func.count().over().label("total"),
        )
        .join(original, Registration.person_id == original.id)
        .join(person, person.id == func.coalesce(original.merged_into_id, original.id))
        .where(Registration.event_id == event_id, Registration.state == RegistrationState.PENDING.value)
        .order_by(Registration.registered_at, Registration.id)
        .limit(limit)
    ).all()
    return [RequestLine(row[0], f"{row[1]} {row[2]}".strip(), *row[3:9]) for row in rows], rows[0].total if rows else 0


def registration_in_scope(db: Session, public_id: str, staff: Member, *, locked: bool = True) -> Registration:
    """A registration of an event in this person's cycles, locked for a decision. Raises NotFound for a foreign one too."""
    wanted = select(Registration).join(Event, Event.id == Registration.event_id)
    wanted = wanted.where(Registration.public_id == public_id, in_scope(Event.cycle_id, staff))
    found = db.execute(wanted.with_for_update(of=Registration) if locked else wanted).scalar_one_or_none()
    if found is None:
        raise NotFound("No encontramos esa inscripción.")
    return found


def people_of_mail(db: Session, email_key: str) -> list[int]:
    """The people on file with this address who ever registered for something, merged ones resolved."""
    original = aliased(Person)
    found = (
        select(Person.id)
        .join(original, Person.id == func.coalesce(original.merged_into_id, original.id))
        .join(Registration, Registration.person_id == original.id)
        .where(Person.email_key == email_key, Person.merged_into_id.is_(None))
        .distinct()
        .order_by(Person.id)
    )
    return list(db.execute(found).scalars())


def policies(db: Session) -> dict[int, Policy]:
    """The events that admit people in a way of their own, for pages that list many events."""
    columns = [getattr(AdmissionPolicy, name) for name in Policy.__dataclass_fields__]
    return {row[0]: Policy(*row[1:]) for row in db.execute(select(AdmissionPolicy.event_id, *columns))}
