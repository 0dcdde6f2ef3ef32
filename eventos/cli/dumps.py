"""The database alone, out and in: SQLite by its online backup, PostgreSQL by its own pg_dump and pg_restore."""

import errno
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, inspect, make_url, text

from eventos.kernel.db import prepare
from eventos.kernel.errors import EventosError
from eventos.kernel.settings import Settings

SQLITE, POSTGRES = "base.sqlite3", "base.dump"
_FULL = "no queda espacio en el disco"
_SYSTEM = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: "un archivo pasa del tamaño que ese disco admite",
    errno.EACCES: "no hay permiso para escribir allí",
    errno.EPERM: "no hay permiso para escribir allí",
    errno.EROFS: "ese disco es de solo lectura",
    errno.ENOENT: "esa carpeta no se puede crear",
    errno.ENOTDIR: "en el camino hay un archivo que no es carpeta",
}
_SQLITE = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_BUSY: "está ocupada; vuelva a intentarlo",
    sqlite3.SQLITE_IOERR: "el disco no dejó leer o escribir",
}


def in_words(fault: OSError) -> str:
    """What stood in the way of reading or writing, for whoever can remedy it."""
    return _SYSTEM.get(fault.errno or 0, fault.strerror or str(fault))


def name_of(settings: Settings) -> str:
    """What the database's file in a backup is called; it tells the kind of database."""
    return SQLITE if settings.sqlalchemy_url.startswith("sqlite") else POSTGRES


@contextmanager
def engine_of(settings: Settings) -> Iterator[Engine]:
    """The database without the application around it."""
    engine = create_engine(settings.sqlalchemy_url)
    prepare(engine)
    try:
        yield engine
    finally:
        engine.dispose()


def dump(settings: Settings, target: Path) -> None:
    """Copy the database as it stands at one moment, while others read and write. Raises EventosError."""
    if target.name == POSTGRES:
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}", settings=settings)
    else:
        path = _sqlite_path(settings)
        if not path.is_file():
            raise EventosError(f"No hay base de datos en {path}. Ejecute: python -m eventos migrate")
        try:
            with closing(sqlite3.connect(path, timeout=15)) as source, closing(sqlite3.connect(target)) as copy:
                source.backup(copy)
                copy.execute("PRAGMA journal_mode=DELETE")  # One file, without a journal beside it.
                whole = copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        except sqlite3.OperationalError as fault:
            raise EventosError(f"No se pudo copiar la base de datos: {_SQLITE.get(fault.sqlite_errorcode & 0xFF, fault)}.") from fault
        except sqlite3.DatabaseError:
            whole = False
        if not whole:
            raise EventosError("La base de datos está dañada: no se pudo copiar. Ejecute doctor y avise a quien la administra.")
    target.chmod(0o600)


def refuse_unless_fresh(engine: Engine) -> None:
    """Raise EventosError when there is anything in the database that a restore would throw away."""
    if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists():
        return
    known = [name for name in inspect(engine).get_table_names() if name != "alembic_version"]
    with engine.connect() as connection:
        quote = engine.dialect.identifier_preparer.quote
        used = [name for name in known if connection.execute(text(f"SELECT 1 FROM {quote(name)} LIMIT 1")).first()]  # noqa: S608 - names of the database's own tables
    if used:
        raise EventosError(f"La base de datos no está vacía ({', '.join(sorted(used)[:3])}…). Restaure sobre una nueva.")


def load(settings: Settings, source: Path) -> None:
    """Put a copied database where a fresh one stands. Raises EventosError, and then nothing was there to lose."""
    if source.name == POSTGRES:
        with engine_of(settings) as engine, engine.begin() as connection:
            connection.execute(text("DROP SCHEMA IF EXISTS public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        _run("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(source), settings=settings)
        return
    path = _sqlite_path(settings)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    shutil.copyfile(source, temporary)
    temporary.chmod(0o600)
    for beside in ("-wal", "-shm", "-journal"):
        path.with_name(path.name + beside).unlink(missing_ok=True)
    temporary.replace(path)


def _sqlite_path(settings: Settings) -> Path:
    return Path(make_url(settings.sqlalchemy_url).database or "")


def _run(program: str, *arguments: str, settings: Settings) -> None:
    """One of PostgreSQL's programs, its password in the environment and never on the command line, where others could read it."""
    path = shutil.which(program)
    if path is None:
        raise EventosError(f"Falta el programa {program}: sudo apt-get install postgresql-client")
    url = make_url(settings.sqlalchemy_url).set(drivername="postgresql")
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    address = url._replace(password=None).render_as_string(hide_password=False)
    command = [path, f"--dbname={address}", *arguments]
    done = subprocess.run(command, env=os.environ | secret, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)  # noqa: S603 - a fixed program, arguments of ours
    if done.returncode:
        raise EventosError(f"{program} no pudo terminar: {(done.stderr.strip().splitlines() or ['sin explicación'])[-1][:300]}")
