"""Signed-in browsers: opened, seen, ended. Only the SHA-256 of a cookie is kept."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from eventos.accounts.models import StaffSession
from eventos.kernel import tokens


def start_session(db: Session, staff_id: int, *, now: datetime) -> str:
    """Open a session under a new random id; answers the cookie's value, which is kept nowhere."""
    token = tokens.random_token()
    db.add(StaffSession(token_hash=tokens.digest(token), staff_id=staff_id, created_at=now, seen_at=now))
    db.flush()
    return token


def see_session(db: Session, session_id: int, *, now: datetime) -> None:
    """Note that a session is in use."""
    db.execute(update(StaffSession).where(StaffSession.id == session_id, StaffSession.seen_at < now).values(seen_at=now))


def end_session(db: Session, token: str, *, now: datetime) -> None:
    """End the session of a cookie; an unknown one is no fault."""
    db.execute(
        update(StaffSession)
        .where(StaffSession.token_hash.in_([tokens.digest(token)]), StaffSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def end_all(db: Session, staff_id: int, *, now: datetime, but: int | None = None) -> None:
    """End every session of an account, except the one with the id `but`."""
    ending = update(StaffSession).where(StaffSession.staff_id == staff_id, StaffSession.ended_at.is_(None))
    if but is not None:
        ending = ending.where(StaffSession.id != but)
    db.execute(ending.values(ended_at=now))
