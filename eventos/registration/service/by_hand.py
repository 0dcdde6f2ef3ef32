"""Staff write one person down, also when the window is closed: then with a reason, which the audit and the registration keep."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from eventos.kernel import audit
from eventos.kernel.audit import Actor
from eventos.kernel.vocabulary import EventState
from eventos.registration import queries
from eventos.registration.models import Registration
from eventos.registration.rules import NotPublished, Register
from eventos.registration.service.register import Outcome, register


def register_by_hand(db: Session, command: Register, reason: str, *, by: Actor, now: datetime) -> Outcome:
    """Write somebody down for one event for the office. Who is there already stays as they are. Raises NotPublished, InvalidInput."""
    openings = queries.openings(db, command.event_slugs)
    if not openings or openings[0].state is not EventState.PUBLISHED:
        raise NotPublished
    (outcome,) = register(db, command, now=now, by=by, demo=openings[0].demo)
    if reason and not outcome.is_repeat:
        told = {"decided_at": now, "decided_by": by.ref, "decision_reason": reason}
        db.execute(update(Registration).where(Registration.id == outcome.registration_id).values(told))
        audit.record(db, by, "registration.by_hand", "registration", outcome.registration_id, reason=reason)
    db.flush()
    return outcome


def public_id_of(db: Session, registration_id: int) -> str:
    """How pages name a registration."""
    return db.execute(select(Registration.public_id).where(Registration.id == registration_id)).scalar_one()
