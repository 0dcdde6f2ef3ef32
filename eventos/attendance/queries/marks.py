"""The marks made by hand that a list stands on: who marked, from which phone, whom, when and why. Shown before an acta is closed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from eventos.accounts.models import Staff
from eventos.attendance.queries.standing import standing
from eventos.checkin.models import Device, Scan
from eventos.people.models import Person
from eventos.registration.models import Registration


@dataclass(frozen=True)
class Mark:
    """Somebody counted because a person said so."""

    public_id: str
    name: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class Marker:
    """Who marked by hand and whom. `device` is the phone at the door, "" for a decision of the office; `by` who made it or decided."""

    device: str
    by: str
    marks: tuple[Mark, ...]

    @property
    def first_at(self) -> datetime:
        return min(mark.at for mark in self.marks)

    @property
    def last_at(self) -> datetime:
        return max(mark.at for mark in self.marks)


def marks_by_hand(db: Session, event_id: int) -> tuple[Marker, ...]:
    """Of the asistentes, those who count by a mark: one statement. Whoever marked most stands first.

    At the door: a person ticked by name whose entry stands. In the office: a decision that they came.
    """
    which = standing(event_id)
    original = Person.__table__.alias("original")
    source = which.source.join(original, original.c.id == Registration.person_id).join(
        Person.__table__, Person.id == func.coalesce(original.c.merged_into_id, original.c.id)
    )
    person: list[Any] = [Registration.id, Registration.public_id, Person.given_names, Person.family_names]
    the_scan = and_(Scan.device_id == which.door.c.device_id, Scan.nonce == which.door.c.nonce, Scan.manual)
    marked_by = func.coalesce(Device.created_by, Scan.detail["by"].as_integer())  # a phone answers to its maker; at the desk, who marked
    at_the_door = (
        select(
            Device.id.label("device_id"),
            Device.name.label("device"),
            Staff.name.label("by"),
            Scan.scanned_at.label("at"),
            Scan.reason,
            *person,
        )
        .select_from(source.join(Scan, the_scan).join(Device, Device.id == Scan.device_id).outerjoin(Staff, Staff.id == marked_by))
        .where(which.counted, which.scanned)
    )
    in_the_office = (
        select(
            null().label("device_id"), literal("").label("device"), Staff.name, which.decided.c.decided_at, which.decided.c.reason, *person
        )
        .select_from(source.outerjoin(Staff.__table__, Staff.id == which.decided.c.decided_by))
        .where(which.counted, which.decided.c.attended.is_(True))
    )
    both = union_all(at_the_door, in_the_office).subquery("marks")
    return _by_marker(db.execute(select(both).order_by(both.c.at, both.c.id)))


def _by_marker(rows: Iterable[Any]) -> tuple[Marker, ...]:
    found: dict[tuple[Any, str, str], list[Mark]] = {}
    for row in rows:
        mark = Mark(row.public_id, f"{row.given_names} {row.family_names}".strip(), row.at, row.reason)
        found.setdefault((row.device_id, row.device, row.by or "El sistema"), []).append(mark)
    markers = [Marker(device, by, tuple(marks)) for (_, device, by), marks in found.items()]
    return tuple(sorted(markers, key=lambda each: -len(each.marks)))
