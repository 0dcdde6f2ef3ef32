"""Every reading of an event, one a row, as staff go through them: narrowed, by pages, or those of one person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from eventos.accounts.models import Staff
from eventos.checkin.models import Device, Scan
from eventos.checkin.queries.attendees import LET_IN, WHO, WITH_PEOPLE, matching
from eventos.kernel.text import mask_document
from eventos.registration.models import Registration

_annulling = aliased(Scan)


@dataclass(frozen=True)
class Narrowed:
    """Which readings: of these verdicts, of a door by its public id, of a room by its key, with one flag or any, of whom, and when."""

    text: str = ""
    verdicts: tuple[str, ...] = ()
    door: str = ""
    room: str | None = None
    flag: str = ""
    flagged: bool = False
    manual: bool = False
    offline: bool = False
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class LogRow:
    """A reading as it was written down. `annulled`: why somebody took it back, "" for no reason given, None while it stands.

    `public_id` and who it was are "" for a code of nobody, or of somebody of another event.
    """

    id: int
    at: datetime
    received_at: datetime
    room: str
    door: str
    direction: str
    verdict: str
    told: str
    flagged: str
    manual: bool
    offline: bool
    reason: str
    by: str
    let_in: bool
    annulled: str | None
    public_id: str
    name: str
    entity: str
    document: str

    @property
    def can_annul(self) -> bool:
        return self.let_in and self.annulled is None


def log(db: Session, event_id: int, which: Narrowed, *, limit: int | None = None, offset: int = 0) -> tuple[list[LogRow], int]:
    """The readings of an event, newest first, and how many there are in all: two statements."""
    narrowed = _conditions(event_id, which)
    total = db.scalar(select(func.count()).select_from(_joined().where(*narrowed).with_only_columns(Scan.id).subquery())) or 0
    rows = db.execute(_joined().where(*narrowed).order_by(Scan.received_at.desc(), Scan.id.desc()).limit(limit).offset(offset))
    return [_row(row) for row in rows], total


def log_of(db: Session, event_id: int, public_id: str) -> list[LogRow]:
    """The readings of one registration in the order they happened."""
    asked = _joined().where(Scan.event_id == event_id, Registration.public_id == public_id)
    return [_row(row) for row in db.execute(asked.order_by(Scan.scanned_at, Scan.id))]


def log_row(db: Session, event_id: int, scan_id: int) -> LogRow | None:
    row = db.execute(_joined().where(Scan.event_id == event_id, Scan.id == scan_id)).one_or_none()
    return _row(row) if row is not None else None


def doors_of(db: Session, event_id: int) -> list[tuple[str, str]]:
    """(public id, name) of the devices that read something at this event."""
    read = select(Scan.device_id).where(Scan.event_id == event_id)
    rows = db.execute(select(Device.public_id, Device.name).where(Device.id.in_(read)).order_by(Device.name, Device.id))
    return [(row.public_id, row.name) for row in rows]


def _joined() -> Select[Any]:
    columns: list[Any] = [
        *(Scan.id, Scan.scanned_at, Scan.received_at, Scan.room, Scan.direction, Scan.verdict, Scan.told, Scan.flagged),
        *(Scan.manual, Scan.offline, Scan.reason, LET_IN.label("let_in")),
        *(Device.name.label("door"), Staff.name.label("by"), _annulling.id.label("annulling_id"), _annulling.reason.label("annulled")),
        *WHO,
    ]
    return (
        select(*columns)
        .select_from(Scan)
        .join(Device, Device.id == Scan.device_id)
        .outerjoin(WITH_PEOPLE, and_(Registration.id == Scan.registration_id, Registration.event_id == Scan.event_id))
        .outerjoin(_annulling, _annulling.annuls_id == Scan.id)
        .outerjoin(Staff, Staff.id == Scan.detail["by"].as_integer())
    )


def _conditions(event_id: int, which: Narrowed) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Scan.event_id == event_id]
    if which.text:
        found.append(or_(*(matching(which.text) or [literal(value=False)])))
    if which.verdicts:
        found.append(Scan.verdict.in_(which.verdicts))
    if which.door:
        found.append(Device.public_id == which.door)
    if which.room is not None:
        found.append(Scan.room == which.room)
    if which.flag:
        found.append(Scan.flagged.contains(which.flag, autoescape=True))
    if which.since is not None:
        found.append(Scan.scanned_at >= which.since)
    if which.until is not None:
        found.append(Scan.scanned_at <= which.until)
    marks = ((which.flagged, Scan.flagged != ""), (which.manual, Scan.manual.is_(True)), (which.offline, Scan.offline.is_(True)))
    return found + [mark for is_asked, mark in marks if is_asked]


def _row(row: Any) -> LogRow:
    return LogRow(
        id=row.id,
        at=row.scanned_at,
        received_at=row.received_at,
        room=row.room,
        door=row.door,
        direction=row.direction,
        verdict=row.verdict,
        told=row.told,
        flagged=row.flagged,
        manual=row.manual,
        offline=row.offline,
        reason=row.reason,
        by=row.by or "",
        let_in=bool(row.let_in),
        annulled=row.annulled if row.annulling_id is not None else None,
        public_id=row.public_id or "",
        name=f"{row.given_names} {row.family_names}".strip() if row.public_id else "",
        entity=(row.entity_name or "") if row.public_id else "",
        document=mask_document(row.document_type, row.document_number) if row.document_number else "",
    )
