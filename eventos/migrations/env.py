"""How Alembic reaches our database: the engine is given by `eventos.migrations`."""

import importlib
from pathlib import Path

from alembic import context

from eventos.kernel import audit, correspondence, idempotency, limits, outbox  # noqa: F401 - loads the ground's tables
from eventos.kernel.db import Base

for models in Path(__file__).parents[1].glob("*/models*"):
    if models.stem == "models":  # a file, or a folder of files
        importlib.import_module(f"eventos.{models.parent.name}.models")

engine = context.config.attributes["engine"].execution_options(eventos_writes=True)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    if engine.dialect.name != "sqlite":
        with context.begin_transaction():
            context.run_migrations()
    else:
        # SQLite changes a constraint by making the table anew under the names that triggers and keys point at
        # (https://www.sqlite.org/lang_altertable.html, section 7): the keys are looked at when all is in place.
        connection.detach()  # closed at the end, so that nobody else meets it with its guards down
        guards = connection.connection.cursor()
        guards.execute("PRAGMA foreign_keys = OFF")
        guards.execute("PRAGMA legacy_alter_table = ON")
        with context.begin_transaction():
            context.run_migrations()
            if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
                raise RuntimeError(f"these rows would point at nothing: {broken[:5]}")
