"""What is committed to SQLite is on the disk, and its rows hold together. (The tests' own applications do not wait for the disk.)"""

from eventos.app import create_app
from eventos.kernel.db import database, reading
from eventos.kernel.settings import Settings
from tests.support import once


def test_sqlite_waits_for_the_disk_and_keeps_foreign_keys(settings: Settings) -> None:
    app = create_app(settings, ring=lambda: None)
    with app.app_context():
        found = {}
        for when in ("as it is", "in tests"):
            with reading() as db:
                told = [
                    db.connection().exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "foreign_keys")
                ]
            found[when] = told
            once.share(app)
            database.engine.dispose()
        database.engine.dispose()
    assert found == {"as it is": ["wal", 2, 1], "in tests": ["wal", 0, 1]}, "2 is FULL, 0 is OFF"
