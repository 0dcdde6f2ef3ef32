"""Alembic migrations, run by `python -m eventos migrate` on SQLite and PostgreSQL."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine

from eventos.kernel.db import Base


def config(engine: Engine | None = None) -> Config:
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    settings.attributes["engine"] = engine
    return settings


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest revision."""
    command.upgrade(config(engine), "head")


def differences(engine: Engine) -> list[object]:
    """How the database differs from the models (nothing, when a migration was not forgotten)."""
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))


def is_current(engine: Engine) -> bool:
    """Whether the newest migration has run here."""
    from alembic.script import ScriptDirectory

    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_heads() == tuple(ScriptDirectory.from_config(config()).get_heads())
