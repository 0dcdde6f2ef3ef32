"""The migrations make exactly the tables the models describe, on SQLite and on PostgreSQL."""

from datetime import datetime, timedelta

import pytest
from alembic import command
from flask import Flask
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from eventos import migrations
from eventos.checkin import service
from eventos.checkin.models import Acceptance, Device, Scan
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.db import database
from eventos.registration.models import BulkRow
from eventos.registration.service import bulk
from tests.checkin.factories import OPEN, a_device, a_scan, door_of
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration


@pytest.mark.both_databases
def test_migrations_match_the_models(app: Flask) -> None:
    with app.app_context():
        assert migrations.differences(database.engine) == []


@pytest.mark.both_databases
def test_migrating_again_changes_nothing(app: Flask) -> None:
    with app.app_context():
        before = inspect(database.engine).get_table_names()
        migrations.upgrade(database.engine)
        assert inspect(database.engine).get_table_names() == before
        assert migrations.is_current(database.engine)


@pytest.mark.both_databases
def test_readings_made_before_there_were_rooms_say_the_same_entries(app: Flask, writing: Opened) -> None:
    columns = select(Acceptance.registration_id, Acceptance.day, Acceptance.room, Acceptance.nonce, Acceptance.accepted_at)
    with writing() as db:
        event = a_published_event(db)
        device = a_device(db, event)
        seen = [a_scan(a_registration(db, event), scanned_at=moment) for moment in (OPEN, OPEN + timedelta(days=400))]
        service.record_scans(db, device, door_of(device, event), seen, now=OPEN)
        desk = service.desk_of(db, door_of(device, event), now=OPEN)
        told = sorted(tuple(row) for row in db.execute(columns))
        assert [row.day for row in db.execute(columns)] == ["2030-07-25"] * 2
    with app.app_context():
        command.downgrade(migrations.config(database.engine), "0018")
        with database.engine.begin() as connection:
            connection.execute(text("DROP TRIGGER scan_no_update" + ("" if connection.dialect.name == "sqlite" else " ON scan")))
            connection.execute(text("UPDATE scan SET scanned_at = '2031-08-29 13:05:00', detail = '{}' WHERE flagged = 'clock'"))
            back = "CREATE TRIGGER scan_no_update BEFORE UPDATE ON scan "
            back += "BEGIN SELECT 1; END" if connection.dialect.name == "sqlite" else "FOR EACH ROW EXECUTE FUNCTION scan_no_update()"
            connection.execute(text(back))
        migrations.upgrade(database.engine)
    with writing() as db:
        service.restate_event(db, event.id)
        assert sorted(tuple(row) for row in db.execute(columns)) == told
        late = db.execute(select(Scan).where(Scan.flagged == "clock")).scalar_one()
        assert datetime.fromisoformat(late.detail["clock"]).year == 2031
        assert late.scanned_at == OPEN
        again = db.get_one(Device, desk.id)
        assert (again.kind, again.created_by) == ("desk", None), "nobody is said to have marked what others did"
    with pytest.raises(DatabaseError, match="append-only"), writing() as db:
        db.execute(text("UPDATE scan SET nonce = 'otro'"))


@pytest.mark.both_databases
def test_a_database_in_use_goes_back_and_forth_and_keeps_its_people(app: Flask, writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db)
        people = [a_registration(db, event) for _ in range(3)]
        asked = [one.public_id for one in people]
    with app.app_context():
        command.downgrade(migrations.config(database.engine), "0004")
        migrations.upgrade(database.engine)
        assert migrations.differences(database.engine) == []
        with database.engine.connect() as connection:
            kept = connection.execute(text("SELECT public_id FROM registration ORDER BY id")).scalars().all()
            assert kept == asked
            if connection.dialect.name == "sqlite":
                assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
                assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        with pytest.raises(IntegrityError), database.engine.connect() as connection:
            connection.execute(text("UPDATE registration SET state = 'nonsense'"))


@pytest.mark.both_databases
def test_what_was_done_to_many_before_it_had_rows_of_its_own_keeps_them(app: Flask, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        event, now = a_published_event(db), clock.now()
        one, other = (a_registration(db, event) for _ in range(2))
        for action in (bulk.Ask(bulk.Action.CANCEL, "Se retiraron."), bulk.Ask(bulk.Action.RESEND)):
            bulk.step(db, bulk.begin(db, event.id, action, [one.id, other.id], by=SYSTEM, now=now).id, now=now)
    rows = select(BulkRow.bulk_id, BulkRow.registration_id, BulkRow.state, BulkRow.why, BulkRow.before, BulkRow.after).order_by(BulkRow.id)
    with looking() as db:
        before = db.execute(rows).all()
    assert [row.state for row in before] == ["done", "done", "skipped", "skipped"]
    with app.app_context():
        command.downgrade(migrations.config(database.engine), "0018")
        migrations.upgrade(database.engine)
    with looking() as db:
        assert db.execute(rows).all() == before
