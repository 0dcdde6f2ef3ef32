"""How the door goes, read where the scans stand: the counters and the devices of an event."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from eventos.accounts.models import Staff
from eventos.checkin.models import Acceptance, Device, DeviceEvent, Scan
from eventos.kernel.vocabulary import RegistrationState
from eventos.registration.models import Registration

ACCEPTED, REPEATED, ANNULLED = "accepted", "repeated", "annulled"


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
