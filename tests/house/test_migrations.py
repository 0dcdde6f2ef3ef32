"""The migrations make exactly the tables the models describe, on SQLite and on PostgreSQL."""

import pytest
from alembic import command
from flask import Flask
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from eventos import migrations
from eventos.kernel.db import database
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
