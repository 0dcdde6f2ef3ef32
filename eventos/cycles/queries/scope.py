"""Which events and cycles a staff member may touch: every staff door finds its event here, and a foreign one does not exist."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.accounts.models import Staff
from eventos.cycles.models import Cycle, CycleMunicipio, CycleStaff, Event
from eventos.cycles.queries.cards import Member, in_scope
from eventos.kernel.errors import NotFound
from eventos.kernel.titles import title
from eventos.kernel.vocabulary import EventState, StaffRole


@dataclass(frozen=True)
class EventRef:
    """An event that a staff member may touch: enough for a door to go on."""

    id: int
    slug: str
    cycle_id: int
    short_title: str
    title: str
    state: EventState
    demo: bool


@dataclass(frozen=True)
class CycleView:
    """A cycle for its own page: whom it expects (DIVIPOLA codes) and who works in it (ids and names of staff)."""

    id: int
    slug: str
    name: str
    description: str
    demo: bool
    expected: tuple[str, ...]
    staff: tuple[tuple[int, str], ...]


def event_in_scope(db: Session, slug: str, staff: Member) -> EventRef:
    """The event, for somebody who works in its cycle: one statement. Raises NotFound for a foreign one as for one that does not exist."""
    row = db.execute(
        select(Event.id, Event.slug, Event.cycle_id, Event.kind, Event.number, Event.topic, Event.state, Event.demo)
        .where(Event.slug == slug)
        .where(in_scope(Event.cycle_id, staff))
    ).one_or_none()
    if row is None:
        raise NotFound("No encontramos ese evento.")
    short, whole = title(row.kind, row.number, row.topic)
    return EventRef(row.id, row.slug, row.cycle_id, short, whole, EventState(row.state), row.demo)


def event_for_write(db: Session, slug: str) -> Event:
    """The row of an event, for a service to change. Raises NotFound; a staff door asks `event_in_scope` first."""
    event = db.execute(select(Event).where(Event.slug == slug)).scalar_one_or_none()
    if event is None:
        raise NotFound("No encontramos ese evento.")
    return event


def cycle_in_scope(db: Session, slug: str, staff: Member) -> CycleView:
    """A cycle for somebody who works in it: three statements. Raises NotFound."""
    cycle = db.execute(
        select(Cycle.id, Cycle.slug, Cycle.name, Cycle.description, Cycle.demo).where(Cycle.slug == slug, in_scope(Cycle.id, staff))
    ).one_or_none()
    if cycle is None:
        raise NotFound("No encontramos ese ciclo.")
    expected = db.execute(select(CycleMunicipio.divipola).where(CycleMunicipio.cycle_id == cycle.id).order_by(CycleMunicipio.divipola))
    works_here = select(Staff.id, Staff.name).join(CycleStaff, CycleStaff.staff_id == Staff.id).where(CycleStaff.cycle_id == cycle.id)
    people = db.execute(works_here.order_by(Staff.name, Staff.id))
    return CycleView(**cycle._mapping, expected=tuple(expected.scalars()), staff=tuple((row.id, row.name) for row in people))


def cycle_for_write(db: Session, slug: str) -> Cycle:
    """The row of a cycle, for a service to change. Raises NotFound; a staff door asks `cycle_in_scope` first."""
    cycle = db.execute(select(Cycle).where(Cycle.slug == slug)).scalar_one_or_none()
    if cycle is None:
        raise NotFound("No encontramos ese ciclo.")
    return cycle


def same_number(db: Session, *, cycle_id: int, event_id: int, kind: str, number: int | None) -> str | None:
    """The title of another event of the cycle that already has this number and kind, or None."""
    if number is None:
        return None
    row = db.execute(
        select(Event.kind, Event.number, Event.topic)
        .where(Event.cycle_id == cycle_id, Event.number == number, Event.kind == kind, Event.id != event_id)
        .where(Event.state != EventState.CANCELLED.value)
        .limit(1)
    ).one_or_none()
    return title(row.kind, row.number, row.topic)[1] if row else None


def staff_to_choose(db: Session) -> list[tuple[int, str, StaffRole]]:
    """Active staff who see only the cycles they are written down for, by name."""
    rows = db.execute(
        select(Staff.id, Staff.name, Staff.role)
        .where(Staff.deactivated_at.is_(None), Staff.role != StaffRole.ADMINISTRATOR.value)
        .order_by(Staff.name, Staff.id)
    )
    return [(row.id, row.name, StaffRole(row.role)) for row in rows]
