"""How passwords are kept: argon2id, four at a time, renewed when the settings grow."""

import threading

import pytest
from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from eventos.accounts import service
from eventos.accounts.service import passwords
from eventos.kernel import clock
from tests.accounts.factories import PASSWORD, a_staff, password_hash


def test_a_password_is_hashed_with_argon2id_at_the_strength_promised() -> None:
    assert password_hash().startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert service.matches(password_hash(), PASSWORD)
    assert not service.matches(password_hash(), PASSWORD + " ")


def test_nobody_has_the_password_of_an_unknown_account() -> None:
    assert not service.matches(None, "nobody has this password")
    assert not service.matches("not a hash", PASSWORD)


def test_at_most_four_hashes_are_computed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes 64 MiB: twenty sign-ins at once must not take more than four times that."""
    now, most, lock = [0], [0], threading.Lock()
    four_in = threading.Event()

    class Counting:
        def verify(self, *_: str) -> bool:
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
                if now[0] == 4:
                    four_in.set()
            four_in.wait(10)
            with lock:
                now[0] -= 1
            return True

    monkeypatch.setattr(passwords, "HASHER", Counting())
    threads = [threading.Thread(target=service.matches, args=("x", "y")) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] == 4


def test_a_hash_made_with_weaker_settings_is_renewed_at_sign_in(db: Session) -> None:
    staff = a_staff(db)
    staff.password_hash = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    db.flush()
    attempt = service.begin_sign_in(db, staff.email, address="192.0.2.1")
    assert service.finish_sign_in(db, attempt, service.check(attempt, PASSWORD), code=None, now=clock.now())
    assert staff.password_hash.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert service.matches(staff.password_hash, PASSWORD)


def test_a_present_hash_is_left_as_it_is(db: Session) -> None:
    staff = a_staff(db)
    attempt = service.begin_sign_in(db, staff.email, address="192.0.2.1")
    assert service.check(attempt, PASSWORD) == service.Verdict(right=True, renewed=None)
