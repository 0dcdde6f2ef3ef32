"""The manifest of an event, page by page: who changed since a moment, what stands of their movements, and tickets that were replaced.

A round goes through the registrations in order of id; the next one tells only of those that something of changed since the last one began.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from eventos.checkin.models import Device, Scan
from eventos.checkin.queries.attendees import LET_IN, STANDS
from eventos.kernel.text import mask_document
from eventos.people.models import Person, PersonMerge
from eventos.registration.models import Answer, Registration, RevokedTicket

MARGIN = timedelta(minutes=2)  # a change is written with the moment its transaction began; what is told twice does no harm
_TOLD = aliased(Person, name="told")  # whoever registered; Person is who they are since a merge


@dataclass(frozen=True)
class Row:
    """A registration as the door needs it, with its sealed ticket. `work` in the order of importance."""

    registration_id: int
    public_id: str
    ticket_hash: str
    ticket_sealed: bytes
    state: str
    name: str
    work: tuple[str, ...]
    document: str


@dataclass(frozen=True)
class Moved:
    """An accepted reading that stands."""

    registration_id: int
    room: str
    direction: str
    at: datetime
    door: str


@dataclass(frozen=True)
class ManifestPage:
    """So many registrations of a round. `moved`: the tickets of those whose movements are told here whole, by their id.

    `last_id`: where the next page goes on; None at the end of the round.
    """

    rows: tuple[Row, ...]
    revoked: tuple[str, ...]
    moved: dict[int, str]
    movements: tuple[Moved, ...]
    last_id: int | None


def manifest_page(db: Session, event_id: int, *, since: datetime | None, after: int, limit: int, asks: bool) -> ManifestPage:
    """The registrations of an event after an id that changed since a moment (all for None). `asks`: the door asks questions."""
    if since is None:
        touched = _everybody(db, event_id, after, limit + 1)
    else:
        touched = _touched(db, event_id, since - MARGIN, after, limit + 1, asks=asks)
    mine = dict(touched[:limit])
    whole = [number for number, is_whole in mine.items() if is_whole]
    rows = _rows(db, whole)
    moved = {row.registration_id: row.ticket_hash for row in rows}
    if others := [number for number, is_whole in mine.items() if not is_whole]:
        named = select(Registration.id, Registration.ticket_hash).where(Registration.id.in_(others))
        moved |= {row.id: row.ticket_hash for row in db.execute(named)}
    return ManifestPage(
        rows=rows,
        revoked=_revoked(db, whole),
        moved=moved,
        movements=_movements(db, event_id, list(moved)),
        last_id=max(mine) if len(touched) > limit else None,
    )


def _everybody(db: Session, event_id: int, after: int, limit: int) -> list[tuple[int, bool]]:
    asked = select(Registration.id).where(Registration.event_id == event_id, Registration.id > after).order_by(Registration.id)
    return [(number, True) for number in db.execute(asked.limit(limit)).scalars()]


def _touched(db: Session, event_id: int, since: datetime, after: int, limit: int, *, asks: bool) -> list[tuple[int, bool]]:
    """Whom something of changed: (id, whether more than their movements). A merge, and its undoing, shows who somebody is."""
    mine = (Registration.event_id == event_id, Registration.id > after)
    kept = aliased(Person)
    lately = or_(PersonMerge.merged_at >= since, PersonMerge.undone_at >= since)
    gone, both = (
        select(PersonMerge.gone_id).where(lately),
        select(PersonMerge.gone_id).where(lately).union(select(PersonMerge.kept_id).where(lately)),
    )
    parts = union_all(
        _those(True, *mine, Registration.updated_at >= since),
        _those(True, *mine)
        .join(_TOLD, _TOLD.id == Registration.person_id)
        .outerjoin(kept, kept.id == _TOLD.merged_into_id)
        .where(or_(_TOLD.updated_at >= since, kept.updated_at >= since, _TOLD.id.in_(gone), _TOLD.merged_into_id.in_(both))),
        select(RevokedTicket.registration_id.label("id"), literal(1).label("whole")).where(
            *(RevokedTicket.event_id == event_id, RevokedTicket.revoked_at >= since, RevokedTicket.registration_id > after)
        ),
        select(Scan.registration_id.label("id"), literal(0).label("whole")).where(
            *(Scan.event_id == event_id, Scan.received_at >= since, Scan.registration_id > after),
            or_(LET_IN, Scan.verdict == "annulled"),
        ),
        *([_those(True, *mine, exists().where(Answer.registration_id == Registration.id, Answer.updated_at >= since))] if asks else []),
    ).subquery()
    found = select(parts.c.id, func.max(parts.c.whole).label("whole")).group_by(parts.c.id).order_by(parts.c.id).limit(limit)
    return [(row.id, bool(row.whole)) for row in db.execute(found)]


def _those(whole: bool, *which: ColumnElement[bool]) -> Any:
    return select(Registration.id.label("id"), literal(int(whole)).label("whole")).where(*which)


def _rows(db: Session, ids: Sequence[int]) -> tuple[Row, ...]:
    if not ids:
        return ()
    columns = (
        *(Registration.id, Registration.public_id, Registration.ticket_hash, Registration.ticket_sealed, Registration.state),
        *(Registration.entity_name, Registration.dependency, Registration.post),
        *(Person.given_names, Person.family_names, Person.document_type, Person.document_number),
    )
    found = db.execute(
        select(*columns)
        .join(_TOLD, _TOLD.id == Registration.person_id)
        .join(Person, Person.id == func.coalesce(_TOLD.merged_into_id, _TOLD.id))
        .where(Registration.id.in_(ids))
        .order_by(Registration.id)
    ).all()
    return tuple(
        Row(
            registration_id=row.id,
            public_id=row.public_id,
            ticket_hash=row.ticket_hash,
            ticket_sealed=row.ticket_sealed,
            state=row.state,
            name=f"{row.given_names} {row.family_names}".strip(),
            work=tuple(part for part in (row.entity_name, row.dependency or row.post) if part),
            document=mask_document(row.document_type, row.document_number) if row.document_number else "",
        )
        for row in found
    )


def _revoked(db: Session, ids: Sequence[int]) -> tuple[str, ...]:
    if not ids:
        return ()
    mine = select(RevokedTicket.ticket_hash).where(RevokedTicket.registration_id.in_(ids)).order_by(RevokedTicket.ticket_hash)
    return tuple(db.execute(mine).scalars())


def _movements(db: Session, event_id: int, ids: Sequence[int]) -> tuple[Moved, ...]:
    """What stands of these registrations, each in order of moment."""
    if not ids:
        return ()
    found = db.execute(
        select(Scan.registration_id, Scan.room, Scan.direction, Scan.scanned_at, Device.name)
        .join(Device, Device.id == Scan.device_id)
        .where(Scan.registration_id.in_(ids), func.coalesce(Scan.event_id, 0) == event_id, STANDS)  # looked for by registration
        .order_by(Scan.registration_id, Scan.scanned_at, Scan.id)
    )
    return tuple(Moved(row.registration_id, row.room, row.direction, row.scanned_at, row.name) for row in found)
