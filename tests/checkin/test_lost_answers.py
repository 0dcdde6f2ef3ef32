"""An answer that never reached the phone: what the phone did then is a fact, and what the server said stays what it said."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from eventos.checkin import service
from eventos.checkin.models import Acceptance, Scan
from eventos.checkin.rules import Verdict
from eventos.registration.models import Registration
from tests.checkin.factories import OPEN, a_device, a_scan, door_of
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration


@pytest.mark.both_databases
def test_who_was_let_in_because_the_refusal_never_arrived_did_enter(db: Session) -> None:
    """The door refused, its answer was lost, and the phone let them in by itself: the nonce keeps its answer, and the entry is told."""
    event = a_published_event(db)
    person = a_registration(db, event)
    device = a_device(db, event)
    door = door_of(device, event)
    live = a_scan(person, nonce="lectura-0001")
    db.execute(update(Registration).where(Registration.id == person.id).values(state="cancelled", seat_pool_id=None))
    (refused,) = service.record_scans(db, device, door, [live], now=OPEN)
    assert refused.verdict is Verdict.CANCELLED
    late = replace(live, offline=True, told="accepted", scanned_at=OPEN)
    for _ in range(2):
        (again,) = service.record_scans(db, device, door, [late], now=OPEN + timedelta(minutes=5))
        assert again.verdict is Verdict.CANCELLED, "the same nonce is the same answer"
    rows = db.execute(select(Scan.verdict, Scan.flagged, Scan.told).order_by(Scan.id)).all()
    assert [tuple(row) for row in rows] == [("cancelled", "", ""), ("accepted", "forced", "accepted")]
    assert db.execute(select(Acceptance.registration_id, Acceptance.accepted_at)).all() == [(person.id, OPEN)]
    told_no = replace(live, nonce="lectura-0002")
    service.record_scans(db, device, door, [told_no], now=OPEN)
    service.record_scans(db, device, door, [replace(told_no, offline=True, told="cancelled", scanned_at=OPEN)], now=OPEN)
    assert db.scalar(select(func.count()).select_from(Scan)) == 3, "who was sent away did not enter"
