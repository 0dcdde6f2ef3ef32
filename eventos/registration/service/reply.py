"""What somebody's calendar answered to their invite (RFC 5546, PARTSTAT): it is noted, and it frees no seat."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from eventos.registration.models import Registration

ANSWERS = ("accepted", "tentative", "declined")


def note_reply(db: Session, registration_id: int, answer: str, *, now: datetime) -> None:
    """Write an answer down. Raises ValueError for one that is none of ANSWERS."""
    if answer not in ANSWERS:
        raise ValueError(answer)
    _write(db, Registration.id == registration_id, answer, now)


def forget_replies(db: Session, event_id: int) -> None:
    """The event changed: its new invite asks everybody again."""
    _write(db, (Registration.event_id == event_id) & (Registration.reply != ""), "", None)


def _write(db: Session, which: object, answer: str, at: datetime | None) -> None:
    statement = update(Registration).where(which).values(reply=answer, replied_at=at)  # type: ignore[arg-type]
    db.execute(statement.execution_options(synchronize_session=False))
