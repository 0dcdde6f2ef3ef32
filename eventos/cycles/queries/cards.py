"""Events and cycles as lists show them: one statement for each list, however long."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Select, case, exists, func, or_, select, true
from sqlalchemy.orm import Session

from eventos.cycles.models import Cycle, CycleMunicipio, CycleStaff, Event, EventDay, SeatPool
from eventos.kernel import clock, divipola, spanish
from eventos.kernel.titles import title
from eventos.kernel.vocabulary import EventKind, EventState, Modality, StaffRole


class Member(Protocol):
    """What the scope depends on: who somebody is, and their role."""

    @property
    def id(self) -> int: ...
    @property
    def role(self) -> StaffRole: ...


@dataclass(frozen=True)
class EventCard:
    """An event in a list. `days` counts its days; seats: how many are taken in all, and whether none is left."""

    id: int
    slug: str
    cycle_id: int
    cycle_slug: str
    cycle_name: str
    kind: EventKind
    number: int | None
    topic: str
    summary: str
    modality: Modality
    venue_name: str
    venue_divipola: str | None
    state: EventState
    date_note: str
    postponed_at: datetime | None
    registration_opens_at: datetime | None
    registration_closes_at: datetime | None
    demo: bool
    starts_at: datetime | None
    ends_at: datetime | None
    days: int
    taken: int
    is_full: bool

    @property
    def short_title(self) -> str:
        return title(self.kind, self.number, self.topic)[0]

    @property
    def title(self) -> str:
        return title(self.kind, self.number, self.topic)[1]

    @property
    def first_day(self) -> date | None:
        return clock.local(self.starts_at).date() if self.starts_at else None

    @property
    def place(self) -> str:
        """The venue and its municipality; "" for a virtual event."""
        if self.modality is Modality.VIRTUAL:
            return ""
        municipio = divipola.get(self.venue_divipola) if self.venue_divipola else None
        return ", ".join(part for part in (self.venue_name, municipio.name if municipio else "") if part)

    @property
    def when(self) -> str:
        """ "jueves, 29 de julio de 2021, 8:00 a. m."; "28 de julio de 2021 y 1 día más"; or the note of an event without days."""
        if self.starts_at is None:
            return self.date_note
        first = f"{spanish.date_full(self.starts_at)}, {spanish.time_short(self.starts_at)}"
        return first if self.days < 2 else f"{first}, y {spanish.plural(self.days - 1, 'día más', 'días más')}"


@dataclass(frozen=True)
class Agenda:
    """Upcoming: soonest first, what goes on now included, cancelled ones too. Past: latest first."""

    upcoming: tuple[EventCard, ...]
    past: tuple[EventCard, ...]


@dataclass(frozen=True)
class CycleRow:
    """A cycle in a list, with how many events it has and how many municipalities it expects."""

    id: int
    slug: str
    name: str
    description: str
    demo: bool
    events: int
    expected: int


def agenda(db: Session, now: datetime) -> Agenda:
    """What the public may see: published events, and cancelled ones that people were told about until their day goes by."""
    cards = _cards(db, Event.published_at.is_not(None), Event.state != EventState.DRAFT.value)
    ahead = [card for card in cards if (card.ends_at > now if card.ends_at is not None else _is_put_off(card))]
    gone = [card for card in cards if card not in ahead and card.state is EventState.PUBLISHED]
    return Agenda(tuple(ahead), tuple(sorted(gone, key=_latest_first)))


def _is_put_off(card: EventCard) -> bool:
    """It has no day and will have one."""
    return card.postponed_at is not None and card.state is EventState.PUBLISHED


def _latest_first(card: EventCard) -> tuple[bool, float]:
    return (card.starts_at is None, -card.starts_at.timestamp() if card.starts_at else 0.0)


def events_of_cycle(db: Session, cycle_id: int, *, drafts: bool = False) -> list[EventCard]:
    """The events of a cycle by number; published ones only, unless `drafts`."""
    shown = true() if drafts else Event.state == EventState.PUBLISHED.value
    cards = _cards(db, Event.cycle_id == cycle_id, shown)
    return sorted(cards, key=lambda card: (card.number is None, card.number or 0, card.id))


def events_for(db: Session, staff: Member) -> list[EventCard]:
    """Every event in a staff member's scope, drafts included, soonest first and undated ones last."""
    return _cards(db, in_scope(Event.cycle_id, staff))


def in_scope(cycle_id: Any, staff: Member) -> ColumnElement[bool]:
    """The condition that keeps a staff member to their own cycles; administrators see all."""
    if staff.role is StaffRole.ADMINISTRATOR:
        return true()
    return exists().where(CycleStaff.cycle_id == cycle_id, CycleStaff.staff_id == staff.id)


def cycles_for(db: Session, staff: Member) -> list[CycleRow]:
    """The cycles in a staff member's scope, by name."""
    events = select(func.count()).where(Event.cycle_id == Cycle.id).scalar_subquery()
    expected = select(func.count()).where(CycleMunicipio.cycle_id == Cycle.id).scalar_subquery()
    rows = db.execute(
        select(Cycle.id, Cycle.slug, Cycle.name, Cycle.description, Cycle.demo, events.label("events"), expected.label("expected"))
        .where(in_scope(Cycle.id, staff))
        .order_by(Cycle.name, Cycle.id)
    )
    return [CycleRow(**row._mapping) for row in rows]


_OWN = [name for name in Event.__table__.columns.keys() if name in EventCard.__dataclass_fields__]  # noqa: SIM118 - a ColumnCollection is no dict


def _cards(db: Session, *which: ColumnElement[bool]) -> list[EventCard]:
    rows = db.execute(_select().where(*which).order_by(Event.id))
    cards = [_card(dict(row._mapping)) for row in rows]
    return sorted(cards, key=lambda card: (card.starts_at is None, card.starts_at.timestamp() if card.starts_at else 0.0, card.id))


def _select() -> Select[Any]:
    day = (
        select(
            EventDay.event_id,
            func.min(EventDay.starts_at).label("starts_at"),
            func.max(EventDay.ends_at).label("ends_at"),
            func.count().label("days"),
        )
        .group_by(EventDay.event_id)
        .subquery()
    )
    free = case((or_(SeatPool.capacity.is_(None), SeatPool.taken < SeatPool.capacity), 1), else_=0)
    seats = (
        select(SeatPool.event_id, func.sum(SeatPool.taken).label("taken"), func.sum(free).label("free"))
        .where(SeatPool.kind == "modality")
        .group_by(SeatPool.event_id)
        .subquery()
    )
    return (
        select(
            *(getattr(Event, name) for name in _OWN),
            Cycle.slug.label("cycle_slug"),
            Cycle.name.label("cycle_name"),
            day.c.starts_at,
            day.c.ends_at,
            func.coalesce(day.c.days, 0).label("days"),
            func.coalesce(seats.c.taken, 0).label("taken"),
            func.coalesce(seats.c.free, 1).label("free"),
        )
        .join(Cycle, Event.cycle_id == Cycle.id)
        .outerjoin(day, day.c.event_id == Event.id)
        .outerjoin(seats, seats.c.event_id == Event.id)
    )


def _card(values: dict[str, Any]) -> EventCard:
    values["is_full"] = values.pop("free") == 0
    values["taken"] = int(values["taken"])
    values["kind"], values["modality"] = EventKind(values["kind"]), Modality(values["modality"])
    values["state"] = EventState(values["state"])
    return EventCard(**values)
