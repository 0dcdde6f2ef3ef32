"""Evidence, actas, consents and the audit: on both databases, nobody changes or removes a row of what was written down."""

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from eventos.accounts.models import Staff
from eventos.attendance import service as attendance
from eventos.attendance.acta import Part
from eventos.checkin import service as checkin
from eventos.inbox.models import InboundDecision, InboundMail
from eventos.kernel import audit, clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.db import is_sqlite
from eventos.registration.models import Import
from tests.attendance.factories import Guest, register
from tests.calls.factories import a_call, convene, send
from tests.certificates.factories import a_closed_event
from tests.checkin.factories import OPEN, a_device, a_scan, door_of
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration
from tests.registration.forms import a_question

# Table → a column that somebody might like to be otherwise.
KEPT = {
    "audit_entry": "action", "consent": "channel", "consent_text": "body", "attendance_decision": "reason",
    "registrant_import_row": "given_names", "scan": "reason", "attendance_part": "part", "roster": "list_hash", "roster_entry": "evidence",
    "form_question_version": "label",
    "event_call": "subject", "event_call_entry": "by", "inbound_mail": "verdict", "inbound_decision": "decided_by",
}  # fmt: skip


def write_one_of_each(db: Session) -> None:
    held, people = a_closed_event(db)
    attendance.assign_part(db, held.id, people[0].public_id, Part.SPEAKER, by=SYSTEM, now=clock.now())
    register(db, held, [Guest("Persona Demo", attended=True)])
    assert db.execute(select(Import.state)).scalars().all() == ["entered"]
    event = a_published_event(db, number=6)
    phone = a_device(db, event)
    checkin.record_scans(db, phone, door_of(phone, event), [a_scan(a_registration(db, event))], now=OPEN)
    convene(db, event.cycle_id, many=1)
    send(db, event, a_call(db, event))
    a_question(db, event)
    db.add(InboundMail(id=1, public_id="a", sha256="b", kind="reply", verdict="doubtful", via="folder", received_at=clock.now()))
    db.flush()
    db.add(InboundDecision(inbound_id=1, accepted=True, decided_by="system", decided_at=clock.now()))
    audit.record(db, SYSTEM, "test.done", "thing", 1)
    db.flush()


def guarded(db: Session) -> set[str]:
    """The tables on which the database has a trigger of ours."""
    asked = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'" if is_sqlite(db) else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    names = set(db.execute(text(asked)).scalars())
    assert all(name.endswith(("_no_update", "_no_delete")) for name in names), names
    return {name.rpartition("_no_")[0] for name in names}


@pytest.mark.both_databases
def test_no_row_of_evidence_is_changed_or_removed(db: Session) -> None:
    write_one_of_each(db)
    assert guarded(db) == set(KEPT), "a table that is guarded stands here, and is tried"
    for name, column in KEPT.items():
        table = Staff.metadata.tables[name]
        before = db.execute(select(table)).all()
        assert before, name
        for rewrite in (update(table).values({column: "otra cosa"}), delete(table)):
            with pytest.raises(DBAPIError, match="append-only"), db.begin_nested():
                db.execute(rewrite)
        assert db.execute(select(table)).all() == before, name
