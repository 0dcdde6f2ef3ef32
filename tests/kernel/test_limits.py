"""Limits count in the database, by window, and keep no key in clear."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.kernel import limits
from eventos.kernel.errors import TooManyRequests
from eventos.kernel.limits import Limit, RateCounter

THREE_A_MINUTE = Limit("test.minute", 3, timedelta(minutes=1))
TWO_AN_HOUR = Limit("test.hour", 2, timedelta(hours=1))
NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)


@pytest.mark.both_databases
def test_the_fourth_use_in_a_minute_is_refused_and_the_next_minute_is_free(db: Session, clock_at: Callable[[datetime], None]) -> None:
    clock_at(NOON)
    for _ in range(3):
        limits.spend(db, (THREE_A_MINUTE, "200.0.0.1"))
    with pytest.raises(TooManyRequests) as refusal:
        limits.spend(db, (THREE_A_MINUTE, "200.0.0.1"))
    assert 0 < refusal.value.retry_after <= 60
    limits.spend(db, (THREE_A_MINUTE, "200.0.0.2"))
    clock_at(NOON + timedelta(minutes=1))
    limits.spend(db, (THREE_A_MINUTE, "200.0.0.1"))


@pytest.mark.both_databases
def test_several_limits_are_counted_together(db: Session, clock_at: Callable[[datetime], None]) -> None:
    clock_at(NOON)
    assert limits.hit(db, (THREE_A_MINUTE, "a"), (TWO_AN_HOUR, "b")) == [1, 1]
    assert limits.hit(db, (TWO_AN_HOUR, "b"), (THREE_A_MINUTE, "a")) == [2, 2]
    with pytest.raises(TooManyRequests):
        limits.spend(db, (THREE_A_MINUTE, "a"), (TWO_AN_HOUR, "b"))


def test_the_table_holds_no_key_in_clear(db: Session) -> None:
    limits.hit(db, (TWO_AN_HOUR, "alguien@entidad.example"))
    assert "alguien" not in db.scalars(select(RateCounter.bucket)).one()


def test_old_windows_are_forgotten(db: Session, clock_at: Callable[[datetime], None]) -> None:
    clock_at(NOON)
    limits.hit(db, (THREE_A_MINUTE, "a"))
    limits.hit(db, (TWO_AN_HOUR, "a"))
    clock_at(NOON + timedelta(minutes=30))
    limits.forget_expired(db)
    assert db.scalars(select(RateCounter.bucket)).one().startswith("test.hour")
