"""Whom a code, a tick or a search belongs to, and what a nonce was answered before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from eventos.checkin.models import Acceptance, Device, Scan
from eventos.cycles.models import Event, EventDay
from eventos.kernel import clock, spanish
from eventos.kernel.text import fold, mask_document
from eventos.kernel.titles import title
from eventos.kernel.vocabulary import RegistrationState
from eventos.people.models import Person
from eventos.registration.models import Registration

MOST_FOUND = 8
_TOLD = aliased(Person, name="told")  # whoever registered; Person is who they are since a merge


@dataclass(frozen=True)
class Entered:
    """The accepted scan of a registration on a day of its event, as it stood when it was looked up."""

    day: str
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
    entered: tuple[Entered, ...] = ()

    def entered_on(self, day: str) -> Entered | None:
        return next((one for one in self.entered if one.day == day), None)


def _attendees(*which: ColumnElement[bool], entries: ColumnElement[bool] | None = None) -> Select[Any]:
    """Events with those of their registrations that `which` says; an event without any is one row.

    A row for each entry of a registration, or one without any; `entries` says which of them are of interest.
    """
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
        Acceptance.day,
        Acceptance.device_id,
        Acceptance.nonce,
        Acceptance.accepted_at,
        Device.name.label("device_name"),
    ]
    return (
        select(*columns)
        .select_from(Event)
        .outerjoin(Registration, and_(Registration.event_id == Event.id, *which))
        .outerjoin(_TOLD, _TOLD.id == Registration.person_id)
        .outerjoin(Person, Person.id == func.coalesce(_TOLD.merged_into_id, _TOLD.id))
        .outerjoin(Acceptance, and_(Acceptance.registration_id == Registration.id, true() if entries is None else entries))
        .outerjoin(Device, Device.id == Acceptance.device_id)
    )


def by_tickets(db: Session, tickets: dict[str, int]) -> dict[str, Attendee | tuple[str, str]]:
    """What genuine tickets (hash → the event they name) belong to: an attendee, or only the event's (title, day) when replaced."""
    if not tickets:
        return {}
    asked = _attendees(Registration.ticket_hash.in_(tickets))
    found: dict[str, Attendee | tuple[str, str]] = {}
    events: dict[int, tuple[str, str]] = {}
    rows = db.execute(asked.where(Event.id.in_(set(tickets.values())))).all()
    for row in rows:
        events[row.event_id] = (title(row.kind, row.number, row.topic)[1], _when(row))
    hashes = {row.registration_id: row.ticket_hash for row in rows}
    found |= {hashes[number]: attendee for number, attendee in _by_registration(rows).items()}
    for ticket, event_id in tickets.items():
        if ticket not in found and event_id in events:
            found[ticket] = events[event_id]
    return found


def by_public_ids(db: Session, public_ids: Sequence[str], event_id: int) -> dict[str, Attendee]:
    """Registrations of one event that somebody ticked by name."""
    if not public_ids:
        return {}
    rows = db.execute(_attendees().where(Event.id == event_id, Registration.public_id.in_(public_ids))).all()
    return {attendee.public_id: attendee for attendee in _by_registration(rows).values()}


def by_ids(db: Session, registration_ids: Sequence[int]) -> dict[int, Attendee]:
    """The same, of answers that were given before."""
    return _by_registration(db.execute(_attendees().where(Registration.id.in_(registration_ids))).all())


def _by_registration(rows: Sequence[Any]) -> dict[int, Attendee]:
    """The rows of each registration as one attendee, in the order they came."""
    mine: dict[int, list[Any]] = {}
    for row in rows:
        if row.registration_id is not None:
            mine.setdefault(row.registration_id, []).append(row)
    return {number: _attendee(some) for number, some in mine.items()}


def _when(row: Any) -> str:
    return f"del {spanish.date_long(clock.local(row.starts_at).date())}" if row.starts_at else row.date_note


def _attendee(rows: Sequence[Any]) -> Attendee:
    row = rows[0]
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
        entered=tuple(Entered(one.day, one.device_id, one.nonce, one.accepted_at, one.device_name) for one in rows if one.accepted_at),
    )


def earlier(db: Session, device_id: int, nonces: Sequence[str]) -> dict[str, Scan]:
    """What these nonces of a device were answered before."""
    rows = db.execute(select(Scan).where(Scan.device_id == device_id, Scan.nonce.in_(nonces))).scalars()
    return {scan.nonce: scan for scan in rows}


def search(db: Session, event_id: int, typed: str, *, day: str) -> list[Attendee]:
    """At most eight people of the event whose name holds every word typed, or whose document begins so.

    With their entry of `day`, or with all of them when it is "".
    """
    words = fold(typed).split()[:6]
    digits = "".join(char for char in typed if char.isdigit())
    ways = [and_(*(Person.name_key.contains(word, autoescape=True) for word in words))] if words else []
    if digits and digits == "".join(char for char in typed if char.isalnum()):
        # With either of the documents of somebody who was merged.
        ways = [one.document_number.startswith(digits, autoescape=True) for one in (Person, _TOLD)]
    if not ways:
        return []
    asked = (
        _attendees(entries=Acceptance.day == day if day else None)
        .where(Event.id == event_id, or_(*ways))
        .order_by(Registration.state.in_([each.value for each in RegistrationState if not each.is_open]), Person.name_key, Registration.id)
        .limit(MOST_FOUND)
    )
    return list(_by_registration(db.execute(asked).all()).values())
