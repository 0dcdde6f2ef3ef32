"""The migrations make exactly the tables the models describe, on SQLite and on PostgreSQL."""

import pytest
from flask import Flask
from sqlalchemy import inspect

from eventos import migrations
from eventos.kernel.db import database


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
