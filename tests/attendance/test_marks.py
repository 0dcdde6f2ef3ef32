"""Marks made by hand, at the door and in the office: whoever closes the acta sees who marked whom, when and why, before closing."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from eventos.attendance import queries, service
from eventos.attendance.rules import Decide
from eventos.checkin import queries as checkin
from eventos.checkin import service as door
from eventos.checkin.models import DoorRoom
from eventos.checkin.queries import DeviceView
from eventos.checkin.rules import SeenScan
from eventos.cycles.models import Event
from eventos.kernel.audit import SYSTEM, Actor
from tests.accounts.factories import a_staff
from tests.attendance.factories import Guest, register
from tests.checkin.factories import OPEN, a_device, a_scan, door_of
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration
from tests.support.statements import counted


def tick(db: Session, event: Event, device: DeviceView, people: list[str], *, since: datetime = OPEN) -> None:
    """Tick people by name on a phone, a minute apart."""
    for at, public_id in enumerate(people):
        now = since + timedelta(minutes=at)
        seen = SeenScan(f"marca-{public_id}", registration=public_id, scanned_at=now, reason="Es conocida de la entidad")
        door.record_scans(db, device, door_of(device, event), [seen], now=now)


@pytest.mark.both_databases
def test_ten_people_marked_by_one_phone_are_told_with_their_moment_and_reason(db: Session) -> None:
    event = a_published_event(db)
    people = register(db, event, [Guest(f"Persona {n:02d}") for n in range(14)])
    friendly, other = a_device(db, event, name="Puerta norte"), a_device(db, event, name="Puerta sur")
    tick(db, event, friendly, people[:10])
    tick(db, event, other, people[10:11])
    scanned = a_registration(db, event, document_number="1000000999")
    door.record_scans(db, other, door_of(other, event), [a_scan(scanned, scanned_at=OPEN)], now=OPEN)
    service.decide(db, event.id, Decide((people[11],), attended=True, reason="Lista en papel, folio 2"), by=SYSTEM, now=OPEN)
    with counted() as statements:
        first, *rest = queries.marks_by_hand(db, event.id)
    assert len(statements) == 1
    assert (first.device, len(first.marks)) == ("Puerta norte", 10)
    assert {mark.public_id for mark in first.marks} == set(people[:10])
    assert (first.first_at, first.last_at) == (OPEN, OPEN + timedelta(minutes=9))
    assert {mark.reason for mark in first.marks} == {"Es conocida de la entidad"}
    assert first.by, "the phone answers to whoever of the office made its link"
    assert sorted((one.device, one.by != "", len(one.marks)) for one in rest) == [("", True, 1), ("Puerta sur", True, 1)]
    read = {mark.public_id for marker in (first, *rest) for mark in marker.marks}
    assert scanned.public_id not in read, "who showed a code was marked by nobody"


@pytest.mark.both_databases
def test_marks_that_no_longer_count_are_not_told(db: Session) -> None:
    event = a_published_event(db)
    undone, overruled, stands = register(db, event, [Guest("Una"), Guest("Otra"), Guest("Otra más")])
    device = a_device(db, event)
    tick(db, event, device, [undone, overruled, stands])
    door.undo(db, device, door_of(device, event), f"marca-{undone}", now=OPEN)
    service.decide(db, event.id, Decide((overruled,), attended=False, reason="No estaba en la sala"), by=SYSTEM, now=OPEN)
    (marker,) = queries.marks_by_hand(db, event.id)
    assert [mark.public_id for mark in marker.marks] == [stands]


@pytest.mark.both_databases
def test_who_is_marked_at_the_desk_in_two_rooms_counts_once_and_by_whom(db: Session) -> None:
    event = a_published_event(db)
    people = register(db, event, [Guest("Una"), Guest("Otra")])
    marina = a_staff(db, name="Marina Ficticia Lozano")
    db.add(DoorRoom(event_id=event.id, key="taller", name="Taller", rule={}, updated_at=OPEN))
    db.flush()
    here = checkin.door_event_by_id(db, event.id)
    assert here is not None
    desk = door.desk_of(db, here, now=OPEN)
    for room in ("", "taller"):  # the same paper, read for both rooms at one moment
        door.mark_many(
            db,
            desk,
            here,
            people,
            batch=f"planilla{room}",
            reason="Lista en papel",
            by=Actor.staff(marina.id, marina.name),
            now=OPEN,
            room=room,
            at=OPEN,
        )
    (marker,) = queries.marks_by_hand(db, event.id)
    assert (marker.by, len(marker.marks)) == ("Marina Ficticia Lozano", 2)
    assert queries.count(db, event.id).attended == 2
