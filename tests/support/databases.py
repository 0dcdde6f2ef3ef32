"""Fresh databases with the tables the migrations make (never `create_all`): migrated once, then copied for each test."""

import os
import shutil
import subprocess
import sys
from itertools import count
from pathlib import Path

from sqlalchemy import create_engine

from eventos import migrations
from eventos.kernel.db import prepare
from eventos.kernel.settings import Settings
from tests.support import postgres

ROOT = Path(__file__).resolve().parents[2]


def run_eventos(*arguments: str, timeout: float = 120, **settings: str | Path) -> subprocess.CompletedProcess[str]:
    """`python -m eventos …` as a person runs it, with the given settings and no others; raises with its words when it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "eventos", *arguments],
        cwd=ROOT,
        env=environment(**settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"eventos {' '.join(arguments)}: {done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done


def environment(**settings: str | Path) -> dict[str, str]:
    """This process's environment with EVENTOS_* replaced: `data_dir=` becomes EVENTOS_DATA_DIR."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EVENTOS_")}
    return kept | {f"EVENTOS_{name.upper()}": str(value) for name, value in settings.items()} | {"PYTHONUNBUFFERED": "1"}


def migrate(url: str) -> None:
    """Run every migration on an empty database, as `python -m eventos migrate` does."""
    engine = create_engine(Settings(database_url=url).sqlalchemy_url)
    prepare(engine)
    migrations.upgrade(engine)
    engine.dispose()


class Databases:
    """Gives each test its own migrated database, on SQLite or PostgreSQL, for one worker of the test run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sqlite: Path | None = None
        self._postgres: postgres.Server | None = None
        self._template = ""
        self._numbers = count(1)

    @property
    def server(self) -> postgres.Server:
        """The private PostgreSQL, started when first asked for."""
        if self._postgres is None:
            self._postgres = postgres.Server()
        return self._postgres

    def sqlite(self) -> str:
        """The URL of a fresh, migrated SQLite file."""
        if self._sqlite is None:
            template = self._folder / "template.sqlite3"
            migrate(f"sqlite:///{template}")
            self._sqlite = template
        copy = self._folder / f"{next(self._numbers)}.sqlite3"
        shutil.copyfile(self._sqlite, copy)
        return f"sqlite:///{copy}"

    def postgres(self) -> str:
        """The URL of a fresh, migrated PostgreSQL database."""
        if not self._template:
            template = self.server.create()
            migrate(template)
            self._template = postgres.database_of(template)
        return self.server.copy(self._template)

    def fresh(self, backend: str) -> str:
        return self.postgres() if backend == "postgres" else self.sqlite()

    def discard(self, url: str) -> None:
        """Throw a test's database away."""
        if url.startswith("postgresql"):
            self.server.drop(url)
            return
        for suffix in ("", "-wal", "-shm"):
            Path(url.removeprefix("sqlite:///") + suffix).unlink(missing_ok=True)

    def close(self) -> None:
        if self._postgres is not None:
            self._postgres.stop()
