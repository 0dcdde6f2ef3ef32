"""The second step: time-based one-time codes (RFC 6238). The secret is sealed at rest, and no code is taken twice (§5.2)."""

from datetime import datetime

import pyotp
from sqlalchemy import update
from sqlalchemy.orm import Session

from eventos.accounts import rules
from eventos.accounts.models import Staff
from eventos.kernel import audit, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.errors import InvalidInput, NotFound, RuleViolation

WRONG_CODE = "Ese código no sirve. Escriba el que muestra ahora la aplicación."


class AlreadyEnabled(RuleViolation):
    code = "totp_already_enabled"
    message = "La verificación en dos pasos ya está activa."


def begin_totp(db: Session, staff_id: int) -> None:
    """Make a secret that counts for nothing until a code confirms it."""
    staff = _staff(db, staff_id)
    if staff.totp_enabled_at is not None:
        raise AlreadyEnabled
    staff.totp_secret = tokens.seal("totp", pyotp.random_base32().encode())
    staff.totp_last_step = None
    db.flush()


def pending_totp(db: Session, staff_id: int) -> str | None:
    """The secret that waits for its first code, in base 32; None when there is none, or it is in use already."""
    staff = _staff(db, staff_id)
    if staff.totp_enabled_at is not None or staff.totp_secret is None:
        return None
    return tokens.unseal("totp", staff.totp_secret).decode()


def confirm_totp(db: Session, staff_id: int, code: str, *, by: Actor, now: datetime) -> None:
    """Turn the second step on with a code of the new secret. Raises InvalidInput(code)."""
    staff = _staff(db, staff_id)
    if staff.totp_enabled_at is not None:
        raise AlreadyEnabled
    if not take_code(db, staff, code, now=now):
        raise InvalidInput(fields={"code": WRONG_CODE})
    staff.totp_enabled_at = now
    db.flush()
    audit.record(db, by, "accounts.enable_totp", "staff", staff.id)


def disable_totp(db: Session, staff_id: int, *, by: Actor) -> None:
    """Turn the second step off. The door has asked for the password, or an administrator does it for who lost the telephone."""
    staff = _staff(db, staff_id)
    staff.totp_secret = staff.totp_enabled_at = staff.totp_last_step = None
    db.flush()
    audit.record(db, by, "accounts.disable_totp", "staff", staff.id)


def take_code(db: Session, staff: Staff, code: str, *, now: datetime) -> bool:
    """Use a code up. False for a wrong one, and for one whose step was used before, here or in a race."""
    if staff.totp_secret is None:
        return False
    step = rules.totp_step(tokens.unseal("totp", staff.totp_secret).decode(), code, now=now)
    if step is None:
        return False
    taken = db.execute(
        update(Staff)
        .where(Staff.id == staff.id, Staff.totp_last_step.is_(None) | (Staff.totp_last_step < step))
        .values(totp_last_step=step)
        .returning(Staff.id)
    )
    return taken.first() is not None


def _staff(db: Session, staff_id: int) -> Staff:
    staff = db.get(Staff, staff_id)
    if staff is None or staff.deactivated_at is not None:
        raise NotFound
    return staff
