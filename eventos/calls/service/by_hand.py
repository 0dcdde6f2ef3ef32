"""What staff write down by hand about a call that was sent: an entity that confirmed in another way, and a longer deadline."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eventos.calls import queries, rules
from eventos.calls.models import CallDesignee, CallEntry, CallRecipient
from eventos.calls.rules import RecordConfirmation
from eventos.kernel import audit
from eventos.kernel.audit import Actor
from eventos.kernel.errors import RuleViolation
from eventos.kernel.templating import moment


def record_confirmation(
    db: Session, event_id: int, public_id: str, recipient_id: int, command: RecordConfirmation, *, by: Actor, now: datetime
) -> None:
    """Write down that an entity confirmed by telephone, by mail, on paper or in person. Raises NotFound, InvalidInput, RuleViolation."""
    view, row = _copy(db, event_id, public_id, recipient_id)
    rules.check_open(view.event.state, view.event.ends_at, now=now)
    if row.confirmed_at is not None:
        raise RuleViolation("Esta entidad ya respondió: su respuesta se queda como está.")
    rules.check_recorded(command, sent_at=view.call.sent_at, now=now)
    row.confirmed_at, row.confirmed_by, row.confirmed_post = command.told_at, command.name, command.post
    row.confirmed_via, row.confirmed_note, row.recorded_by = command.via.value, command.note, by.name or by.ref
    who = ", ".join(part for part in (command.name, command.post) if part)
    detail = {"via": command.via.value, "note": command.note, "recorded_by": row.recorded_by, "told_at": moment(command.told_at)}
    db.add(CallEntry(call_id=row.call_id, recipient_id=row.id, kind="confirmed", at=now, by=who, detail=detail))
    db.flush()
    audit.record(db, by, "calls.record_confirmation", "event", event_id, call=row.call_id, recipient=row.id, via=command.via.value)


def undo_confirmation(db: Session, event_id: int, public_id: str, recipient_id: int, *, by: Actor, now: datetime) -> None:
    """Take back what staff wrote down; the thread keeps both. Raises NotFound, RuleViolation when the entity answered by itself."""
    _view, row = _copy(db, event_id, public_id, recipient_id)
    named = select(func.count()).select_from(CallDesignee).where(CallDesignee.recipient_id == row.id, CallDesignee.removed_at.is_(None))
    if not row.recorded_by or row.declined_at is not None or db.scalar(named):
        raise RuleViolation("Esa respuesta la dio la entidad misma: no se puede deshacer desde aquí.")
    row.confirmed_at = None
    row.confirmed_by = row.confirmed_post = row.confirmed_via = row.confirmed_note = row.recorded_by = ""
    db.add(CallEntry(call_id=row.call_id, recipient_id=row.id, kind="unconfirmed", at=now, by=by.name or by.ref, detail={}))
    db.flush()
    audit.record(db, by, "calls.undo_confirmation", "event", event_id, call=row.call_id, recipient=row.id)


def _copy(db: Session, event_id: int, public_id: str, recipient_id: int) -> tuple[queries.LetterView, CallRecipient]:
    call = queries.call(db, event_id, public_id)
    found = queries.recipient(db, call.id, recipient_id)
    row = queries.recipient_for_write(db, found.id)
    db.refresh(row)
    return queries.letter_view(db, row.id), row


def extend_deadline(db: Session, event_id: int, public_id: str, deadline_at: datetime, *, by: Actor, now: datetime) -> None:
    """Wait for answers longer. What was sent stays as it was, and so does its hash. Raises NotFound, InvalidInput, RuleViolation."""
    row = queries.call_for_write(db, event_id, public_id)
    if row.sent_at is None:
        raise RuleViolation("Esta convocatoria es un borrador: cambie el plazo en su texto.")
    before = row.extended_to or row.deadline_at
    rules.check_extension(before, deadline_at, now=now)
    row.extended_to, row.updated_at = deadline_at, now
    detail = {"from": moment(before), "to": moment(deadline_at)}
    db.add(CallEntry(call_id=row.id, kind="extended", at=now, by=by.name or by.ref, detail=detail))
    db.flush()
    audit.record(db, by, "calls.extend_deadline", "event", event_id, call=row.id, **detail)
