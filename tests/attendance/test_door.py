"""The door as evidence: an accepted scan makes an asistente, an undone one does not, and the office's decision wins."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.attendance import queries, service
from eventos.attendance.queries import RosterFilter, Status
from eventos.attendance.rules import Decide
from eventos.checkin import service as door
from eventos.checkin.rules import SeenScan
from eventos.kernel.audit import SYSTEM
from eventos.registration.models import Registration
from tests.attendance.factories import Guest, register
from tests.checkin.factories import OPEN, a_device, door_of
from tests.cycles.factories import a_published_event

pytestmark = pytest.mark.both_databases


def test_who_entered_by_the_door_came_unless_the_office_says_no(db: Session) -> None:
    event = a_published_event(db)
    guests = [Guest("Aurora"), Guest("Irene", attended=False), Guest("Lucio"), Guest("Darío"), Guest("Gloria", attended=True)]
    aurora, irene, lucio, dario, _gloria = people = register(db, event, guests)
    device = a_device(db, event)
    for public_id in people[:4]:
        seen = SeenScan(f"lectura-{public_id}", registration=public_id, scanned_at=OPEN, reason="No trae el código")
        door.record_scans(db, device, door_of(device, event), [seen], now=OPEN)
    door.undo(db, device, door_of(device, event), f"lectura-{dario}", now=OPEN)
    service.decide(db, event.id, Decide((lucio,), attended=False, reason="Prestó su código"), by=SYSTEM, now=OPEN)
    count = queries.count(db, event.id)
    assert (count.registered, count.attended) == (5, 3)
    assert (count.marked, count.scanned, count.listed) == (0, 2, 1)
    came = queries.roster(db, event.id, RosterFilter(estado=Status.SCANNED.value))
    assert {row.public_id for row in came.rows} == {aurora, irene}
    assert "Ingresó por la puerta" in came.rows[0].evidence
    assert queries.roster(db, event.id, RosterFilter(estado=Status.LISTED.value)).total == 1
    assert {row.public_id for row in queries.roster(db, event.id, RosterFilter(estado=Status.ABSENT.value)).rows} == {lucio, dario}
    entered = select(Registration.public_id).where(Registration.id.in_(queries.attended_ids(db, event.id)))
    assert {aurora, irene} < set(db.execute(entered).scalars())
