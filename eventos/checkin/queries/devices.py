"""The phone behind a token or a link, and the events it reads for, with their days and rooms."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, select
from sqlalchemy.orm import Session

from eventos.accounts.models import Staff
from eventos.checkin.models import Device, DeviceEvent, DoorRoom, Scan
from eventos.cycles.models import Event, EventDay
from eventos.kernel import clock
from eventos.kernel.errors import NotFound
from eventos.kernel.titles import title
from eventos.kernel.vocabulary import EventState


@dataclass(frozen=True)
class Hours:
    """One day of an event."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Room:
    """A place of an event where people are let in. One that was retired is not offered; what was read there is still judged by its rule.

    `rule` is as it is kept (`rules.Rule.of` reads it).
    """

    key: str
    name: str
    rule: dict[str, Any] = field(default_factory=dict, hash=False)
    is_retired: bool = False


COMMON = Room("", "Puerta del evento")


@dataclass(frozen=True)
class DoorEvent:
    """An event that a device may read for. `rooms` are those that were written down, in their order, retired ones too."""

    id: int
    slug: str
    title: str
    short_title: str
    state: EventState
    venue: str
    demo: bool
    days: tuple[Hours, ...]
    rooms: tuple[Room, ...] = ()

    @property
    def offered(self) -> tuple[Room, ...]:
        """The rooms where people are let in now; the event's own door is one of them until it is retired."""
        own = () if any(room.key == "" for room in self.rooms) else (COMMON,)
        return own + tuple(room for room in self.rooms if not room.is_retired)

    def room(self, key: str) -> Room:
        """The room of this key; one that is gone altogether is the event's own door, so that what a phone read there is kept."""
        own = COMMON
        for room in self.rooms:
            if room.key == key:
                return room
            own = room if room.key == "" else own
        return own


@dataclass(frozen=True)
class DeviceView:
    """The phone that asks, with its events. `recent`: in how many requests it brought readings within the last minute."""

    id: int
    public_id: str
    name: str
    seen_at: datetime | None
    events: tuple[DoorEvent, ...]
    recent: int = 0

    def event(self, slug: str) -> DoorEvent:
        """One of its events. Raises NotFound for any other."""
        for event in self.events:
            if event.slug == slug:
                return event
        raise NotFound("Este teléfono no lee para ese evento.")


# --- statements of the hot path, built once --------------------------------------------------------------------------------------

_device, _staff, _scan, _event = Device.__table__.c, Staff.__table__.c, Scan.__table__.c, Event.__table__.c
_day, _room = EventDay.__table__.c, DoorRoom.__table__.c
_DEVICE = (_device.id.label("device_id"), _device.public_id, _device.name, _device.seen_at, _device.created_at)
_EVENT = (
    _event.id.label("event_id"),
    *(_event.slug, _event.kind, _event.number, _event.topic, _event.venue_name, _event.demo),
    _event.state.label("event_state"),
    *(_day.starts_at, _day.ends_at),
    *(_room.key.label("room_key"), _room.name.label("room_name"), _room.rule, _room.retired_at),
)
_OPENED = Event.__table__.outerjoin(EventDay.__table__, _day.event_id == _event.id).outerjoin(
    DoorRoom.__table__, _room.event_id == _event.id
)
_IN_ORDER = (_event.id, _day.starts_at, _room.position, _room.key)
_RECENT = (
    select(func.count(_scan.received_at.distinct()))
    .where(_scan.device_id == _device.id, _scan.received_at > bindparam("since", type_=_scan.received_at.type))
    .correlate(Device.__table__)
    .scalar_subquery()
)
_its_event = DeviceEvent.__table__.c
_BY_TOKEN = (
    select(*_DEVICE, _RECENT.label("recent"), *_EVENT)
    .select_from(
        Device.__table__.join(Staff.__table__, _staff.id == _device.created_by)
        .join(DeviceEvent.__table__, _its_event.device_id == _device.id)
        .join(_OPENED, _event.id == _its_event.event_id)
    )
    .where(_device.token_hash == bindparam("token"), _device.revoked_at.is_(None), _staff.deactivated_at.is_(None))
    .order_by(*_IN_ORDER)
)


def device_by_token(db: Session, token_hash: str, *, now: datetime) -> DeviceView | None:
    """The device of a bearer, with its events, their hours and rooms, and how busy it is: one statement.

    None when it was revoked, is over, or its maker left the team.
    """
    rows = db.execute(_BY_TOKEN, {"token": token_hash, "since": now - timedelta(minutes=1)}).all()
    last_hour = max((row.ends_at for row in rows if row.ends_at is not None), default=None)
    if not rows or Device.expires_at(rows[0].created_at, last_hour) <= now:
        return None
    first = rows[0]
    return DeviceView(first.device_id, first.public_id, first.name, first.seen_at, _door_events(rows), first.recent)


@dataclass
class _Gathered:
    """The rows of one event: each of its days with each of its rooms."""

    row: Any
    days: dict[datetime, Hours] = field(default_factory=dict)
    rooms: dict[str, Room] = field(default_factory=dict)


def _door_events(rows: Sequence[Any]) -> tuple[DoorEvent, ...]:
    found: dict[int, _Gathered] = {}
    for row in rows:
        mine = found.setdefault(row.event_id, _Gathered(row))
        if row.starts_at is not None:
            mine.days.setdefault(row.starts_at, Hours(row.starts_at, row.ends_at))
        if row.room_key is not None and row.room_key not in mine.rooms:
            mine.rooms[row.room_key] = Room(row.room_key, row.room_name, row.rule, row.retired_at is not None)
    return tuple(_door_event(mine.row, tuple(mine.days.values()), tuple(mine.rooms.values())) for mine in found.values())


def _door_event(row: Any, days: tuple[Hours, ...], rooms: tuple[Room, ...]) -> DoorEvent:
    short, whole = title(row.kind, row.number, row.topic)
    dates = {clock.local(day.starts_at).date().isoformat() for day in days}
    rooms = tuple(_on_days_there_are(room, dates) for room in rooms)
    return DoorEvent(row.event_id, row.slug, whole, short, EventState(row.event_state), row.venue_name, row.demo, days, rooms)


def _on_days_there_are(room: Room, dates: Collection[str]) -> Room:
    """A room without the days of its rule that the event has no longer, for it was moved; without any of them it opens on all."""
    days = room.rule.get("days")
    return replace(room, rule=room.rule | {"days": [day for day in days if day in dates]}) if days else room


def _read_events(db: Session, *which: ColumnElement[bool], newest_first: bool = False) -> tuple[DoorEvent, ...]:
    order = (_event.id.desc(), *_IN_ORDER[1:]) if newest_first else _IN_ORDER
    return _door_events(db.execute(select(*_EVENT).select_from(_OPENED).where(and_(*which)).order_by(*order)).all())


def events_to_offer(db: Session, cycle_id: int) -> tuple[DoorEvent, ...]:
    """The published events of a cycle: what a device may be made for."""
    return _read_events(db, _event.cycle_id == cycle_id, _event.state == EventState.PUBLISHED.value, newest_first=True)


def door_event(db: Session, slug: str) -> DoorEvent | None:
    """An event as its door knows it, whatever its state."""
    return next(iter(_read_events(db, _event.slug == slug)), None)


def door_event_by_id(db: Session, event_id: int) -> DoorEvent | None:
    """The same, by its number."""
    return next(iter(_read_events(db, _event.id == event_id)), None)


def room_updated_at(db: Session, event_id: int, key: str) -> datetime | None:
    """When a room was last saved; None for one that was never written down."""
    return db.scalar(select(DoorRoom.updated_at).where(DoorRoom.event_id == event_id, DoorRoom.key == key))


def hours_of(db: Session, event_id: int) -> tuple[Hours, ...]:
    """The days of an event."""
    asked = select(EventDay.starts_at, EventDay.ends_at).where(EventDay.event_id == event_id).order_by(EventDay.starts_at)
    return tuple(Hours(row.starts_at, row.ends_at) for row in db.execute(asked))


@dataclass(frozen=True)
class LinkView:
    """A device link that can still be used."""

    name: str
    titles: tuple[str, ...]


def open_link(db: Session, link_hash: str, *, now: datetime) -> LinkView | None:
    """What a link would enrol the phone for; None when it was used, is late or was revoked."""
    rows = db.execute(
        select(Device.name, Event.kind, Event.number, Event.topic)
        .join(DeviceEvent, DeviceEvent.device_id == Device.id)
        .join(Event, Event.id == DeviceEvent.event_id)
        .join(Staff, Staff.id == Device.created_by)
        .where(Device.link_hash == link_hash, Device.enrolled_at.is_(None), Device.revoked_at.is_(None), Device.link_expires_at > now)
        .where(Staff.deactivated_at.is_(None))
        .order_by(Event.id)
    ).all()
    return LinkView(rows[0].name, tuple(title(row.kind, row.number, row.topic)[1] for row in rows)) if rows else None


def device_names(db: Session, ids: Sequence[int]) -> dict[int, str]:
    return {row.id: row.name for row in db.execute(select(Device.id, Device.name).where(Device.id.in_(ids)))}
