"""Write a call, its annexes, and ask for the printed thread. Once it is sent, its words stay."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from eventos.accounts.models import Staff
from eventos.calls import queries, rules
from eventos.calls.models import Call
from eventos.calls.rules import SaveCall
from eventos.kernel import audit, limits, outbox, spanish, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.db import changed
from eventos.kernel.errors import InvalidInput, RuleViolation
from eventos.kernel.limits import Limit

TESTS = Limit("calls.tests", 20, timedelta(hours=1))  # of one account: a test is a mail, with all its annexes


def save_call(db: Session, event_id: int, command: SaveCall, *, public_id: str | None = None, by: Actor, now: datetime) -> str:
    """Write a draft, or change one; gives its public id. Raises InvalidInput, NotFound, RuleViolation once it was sent."""
    rules.check_call(command, now=now)
    row = queries.call_for_write(db, event_id, public_id) if public_id else _new(event_id, by, now)
    _refuse_sent(row)
    row.subject, row.body = command.subject, command.body
    row.deadline_at, row.flyer, row.updated_at = command.deadline_at, command.flyer.value, now
    db.add(row)
    db.flush()
    audit.record(db, by, "calls.save_call", "event", event_id, call=row.id)
    return row.public_id


def _new(event_id: int, by: Actor, now: datetime) -> Call:
    return Call(
        public_id=tokens.public_id(),
        event_id=event_id,
        state="draft",
        created_by=by.name or by.ref,
        created_at=now,
        attachments=[],
        flyer_files={},
    )


def discard_call(db: Session, event_id: int, public_id: str, *, by: Actor) -> None:
    """Throw a draft away. Raises NotFound, RuleViolation once it was sent."""
    row = queries.call_for_write(db, event_id, public_id)
    if row.sent_at is not None:
        raise RuleViolation("Esta convocatoria ya se envió: es evidencia y no se borra.")
    audit.record(db, by, "calls.discard_call", "event", event_id, call=row.id)
    db.delete(row)
    db.flush()


def attach(db: Session, event_id: int, public_id: str, file: dict[str, Any], *, by: Actor, now: datetime) -> None:
    """Add an annex that is on the shelf: {"filename", "media_type", "sha256", "size"}. Raises InvalidInput, NotFound, RuleViolation."""
    row = queries.call_for_write(db, event_id, public_id)
    _refuse_sent(row)
    there = [each for each in row.attachments if each["sha256"] != file["sha256"]]
    if len(there) >= rules.MOST_ATTACHMENTS:
        raise InvalidInput(fields={"file": f"Caben hasta {rules.MOST_ATTACHMENTS} anexos."})
    if sum(each["size"] for each in there) + file["size"] > rules.MOST_BYTES:
        most = spanish.number(rules.MOST_BYTES // (1024 * 1024))
        raise InvalidInput(fields={"file": f"Los anexos juntos pesan más de {most} MB: muchos buzones no los recibirían."})
    row.attachments, row.updated_at = [*there, file], now
    db.flush()
    audit.record(db, by, "calls.attach", "event", event_id, call=row.id, sha256=file["sha256"])


def detach(db: Session, event_id: int, public_id: str, sha256: str, *, by: Actor, now: datetime) -> None:
    """Take an annex away. Raises NotFound, RuleViolation."""
    row = queries.call_for_write(db, event_id, public_id)
    _refuse_sent(row)
    row.attachments, row.updated_at = [each for each in row.attachments if each["sha256"] != sha256], now
    db.flush()
    audit.record(db, by, "calls.detach", "event", event_id, call=row.id, sha256=sha256)


def ask_test(db: Session, call_id: int, *, entity: str, person: str, mail_id: str, by: Actor) -> None:
    """Promise the staff member who asks the call as that entity would get it. Raises RuleViolation for whoever has no mail,
    TooManyRequests for whoever asks on and on."""
    staff = db.get(Staff, by.staff_id) if by.staff_id is not None else None
    if staff is None or not staff.email:
        raise RuleViolation("Su cuenta no tiene correo: no hay a dónde enviar la prueba.")
    limits.spend(db, (TESTS, str(staff.id)))
    outbox.enqueue(db, "calls.test", call_id=call_id, entity=entity, person=person, to=staff.email, to_name=staff.name, mail_id=mail_id)
    audit.record(db, by, "calls.test", "call", call_id)


def _refuse_sent(row: Call) -> None:
    if row.sent_at is not None:
        raise RuleViolation(rules.FROZEN)


def ask_evidence(db: Session, event_id: int, public_id: str, *, by: Actor, now: datetime) -> None:
    """Ask a worker to print the thread as it stands. Raises NotFound, RuleViolation before anything was sent."""
    row = queries.call_for_write(db, event_id, public_id)
    if row.sent_at is None:
        raise RuleViolation("La convocatoria todavía no se ha enviado: no hay qué imprimir.")
    if row.evidence_state != "pending":
        row.evidence_state, row.evidence_at, row.evidence_error = "pending", now, None
        db.flush()
        outbox.enqueue(db, "calls.print", key=f"calls.print:{row.id}:{int(now.timestamp())}", call_id=row.id)
        audit.record(db, by, "calls.ask_evidence", "event", event_id, call=row.id)


def evidence_ready(db: Session, call_id: int, *, sha256: str, now: datetime) -> bool:
    """Remember the printed thread. False when somebody was faster."""
    values = {"evidence_state": "ready", "evidence_sha256": sha256, "evidence_at": now, "evidence_error": None}
    return changed(db.execute(update(Call).where(Call.id == call_id, Call.evidence_state == "pending").values(values))) == 1


def evidence_failed(db: Session, call_id: int, *, reason: str) -> None:
    """Say in a sentence for people why it could not be printed."""
    values = {"evidence_state": "error", "evidence_error": reason}
    db.execute(update(Call).where(Call.id == call_id, Call.evidence_state == "pending").values(values))
