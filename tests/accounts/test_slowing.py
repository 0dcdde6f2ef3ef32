"""Guessing passwords slows the guesser down, and nobody else."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.accounts import service
from eventos.accounts.models import StaffSession
from eventos.kernel.errors import TooManyRequests
from tests.accounts.factories import PASSWORD, a_staff, password_hash

NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
both_databases = pytest.mark.both_databases
ClockAt = Callable[[datetime], None]


@both_databases
def test_wrong_passwords_slow_down_the_next_try_and_never_lock(db: Session, clock_at: ClockAt) -> None:
    clock_at(NOON)
    staff = a_staff(db)
    waits = []
    moment = NOON
    for _ in range(12):
        attempt = service.begin_sign_in(db, staff.email, address="192.0.2.1")
        waits.append(attempt.wait)
        if attempt.wait:
            clock_at(moment + timedelta(seconds=attempt.wait - 1))
            with pytest.raises(TooManyRequests), db.begin_nested():
                service.begin_sign_in(db, staff.email, address="192.0.2.1")
        moment += timedelta(seconds=attempt.wait)
        clock_at(moment)
    assert waits == [0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]
    attempt = service.begin_sign_in(db, staff.email, address="192.0.2.1")
    assert service.finish_sign_in(db, attempt, service.check(attempt, PASSWORD), code=None, now=moment)
    assert service.begin_sign_in(db, staff.email, address="192.0.2.1").wait == 0, "signing in rightly clears the account's count"


def test_the_owner_comes_in_from_elsewhere_while_somebody_guesses(db: Session, clock_at: ClockAt) -> None:
    clock_at(NOON)
    staff = a_staff(db)
    for second in range(200):
        clock_at(NOON + timedelta(seconds=second))
        try:
            with db.begin_nested():
                service.begin_sign_in(db, staff.email, address="192.0.2.66")
        except TooManyRequests:
            continue
    assert service.begin_sign_in(db, staff.email, address="192.0.2.1")


def test_one_account_guessed_from_many_addresses_gets_five_tries_a_minute(db: Session, clock_at: ClockAt) -> None:
    clock_at(NOON)
    staff = a_staff(db)
    let_through = 0
    for host in range(100):
        try:
            with db.begin_nested():
                service.begin_sign_in(db, staff.email, address=f"192.0.2.{host}")
            let_through += 1
        except TooManyRequests:
            continue
    assert let_through == 10 + 5


def test_spraying_many_accounts_from_one_address_slows_that_address(db: Session, clock_at: ClockAt) -> None:
    clock_at(NOON)
    for number in range(30):
        service.begin_sign_in(db, f"nadie{number}@oficina.example", address="192.0.2.66")
    with pytest.raises(TooManyRequests):
        service.begin_sign_in(db, "nadie30@oficina.example", address="192.0.2.66")
    assert service.begin_sign_in(db, "nadie99@oficina.example", address="192.0.2.1").wait == 0


def test_forty_colleagues_behind_one_address_sign_in_without_waiting(db: Session, clock_at: ClockAt) -> None:
    clock_at(NOON)
    right = service.Verdict(right=True, renewed=None)
    for _ in range(40):
        attempt = service.begin_sign_in(db, a_staff(db).email, address="192.0.2.1")
        assert attempt.wait == 0
        assert service.finish_sign_in(db, attempt, right, code=None, now=NOON)


def test_a_session_opens_only_for_the_password_that_was_verified(db: Session) -> None:
    """Between the hash and the session the password may have been changed, or the account closed."""
    staff = a_staff(db)
    attempt = service.begin_sign_in(db, staff.email, address="192.0.2.1")
    verdict = service.check(attempt, PASSWORD)
    staff.password_hash = password_hash("otra frase bastante larga")
    db.flush()
    assert service.finish_sign_in(db, attempt, verdict, code=None, now=NOON) is None
    assert db.scalars(select(StaffSession)).all() == []
