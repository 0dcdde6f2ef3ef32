"""What is asked about accounts: who a session belongs to, the team, open links."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from eventos.accounts.models import SESSION_IDLE, SESSION_LIFE, Staff, StaffLink, StaffSession
from eventos.kernel import tokens
from eventos.kernel.vocabulary import StaffRole


@dataclass(frozen=True)
class StaffView:
    """The person signed in, and the session they came with."""

    id: int
    public_id: str
    name: str
    email: str
    role: StaffRole
    totp_enabled: bool
    session_id: int
    seen_at: datetime


class StaffState(StrEnum):
    ACTIVE = "active"
    INVITED = "invited"
    DEACTIVATED = "deactivated"


@dataclass(frozen=True)
class StaffRow:
    """One line of the team's list."""

    id: int
    public_id: str
    name: str
    email: str
    role: StaffRole
    state: StaffState
    totp_enabled: bool
    last_seen_at: datetime | None


@dataclass(frozen=True)
class SessionRow:
    id: int
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True)
class LinkView:
    """An open one-time link. The first administrator's has no account yet."""

    id: int
    purpose: str
    staff_id: int | None
    name: str
    email: str


def staff_by_session(db: Session, token: str, *, now: datetime) -> StaffView | None:
    """Who the cookie belongs to; None when the session ended, was idle too long, is too old, or the account is deactivated."""
    row = db.execute(
        select(Staff, StaffSession.id, StaffSession.seen_at)
        .join(StaffSession, StaffSession.staff_id == Staff.id)
        .where(StaffSession.token_hash.in_([tokens.digest(token)]), Staff.deactivated_at.is_(None), *_alive(now))
    ).first()
    if row is None:
        return None
    staff, session_id, seen_at = row
    return StaffView(
        id=staff.id,
        public_id=staff.public_id,
        name=staff.name,
        email=staff.email,
        role=staff.staff_role,
        totp_enabled=staff.totp_enabled_at is not None,
        session_id=session_id,
        seen_at=seen_at,
    )


def _alive(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        StaffSession.ended_at.is_(None),
        StaffSession.seen_at > now - SESSION_IDLE,
        StaffSession.created_at > now - SESSION_LIFE,
    )


def sessions_of(db: Session, staff_id: int, *, now: datetime) -> list[SessionRow]:
    """The open sessions of one account, the most recently used first."""
    rows = db.execute(
        select(StaffSession.id, StaffSession.created_at, StaffSession.seen_at)
        .where(StaffSession.staff_id == staff_id, *_alive(now))
        .order_by(StaffSession.seen_at.desc(), StaffSession.id.desc())
    )
    return [SessionRow(*row) for row in rows]


def staff_list(db: Session) -> list[StaffRow]:
    """Everybody with an account: those at work first, then by name. One statement."""
    last_seen = select(func.max(StaffSession.seen_at)).where(StaffSession.staff_id == Staff.id).correlate(Staff).scalar_subquery()
    rows = db.execute(select(Staff, last_seen).order_by(Staff.deactivated_at.is_not(None), func.lower(Staff.name), Staff.id))
    return [
        StaffRow(
            id=staff.id,
            public_id=staff.public_id,
            name=staff.name,
            email=staff.email,
            role=staff.staff_role,
            state=_state(staff),
            totp_enabled=staff.totp_enabled_at is not None,
            last_seen_at=seen,
        )
        for staff, seen in rows
    ]


def _state(staff: Staff) -> StaffState:
    if staff.deactivated_at is not None:
        return StaffState.DEACTIVATED
    return StaffState.ACTIVE if staff.password_hash else StaffState.INVITED


def has_administrator(db: Session) -> bool:
    """Whether an administrator was ever named; from then on the first-administrator link is dead."""
    return bool(db.scalar(select(exists().where(Staff.role == StaffRole.ADMINISTRATOR))))


def open_link(db: Session, token: str, purpose: str, *, now: datetime) -> LinkView | None:
    """The link behind a token, if it still opens: unused, in time, of an active account (or of none while nobody administers)."""
    row = db.execute(
        select(StaffLink, Staff)
        .outerjoin(Staff, Staff.id == StaffLink.staff_id)
        .where(StaffLink.token_hash.in_([tokens.digest(token)]), StaffLink.purpose == purpose)
        .where(StaffLink.used_at.is_(None), StaffLink.expires_at > now)
    ).first()
    if row is None:
        return None
    link, staff = row
    if staff is None:
        return None if has_administrator(db) else LinkView(link.id, link.purpose, None, "", "")
    if staff.deactivated_at is not None:
        return None
    return LinkView(link.id, link.purpose, staff.id, staff.name, staff.email)
