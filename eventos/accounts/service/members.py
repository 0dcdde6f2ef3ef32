"""The team: who may work with the product, as what, and until when; and what each person may change about their own account."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from eventos.accounts import rules
from eventos.accounts.models import Staff, StaffLink
from eventos.accounts.service import passwords, sessions
from eventos.accounts.service.passwords import PasswordHash
from eventos.kernel import audit, clock, outbox, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.db import upsert
from eventos.kernel.errors import InvalidInput, NotAllowed, NotFound, RuleViolation
from eventos.kernel.vocabulary import StaffRole

TAKEN = "Ya hay una cuenta con este correo."


class AlreadyAccepted(RuleViolation):
    code = "invitation_already_accepted"
    message = "Esta persona ya aceptó su invitación. Si olvidó la contraseña, puede pedir otra al ingresar."


def create_admin(db: Session, *, email: str, name: str, password: str | None, by: Actor) -> Staff:
    """Make an administrator (command line, demo). Without a password, an invitation is promised by mail. Raises InvalidInput.

    From here on the first-administrator link is dead.
    """
    hashed = passwords.hash_password(password, email=email) if password is not None else None
    staff = new_staff(db, email=email, name=name, role=StaffRole.ADMINISTRATOR, password_hash=hashed)
    audit.record(db, by, "accounts.create_admin", "staff", staff.id)
    if hashed is None:
        promise_link(db, staff.id, "invitation")
    return staff


def invite(db: Session, *, email: str, name: str, role: StaffRole, by: Actor) -> Staff:
    """Make an account that its owner opens with the link of a mail, within 72 hours. Raises InvalidInput."""
    staff = new_staff(db, email=email, name=name, role=role, password_hash=None)
    promise_link(db, staff.id, "invitation")
    audit.record(db, by, "accounts.invite", "staff", staff.id, role=role.value)
    return staff


def invite_again(db: Session, public_id: str, *, by: Actor) -> Staff:
    """Promise the invitation once more. Raises AlreadyAccepted."""
    staff = _staff(db, public_id)
    if staff.password_hash or staff.deactivated_at is not None:
        raise AlreadyAccepted if staff.password_hash else NotFound
    promise_link(db, staff.id, "invitation")
    audit.record(db, by, "accounts.invite_again", "staff", staff.id)
    return staff


def change_role(db: Session, public_id: str, role: StaffRole, *, by: Actor) -> Staff:
    """Give somebody else another role. Raises NotOnOneself, LastAdministrator."""
    staff = _other(db, public_id, by)
    if staff.role != role:
        was = staff.role
        staff.role = role.value
        db.flush()
        audit.record(db, by, "accounts.change_role", "staff", staff.id, was=was, now=role.value)
    return staff


def deactivate(db: Session, public_id: str, *, by: Actor, now: datetime) -> Staff:
    """Close an account: its sessions and links die at once. Raises NotOnOneself, LastAdministrator."""
    staff = _other(db, public_id, by)
    if staff.deactivated_at is None:
        staff.deactivated_at = now
        db.flush()
        sessions.end_all(db, staff.id, now=now)
        kill_links(db, staff.id, now=now)
        audit.record(db, by, "accounts.deactivate", "staff", staff.id)
    return staff


def reactivate(db: Session, public_id: str, *, by: Actor) -> Staff:
    """Open a closed account again, with the password it had; who never had one is invited anew."""
    staff = _staff(db, public_id)
    if staff.deactivated_at is not None:
        staff.deactivated_at = None
        db.flush()
        if staff.password_hash is None:
            promise_link(db, staff.id, "invitation")
        audit.record(db, by, "accounts.reactivate", "staff", staff.id)
    return staff


def reset_second_step(db: Session, public_id: str, *, by: Actor) -> Staff:
    """Turn off the second step of somebody who lost the telephone; not one's own, which asks the password. Raises NotOnOneself."""
    staff = _staff(db, public_id)
    if staff.id == by.staff_id:
        raise rules.NotOnOneself
    staff.totp_secret = staff.totp_enabled_at = staff.totp_last_step = None
    db.flush()
    audit.record(db, by, "accounts.reset_second_step", "staff", staff.id)
    return staff


def rename(db: Session, staff_id: int, name: str, *, by: Actor) -> None:
    """Change one's own name. Raises InvalidInput."""
    staff = db.get_one(Staff, staff_id)
    staff.name = rules.check_name(name)
    db.flush()
    audit.record(db, by, "accounts.rename", "staff", staff.id)


def change_password(db: Session, staff_id: int, password_hash: PasswordHash, *, by: Actor, session_id: int, now: datetime) -> None:
    """Change one's own password: every other session and every open link of the account ends."""
    staff = db.get_one(Staff, staff_id)
    staff.password_hash = password_hash
    db.flush()
    sessions.end_all(db, staff_id, now=now, but=session_id)
    kill_links(db, staff_id, now=now)
    audit.record(db, by, "accounts.change_password", "staff", staff_id)


def new_staff(db: Session, *, email: str, name: str, role: StaffRole, password_hash: PasswordHash | None) -> Staff:
    """Insert an account; the unique index settles two at once. Raises InvalidInput."""
    address = rules.check_email(email)
    values: dict[str, object] = {
        "public_id": tokens.public_id(),
        "name": rules.check_name(name),
        "email": address,
        "email_key": rules.email_key(address),
    }
    values |= {"role": role.value, "password_hash": password_hash, "created_at": clock.now()}
    insert = upsert(db)(Staff).values(values).on_conflict_do_nothing(index_elements=["email_key"]).returning(Staff.id)
    staff_id = db.scalar(insert)
    if staff_id is None:
        raise InvalidInput(fields={"email": TAKEN})
    return db.get_one(Staff, staff_id)


def kill_links(db: Session, staff_id: int, *, now: datetime) -> None:
    """No open link of this account opens any more."""
    db.execute(update(StaffLink).where(StaffLink.staff_id == staff_id, StaffLink.used_at.is_(None)).values(used_at=now))


def promise_link(db: Session, staff_id: int, purpose: str) -> None:
    """Promise the mail with a link. Its token is made when it is sent, so that no job row ever holds one."""
    outbox.enqueue(db, "accounts.send_link", staff_id=staff_id, purpose=purpose, mail_id=tokens.public_id())


def _staff(db: Session, public_id: str) -> Staff:
    staff = db.scalar(select(Staff).where(Staff.public_id == public_id))
    if staff is None:
        raise NotFound
    return staff


def _other(db: Session, public_id: str, by: Actor) -> Staff:
    """Somebody else, who may lose their powers: another administrator stays. Administrators are locked, so two cannot unseat each other."""
    able = (
        select(Staff.id)
        .where(Staff.role == StaffRole.ADMINISTRATOR, Staff.deactivated_at.is_(None), Staff.password_hash.is_not(None))
        .order_by(Staff.id)
        .with_for_update()
    )
    administrators = set(db.scalars(able))
    staff = _staff(db, public_id)
    if staff.id == by.staff_id:
        raise rules.NotOnOneself
    if by.staff_id is not None and by.staff_id not in administrators:
        raise NotAllowed
    if administrators == {staff.id}:
        raise rules.LastAdministrator
    return staff
