"""What is asked about how events admit people: policies, invitations, requests that wait, and everything one mail address has."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from eventos.cycles.models import Event, EventDay
from eventos.cycles.queries.cards import Member, in_scope
from eventos.kernel import clock, private, spanish
from eventos.kernel.errors import NotFound
from eventos.kernel.titles import title
from eventos.kernel.vocabulary import EventKind, EventState, RegistrationState
from eventos.people.models import Person
from eventos.registration.models import AdmissionPolicy, Registration
from eventos.registration.rules import Policy

PLAIN = Policy()


@private.hides
def by_invitation(event_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Private events: their pieza and their materials have no public address either."""
    return select(AdmissionPolicy.event_id).where(AdmissionPolicy.event_id == event_id, AdmissionPolicy.is_private).exists()


def policy_of(db: Session, event_id: int) -> Policy:
    """How an event admits people."""
    columns = [getattr(AdmissionPolicy, name) for name in Policy.__dataclass_fields__]
    row = db.execute(select(*columns).where(AdmissionPolicy.event_id == event_id)).one_or_none()
    return Policy(*row) if row else PLAIN


def sealed_invitation(db: Session, event_id: int) -> bytes | None:
    """The sealed invitation of a private event, or None."""
    return db.execute(select(AdmissionPolicy.invitation_sealed).where(AdmissionPolicy.event_id == event_id)).scalar_one_or_none()


def invited_slug(db: Session, token_hash: str) -> str:
    """The address of the event behind an invitation, by the SHA-256 of its token. Raises NotFound.

    One that is open to all by now is among them: an invitation that was sent still leads there.
    """
    wanted = select(Event.slug).join(AdmissionPolicy, AdmissionPolicy.event_id == Event.id)
    slug = db.execute(wanted.where(AdmissionPolicy.invitation_hash == token_hash)).scalar_one_or_none()
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


def has_registrations(db: Session, email_key: str) -> bool:
    """Whether anybody on file with this address ever registered for something."""
    original, person = aliased(Person), aliased(Person)
    found = (
        select(Registration.id)
        .join(original, Registration.person_id == original.id)
        .join(person, person.id == func.coalesce(original.merged_into_id, original.id))
        .where(person.email_key == email_key, person.email_key != "")
        .limit(1)
    )
    return db.execute(found).first() is not None


def policies(db: Session) -> dict[int, Policy]:
    """The events that admit people in a way of their own, for pages that list many events."""
    columns = [getattr(AdmissionPolicy, name) for name in Policy.__dataclass_fields__]
    return {row[0]: Policy(*row[1:]) for row in db.execute(select(AdmissionPolicy.event_id, *columns))}


@dataclass(frozen=True)
class MyEvent:
    """An event that somebody with one mail address registered for, as "Mis eventos" lists it."""

    name: str
    title: str
    starts_at: datetime | None
    ends_at: datetime | None
    date_note: str
    state: RegistrationState
    event_state: EventState
    link_sealed: bytes

    @property
    def when(self) -> str:
        return spanish.date_full(clock.local(self.starts_at).date()) if self.starts_at else self.date_note

    def is_ahead(self, now: datetime) -> bool:
        return self.ends_at is None or now < self.ends_at


def my_events(db: Session, email_key: str) -> list[MyEvent]:
    """Everything the people on file with this address registered for, the latest first: one statement."""
    original, person = aliased(Person), aliased(Person)
    day = (
        select(EventDay.event_id, func.min(EventDay.starts_at).label("starts_at"), func.max(EventDay.ends_at).label("ends_at"))
        .group_by(EventDay.event_id)
        .subquery()
    )
    rows = db.execute(
        select(
            *(person.given_names, person.family_names, Event.kind, Event.number, Event.topic, Event.date_note),
            *(Event.state.label("event_state"), Registration.state, Registration.link_sealed, day.c.starts_at, day.c.ends_at),
        )
        .select_from(Registration)
        .join(Event, Event.id == Registration.event_id)
        .outerjoin(day, day.c.event_id == Event.id)
        .join(original, Registration.person_id == original.id)
        .join(person, person.id == func.coalesce(original.merged_into_id, original.id))
        .where(person.email_key == email_key, person.email_key != "", Event.state != EventState.DRAFT.value)
        .order_by(day.c.starts_at.desc(), Registration.id)
    )
    return [
        MyEvent(
            name=f"{row.given_names} {row.family_names}".strip(),
            title=title(EventKind(row.kind), row.number, row.topic)[1],
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            date_note=row.date_note,
            state=RegistrationState(row.state),
            event_state=EventState(row.event_state),
            link_sealed=row.link_sealed,
        )
        for row in rows
    ]
