"""Rate limits that need no Redis: counters in the database, one statement for all the limits of a request.

A town hall or an auditorium is one address, so addresses get generous limits and recipients, documents and tokens strict ones.
Keys are kept as keyed hashes: the table holds no address, document or mail.
"""

import hmac
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Text, delete, func, select, tuple_, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from eventos.kernel import clock, tokens
from eventos.kernel.db import Base, UTCDateTime, per_dialect, upsert
from eventos.kernel.errors import TooManyRequests

_PAUSE = 0  # the window of rows that say "not before expires_at"; real windows count from 1970


class RateCounter(Base):
    __tablename__ = "rate_counter"

    bucket: Mapped[str] = mapped_column(Text, primary_key=True)
    window: Mapped[int] = mapped_column(primary_key=True)
    hits: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


@dataclass(frozen=True)
class Limit:
    """At most `times` in each window of `per` for one key."""

    name: str
    times: int
    per: timedelta


def hit(db: Session, *pairs: tuple[Limit, str]) -> list[int]:
    """Count one use of each (limit, key); answers how many uses each has now. Raises nothing."""
    now = clock.now()
    rows: list[dict[str, Any]] = []
    for limit, key in pairs:
        rows.append({"bucket": _bucket(limit, key), "window": _window(limit), "hits": 1, "expires_at": now + 2 * limit.per})
    by_bucket = {str(bucket): int(hits) for bucket, hits in db.execute(_counting(db), rows)}
    return [by_bucket[row["bucket"]] for row in rows]


@per_dialect
def _counting(insert: Any) -> Any:
    counter = RateCounter.__table__
    counting = insert(counter).on_conflict_do_update(index_elements=["bucket", "window"], set_={"hits": counter.c.hits + 1})
    return counting.returning(counter.c.bucket, counter.c.hits)


def spend(db: Session, *pairs: tuple[Limit, str]) -> None:
    """Count one use of each, and refuse with `TooManyRequests` when any is used up."""
    for (limit, _key), hits in zip(pairs, hit(db, *pairs), strict=True):
        if hits > limit.times:
            raise TooManyRequests(retry_after=wait(limit), detail=limit.name)


def pause(db: Session, *pauses: tuple[str, str, int]) -> None:
    """Have each (name, key) wait so many seconds from now, with one statement."""
    now = clock.now()
    rows = [
        {"bucket": _named(name, key), "window": _PAUSE, "hits": 1, "expires_at": now + timedelta(seconds=seconds)}
        for name, key, seconds in pauses
    ]
    insert = upsert(db)(RateCounter).values(rows)
    db.execute(insert.on_conflict_do_update(index_elements=["bucket", "window"], set_={"expires_at": insert.excluded.expires_at}))


def paused(db: Session, *names: tuple[str, str]) -> int:
    """How many seconds the longest pause of these (name, key) still lasts; 0 when none does."""
    now = clock.now()
    buckets = [_named(name, key) for name, key in names]
    until = db.scalar(select(func.max(RateCounter.expires_at)).where(RateCounter.window == _PAUSE, RateCounter.bucket.in_(buckets)))
    return max(0, math.ceil((until - now).total_seconds())) if until else 0


def resume(db: Session, *names: tuple[str, str]) -> None:
    """End the pauses of these (name, key)."""
    buckets = [_named(name, key) for name, key in names]
    db.execute(delete(RateCounter).where(RateCounter.window == _PAUSE, RateCounter.bucket.in_(buckets)))


def give_back(db: Session, *pairs: tuple[Limit, str]) -> None:
    """Uncount one use of each in the present window (it turned out to be rightful), with one statement."""
    db.execute(update(RateCounter).where(_present(pairs), RateCounter.hits > 0).values(hits=RateCounter.hits - 1))


def forget(db: Session, *pairs: tuple[Limit, str]) -> None:
    """Drop everything counted for each in the present window."""
    db.execute(delete(RateCounter).where(_present(pairs)))


def _present(pairs: tuple[tuple[Limit, str], ...]) -> ColumnElement[bool]:
    return tuple_(RateCounter.bucket, RateCounter.window).in_([(_bucket(limit, key), _window(limit)) for limit, key in pairs])


def forget_expired(db: Session) -> None:
    """Drop counters whose window is long over (the sweep does)."""
    db.execute(delete(RateCounter).where(RateCounter.expires_at < clock.now()))


def _bucket(limit: Limit, key: str) -> str:
    return _named(limit.name, key)


def _named(name: str, key: str) -> str:
    return f"{name}:{hmac.new(tokens.ring().all('limits')[0], key.encode(), sha256).hexdigest()[:32]}"


def _window(limit: Limit) -> int:
    return int(clock.now().timestamp() // limit.per.total_seconds())


def wait(limit: Limit) -> int:
    """How many seconds the present window of a limit still lasts."""
    seconds = limit.per.total_seconds()
    return max(1, int(seconds - clock.now().timestamp() % seconds))
