"""The migrations make exactly the tables the models describe, on SQLite and on PostgreSQL."""

import pytest
from alembic import command
from flask import Flask
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import IntegrityError

from eventos import migrations
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.kernel.db import database
from eventos.registration.models import BulkRow
from eventos.registration.service import bulk
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
