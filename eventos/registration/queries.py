"""What is asked about registrations: for the form, the mails, the personal page, and the lists of the staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from eventos.cycles.models import Event, EventDay
from eventos.cycles.queries import EventView, event_view_by_id, event_views_by_id
from eventos.kernel.correspondence import MailRecord
from eventos.kernel.errors import NotFound
from eventos.kernel.text import fold
from eventos.kernel.titles import title
from eventos.kernel.vocabulary import EventKind, EventState, Modality, RegistrationState
from eventos.people.models import Person
from eventos.registration.models import AdmissionPolicy, FormQuestion, Registration, RevokedTicket


@dataclass(frozen=True)
class Opening:
    """An event as somebody who wants to register meets it: enough to judge its window. Seats are settled when one is taken."""

    id: int
    slug: str
    cycle_id: int
    kind: EventKind
    number: int | None
    topic: str
    modality: Modality
    state: EventState
    registration_opens_at: datetime | None
    registration_closes_at: datetime | None
    starts_at: datetime | None
    ends_at: datetime | None
    demo: bool
    moderated: bool = False
    is_private: bool = False
    admits_late: bool = False
    group_limit: int = 1
    questions: int = 0
    is_full: bool = False

    @property
    def title(self) -> str:
        return title(self.kind, self.number, self.topic)[1]


def openings(db: Session, slugs: Sequence[str]) -> list[Opening]:
    """The events of these addresses, drafts left out, by id: one statement."""
    return [_opening(dict(row._mapping)) for row in db.execute(_OPENINGS, {"slugs": slugs})]


_event, _day, _policy = Event.__table__.c, EventDay.__table__.c, AdmissionPolicy.__table__.c
_PLAIN = (("moderated", False), ("is_private", False), ("admits_late", False), ("group_limit", 1))  # an event without a policy
_OWN_QUESTIONS = (
    select(func.count())
    .select_from(FormQuestion.__table__)
    .where(FormQuestion.__table__.c.event_id == _event.id, FormQuestion.__table__.c.retired_at.is_(None))
    .scalar_subquery()
)
_OPENINGS = (
    select(
        *(_event.id, _event.slug, _event.cycle_id, _event.kind, _event.number, _event.topic, _event.modality, _event.state),
        *(_event.registration_opens_at, _event.registration_closes_at, _event.demo),
        *(func.min(_day.starts_at).label("starts_at"), func.max(_day.ends_at).label("ends_at")),
        *(func.coalesce(_policy[name], plain).label(name) for name, plain in _PLAIN),
        _OWN_QUESTIONS.label("questions"),
    )
    .select_from(
        Event.__table__.outerjoin(EventDay.__table__, _day.event_id == _event.id).outerjoin(
            AdmissionPolicy.__table__, _policy.event_id == _event.id
        )
    )
    .where(_event.slug.in_(bindparam("slugs", expanding=True)), _event.state != EventState.DRAFT.value)
    .group_by(_event.id, _policy.event_id)
    .order_by(_event.id)
)


def _opening(values: dict[str, Any]) -> Opening:
    values["kind"], values["modality"] = EventKind(values["kind"]), Modality(values["modality"])
    values["state"] = EventState(values["state"])
    return Opening(**values)


def opening(db: Session, slug: str) -> Opening:
    """One event. Raises NotFound for a draft as for one that does not exist."""
    found = openings(db, (slug,))
    if not found:
        raise NotFound("No encontramos ese evento.")
    return found[0]


@dataclass(frozen=True)
class RegistrationView:
    """A registration with its person and event, for its mails and its personal page. The sealed secrets are opened by `tickets`."""

    id: int
    public_id: str
    state: RegistrationState
    modality: Modality
    entity_name: str
    dependency: str
    post: str
    link_kind: str
    divipola: str | None
    country: str
    city: str
    ticket_sealed: bytes
    link_sealed: bytes
    uid: str
    sequence: int
    registered_at: datetime
    cancelled_at: datetime | None
    expires_at: datetime | None
    decision_reason: str
    group_id: int | None
    consent_id: int | None
    demo: bool
    person_id: int
    document_type: str | None
    document_number: str | None
    given_names: str
    family_names: str
    email: str
    phone: str
    event: EventView

    @property
    def full_name(self) -> str:
        return f"{self.given_names} {self.family_names}".strip()

    @property
    def needs_consent(self) -> bool:
        """Somebody else wrote this person down, and they did not say yes yet."""
        return self.group_id is not None and self.consent_id is None and self.state.is_open

    @property
    def invite_sequence(self) -> int:
        """SEQUENCE (RFC 5546): grows with every change of the event and of this registration."""
        return self.event.sequence + self.sequence

    @property
    def code(self) -> str:
        """The public name of this registration in groups a person can read aloud."""
        return "-".join(self.public_id[at : at + 5] for at in range(0, len(self.public_id), 5))


_WORK = ("id", "public_id", "state", "modality", "entity_name", "dependency", "post", "link_kind", "divipola", "country", "city")
_SECRETS = (
    *("ticket_sealed", "link_sealed", "uid", "sequence", "registered_at", "cancelled_at"),
    *("expires_at", "decision_reason", "group_id", "consent_id", "demo"),
)
_LISTED = ("source", "registered_at", "waitlisted_at")
_PERSON = ("document_type", "document_number", "given_names", "family_names", "email", "phone")


def _select() -> Select[Any]:
    """A registration beside its person, merged people resolved."""
    original, person = aliased(Person), aliased(Person, name="person_now")
    return (
        select(
            *(getattr(Registration, name) for name in (*_WORK, *_SECRETS)),
            Registration.event_id,
            person.id.label("person_id"),
            *(getattr(person, name) for name in _PERSON),
        )
        .join(original, Registration.person_id == original.id)
        .join(person, person.id == func.coalesce(original.merged_into_id, original.id))
    )


def _view(values: dict[str, Any], event: EventView) -> RegistrationView:
    values.pop("event_id")
    return RegistrationView(**typed(values), event=event)


def _one(db: Session, which: ColumnElement[bool]) -> RegistrationView:
    row = db.execute(_select().where(which)).one_or_none()
    if row is None:
        raise NotFound("No encontramos esa inscripción.")
    return _view(dict(row._mapping), event_view_by_id(db, row.event_id))


def registration_view(db: Session, registration_id: int) -> RegistrationView:
    """One registration by its number. Raises NotFound."""
    return _one(db, Registration.id == registration_id)


def my_registration_view(db: Session, link_hash: str) -> RegistrationView:
    """The registration of a personal link, by the SHA-256 of its token. Raises NotFound."""
    return _one(db, Registration.link_hash == link_hash)


def ticket_view(db: Session, ticket_hash: str) -> RegistrationView | None:
    """The registration of a ticket, by the SHA-256 of what the QR says, or None."""
    try:
        return _one(db, Registration.ticket_hash == ticket_hash)
    except NotFound:
        return None


def was_replaced(db: Session, ticket_hash: str) -> bool:
    """Whether a ticket was ours until another took its place."""
    return db.scalar(select(RevokedTicket.ticket_hash).where(RevokedTicket.ticket_hash == ticket_hash)) is not None


def already_sent(db: Session, message_ids: Sequence[str]) -> set[str]:
    """Which of these messages the transport took already (a job may run twice); what came back may be sent again."""
    taken = select(MailRecord.message_id).where(MailRecord.message_id.in_(message_ids), MailRecord.bounced_at.is_(None))
    return set(db.execute(taken).scalars())


def people_with_mail(db: Session, email_key: str, now: datetime) -> list[int]:
    """The people on file with this mail address who are registered for something that is not over yet."""
    ahead = select(EventDay.event_id).where(EventDay.ends_at > now)
    original = aliased(Person)
    found = (
        select(Person.id)
        .join(original, Person.id == func.coalesce(original.merged_into_id, original.id))
        .join(Registration, Registration.person_id == original.id)
        .where(Person.email_key == email_key, Person.merged_into_id.is_(None), Registration.event_id.in_(ahead))
        .distinct()
        .order_by(Person.id)
    )
    return list(db.execute(found).scalars())


def registrations_of_person(db: Session, person_id: int, now: datetime) -> list[RegistrationView]:
    """Somebody's registrations for events that are not over, soonest first; cancelled ones too."""
    original = aliased(Person)
    ids = select(original.id).where(or_(original.id == person_id, original.merged_into_id == person_id))
    ahead = select(EventDay.event_id).where(EventDay.ends_at > now)
    rows = db.execute(_select().where(Registration.person_id.in_(ids), Registration.event_id.in_(ahead))).all()
    events = {event.id: event for event in event_views_by_id(db, sorted({row.event_id for row in rows}))}
    views = [_view(dict(row._mapping), events[row.event_id]) for row in rows]
    return sorted(views, key=lambda view: (view.event.starts_at or view.registered_at, view.id))


def how_many_in_each_state(db: Session, event_id: int, only: str = "") -> dict[str, int]:
    """How many registrations of an event (of one modality, if asked) are in each state that some are in."""
    asked = select(Registration.state, func.count()).where(Registration.event_id == event_id).group_by(Registration.state)
    rows = db.execute(asked.where(Registration.modality == only) if only else asked)
    return {row[0]: row[1] for row in rows}


def ids_in_state(db: Session, event_id: int, *states: RegistrationState) -> list[int]:
    """The registrations of an event in these states, by id."""
    wanted = [state.value for state in states]
    return list(
        db.execute(
            select(Registration.id).where(Registration.event_id == event_id, Registration.state.in_(wanted)).order_by(Registration.id)
        ).scalars()
    )


@dataclass(frozen=True)
class RegistrationRow:
    """A registration and its person, as a line of the staff's list."""

    id: int
    public_id: str
    state: RegistrationState
    modality: Modality
    document_type: str | None
    document_number: str | None
    given_names: str
    family_names: str
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

    @property
    def full_name(self) -> str:
        return f"{self.given_names} {self.family_names}".strip()


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; empty means all. `words` looks into names, mail, document and entity."""

    state: str = ""
    modality: str = ""
    divipola: str = ""
    entity_key: str = ""
    words: str = ""


def registrations_of(
    db: Session, event_id: int, filters: Filters | None = None, *, limit: int | None = None, offset: int = 0
) -> tuple[list[RegistrationRow], int]:
    """The registrations of an event, newest last on the waiting list and otherwise by name, and how many there are in all."""
    filters = filters or Filters()
    original, person = aliased(Person), aliased(Person)
    conditions: list[ColumnElement[bool]] = [Registration.event_id == event_id]
    for name in ("state", "modality", "divipola", "entity_key"):
        if value := getattr(filters, name):
            conditions.append(getattr(Registration, name) == value)
    if filters.words:
        like = f"%{_escaped(fold(filters.words))}%"
        raw = f"%{_escaped(filters.words.strip().lower())}%"
        conditions.append(
            or_(
                person.name_key.like(like, escape="\\"),
                person.email_key.like(raw, escape="\\"),
                person.document_number.like(raw.replace(".", ""), escape="\\"),
                Registration.entity_key.like(like, escape="\\"),
            )
        )
    listed = (
        select(
            *row_columns(person),
            func.count().over().label("total"),
        )
        .join(original, Registration.person_id == original.id)
        .join(person, person.id == func.coalesce(original.merged_into_id, original.id))
        .where(*conditions)
        .order_by(Registration.waitlisted_at.is_not(None), Registration.waitlisted_at, person.name_key, Registration.id)
        .limit(limit)
        .offset(offset)
    )
    rows = db.execute(listed).all()
    lines = [{name: value for name, value in row._mapping.items() if name != "total"} for row in rows]
    return [RegistrationRow(**typed(line)) for line in lines], rows[0].total if rows else 0


def row_columns(person: type[Person]) -> list[Any]:
    """What a RegistrationRow is made of; `person` is who the registered one is now."""
    return [*(getattr(Registration, name) for name in (*_WORK, *_LISTED)), *(getattr(person, name) for name in _PERSON)]


def typed(values: dict[str, Any]) -> dict[str, Any]:
    """The columns of a registration, with the words of the house for those the database keeps as text."""
    return {**values, "state": RegistrationState(values["state"]), "modality": Modality(values["modality"])}


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
