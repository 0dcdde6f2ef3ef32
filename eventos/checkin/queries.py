"""Reads of the door: the device behind a cookie, what a code is, who is searched for, and the counters of the organiser."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from eventos.accounts.models import Staff
from eventos.checkin.models import Acceptance, Device, DeviceEvent, Scan
from eventos.cycles.models import Event, EventDay
from eventos.kernel import clock, spanish
from eventos.kernel.errors import NotFound
from eventos.kernel.text import fold, mask_document
from eventos.kernel.titles import title
from eventos.kernel.vocabulary import EventState, RegistrationState
from eventos.people.models import Person
from eventos.registration.models import Registration

MOST_FOUND = 8
ACCEPTED, REPEATED, ANNULLED = "accepted", "repeated", "annulled"


@dataclass(frozen=True)
class Hours:
    """One day of an event."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class DoorEvent:
    """An event that a device may read for."""

    id: int
    slug: str
    title: str
    short_title: str
    state: EventState
    venue: str
    demo: bool
    days: tuple[Hours, ...]


@dataclass(frozen=True)
class DeviceView:
    """The phone that asks, with its events."""

    id: int
    public_id: str
    name: str
    seen_at: datetime | None
    events: tuple[DoorEvent, ...]

    def event(self, slug: str) -> DoorEvent:
        """One of its events. Raises NotFound for any other."""
        for event in self.events:
            if event.slug == slug:
                return event
        raise NotFound("Este teléfono no lee para ese evento.")


def device_by_token(db: Session, token_hash: str, *, now: datetime) -> DeviceView | None:
    """The device of a bearer, with its events and their hours: one statement. None when revoked, expired, or its maker left the team."""
    rows = db.execute(
        select(Device.id.label("device_id"), Device.public_id, Device.name, Device.seen_at, *_EVENT, EventDay.starts_at, EventDay.ends_at)
        .join(Staff, Staff.id == Device.created_by)
        .join(DeviceEvent, DeviceEvent.device_id == Device.id)
        .join(Event, Event.id == DeviceEvent.event_id)
        .outerjoin(EventDay, EventDay.event_id == Event.id)
        .where(Device.token_hash == token_hash, Device.revoked_at.is_(None), Device.expires_at > now, Staff.deactivated_at.is_(None))
        .order_by(Event.id, EventDay.starts_at)
    ).all()
    if not rows:
        return None
    return DeviceView(rows[0].device_id, rows[0].public_id, rows[0].name, rows[0].seen_at, _door_events(rows))


_EVENT = (
    Event.id.label("event_id"),
    Event.slug,
    Event.kind,
    Event.number,
    Event.topic,
    Event.state.label("event_state"),
    Event.venue_name,
    Event.demo,
)


def _door_events(rows: Sequence[Any]) -> tuple[DoorEvent, ...]:
    days: dict[int, list[Hours]] = {}
    for row in rows:
        days.setdefault(row.event_id, [])
        if row.starts_at is not None:
            days[row.event_id].append(Hours(row.starts_at, row.ends_at))
    found = {row.event_id: row for row in rows}
    return tuple(_door_event(row, tuple(days[number])) for number, row in found.items())


def _door_event(row: Any, days: tuple[Hours, ...]) -> DoorEvent:
    short, whole = title(row.kind, row.number, row.topic)
    return DoorEvent(row.event_id, row.slug, whole, short, EventState(row.event_state), row.venue_name, row.demo, days)


def events_to_offer(db: Session, cycle_id: int) -> tuple[DoorEvent, ...]:
    """The published events of a cycle: what a device may be made for."""
    rows = db.execute(
        select(*_EVENT, EventDay.starts_at, EventDay.ends_at)
        .outerjoin(EventDay, EventDay.event_id == Event.id)
        .where(Event.cycle_id == cycle_id, Event.state == EventState.PUBLISHED.value)
        .order_by(Event.id.desc(), EventDay.starts_at)
    ).all()
    return _door_events(rows)


@dataclass(frozen=True)
class LinkView:
    """A device link that can still be used."""

    name: str
    titles: tuple[str, ...]


def open_link(db: Session, link_hash: str, *, now: datetime) -> LinkView | None:
    """What a link would enrol the phone for; None when it was used, is late or was revoked."""
    rows = db.execute(
        select(Device.name, Event.kind, Event.number, Event.topic)
        .join(DeviceEvent, DeviceEvent.device_id == Device.id)
        .join(Event, Event.id == DeviceEvent.event_id)
        .join(Staff, Staff.id == Device.created_by)
        .where(Device.link_hash == link_hash, Device.enrolled_at.is_(None), Device.revoked_at.is_(None), Device.link_expires_at > now)
        .where(Staff.deactivated_at.is_(None))
        .order_by(Event.id)
    ).all()
    return LinkView(rows[0].name, tuple(title(row.kind, row.number, row.topic)[1] for row in rows)) if rows else None


# --- what a code is ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entered:
    """The accepted scan of a registration, as it stood when it was looked up."""

    device_id: int
    nonce: str
    at: datetime
    where: str


@dataclass(frozen=True)
class Attendee:
    """Whom a code or a tick belongs to, as the door shows them: the document is masked."""

    registration_id: int
    public_id: str
    event_id: int
    event_title: str
    event_when: str
    state: RegistrationState
    name: str
    work: tuple[str, ...]
    document: str
    entered: Entered | None = None


def _attendees(*which: ColumnElement[bool]) -> Select[Any]:
    """Events with those of their registrations that `which` says; an event without any is one row."""
    first_day = select(func.min(EventDay.starts_at)).where(EventDay.event_id == Event.id).correlate(Event).scalar_subquery()
    columns: list[Any] = [
        Event.id.label("event_id"),
        Event.kind,
        Event.number,
        Event.topic,
        Event.date_note,
        first_day.label("starts_at"),
        Registration.id.label("registration_id"),
        Registration.public_id,
        Registration.state,
        Registration.ticket_hash,
        Registration.entity_name,
        Registration.dependency,
        Registration.post,
        Person.given_names,
        Person.family_names,
        Person.document_type,
        Person.document_number,
        Acceptance.device_id,
        Acceptance.nonce,
        Acceptance.accepted_at,
        Device.name.label("device_name"),
    ]
    return (
        select(*columns)
        .select_from(Event)
        .outerjoin(Registration, and_(Registration.event_id == Event.id, *which))
        .outerjoin(Person, Person.id == Registration.person_id)
        .outerjoin(Acceptance, Acceptance.registration_id == Registration.id)
        .outerjoin(Device, Device.id == Acceptance.device_id)
    )


def by_tickets(db: Session, tickets: dict[str, int]) -> dict[str, Attendee | tuple[str, str]]:
    """What genuine tickets (hash → the event they name) belong to: an attendee, or only the event's (title, day) when replaced."""
    if not tickets:
        return {}
    asked = _attendees(Registration.ticket_hash.in_(tickets))
    found: dict[str, Attendee | tuple[str, str]] = {}
    events: dict[int, tuple[str, str]] = {}
    for row in db.execute(asked.where(Event.id.in_(set(tickets.values())))):
        events[row.event_id] = (title(row.kind, row.number, row.topic)[1], _when(row))
        if row.registration_id is not None:
            found[row.ticket_hash] = _attendee(row)
    for ticket, event_id in tickets.items():
        if ticket not in found and event_id in events:
            found[ticket] = events[event_id]
    return found


def by_public_ids(db: Session, public_ids: Sequence[str], event_id: int) -> dict[str, Attendee]:
    """Registrations of one event that somebody ticked by name."""
    if not public_ids:
        return {}
    rows = db.execute(_attendees().where(Event.id == event_id, Registration.public_id.in_(public_ids)))
    return {row.public_id: _attendee(row) for row in rows}


def by_ids(db: Session, registration_ids: Sequence[int]) -> dict[int, Attendee]:
    """The same, of answers that were given before."""
    return {row.registration_id: _attendee(row) for row in db.execute(_attendees().where(Registration.id.in_(registration_ids)))}


def _when(row: Any) -> str:
    return f"del {spanish.date_long(clock.local(row.starts_at).date())}" if row.starts_at else row.date_note


def _attendee(row: Any) -> Attendee:
    return Attendee(
        registration_id=row.registration_id,
        public_id=row.public_id,
        event_id=row.event_id,
        event_title=title(row.kind, row.number, row.topic)[1],
        event_when=_when(row),
        state=RegistrationState(row.state),
        name=f"{row.given_names} {row.family_names}".strip(),
        work=tuple(part for part in (row.entity_name, row.dependency or row.post) if part),
        document=mask_document(row.document_type, row.document_number) if row.document_number else "",
        entered=Entered(row.device_id, row.nonce, row.accepted_at, row.device_name) if row.accepted_at else None,
    )


def earlier(db: Session, device_id: int, nonces: Sequence[str]) -> dict[str, Scan]:
    """What these nonces of a device were answered before."""
    rows = db.execute(select(Scan).where(Scan.device_id == device_id, Scan.nonce.in_(nonces))).scalars()
    return {scan.nonce: scan for scan in rows}


def device_names(db: Session, ids: Sequence[int]) -> dict[int, str]:
    return {row.id: row.name for row in db.execute(select(Device.id, Device.name).where(Device.id.in_(ids)))}


# --- searching -----------------------------------------------------------------------------------------------------------------


def search(db: Session, event_id: int, typed: str) -> list[Attendee]:
    """At most eight people of the event whose name holds every word typed, or whose document begins so."""
    words = fold(typed).split()[:6]
    digits = "".join(char for char in typed if char.isdigit())
    ways = [and_(*(Person.name_key.contains(word, autoescape=True) for word in words))] if words else []
    if digits and digits == "".join(char for char in typed if char.isalnum()):
        ways = [Person.document_number.startswith(digits, autoescape=True)]
    if not ways:
        return []
    asked = (
        _attendees()
        .where(Event.id == event_id, or_(*ways))
        .order_by(Registration.state == RegistrationState.CANCELLED.value, Person.name_key, Registration.id)
        .limit(MOST_FOUND)
    )
    return [_attendee(row) for row in db.execute(asked)]


# --- counters ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DoorCount:
    """How the door goes: people inside, people expected, and what was answered otherwise."""

    accepted: int
    expected: int
    repeated: int
    refused: int
    last_at: datetime | None


def door_count(db: Session, event_id: int) -> DoorCount:
    """The numbers of the door, read where the scans stand: one statement."""
    accepted = (
        select(func.count())
        .select_from(Acceptance)
        .join(Registration, Registration.id == Acceptance.registration_id)
        .where(Registration.event_id == event_id)
        .scalar_subquery()
    )
    expected = (
        select(func.count())
        .select_from(Registration)
        .where(Registration.event_id == event_id, Registration.state == RegistrationState.ACTIVE.value)
        .scalar_subquery()
    )
    row = db.execute(
        select(
            accepted.label("accepted"),
            expected.label("expected"),
            func.coalesce(func.sum(case((Scan.verdict == REPEATED, 1), else_=0)), 0).label("repeated"),
            func.coalesce(func.sum(case((Scan.verdict.not_in((ACCEPTED, REPEATED, ANNULLED)), 1), else_=0)), 0).label("refused"),
            func.max(Scan.received_at).label("last_at"),
        ).where(Scan.event_id == event_id)
    ).one()
    return DoorCount(row.accepted, row.expected, int(row.repeated), int(row.refused), row.last_at)


@dataclass(frozen=True)
class DeviceRow:
    """A device in the organiser's list. `manual` are the people it marked by name."""

    public_id: str
    name: str
    state: str
    made_by: str
    seen_at: datetime | None
    expires_at: datetime
    accepted: int
    manual: int
    flagged: int


def devices_of(db: Session, event_id: int, *, now: datetime) -> list[DeviceRow]:
    """The devices of an event, newest first, with what each did for it: one statement."""
    good = and_(Scan.verdict == ACCEPTED, Scan.direction == "in")
    asked = (
        select(
            *(
                Device.public_id,
                Device.name,
                Device.link_expires_at,
                Device.enrolled_at,
                Device.revoked_at,
                Device.seen_at,
                Device.expires_at,
            ),
            Staff.name.label("made_by"),
            func.count(case((good, 1))).label("accepted"),
            func.count(case((and_(good, Scan.manual), 1))).label("manual"),
            func.count(case((Scan.flagged != "", 1))).label("flagged"),
        )
        .join(DeviceEvent, and_(DeviceEvent.device_id == Device.id, DeviceEvent.event_id == event_id))
        .join(Staff, Staff.id == Device.created_by)
        .outerjoin(Scan, and_(Scan.device_id == Device.id, Scan.event_id == event_id))
        .group_by(Device.id, Staff.name)
        .order_by(Device.id.desc())
    )
    rows = db.execute(asked).all()
    return [
        DeviceRow(
            *(row.public_id, row.name, _state_of(row, now), row.made_by, row.seen_at, row.expires_at),
            *(row.accepted, row.manual, row.flagged),
        )
        for row in rows
    ]


def _state_of(row: Any, now: datetime) -> str:
    if row.revoked_at is not None:
        return "revoked"
    if row.enrolled_at is None:
        return "waiting" if row.link_expires_at > now else "late"
    return "active" if row.expires_at > now else "over"
