"""The second step: a code is asked, taken once, and its secret never lies open."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy.orm import Session

from eventos.accounts import service
from eventos.accounts.models import Staff
from eventos.kernel.errors import InvalidInput
from tests.accounts.factories import PASSWORD, a_staff, by, enable_totp

NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
both_databases = pytest.mark.both_databases
ClockAt = Callable[[datetime], None]


def sign_in(db: Session, staff: Staff, code: str | None, *, now: datetime, password: str = PASSWORD) -> str | None:
    attempt = service.begin_sign_in(db, staff.email, address="192.0.2.1")
    return service.finish_sign_in(db, attempt, service.check(attempt, password), code=code, now=now)


def test_the_secret_is_sealed_at_rest(db: Session) -> None:
    staff = a_staff(db)
    secret = enable_totp(db, staff)
    assert staff.totp_secret is not None
    assert secret.encode() not in staff.totp_secret


def test_a_secret_counts_for_nothing_until_a_code_confirms_it(db: Session) -> None:
    staff = a_staff(db)
    service.begin_totp(db, staff.id)
    with pytest.raises(InvalidInput):
        service.confirm_totp(db, staff.id, "000", by=by(staff), now=NOON)
    assert sign_in(db, staff, None, now=NOON)


@both_databases
def test_a_code_is_asked_and_taken_once(db: Session, clock_at: ClockAt) -> None:
    clock_at(NOON)
    staff = a_staff(db)
    generator = pyotp.TOTP(enable_totp(db, staff))
    assert sign_in(db, staff, None, now=NOON) is None
    assert sign_in(db, staff, generator.at(NOON), now=NOON)
    assert sign_in(db, staff, generator.at(NOON), now=NOON + timedelta(seconds=20)) is None, "replayed"
    assert sign_in(db, staff, generator.at(NOON - timedelta(seconds=30)), now=NOON) is None, "an older step than the last one used"
    clock_at(NOON + timedelta(minutes=5))
    later = NOON + timedelta(minutes=5)
    assert sign_in(db, staff, generator.at(later), now=later)


def test_the_code_that_confirmed_is_used_up_too(db: Session) -> None:
    staff = a_staff(db)
    service.begin_totp(db, staff.id)
    secret = service.pending_totp(db, staff.id)
    assert secret is not None
    code = pyotp.TOTP(secret).at(NOON)
    service.confirm_totp(db, staff.id, code, by=by(staff), now=NOON)
    assert service.pending_totp(db, staff.id) is None, "the secret is shown only while it waits"
    assert sign_in(db, staff, code, now=NOON) is None


def test_a_right_code_does_not_help_a_wrong_password_nor_is_it_used_up(db: Session) -> None:
    staff = a_staff(db)
    code = pyotp.TOTP(enable_totp(db, staff, now=NOON)).at(NOON)
    assert sign_in(db, staff, code, now=NOON, password="otra frase bastante larga") is None
    assert sign_in(db, staff, code, now=NOON)


def test_a_second_secret_is_not_started_over_one_in_use(db: Session) -> None:
    staff = a_staff(db)
    enable_totp(db, staff)
    with pytest.raises(Exception, match="ya está activa"):
        service.begin_totp(db, staff.id)
    service.disable_totp(db, staff.id, by=by(staff))
    assert sign_in(db, staff, None, now=NOON)
