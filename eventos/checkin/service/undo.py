"""Taking an entry back, by the phone that made it or by staff with a reason, and telling the acceptances again from what stands."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, insert, select
from sqlalchemy.orm import Session

from eventos.checkin import queries, rules
from eventos.checkin.models import Acceptance, Scan
from eventos.checkin.queries import LET_IN, STANDS, DeviceView, DoorEvent
from eventos.checkin.rules import UndoTooLate, Verdict
from eventos.checkin.service.told import Answer, Said
from eventos.kernel import audit, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.errors import NotFound
from eventos.registration.models import Registration


def undo(db: Session, device: DeviceView, event: DoorEvent, nonce: str, *, now: datetime) -> Answer:
    """Take an entry or an exit of this device back within fifteen minutes: another row says so, the first stays. Twice is once.

    Raises NotFound, UndoTooLate.
    """
    asked = select(Scan).where(Scan.device_id == device.id, Scan.nonce == nonce, Scan.event_id == event.id)
    scan = db.execute(asked.where(LET_IN)).scalar_one_or_none()
    if scan is None:
        raise NotFound("No encontramos ese ingreso entre los de este teléfono.")
    if not rules.can_undo(scan.received_at, now):
        raise UndoTooLate
    return _annul(db, device, event, scan, "checkin.undo", by=Actor(f"device:{device.id}"), now=now)


def annul(db: Session, desk: DeviceView, event: DoorEvent, scan_id: int, *, reason: str, by: Actor, now: datetime) -> Answer:
    """Staff take back a reading of any door that was let in, whenever it was, with their reason. Twice is once. Raises NotFound."""
    asked = select(Scan).where(Scan.id == scan_id, Scan.event_id == event.id, LET_IN)
    scan = db.execute(asked).scalar_one_or_none()
    if scan is None:
        raise NotFound("No encontramos ese ingreso.")
    return _annul(db, desk, event, scan, "checkin.annul", reason=reason, by=by, now=now)


def _annul(
    db: Session,
    device: DeviceView,
    event: DoorEvent,
    scan: Scan,
    action: str,
    *,
    reason: str = "",
    by: Actor,
    now: datetime,
) -> Answer:
    if scan.registration_id is None:
        raise RuntimeError("an accepted reading is somebody's")
    queries.lock(db, [scan.registration_id])
    row = {
        "device_id": device.id,
        "nonce": f"deshacer-{tokens.public_id()}",  # no phone can have sent it before, to keep the entry while it says it is undone
        "event_id": event.id,
        "registration_id": scan.registration_id,
        "room": scan.room,
        "day": scan.day,
        "direction": scan.direction,
        "verdict": Verdict.ANNULLED.value,
        "detail": {} if by.staff_id is None else {"by": by.staff_id},
        "reason": reason,
        "annuls_id": scan.id,
        "scanned_at": now,
        "received_at": now,
    }
    is_annulled = db.scalar(select(Scan.id).where(Scan.annuls_id == scan.id)) is not None
    if not is_annulled:
        db.execute(insert(Scan).values(row))
        restate(db, [scan.registration_id])
        audit.record(db, by, action, "registration", scan.registration_id, **({"reason": reason} if reason else {}))
    attendee = queries.by_ids(db, [scan.registration_id])[scan.registration_id]
    return Said(scan.nonce, Verdict.ANNULLED, scan.room, scan.direction, "", {}, now).answer(event, attendee)


def restate(db: Session, registration_ids: Iterable[int]) -> None:
    """Tell the acceptances of these registrations again from what stands."""
    ids = sorted(set(registration_ids))
    _restate(db, Acceptance.registration_id.in_(ids), Scan.registration_id.in_(ids))


def restate_event(db: Session, event_id: int) -> None:
    """Tell all acceptances of an event again: what is stored is never more than what the readings say."""
    mine = select(Registration.id).where(Registration.event_id == event_id)
    _restate(db, Acceptance.registration_id.in_(mine), Scan.event_id == event_id)


def _restate(db: Session, old: ColumnElement[bool], scans: ColumnElement[bool]) -> None:
    """Of each registration, day and room the first entry that stands; of two at the same moment the one that came first."""
    db.execute(delete(Acceptance).where(old))
    key = (Scan.registration_id, Scan.day, Scan.room)
    order = func.row_number().over(partition_by=key, order_by=(Scan.scanned_at, Scan.id)).label("place")
    entries = select(*key, Scan.device_id, Scan.nonce, Scan.scanned_at, order).where(scans, STANDS, Scan.direction == "in").subquery()
    columns = ["registration_id", "day", "room", "device_id", "nonce", "accepted_at"]
    first = select(*(entries.c[name] for name in (*columns[:-1], "scanned_at"))).where(entries.c.place == 1)
    db.execute(insert(Acceptance).from_select(columns, first))
