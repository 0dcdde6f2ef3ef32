"""The demonstration: what its fifth session left behind; loading it twice adds nothing, a reset takes all of it and nothing else."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eventos import demo
from eventos.attendance.models import AttendancePart, Roster
from eventos.certificates.models import BadgeSheet, Certificate
from eventos.checkin.models import Acceptance, Device, DeviceEvent, DoorRoom, Scan
from eventos.cycles import service as cycles
from eventos.cycles.models import Event, Material
from eventos.demo.reset import remove
from eventos.desk.service import save_view
from eventos.entities.models import Entity
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.db import Base, reading
from eventos.kernel.outbox import Job, enqueue
from eventos.mailings import service as mailings
from eventos.people import merging
from eventos.publicity.models import Flyer, Logo
from eventos.registration.models import Registration, Reminder, RevokedTicket
from eventos.registration.service import bulk
from eventos.registration.service.merging import merge_people
from eventos.reports import queries
from tests.accounts.factories import a_staff
from tests.attendance.factories import Guest, register
from tests.cycles.factories import a_published_event

Opened = Callable[[], AbstractContextManager[Session]]
# What remains when the demonstration goes: what was done, and what is learnt about sheets.
REMEMBERED = {"audit_entry", "job", "consent_text", "mail_record", "registrant_import_mapping"}


def rows(db: Session) -> dict[str, int]:
    tables = [table for table in Base.metadata.sorted_tables if table.name not in REMEMBERED]
    return {table.name: number for table in tables if (number := db.execute(select(func.count()).select_from(table)).scalar_one())}


@pytest.mark.slow
def test_the_fifth_session_has_its_pieza_slides_questions_and_acta(app: Flask) -> None:
    with app.app_context():
        list(demo.load())
        with reading() as db:
            fifth = db.execute(select(Event).where(Event.number == 5)).scalar_one()
            found = queries.gathered(db, fifth.id)
            third = queries.gathered(db, db.execute(select(Event.id).where(Event.number == 3)).scalar_one())
            before = rows(db)
        assert found.acta is not None
        assert (found.acta.version, len(found.acta.attended), found.count.attended) == (1, 114, 114)
        assert found.flyer is not None
        assert found.flyer.published_at.year == 2021
        assert [len(each.pages) for each in found.slides] == [4]
        assert [each.state for each in found.questions] == ["answered", "answered", "pending"]
        assert [(each.title, each.filename) for each in third.files] == [("Formato del autodiagnóstico", "autodiagnostico.xlsx")]
        list(demo.load())
        with reading() as db:
            assert rows(db) == before


@pytest.mark.slow
@pytest.mark.both_databases
def test_a_reset_takes_the_demonstration_and_nothing_else(app: Flask, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        mine = a_published_event(db, number=7)
        register(db, mine, [Guest("Una", attended=True)])
    with looking() as db:
        before = rows(db)
    with app.app_context():
        list(demo.load(printed=False))
        with writing() as db:
            remove(db)
    with looking() as db:
        assert rows(db) == before
        assert db.execute(select(func.count()).select_from(Roster)).scalar_one() == 0


@pytest.mark.slow
def test_loading_again_after_a_reset_makes_it_whole(app: Flask) -> None:
    with app.app_context():
        list(demo.load(printed=False))
        said = list(demo.load(reset=True))
        assert said[0] == "Se quitó la demostración anterior (4 eventos)."
        with reading() as db:
            assert db.execute(select(func.count()).select_from(Flyer).where(Flyer.published_at.is_not(None))).scalar_one() == 1
            assert db.execute(select(Material.state).order_by(Material.id)).scalars().all() == ["ready", "ready"]


# What is left after the reset: the event of another cycle at whose door a code of the demonstration was read, and who linked the phone.
REAL = {"cycle", "cycle_municipio", "device", "entity", "event", "event_day", "event_role", "seat_pool", "staff"}


def a_busy_door(db: Session) -> None:
    """Phones, scans (one undone), entries, constancias, escarapelas, a logo, and mails before and after: all about the demonstration."""
    now = clock.now()
    fifth = db.execute(select(Event).where(Event.number == 5)).scalar_one()
    registrations = db.execute(select(Registration.id).where(Registration.event_id == fifth.id).limit(2)).scalars().all()
    roster = db.execute(select(Roster.id).where(Roster.event_id == fifth.id)).scalar_one()
    staff = a_staff(db)
    mailings.send(db, fifth.id, "thanks", by=SYSTEM, now=now)
    mailings.plan_thanks(db, fifth.id, on_close=True, by=SYSTEM, now=now)
    cycles.save_wording(db, fifth.cycle_id, "thanks", subject="Gracias", body="Gracias.", seen_version=0, by=SYSTEM, now=now)
    db.add(Reminder(public_id="recuerda", event_id=fifth.id, minutes_before=60, created_by="staff:1", created_at=now))
    kept, gone = (db.get_one(Registration, each) for each in registrations)
    merge_people(db, kept.person_id, gone.person_id, set_aside=(), by=SYSTEM, now=now)
    merging.dismiss(db, kept.person_id, gone.person_id, by=SYSTEM, now=now)
    bulk.begin(db, fifth.id, bulk.Ask(bulk.Action.RESEND), registrations, by=SYSTEM, now=now)
    save_view(db, fifth.cycle_id, "Todas", {}, shared=True, by=SYSTEM, staff_id=staff.id, now=now)
    device = Device(public_id="telefono", name="Puerta", link_hash="x", link_expires_at=now, created_by=staff.id, created_at=now)
    db.add(device)
    db.flush()
    db.add(DeviceEvent(device_id=device.id, event_id=fifth.id))
    given = {"device_id": device.id, "event_id": fifth.id, "registration_id": registrations[0], "scanned_at": now, "received_at": now}
    first = Scan(nonce="a", verdict="accepted", **given)
    db.add(first)
    db.flush()
    db.add(Scan(nonce="b", verdict="annulled", annuls_id=first.id, **given))
    elsewhere = a_published_event(db, number=8)
    db.add(Scan(nonce="d", verdict="other_event", **{**given, "event_id": elsewhere.id}))
    db.add(Acceptance(registration_id=registrations[1], device_id=device.id, nonce="c", accepted_at=now))
    db.add(DoorRoom(event_id=fifth.id, key="sala-b", name="Sala B", rule={}, updated_at=now))
    old = {"ticket_hash": "x", "registration_id": registrations[0], "revoked_at": now, "revoked_by": "staff:1"}
    db.add(RevokedTicket(event_id=fifth.id, **old))
    paper = {"roster_id": roster, "registration_id": registrations[0], "content": {}, "issued_at": now}
    second = Certificate(code="B" * 16, state="pending", **paper)
    db.add(second)
    db.flush()
    db.add(Certificate(code="A" * 16, state="revoked", revoked_at=now, replaced_by_id=second.id, **paper))
    db.add(BadgeSheet(public_id="hojas", event_id=fifth.id, state="pending", requested_by="system", requested_at=now))
    entity = db.execute(select(Entity.id).where(Entity.name == "Veeduría Ficticia del Eje")).scalar_one()
    db.add(Logo(entity_id=entity, file_sha256="0" * 64, width=1, height=1, uploaded_at=now))
    db.add(AttendancePart(registration_id=registrations[0], part="speaker", decided_at=now))
    enqueue(db, "certificates.build", certificate_id=second.id)


@pytest.mark.slow
@pytest.mark.both_databases
def test_a_reset_takes_what_happened_at_its_door_too(app: Flask, writing: Opened, looking: Opened) -> None:
    with app.app_context():
        list(demo.load(printed=False))
    with writing() as db:
        a_busy_door(db)
        remove(db)
    with looking() as db:
        assert set(rows(db)) == REAL
        assert db.execute(select(func.count()).select_from(Job).where(Job.name == "certificates.build")).scalar_one() == 0
