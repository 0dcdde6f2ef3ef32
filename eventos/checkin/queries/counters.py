"""How the door goes, read where the scans stand: the counters and the devices of an event."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from eventos.accounts.models import Staff
from eventos.checkin.models import VERDICTS, WALK_IN, Acceptance, Device, DeviceEvent, Scan
from eventos.cycles.models import EventDay
from eventos.kernel.vocabulary import RegistrationState
from eventos.people.models import Person
from eventos.registration.models import Registration

ACCEPTED, REPEATED, ANNULLED = "accepted", "repeated", "annulled"
REFUSALS = tuple(each for each in VERDICTS if each not in (ACCEPTED, REPEATED, ANNULLED))


@dataclass(frozen=True)
class DoorCount:
    """How the door goes: people who entered on the day asked for and on any day, people expected, and what was answered otherwise.

    `refusals`: how many readings of each verdict that let nobody in, the most first.
    """

    accepted: int
    ever: int
    expected: int
    repeated: int
    refused: int
    last_at: datetime | None
    refusals: tuple[tuple[str, int], ...] = ()
    undone: int = 0


def door_count(db: Session, event_id: int, day: str = "") -> DoorCount:
    """The numbers of the door, read where the scans stand: one statement. A merged person counts once. `day`: "" for all of them."""
    person = func.coalesce(Person.merged_into_id, Person.id)
    entered = (
        select(func.count(person.distinct()))
        .select_from(Acceptance)
        .join(Registration, Registration.id == Acceptance.registration_id)
        .join(Person, Person.id == Registration.person_id)
        .where(Registration.event_id == event_id)
    )
    accepted, ever = (entered.where(Acceptance.day == day) if day else entered).scalar_subquery(), entered.scalar_subquery()
    expected = (
        select(func.count(person.distinct()))
        .select_from(Registration)
        .join(Person, Person.id == Registration.person_id)
        .where(Registration.event_id == event_id, Registration.state == RegistrationState.ACTIVE.value)
        .scalar_subquery()
    )
    row = db.execute(
        select(
            accepted.label("entered"),
            ever.label("ever"),
            expected.label("expected"),
            *(func.coalesce(func.sum(case((Scan.verdict == each, 1), else_=0)), 0).label(each) for each in VERDICTS),
            func.max(Scan.received_at).label("last_at"),
        ).where(Scan.event_id == event_id)
    ).one()
    readings = {each: int(getattr(row, each)) for each in VERDICTS}
    refusals = sorted(((each, readings[each]) for each in REFUSALS if readings[each]), key=lambda one: -one[1])
    refused = sum(many for _, many in refusals)
    undone = readings[ANNULLED]
    return DoorCount(row.entered, row.ever, row.expected, readings[REPEATED], refused, row.last_at, tuple(refusals), undone)


@dataclass(frozen=True)
class DeviceRow:
    """A device in the organiser's list: the entries it made that stand, those of them marked by name, and the people it registered.

    Screens and the desk are "fixed": nobody made them.
    """

    public_id: str
    name: str
    state: str
    made_by: str
    seen_at: datetime | None
    expires_at: datetime
    accepted: int
    manual: int
    walk_ins: int
    flagged: int


def devices_of(db: Session, event_id: int, *, now: datetime) -> list[DeviceRow]:
    """The devices of an event, newest first, with what each did for it: one statement."""
    stands = and_(Scan.verdict == ACCEPTED, Acceptance.registration_id.is_not(None))
    on_the_spot = Scan.reason == WALK_IN
    each = DeviceEvent.__table__.alias("each")
    last_hour = (
        select(func.max(EventDay.ends_at))
        .join(each, each.c.event_id == EventDay.event_id)
        .where(each.c.device_id == Device.id)
        .correlate(Device)
        .scalar_subquery()
    )
    asked = (
        select(
            *(
                Device.public_id,
                Device.kind,
                Device.name,
                Device.link_expires_at,
                Device.enrolled_at,
                Device.revoked_at,
                Device.seen_at,
                Device.created_at,
            ),
            Staff.name.label("made_by"),
            last_hour.label("last_hour"),
            func.count(case((stands, 1))).label("accepted"),
            func.count(case((and_(stands, Scan.manual, ~on_the_spot), 1))).label("manual"),
            func.count(case((and_(stands, on_the_spot), 1))).label("walk_ins"),
            func.count(case((Scan.flagged != "", 1))).label("flagged"),
            func.max(Scan.received_at).label("read_at"),
        )
        .join(DeviceEvent, and_(DeviceEvent.device_id == Device.id, DeviceEvent.event_id == event_id))
        .outerjoin(Staff, Staff.id == Device.created_by)
        .outerjoin(Scan, and_(Scan.device_id == Device.id, Scan.event_id == event_id))
        .outerjoin(
            Acceptance,
            and_(Acceptance.registration_id == Scan.registration_id, Acceptance.device_id == Device.id, Acceptance.nonce == Scan.nonce),
        )
        .group_by(Device.id, Staff.name)
        .order_by(Device.id.desc())
    )
    return [_device_row(row, Device.expires_at(row.created_at, row.last_hour), now) for row in db.execute(asked)]


def _device_row(row: Any, expires_at: datetime, now: datetime) -> DeviceRow:
    state = _state_of(row, expires_at, now)
    done = (row.accepted, row.manual, row.walk_ins, row.flagged)
    seen_at = max((at for at in (row.seen_at, row.read_at) if at is not None), default=None)  # readings say it by themselves
    return DeviceRow(row.public_id, row.name, state, row.made_by, seen_at, expires_at, *done)


def _state_of(row: Any, expires_at: datetime, now: datetime) -> str:
    if row.kind != "phone":
        return "fixed"
    if row.revoked_at is not None:
        return "revoked"
    if row.enrolled_at is None:
        return "waiting" if row.link_expires_at > now else "late"
    return "active" if expires_at > now else "over"
