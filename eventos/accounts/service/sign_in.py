"""Signing in, in three steps so that no transaction is open while argon2 works: count the try, check the password, open a session.

Tries are counted by account, by address and by instance, and rightful ones are uncounted. Too many slow down the next one from the same
address (1, 2, 4 … 60 seconds) instead of locking the account, so nobody can keep its owner out from elsewhere.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.accounts import rules
from eventos.accounts.models import Staff
from eventos.accounts.service import passwords, sessions, totp
from eventos.accounts.service.passwords import PasswordHash
from eventos.kernel import audit, limits
from eventos.kernel.audit import Actor
from eventos.kernel.errors import TooManyRequests
from eventos.kernel.limits import Limit

log = logging.getLogger("eventos.accounts")

WINDOW = timedelta(minutes=15)
BY_ACCOUNT = Limit("accounts.sign_in.account", 10, WINDOW)
BY_ADDRESS = Limit("accounts.sign_in.address", 30, WINDOW)
BY_INSTANCE = Limit("accounts.sign_in.instance", 300, WINDOW)
FREE_TRIES = 3  # of one account, before the first wait; the tenth waits the full minute
FROM_ANYWHERE = Limit("accounts.sign_in.minute", 5, timedelta(minutes=1))  # of one account, once the ten are used up
OWN_PASSWORD = Limit("accounts.own_password", 10, WINDOW)


@dataclass(frozen=True)
class Attempt:
    """A counted try. `stored` is None for an unknown, invited or deactivated account, which is treated as a wrong password."""

    staff_id: int | None
    stored: str | None
    email_key: str
    address: str
    wait: int  # seconds to the next try, should this one fail


@dataclass(frozen=True)
class Verdict:
    """What argon2 said."""

    right: bool
    renewed: PasswordHash | None


def begin_sign_in(db: Session, email: str, *, address: str) -> Attempt:
    """Count a try. Raises TooManyRequests (and counts nothing) when it comes before its wait is over."""
    key = rules.email_key(email)[: rules.EMAIL_LONGEST]
    tries = limits.hit(db, (BY_ACCOUNT, key), (BY_ADDRESS, address), (BY_INSTANCE, ""))
    wait = _slow_down(db, key, address, tries)
    staff = db.scalar(select(Staff).where(Staff.email_key == key))
    known = staff if staff is not None and staff.deactivated_at is None else None
    return Attempt(
        staff_id=known.id if known else None,
        stored=known.password_hash if known else None,
        email_key=key,
        address=address,
        wait=wait,
    )


def check(attempt: Attempt, password: str) -> Verdict:
    """Verify the password: one hash for a known account and for an unknown one. Needs no database."""
    right = passwords.matches(attempt.stored, password)
    return Verdict(right, passwords.renewed(attempt.stored, password) if right and attempt.stored else None)


def finish_sign_in(
    db: Session, attempt: Attempt, verdict: Verdict, *, code: str | None, now: datetime, leaving: str | None = None
) -> str | None:
    """Open a session and answer its cookie; None for a refusal. `leaving`: the cookie this browser had, whose session ends."""
    staff = db.get(Staff, attempt.staff_id) if verdict.right and attempt.staff_id else None
    if staff is None or staff.deactivated_at is not None or staff.password_hash != attempt.stored:
        log.warning("sign-in refused")
        return None
    if staff.totp_enabled_at is not None and not totp.take_code(db, staff, code or "", now=now):
        log.warning("sign-in refused: second step")
        return None
    if verdict.renewed:
        staff.password_hash = verdict.renewed
    limits.forget(db, (BY_ACCOUNT, attempt.email_key))
    limits.resume(db, ("accounts.pause.both", f"{attempt.email_key} {attempt.address}"))
    limits.give_back(db, (BY_ADDRESS, attempt.address), (BY_INSTANCE, ""))
    if leaving:
        sessions.end_session(db, leaving, now=now)
    audit.record(db, Actor.staff(staff.id, staff.name), "accounts.sign_in", "staff", staff.id)
    return sessions.start_session(db, staff.id, now=now)


def own_password_hash(db: Session, staff_id: int) -> str | None:
    """The stored hash behind "su contraseña actual"; asking is counted. Raises TooManyRequests."""
    limits.spend(db, (OWN_PASSWORD, str(staff_id)))
    return db.scalar(select(Staff.password_hash).where(Staff.id == staff_id))


def _slow_down(db: Session, key: str, address: str, tries: list[int]) -> int:
    """Refuse a try that comes too early; otherwise set and answer the wait before the next, in seconds."""
    by_account, by_address, by_instance = tries
    both = f"{key} {address}"
    if left := limits.paused(db, ("accounts.pause.both", both), ("accounts.pause.address", address)):
        raise _too_early(left)
    if by_account > BY_ACCOUNT.times:
        limits.spend(db, (FROM_ANYWHERE, key))
    pauses = []
    if of_account := rules.delay(by_account, free=FREE_TRIES):
        pauses.append(("accounts.pause.both", both, of_account))
    if of_address := max(rules.delay(by_address, free=BY_ADDRESS.times), rules.delay(by_instance, free=BY_INSTANCE.times)):
        pauses.append(("accounts.pause.address", address, of_address))
    if pauses:
        limits.pause(db, *pauses)
    return max(of_account, of_address)


def _too_early(left: int) -> TooManyRequests:
    words = f"Hubo varios intentos fallidos. Espere {rules.seconds(left)} y vuelva a intentarlo."
    return TooManyRequests(words, retry_after=left, detail="accounts.pause")
