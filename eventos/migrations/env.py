"""How Alembic reaches our database: the engine is given by `eventos.migrations`."""

import importlib
from pathlib import Path

from alembic import context

from eventos.kernel import audit, correspondence, limits, outbox  # noqa: F401 - loads the ground's tables
from eventos.kernel.db import Base

for models in Path(__file__).parents[1].glob("*/models.py"):
    importlib.import_module(f"eventos.{models.parent.name}.models")

engine = context.config.attributes["engine"].execution_options(eventos_writes=True)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
