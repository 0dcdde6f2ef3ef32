"""An event whole, as pages, mails and informes read it: three statements, however many events, days or speakers."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, literal, null, select, union_all
from sqlalchemy.orm import Session

from eventos.cycles.models import Cycle, CycleMunicipio, Event, EventDay, EventRole, ProgrammeItem, SeatPool, Speaker
from eventos.entities.models import Entity
from eventos.kernel import clock, divipola, spanish
from eventos.kernel.errors import NotFound
from eventos.kernel.titles import title
from eventos.kernel.vocabulary import CountKind, EntityKind, EventKind, EventState, HostRole, LinkExposure, Modality, SpeakerRole


@dataclass(frozen=True)
class DayView:
    """One day with its hours, aware UTC."""

    on_date: date
    starts_at: datetime
    ends_at: datetime

    @property
    def words(self) -> str:
        """ "jueves, 29 de julio de 2021, 8:00 a. m. a 10:00 a. m."."""
        return f"{spanish.date_full(self.on_date)}, {spanish.time_range(self.starts_at, self.ends_at)}"


@dataclass(frozen=True)
class PoolView:
    """Seats of one modality; `capacity` and `left` are None when there is no limit."""

    option: Modality
    capacity: int | None
    taken: int

    @property
    def left(self) -> int | None:
        return None if self.capacity is None else max(0, self.capacity - self.taken)

    @property
    def is_full(self) -> bool:
        return self.left == 0


@dataclass(frozen=True)
class HostView:
    role: HostRole
    name: str
    kind: EntityKind


@dataclass(frozen=True)
class ProgrammeView:
    """A line of the programme; `hour` is "08:15" or ""."""

    on_date: date | None
    hour: str
    topic: str
    speaker: str


@dataclass(frozen=True)
class SpeakerView:
    name: str
    role: SpeakerRole
    post: str
    entity: str


@dataclass(frozen=True)
class EventView:
    """Everything an event says. `link` is verbatim, and whoever shows it looks at `link_exposure` first. `expected` are DIVIPOLA codes."""

    id: int
    slug: str
    cycle_id: int
    cycle_slug: str
    cycle_name: str
    kind: EventKind
    number: int | None
    topic: str
    summary: str
    description: str
    context: str
    objective: str
    norms: tuple[str, ...]
    modality: Modality
    venue_name: str
    venue_address: str
    venue_divipola: str | None
    link: str
    link_exposure: LinkExposure
    intensity_hours: Decimal | None
    registration_opens_at: datetime | None
    registration_closes_at: datetime | None
    presence_rule: dict[str, Any]
    count_kind: CountKind
    date_note: str
    prepared_by: str
    state: EventState
    published_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: str
    postponed_at: datetime | None
    sequence: int
    version: int
    created_at: datetime
    updated_at: datetime
    demo: bool
    demo_note: str
    days: tuple[DayView, ...] = ()
    pools: tuple[PoolView, ...] = ()
    roles: tuple[HostView, ...] = ()
    programme: tuple[ProgrammeView, ...] = ()
    speakers: tuple[SpeakerView, ...] = ()
    expected: tuple[str, ...] = field(default=())

    @property
    def short_title(self) -> str:
        """ "Quinta asistencia técnica"."""
        return title(self.kind, self.number, self.topic)[0]

    @property
    def title(self) -> str:
        """ "Quinta asistencia técnica: Gobierno Abierto"."""
        return title(self.kind, self.number, self.topic)[1]

    @property
    def heading(self) -> str:
        """ "QUINTA ASISTENCIA TÉCNICA", the house's wording in documents."""
        return self.short_title.upper()

    @property
    def first_day(self) -> date | None:
        return self.days[0].on_date if self.days else None

    @property
    def dates(self) -> tuple[date, ...]:
        return tuple(day.on_date for day in self.days)

    @property
    def starts_at(self) -> datetime | None:
        return self.days[0].starts_at if self.days else None

    @property
    def ends_at(self) -> datetime | None:
        return self.days[-1].ends_at if self.days else None

    @property
    def is_full(self) -> bool:
        """No seat is left in any modality."""
        return bool(self.pools) and all(pool.is_full for pool in self.pools)

    @property
    def taken(self) -> int:
        """People who hold a seat now."""
        return sum(pool.taken for pool in self.pools)

    @property
    def when(self) -> str:
        """The days in one phrase, or what is known of them: "jueves, 29 de julio de 2021, 8:00 a. m. a 10:00 a. m."."""
        if not self.days:
            return self.date_note
        return self.days[0].words if len(self.days) == 1 else spanish.days_sentence(self.dates)

    @property
    def place(self) -> str:
        """Where people meet: "Auditorio de la Biblioteca, carrera 23 # 20-30, Manizales, Caldas"; "" for a virtual event."""
        if self.modality is Modality.VIRTUAL:
            return ""
        municipio = divipola.get(self.venue_divipola) if self.venue_divipola else None
        return ", ".join(part for part in (self.venue_name, self.venue_address, municipio.label if municipio else "") if part)

    def pool(self, option: str) -> PoolView | None:
        return next((pool for pool in self.pools if pool.option == option), None)

    def hosts(self, *roles: HostRole) -> tuple[HostView, ...]:
        """The entities that take one of these parts; every entity when none is named."""
        return tuple(host for host in self.roles if not roles or host.role in roles)


_OWN = [name for name in Event.__table__.columns.keys() if name in EventView.__dataclass_fields__]  # noqa: SIM118 - a ColumnCollection is no dict


def event_view(db: Session, slug: str) -> EventView:
    """The event of that address, in any state. Raises NotFound."""
    return _one(_views(db, Event.slug == slug))


def event_view_by_id(db: Session, event_id: int) -> EventView:
    """The same by its number, for tasks. Raises NotFound."""
    return _one(_views(db, Event.id == event_id))


def event_views(db: Session, slugs: Sequence[str]) -> list[EventView]:
    """The events of these addresses, by their first hour; an unknown address is left out."""
    return _views(db, Event.slug.in_(slugs)) if slugs else []


def event_views_by_id(db: Session, event_ids: Sequence[int]) -> list[EventView]:
    return _views(db, Event.id.in_(event_ids)) if event_ids else []


def _one(views: list[EventView]) -> EventView:
    if not views:
        raise NotFound("No encontramos ese evento.")
    return views[0]


def _views(db: Session, which: ColumnElement[bool]) -> list[EventView]:
    columns = [getattr(Event, name) for name in _OWN]
    events = db.execute(
        select(*columns, Cycle.slug.label("cycle_slug"), Cycle.name.label("cycle_name"))
        .join(Cycle, Event.cycle_id == Cycle.id)
        .where(which)
    ).all()
    if not events:
        return []
    ids = [row.id for row in events]
    days: dict[int, list[DayView]] = defaultdict(list)
    dated = select(EventDay.event_id, EventDay.on_date, EventDay.starts_at, EventDay.ends_at).where(EventDay.event_id.in_(ids))
    for event_id, on_date, starts_at, ends_at in db.execute(dated.order_by(EventDay.starts_at)):
        days[event_id].append(DayView(on_date, starts_at, ends_at))
    parts = _parts(db, ids)
    views = [_view(row, tuple(days[row.id]), parts[row.id]) for row in events]
    return sorted(views, key=lambda view: (view.starts_at or datetime.max.replace(tzinfo=clock.BOGOTA), view.id))


_Parts = dict[str, list[Any]]


def _parts(db: Session, ids: Sequence[int]) -> dict[int, _Parts]:
    """Seats, hosts, programme, speakers and expected municipalities in one statement: each row names its part."""
    none = cast(null(), Text)
    rows = union_all(
        _rows(SeatPool.event_id, "pools", SeatPool.id, SeatPool.option, cast(SeatPool.capacity, Text), cast(SeatPool.taken, Text), none)
        .where(SeatPool.event_id.in_(ids), SeatPool.kind == "modality"),
        _rows(EventRole.event_id, "roles", EventRole.position, EventRole.role, Entity.name, Entity.kind, none)
        .join(Entity, EventRole.entity_id == Entity.id)
        .where(EventRole.event_id.in_(ids)),
        _rows(
            ProgrammeItem.event_id,
            "programme",
            ProgrammeItem.position,
            ProgrammeItem.hour,
            ProgrammeItem.topic,
            ProgrammeItem.speaker,
            cast(ProgrammeItem.on_date, Text),
        ).where(ProgrammeItem.event_id.in_(ids)),
        _rows(Speaker.event_id, "speakers", Speaker.position, Speaker.name, Speaker.role, Speaker.post, Speaker.entity)
        .where(Speaker.event_id.in_(ids)),
        _rows(Event.id, "expected", literal(0), CycleMunicipio.divipola, none, none, none)
        .join(CycleMunicipio, CycleMunicipio.cycle_id == Event.cycle_id)
        .where(Event.id.in_(ids)),
    )  # fmt: skip
    parts: dict[int, _Parts] = defaultdict(lambda: defaultdict(list))
    for event_id, part, _position, a, b, c, d in sorted(db.execute(rows).all(), key=lambda row: (row[0], row[1], row[2], row[3])):
        parts[event_id][part].append(_MAKERS[part](a, b, c, d))
    return parts


def _rows(event_id: Any, part: str, position: Any, *values: Any) -> Any:
    return select(event_id, literal(part), position, *values)


def _programme_line(hour: str, topic: str, speaker: str, on_date: str | None) -> ProgrammeView:
    return ProgrammeView(date.fromisoformat(on_date) if on_date else None, hour, topic, speaker)


_MAKERS: dict[str, Any] = {
    "pools": lambda option, capacity, taken, _: PoolView(Modality(option), int(capacity) if capacity is not None else None, int(taken)),
    "roles": lambda role, name, kind, _: HostView(HostRole(role), name, EntityKind(kind)),
    "programme": _programme_line,
    "speakers": lambda name, role, post, entity: SpeakerView(name, SpeakerRole(role), post, entity),
    "expected": lambda code, *_: code,
}


def _view(row: Any, days: tuple[DayView, ...], parts: _Parts) -> EventView:
    values = dict(row._mapping)
    values["kind"] = EventKind(values["kind"])
    values["modality"] = Modality(values["modality"])
    values["link_exposure"] = LinkExposure(values["link_exposure"])
    values["count_kind"] = CountKind(values["count_kind"])
    values["state"] = EventState(values["state"])
    values["norms"] = tuple(values["norms"])
    values |= {part: tuple(parts.get(part, ())) for part in _MAKERS}
    return EventView(days=days, **values)
