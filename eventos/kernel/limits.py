"""Rate limits that need no Redis: counters in the database, one statement for all the limits of a request.

A town hall or an auditorium is one address, so addresses get generous limits and recipients, documents and tokens strict ones.
Keys are kept as keyed hashes: the table holds no address, document or mail.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Text, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from eventos.kernel import clock, tokens
from eventos.kernel.db import Base, UTCDateTime, upsert
from eventos.kernel.errors import TooManyRequests


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
    rows = []
    for limit, key in pairs:
        window = int(now.timestamp() // limit.per.total_seconds())
        rows.append({"bucket": _bucket(limit, key), "window": window, "hits": 1, "expires_at": now + 2 * limit.per})
    insert = upsert(db)(RateCounter).values(rows)
    counted = db.execute(
        insert.on_conflict_do_update(index_elements=["bucket", "window"], set_={"hits": RateCounter.hits + 1}).returning(
            RateCounter.bucket, RateCounter.hits
        )
    )
    by_bucket = {str(row.bucket): int(row.hits) for row in counted}
    return [by_bucket[row["bucket"]] for row in rows]


def spend(db: Session, *pairs: tuple[Limit, str]) -> None:
    """Count one use of each, and refuse with `TooManyRequests` when any is used up."""
    for (limit, _key), hits in zip(pairs, hit(db, *pairs), strict=True):
        if hits > limit.times:
            raise TooManyRequests(retry_after=_wait(limit), detail=limit.name)


def forget_expired(db: Session) -> None:
    """Drop counters whose window is long over (the sweep does)."""
    db.execute(delete(RateCounter).where(RateCounter.expires_at < clock.now()))


def _bucket(limit: Limit, key: str) -> str:
    return f"{limit.name}:{hmac.new(tokens.ring().all('limits')[0], key.encode(), sha256).hexdigest()[:32]}"


def _wait(limit: Limit) -> int:
    seconds = limit.per.total_seconds()
    return max(1, int(seconds - clock.now().timestamp() % seconds))
