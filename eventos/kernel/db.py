"""The database: one base class, two ways in (`transaction()` to write, `reading()` to look), one commit point.

SQLite runs in WAL with `synchronous=FULL` and foreign keys on; writers begin with BEGIN IMMEDIATE and queue on one lock inside a
process, so nobody meets "database is locked" halfway through a transaction. PostgreSQL runs at READ COMMITTED; what must not race
is a conditional UPDATE or a unique index there, never a look followed by a write.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any, ClassVar, cast

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import CursorResult, DateTime, Dialect, Engine, MetaData, Result, Table, event
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from eventos.kernel.errors import Busy
from eventos.kernel.settings import Settings

BUSY_TIMEOUT_S = 15

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    __table__: ClassVar[Table]


class UTCDateTime(TypeDecorator[datetime]):
    """A moment: aware in Python, UTC in the database. A naive datetime is refused instead of guessed at."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the signature is SQLAlchemy's
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


database = SQLAlchemy(model_class=Base)

_writer = threading.RLock()
_after_commit: list[Callable[[], None]] = []


def init_app(app: Flask, settings: Settings) -> None:
    """Bind the database to the application and give each connection its pragmas."""
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.sqlalchemy_url
    if settings.sqlalchemy_url.startswith("sqlite"):
        connect_args: dict[str, Any] = {"timeout": BUSY_TIMEOUT_S, "check_same_thread": False}
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"connect_args": connect_args, "pool_size": settings.threads + 4, "max_overflow": 16}
    else:
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_pre_ping": True, "pool_size": settings.threads + 2, "max_overflow": 8}
    database.init_app(app)
    with app.app_context():
        prepare(database.engine)


def prepare(engine: Engine) -> None:
    """Give an engine the transactions of this house (SQLite only; PostgreSQL has them)."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_S * 1000}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("eventos_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def after_commit(ring: Callable[[], None]) -> None:
    """Have `ring` called after each commit that wrote jobs (the roof injects the bell)."""
    _after_commit[:] = [ring]


@contextmanager
def transaction() -> Iterator[Session]:
    """One business transaction: commits at the end of the block, rolls back when it raises.

    Raises `Busy` when the database cannot take the write within its timeout.
    """
    engine = database.engine
    is_sqlite = engine.dialect.name == "sqlite"
    if is_sqlite and not _writer.acquire(timeout=BUSY_TIMEOUT_S):
        raise Busy(detail="writer lock")
    try:
        with Session(engine, expire_on_commit=False) as db:
            try:
                db.connection(execution_options={"eventos_writes": True})
                yield db
                db.commit()
            except OperationalError as error:
                db.rollback()
                if is_busy(error):
                    raise Busy(detail=type(error.orig).__name__) from error
                raise
            rang = bool(db.info.get("jobs"))
    finally:
        if is_sqlite:
            _writer.release()
    if rang:
        for ring in _after_commit:
            ring()


@contextmanager
def reading() -> Iterator[Session]:
    """A session to look with: one consistent snapshot on SQLite, nothing is written."""
    with Session(database.engine, expire_on_commit=False, autoflush=False) as db:
        yield db


def is_busy(error: OperationalError) -> bool:
    """Whether the database said "not now" (locked, out of connections, restarting, away) and not "never"."""
    text = str(error.orig).lower()
    return is_away(error) or "locked" in text or "busy" in text or "too many clients" in text or "deadlock" in text


def is_away(error: OperationalError) -> bool:
    """Whether nobody answers at the database: no connection could be made, or the one there was is gone."""
    if isinstance(error.orig, sqlite3.Error):
        return "unable to open database file" in str(error.orig)
    # PostgreSQL, appendix A: classes 08 (connection exception) and 57P (shutdown, starting up); no code means that nobody answered.
    code = getattr(error.orig, "sqlstate", None)
    return error.connection_invalidated or code is None or code.startswith(("08", "57P"))


def upsert(db: Session) -> Any:
    """The `insert` of this session's dialect, the one that knows ON CONFLICT."""
    return sqlite_insert if db.get_bind().dialect.name == "sqlite" else postgresql_insert


def per_dialect(build: Callable[[Any], Any]) -> Callable[[Session], Any]:
    """Decorates what builds a statement from the `insert` that `upsert` gives: it is built once for each dialect.

    Building costs SQLAlchemy more than the database needs to run it, so hot paths build theirs once and pass values when they execute.
    """
    built = cache(build)
    return lambda db: built(upsert(db))


def changed(result: Result[Any]) -> int:
    """How many rows an UPDATE or DELETE touched."""
    return cast("CursorResult[Any]", result).rowcount


def is_sqlite(db: Session) -> bool:
    return db.get_bind().dialect.name == "sqlite"
