"""Phones at the door: a link made by staff enrols one of them, once; what it holds can be revoked at once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from eventos.checkin import queries
from eventos.checkin.models import LINK_LIFE, Device, DeviceEvent
from eventos.checkin.queries import DeviceView, DoorEvent
from eventos.checkin.rules import LinkGone
from eventos.kernel import audit, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.db import changed, upsert
from eventos.kernel.errors import InvalidInput, NotFound


def make_device(
    db: Session, *, name: str, cycle_id: int, slugs: Sequence[str], staff_id: int, by: Actor, now: datetime
) -> tuple[Device, str]:
    """A device for published events of one cycle, and the token of its link, which is kept nowhere. Raises InvalidInput."""
    events = [event for event in queries.events_to_offer(db, cycle_id) if event.slug in set(slugs)]
    if not events or len(events) != len(set(slugs)):
        raise InvalidInput(fields={"events": "Elija uno o varios eventos publicados de la lista."})
    token = tokens.random_token()
    device = Device(
        public_id=tokens.public_id(),
        name=name,
        link_hash=tokens.digest(token),
        link_expires_at=now + LINK_LIFE,
        created_by=staff_id,
        created_at=now,
    )
    db.add(device)
    db.flush()
    db.add_all(DeviceEvent(device_id=device.id, event_id=event.id) for event in events)
    db.flush()
    audit.record(db, by, "checkin.make_device", "device", device.id, events=[event.id for event in events])
    return device, token


def enrol(db: Session, link_token: str, *, now: datetime) -> str:
    """Use a link: the phone's bearer token, kept only as SHA-256. Raises LinkGone; of two phones at once one gets it."""
    if queries.open_link(db, tokens.digest(link_token), now=now) is None:
        raise LinkGone
    bearer = tokens.random_token()
    enrolled = db.execute(
        update(Device)
        .where(Device.link_hash == tokens.digest(link_token), Device.enrolled_at.is_(None), Device.revoked_at.is_(None))
        .values(enrolled_at=now, seen_at=now, token_hash=tokens.digest(bearer))
        .returning(Device.id)
    ).scalar_one_or_none()
    if enrolled is None:
        raise LinkGone
    audit.record(db, Actor(f"device:{enrolled}"), "checkin.enrol", "device", enrolled)
    return bearer


def revoke(db: Session, public_id: str, *, event_id: int, by: Actor, now: datetime) -> None:
    """End a phone of this event: its next call is refused, and its link too. Raises NotFound, also for screens and desks."""
    found = db.execute(
        select(Device.id).join(DeviceEvent).where(Device.public_id == public_id, Device.kind == "phone", DeviceEvent.event_id == event_id)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound("No encontramos ese teléfono.")
    if changed(db.execute(update(Device).where(Device.id == found, Device.revoked_at.is_(None)).values(revoked_at=now))):
        audit.record(db, by, "checkin.revoke", "device", found)


def see_device(db: Session, device_id: int, *, now: datetime) -> None:
    """Note when a phone was last heard of."""
    db.execute(update(Device).where(Device.id == device_id).values(seen_at=now))


def desk_of(db: Session, event: DoorEvent, *, now: datetime) -> DeviceView:
    """The row by which staff mark people of this event and enter its paper lists; made when it is first needed."""
    return _fixed(db, event, "desk", "", "Escritorio", now)


def screen_of(db: Session, event: DoorEvent, room: str, *, now: datetime) -> DeviceView:
    """The row of a room's screen: what people confirm on their own phones is read by it."""
    named = event.room(room).name
    return _fixed(db, event, "screen", room, f"Pantalla de {named}", now)


def _fixed(db: Session, event: DoorEvent, kind: str, room: str, name: str, now: datetime) -> DeviceView:
    """A device that is no phone: one for each event (and room). No link has the name it goes by in place of one."""
    link = f"{kind}:{event.id}:{room}"
    mine = select(Device.id, Device.public_id, Device.name, Device.seen_at).where(Device.link_hash == link)
    found = db.execute(mine).one_or_none()
    if found is None:
        row = {"public_id": tokens.public_id(), "kind": kind, "name": name, "link_hash": link, "link_expires_at": now, "created_at": now}
        db.execute(upsert(db)(Device).values(row).on_conflict_do_nothing(index_elements=["link_hash"]))
        found = db.execute(mine).one()
        its = {"device_id": found.id, "event_id": event.id}
        db.execute(upsert(db)(DeviceEvent).values(its).on_conflict_do_nothing(index_elements=["device_id", "event_id"]))
    return DeviceView(found.id, found.public_id, found.name, found.seen_at, (event,))
