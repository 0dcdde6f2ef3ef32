"""The phone behind a cookie or a link, and the events it reads for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.accounts.models import Staff
from eventos.checkin.models import Device, DeviceEvent
from eventos.cycles.models import Event, EventDay
from eventos.kernel.errors import NotFound
from eventos.kernel.titles import title
from eventos.kernel.vocabulary import EventState


@dataclass(frozen=True)
class Hours:
    """One day of an event."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class DoorEvent:
    """An event that a device may read for."""

    id: int
    slug: str
    title: str
    short_title: str
    state: EventState
    venue: str
    demo: bool
    days: tuple[Hours, ...]


@dataclass(frozen=True)
class DeviceView:
    """The phone that asks, with its events."""

    id: int
    public_id: str
    name: str
    seen_at: datetime | None
    events: tuple[DoorEvent, ...]

    def event(self, slug: str) -> DoorEvent:
        """One of its events. Raises NotFound for any other."""
        for event in self.events:
            if event.slug == slug:
                return event
        raise NotFound("Este teléfono no lee para ese evento.")


def device_by_token(db: Session, token_hash: str, *, now: datetime) -> DeviceView | None:
    """The device of a bearer, with its events and their hours: one statement. None when revoked, expired, or its maker left the team."""
    rows = db.execute(
        select(*_DEVICE, *_EVENT, EventDay.starts_at, EventDay.ends_at)
        .join(Staff, Staff.id == Device.created_by)
        .join(DeviceEvent, DeviceEvent.device_id == Device.id)
        .join(Event, Event.id == DeviceEvent.event_id)
        .outerjoin(EventDay, EventDay.event_id == Event.id)
        .where(Device.token_hash == token_hash, Device.revoked_at.is_(None), Staff.deactivated_at.is_(None))
        .order_by(Event.id, EventDay.starts_at)
    ).all()
    last_hour = max((row.ends_at for row in rows if row.ends_at is not None), default=None)
    if not rows or Device.expires_at(rows[0].created_at, last_hour) <= now:
        return None
    return DeviceView(rows[0].device_id, rows[0].public_id, rows[0].name, rows[0].seen_at, _door_events(rows))


_DEVICE = (Device.id.label("device_id"), Device.public_id, Device.name, Device.seen_at, Device.created_at)
_EVENT = (
    Event.id.label("event_id"),
    Event.slug,
    Event.kind,
    Event.number,
    Event.topic,
    Event.state.label("event_state"),
    Event.venue_name,
    Event.demo,
)


def _door_events(rows: Sequence[Any]) -> tuple[DoorEvent, ...]:
    days: dict[int, list[Hours]] = {}
    for row in rows:
        days.setdefault(row.event_id, [])
        if row.starts_at is not None:
            days[row.event_id].append(Hours(row.starts_at, row.ends_at))
    found = {row.event_id: row for row in rows}
    return tuple(_door_event(row, tuple(days[number])) for number, row in found.items())


def _door_event(row: Any, days: tuple[Hours, ...]) -> DoorEvent:
    short, whole = title(row.kind, row.number, row.topic)
    return DoorEvent(row.event_id, row.slug, whole, short, EventState(row.event_state), row.venue_name, row.demo, days)


def events_to_offer(db: Session, cycle_id: int) -> tuple[DoorEvent, ...]:
    """The published events of a cycle: what a device may be made for."""
    rows = db.execute(
        select(*_EVENT, EventDay.starts_at, EventDay.ends_at)
        .outerjoin(EventDay, EventDay.event_id == Event.id)
        .where(Event.cycle_id == cycle_id, Event.state == EventState.PUBLISHED.value)
        .order_by(Event.id.desc(), EventDay.starts_at)
    ).all()
    return _door_events(rows)


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
