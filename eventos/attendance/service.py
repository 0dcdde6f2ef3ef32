"""Write down what the office decided about who came: each decision with its author, moment and reason, none ever erased."""

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from eventos.attendance import rules
from eventos.attendance.models import AttendanceDecision
from eventos.attendance.rules import Decide
from eventos.kernel import audit
from eventos.kernel.audit import Actor
from eventos.kernel.errors import NotFound
from eventos.kernel.vocabulary import RegistrationState
from eventos.registration.models import Registration


def decide(db: Session, event_id: int, command: Decide, *, by: Actor, now: datetime) -> int:
    """Decide about the registrations named by their public ids, all or none; gives how many.

    Raises InvalidInput without people or reason, NotFound when one is not of this event, CannotAttend for a cancelled one.
    """
    rules.check(command)
    wanted = set(command.registrations)
    found = db.execute(
        select(Registration.id, Registration.state).where(Registration.event_id == event_id, Registration.public_id.in_(wanted))
    ).all()
    if len(found) != len(wanted):
        raise NotFound("Una de las personas elegidas no está inscrita en este evento.")
    for _, state in found:
        rules.admit(RegistrationState(state), attended=command.attended)
    decision = {"attended": command.attended, "reason": command.reason, "decided_by": by.staff_id, "decided_at": now}
    db.execute(insert(AttendanceDecision), [{"registration_id": number, **decision} for number, _ in found])
    numbers = sorted(number for number, _ in found)
    audit.record(db, by, "attendance.decide", "event", event_id, attended=command.attended, registrations=numbers)
    return len(numbers)


def record_export(
    db: Session, event_id: int, *, kind: str, filters: dict[str, str], rows: int, private: bool, reason: str, by: Actor
) -> None:
    """Write down that a list left the product: who, when, which part of it, with documents and phones or without, and why."""
    # What was typed in the search field may be somebody's name: the audit keeps only that there was a search.
    told = {name: value if name != "texto" else "…" for name, value in filters.items()}
    audit.record(db, by, "attendance.export", "event", event_id, format=kind, filters=told, rows=rows, private=private, reason=reason)
