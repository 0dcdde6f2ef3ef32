"""Whom a code or a tick belongs to with the movements that stand, and who is searched for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from eventos.checkin.models import Device, Scan
from eventos.kernel.text import fold, mask_document
from eventos.kernel.vocabulary import RegistrationState
from eventos.people.models import Person
from eventos.registration.models import Registration

MOST_FOUND = 8
ACCEPTED, REPEATED = "accepted", "repeated"


@dataclass(frozen=True)
class Moved:
    """A reading that let somebody through and stands: through which room, when, by which door."""

    room: str
    direction: str
    at: datetime
    day: str
    device_id: int
    nonce: str
    where: str


@dataclass(frozen=True)
class Attendee:
    """Whom a code or a tick belongs to, as the door shows them: the document is masked. `moved`: what stands, in the order it happened."""

    registration_id: int
    person_id: int
    public_id: str
    event_id: int
    state: RegistrationState
    ticket_hash: str
    name: str
    work: tuple[str, ...]
    document: str
    moved: tuple[Moved, ...] = ()

    @property
    def entered(self) -> tuple[Moved, ...]:
        return tuple(one for one in self.moved if one.direction == "in")


# --- built once: the hot path reads by numbers -----------------------------------------------------------------------------------

_registration, _scan, _device = Registration.__table__.c, Scan.__table__.c, Device.__table__.c
_told, _owner = Person.__table__.alias("told"), Person.__table__.alias("owner")  # who registered, and who they are since a merge
_annulling = Scan.__table__.alias("annulling")
WITH_PEOPLE = Registration.__table__.join(_told, _told.c.id == _registration.person_id).join(
    _owner, _owner.c.id == func.coalesce(_told.c.merged_into_id, _told.c.id)
)
WHO = (  # a registration and whose it is
    _registration.public_id,
    *(_owner.c.given_names, _owner.c.family_names, _owner.c.document_type, _owner.c.document_number),
    *(_registration.entity_name, _registration.dependency, _registration.post),
)
# Let in by its verdict, or by a phone without a signal that did not know of another door: should that other entry be taken back, this one
# is the first.
LET_IN = or_(_scan.verdict == ACCEPTED, and_(_scan.verdict == REPEATED, _scan.told == ACCEPTED))
STANDS = and_(LET_IN, ~exists().where(_annulling.c.annuls_id == _scan.id).correlate(Scan.__table__))


def _attendees() -> Select[Any]:
    """A row for each movement that stands of a registration, or one without any, in the order they happened."""
    # The event is no way to look for them: SQLite would go through all its scans for each registration.
    its = and_(_scan.registration_id == _registration.id, func.coalesce(_scan.event_id, 0) == _registration.event_id, STANDS)
    return (
        select(
            _registration.id.label("registration_id"),
            *(_registration.person_id, _registration.public_id, _registration.event_id, _registration.state, _registration.ticket_hash),
            *(_registration.entity_name, _registration.dependency, _registration.post),
            *(_owner.c.given_names, _owner.c.family_names, _owner.c.document_type, _owner.c.document_number),
            *(_scan.room, _scan.direction, _scan.scanned_at, _scan.day, _scan.device_id, _scan.nonce, _device.name.label("device_name")),
        )
        .select_from(
            # One by one: SQLite would read every scan there is to join them with their doors first.
            WITH_PEOPLE.outerjoin(Scan.__table__, its).outerjoin(Device.__table__, _device.id == _scan.device_id)
        )
        .order_by(_scan.scanned_at, _scan.id)
    )


_BY_ID = _attendees().where(_registration.id.in_(bindparam("ids", expanding=True)))


def by_ids(db: Session, registration_ids: Sequence[int]) -> dict[int, Attendee]:
    """Registrations with what stands of them now."""
    if not registration_ids:
        return {}
    return _gathered(db.execute(_BY_ID, {"ids": list(registration_ids)}).all())


def by_public_id(db: Session, event_id: int, public_id: str) -> Attendee | None:
    """A registration of this event with what stands of it."""
    found = db.scalar(select(_registration.id).where(_registration.event_id == event_id, _registration.public_id == public_id))
    return by_ids(db, [found])[found] if found is not None else None


def _gathered(rows: Sequence[Any]) -> dict[int, Attendee]:
    """The rows of each registration as one attendee."""
    mine: dict[int, list[Any]] = {}
    for row in rows:
        mine.setdefault(row.registration_id, []).append(row)
    return {number: _attendee(some) for number, some in mine.items()}


def _attendee(rows: Sequence[Any]) -> Attendee:
    row = rows[0]
    return Attendee(
        registration_id=row.registration_id,
        person_id=row.person_id,
        public_id=row.public_id,
        event_id=row.event_id,
        state=RegistrationState(row.state),
        ticket_hash=row.ticket_hash,
        name=f"{row.given_names} {row.family_names}".strip(),
        work=tuple(part for part in (row.entity_name, row.dependency or row.post) if part),
        document=mask_document(row.document_type, row.document_number) if row.document_number else "",
        moved=tuple(
            Moved(one.room, one.direction, one.scanned_at, one.day, one.device_id, one.nonce, one.device_name)
            for one in rows
            if one.scanned_at is not None
        ),
    )


def matching(typed: str) -> list[ColumnElement[bool]]:
    """The ways in which `WITH_PEOPLE` may hold what was typed: each word of a name or an entity, or how a document begins."""
    words = fold(typed).split()[:6]
    digits = "".join(char for char in typed if char.isdigit())
    ways: list[ColumnElement[bool]] = []
    if words:
        for key in (_owner.c.name_key, _registration.entity_key):
            ways.append(and_(*(key.contains(word, autoescape=True) for word in words)))
    if digits and digits == "".join(char for char in typed if char.isalnum()):
        # With either of the documents of somebody who was merged.
        ways += [one.c.document_number.startswith(digits, autoescape=True) for one in (_owner, _told)]
    return ways


def search(db: Session, event_id: int, typed: str, *, day: str = "", room: str = "") -> list[Attendee]:
    """At most eight people of the event whose name or entity holds every word typed, or whose document begins so.

    Those who may enter come first, with what stands of them in one room, on one day or (when it is "") on all of them.
    """
    ways = matching(typed)
    if not ways:
        return []
    closed = _registration.state.in_([each.value for each in RegistrationState if not each.is_open])
    asked = (
        select(_registration.id)
        .select_from(WITH_PEOPLE)
        .where(_registration.event_id == event_id, or_(*ways))
        .order_by(closed, _owner.c.name_key, _registration.id)
        .limit(MOST_FOUND)
    )
    ids = list(db.execute(asked).scalars())
    found = by_ids(db, ids)
    return [_in_room(found[number], day, room) for number in ids]


def _in_room(attendee: Attendee, day: str, room: str) -> Attendee:
    return replace(attendee, moved=tuple(one for one in attendee.moved if one.room == room and (not day or one.day == day)))
