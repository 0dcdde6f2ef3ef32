"""Promises kept: a job row is written in the business transaction, and whatever happens afterwards it gets done.

`enqueue` and `announce` write rows; `claim`, `finish`, `retry_later` and `bury` are for the runner. The row is the truth, the bell
only says "look". At least once: a handler may run twice and must leave the same state (stable Message-ID, unique keys).
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Index, Text, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from eventos.kernel import clock
from eventos.kernel.db import Base, UTCDateTime, changed, is_sqlite, per_dialect

log = logging.getLogger(__name__)

Handler = Callable[..., None]
MAX_ATTEMPTS = 30  # A service that is down gets about a day.
MAX_FAULTS = 8  # A bug of ours gets half an hour.

_handlers: dict[str, Handler] = {}
_mailing: set[str] = set()
_subscribers: dict[str, list[str]] = {}
_current: ContextVar["Claimed | None"] = ContextVar("current_job", default=None)


class Job(Base):
    """One promised piece of work. Waiting: not done, not buried. Taken: leased until a moment. Buried: staff decide."""

    __tablename__ = "job"
    __table_args__ = (
        Index(
            "ix_job_waiting",
            "due_at",
            sqlite_where=text("done_at IS NULL AND buried_at IS NULL"),
            postgresql_where=text("done_at IS NULL AND buried_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text, index=True)
    args: Mapped[dict[str, Any]] = mapped_column(JSON)
    key: Mapped[str | None] = mapped_column(Text, unique=True)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    leased_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    buried_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


@dataclass(frozen=True)
class Claimed:
    """A job in the hands of one runner."""

    id: int
    name: str
    args: Mapping[str, Any]
    attempts: int


def task(name: str, *, mails: bool = False) -> Callable[[Handler], Handler]:
    """Register the handler of a job, named `room.verb`. `mails`: it sends letters, so the runner does it while no other such job runs."""

    def register(handler: Handler) -> Handler:
        if _handlers.get(name, handler) is not handler:
            raise RuntimeError(f"two handlers for the job {name}")
        _handlers[name] = handler
        if mails:
            _mailing.add(name)
        return handler

    return register


def on(fact: str) -> Callable[[Handler], Handler]:
    """Subscribe a handler of a higher room to a fact that a lower room announces."""

    def register(handler: Handler) -> Handler:
        name = f"{fact} > {handler.__module__.removeprefix('eventos.')}.{handler.__name__}"
        task(name)(handler)
        subscribers = _subscribers.setdefault(fact, [])
        if name not in subscribers:
            subscribers.append(name)
        return handler

    return register


def handlers() -> Mapping[str, Handler]:
    return dict(_handlers)


def enqueue(db: Session, name: str, *, key: str | None = None, due_at: datetime | None = None, **args: Any) -> None:
    """Promise a job in this transaction. An equal `key` already promised is left as it is."""
    enqueue_many(db, name, [(key, args)], due_at=due_at)


def enqueue_many(db: Session, name: str, jobs: Iterable[tuple[str | None, Mapping[str, Any]]], *, due_at: datetime | None = None) -> None:
    """Promise several jobs of one name, as (key, args), with one statement."""
    now = clock.now()
    rows = [{"name": name, "key": key, "args": dict(args), "due_at": due_at or now, "created_at": now, "attempts": 0} for key, args in jobs]
    if rows:
        db.execute(_promise(db), rows)
        ring_after_commit(db)


def ring_after_commit(db: Session) -> None:
    """Have the bell rung when this transaction commits (for jobs written set-wise)."""
    db.info["jobs"] = True


def hold(db: Session, name: str, *, reason: str, key: str | None = None, **args: Any) -> None:
    """Write a job down without doing it: it waits, buried with its reason, until staff release it."""
    now = clock.now()
    row = {"name": name, "key": key, "args": args, "due_at": now, "created_at": now, "attempts": 0, "buried_at": now, "last_error": reason}
    db.execute(_promise(db), [row])


@per_dialect
def _promise(insert: Any) -> Any:
    return insert(Job.__table__).on_conflict_do_nothing(index_elements=["key"])


def announce(db: Session, fact: str, **args: Any) -> None:
    """Tell the rooms above that something happened: one job per subscriber, in this transaction."""
    for name in _subscribers.get(fact, []):
        enqueue(db, name, **args)


def check_mails() -> None:
    """A letter is about to leave: the job at hand, if there is one, was registered as one that mails."""
    job = _current.get()
    if job is not None and job.name not in _mailing:
        raise RuntimeError(f"the job {job.name} sends a letter and is not registered with mails=True")


def claim(db: Session, *, limit: int, lease: timedelta, mails: bool | None = None) -> list[Claimed]:
    """Take up to `limit` due jobs for `lease`; nobody else gets them meanwhile. `mails`: only those that send letters, or only the rest."""
    now = clock.now()
    waiting = (
        select(Job.id)
        .where(Job.done_at.is_(None), Job.buried_at.is_(None), Job.due_at <= now)
        .where(Job.leased_until.is_(None) | (Job.leased_until < now))
        .order_by(Job.due_at, Job.id)
        .limit(limit)
    )
    if mails is not None:
        waiting = waiting.where(Job.name.in_(_mailing) if mails else Job.name.not_in(_mailing))
    if not is_sqlite(db):
        waiting = waiting.with_for_update(skip_locked=True)
    taken = db.execute(
        update(Job)
        .where(Job.id.in_(waiting.scalar_subquery()))
        .values(leased_until=now + lease, attempts=Job.attempts + 1)
        .returning(Job.id, Job.name, Job.args, Job.attempts)
        .execution_options(synchronize_session=False)
    )
    return sorted((Claimed(*row) for row in taken), key=lambda job: job.id)


def keep(db: Session, job: Claimed, *, lease: timedelta) -> bool:
    """Hold a claimed job for another `lease`. False when somebody else took it meanwhile, or it is done."""
    held = db.execute(
        update(Job)
        .where(Job.id == job.id, Job.attempts == job.attempts, Job.done_at.is_(None), Job.buried_at.is_(None))
        .values(leased_until=clock.now() + lease)
    )
    return changed(held) > 0


def run(job: Claimed) -> None:
    """Call the handler of a claimed job, which may say `finish(db)` in its own last transaction."""
    token = _current.set(job)
    try:
        _handlers[job.name](**job.args)
    finally:
        _current.reset(token)


def finish(db: Session, job: Claimed | None = None) -> None:
    """Mark the job at hand done, in this transaction. Outside a runner it does nothing."""
    job = job or _current.get()
    if job is not None:
        db.execute(
            update(Job).where(Job.id == job.id, Job.done_at.is_(None)).values(done_at=clock.now(), leased_until=None, last_error=None)
        )


def retry_later(db: Session, job: Claimed, *, reason: str, wait: timedelta) -> None:
    db.execute(update(Job).where(Job.id == job.id).values(due_at=clock.now() + wait, leased_until=None, last_error=reason))


def bury(db: Session, job: Claimed, *, reason: str) -> None:
    db.execute(update(Job).where(Job.id == job.id).values(buried_at=clock.now(), leased_until=None, last_error=reason))


def revive(db: Session, job_id: int) -> bool:
    """Give a buried or waiting job another try now. False when there is no such job or it is done."""
    revived = db.execute(
        update(Job).where(Job.id == job_id, Job.done_at.is_(None)).values(buried_at=None, leased_until=None, due_at=clock.now(), attempts=0)
    )
    ring_after_commit(db)
    return changed(revived) > 0
