"""One-time links: the first administrator's, invitations, forgotten passwords. Looked at by GET, used by POST, once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from eventos.accounts import queries, rules
from eventos.accounts.models import Staff, StaffLink
from eventos.accounts.service import members, sessions
from eventos.accounts.service.passwords import PasswordHash
from eventos.kernel import audit, clock, limits, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.errors import NotFound
from eventos.kernel.limits import Limit
from eventos.kernel.vocabulary import StaffRole

RESET_BY_MAIL = Limit("accounts.reset.mail", 3, timedelta(hours=1))
RESET_BY_ADDRESS = Limit("accounts.reset.address", 20, timedelta(hours=1))
BAD_LINKS = Limit("accounts.bad_links", 60, timedelta(minutes=1))


class DeadLink(NotFound):
    code = "dead_link"
    message = "Este vínculo ya no sirve: venció, ya se usó o está incompleto. Pida uno nuevo."


@dataclass(frozen=True)
class LinkMail:
    """What the mail with a link needs to say."""

    purpose: str
    token: str
    name: str
    email: str
    expires_at: datetime


def first_admin_link(db: Session) -> str | None:
    """A new token for `/primer-ingreso/<token>`, which kills the earlier ones; None once an administrator exists."""
    if queries.has_administrator(db):
        return None
    now = clock.now()
    db.execute(update(StaffLink).where(StaffLink.purpose == "first_admin", StaffLink.used_at.is_(None)).values(used_at=now))
    return _new_link(db, "first_admin", None, now=now).token


def become_first_admin(db: Session, token: str, *, email: str, name: str, password_hash: PasswordHash, now: datetime) -> Staff:
    """Use the first-administrator link up. Raises DeadLink when it is late, used, or somebody administers already."""
    _use(db, token, "first_admin", now=now)
    staff = members.new_staff(db, email=email, name=name, role=StaffRole.ADMINISTRATOR, password_hash=password_hash)
    audit.record(db, Actor.staff(staff.id, staff.name), "accounts.become_first_admin", "staff", staff.id)
    return staff


def accept_invitation(db: Session, token: str, *, password_hash: PasswordHash, now: datetime) -> Staff:
    """Give an invited account its first password."""
    staff = _set_password(db, token, "invitation", password_hash, now=now)
    audit.record(db, Actor.staff(staff.id, staff.name), "accounts.accept_invitation", "staff", staff.id)
    return staff


def reset_password(db: Session, token: str, *, password_hash: PasswordHash, now: datetime) -> Staff:
    """Give an account a new password; every session it had ends. A second step that was on stays on."""
    staff = _set_password(db, token, "reset", password_hash, now=now)
    sessions.end_all(db, staff.id, now=now)
    audit.record(db, Actor.staff(staff.id, staff.name), "accounts.reset_password", "staff", staff.id)
    return staff


def request_reset(db: Session, email: str, *, address: str) -> None:
    """Promise a mail with a link, if there is such an account; says nothing either way. Raises TooManyRequests."""
    key = rules.email_key(email)[: rules.EMAIL_LONGEST]
    limits.spend(db, (RESET_BY_MAIL, key), (RESET_BY_ADDRESS, address))
    staff_id = db.scalar(select(Staff.id).where(Staff.email_key == key, Staff.deactivated_at.is_(None)))
    if staff_id is not None:
        members.promise_link(db, staff_id, "reset")


def link_for_mail(db: Session, staff_id: int, purpose: str) -> LinkMail | None:
    """Make the link of a promised mail; None when nobody should get it any more (deactivated, or the invitation is accepted)."""
    staff = db.get(Staff, staff_id)
    if staff is None or staff.deactivated_at is not None or (purpose == "invitation" and staff.password_hash):
        return None
    return _new_link(db, purpose, staff, now=clock.now())


def open_link(db: Session, token: str, purpose: str, *, now: datetime) -> queries.LinkView:
    """The link as a page may show it; changes nothing. Raises DeadLink."""
    link = queries.open_link(db, token, purpose, now=now)
    if link is None:
        raise DeadLink
    return link


def count_bad_link(db: Session, *, address: str) -> None:
    """Count a guess. Raises TooManyRequests after sixty in a minute."""
    limits.spend(db, (BAD_LINKS, address))


def _new_link(db: Session, purpose: str, staff: Staff | None, *, now: datetime) -> LinkMail:
    token = tokens.random_token()
    expires_at = now + rules.LINK_LIFE[purpose]
    db.add(
        StaffLink(
            token_hash=tokens.digest(token), purpose=purpose, staff_id=staff.id if staff else None, created_at=now, expires_at=expires_at
        )
    )
    db.flush()
    return LinkMail(purpose, token, staff.name if staff else "", staff.email if staff else "", expires_at)


def _use(db: Session, token: str, purpose: str, *, now: datetime) -> queries.LinkView:
    """Use a link up, and with it every other of the same account; the UPDATE settles a race."""
    link = open_link(db, token, purpose, now=now)
    taken = db.execute(
        update(StaffLink).where(StaffLink.id == link.id, StaffLink.used_at.is_(None)).values(used_at=now).returning(StaffLink.id)
    )
    if taken.first() is None:
        raise DeadLink
    if link.staff_id is not None:
        members.kill_links(db, link.staff_id, now=now)
    return link


def _set_password(db: Session, token: str, purpose: str, password_hash: PasswordHash, *, now: datetime) -> Staff:
    link = _use(db, token, purpose, now=now)
    staff = db.get(Staff, link.staff_id)
    if staff is None:
        raise DeadLink
    staff.password_hash = password_hash
    db.flush()
    return staff
