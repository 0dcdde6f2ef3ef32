"""Takes back what was done to several registrations, in steps, where each is still as it was left; what changed since is named."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from eventos.cycles.models import EventDay, SeatPool
from eventos.cycles.service import seats
from eventos.kernel import audit
from eventos.kernel.audit import Actor
from eventos.kernel.errors import NotFound, RuleViolation
from eventos.kernel.vocabulary import EventState, RegistrationState
from eventos.registration.models import BulkAction, BulkRow, Registration
from eventos.registration.service import answers, notify
from eventos.registration.service.bulk import MOMENTS, STEP, Action, next_rows, promise, step
from eventos.registration.service.promote import promote, terms_of

UNDO_LIFE = timedelta(hours=24)
STOPPED = "Se deshizo antes de llegar a ella: no se tocó."
SEATED = (RegistrationState.ACTIVE, RegistrationState.OFFERED, RegistrationState.UNCONFIRMED)


class CannotUndo(RuleViolation):
    code = "cannot_undo"
    message = "Ya no se puede deshacer: pasaron más de 24 horas o alguien lo deshizo."


def undo(db: Session, bulk: BulkAction, *, by: Actor, now: datetime) -> int:
    """Stop an action and begin to put back what it did; `put_back_step` goes on. Answers how many there are to put back.

    Raises CannotUndo after 24 hours, when it was undone before, and for what cannot be taken back.
    """
    if bulk.action == "merge" or not Action(bulk.action).can_be_undone or now > bulk.done_at + UNDO_LIFE:
        raise CannotUndo
    many = _begin(db, bulk, by=by, now=now)
    promise(db, bulk.id, "undo", many=many, now=now)
    return many


def _begin(db: Session, bulk: BulkAction, *, by: Actor, now: datetime) -> int:
    won = db.execute(
        update(BulkAction)
        .where(BulkAction.id == bulk.id, BulkAction.undone_at.is_(None))
        .values(undone_at=now, undone_by=by.ref)
        .returning(BulkAction.id)
        .execution_options(synchronize_session="fetch")
    ).scalar_one_or_none()
    if won is None:
        raise CannotUndo
    here = BulkRow.bulk_id == bulk.id
    waiting = update(BulkRow).where(here, BulkRow.state == "waiting").values(state="skipped", why=STOPPED)
    db.execute(waiting.execution_options(synchronize_session=False))
    many = db.execute(select(func.count()).select_from(BulkRow).where(here, BulkRow.state == "done")).scalar_one()
    audit.record(db, by, "registration.undo_bulk", "event", bulk.event_id, bulk=bulk.id, rows=many)
    return many


def put_back(db: Session, bulk: BulkAction, *, by: Actor, now: datetime) -> list[dict[str, Any]]:
    """Undo an action of a few rows in one go, whatever its age (merges of people are undone so). Answers what stays, each with why."""
    _begin(db, bulk, by=by, now=now)
    while put_back_step(db, bulk.id, now=now):
        pass
    left = select(BulkRow.registration_id, BulkRow.why).where(BulkRow.bulk_id == bulk.id, BulkRow.state == "left").order_by(BulkRow.id)
    return [{"id": row.registration_id, "why": row.why} for row in db.execute(left)]


def put_back_step(db: Session, bulk_id: int, *, now: datetime) -> bool:
    """Put the next registrations back that are still as the action left them. Answers whether there may be more."""
    bulk = db.get_one(BulkAction, bulk_id, with_for_update=True)
    # Pools are locked in one order, so that two undone actions do not wait for each other.
    db.execute(select(SeatPool.id).where(SeatPool.event_id == bulk.event_id).order_by(SeatPool.id).with_for_update()).all()
    rows = next_rows(db, bulk_id, "done")
    for row, registration in rows:
        try:
            with db.begin_nested():
                _restore(db, registration, row.before, row.after, now=now)
                db.flush()
        except RuleViolation as refusal:
            db.refresh(registration)
            row.state, row.why = "left", refusal.message
        else:
            row.state = "back"
    db.flush()
    return len(rows) == STEP


def _restore(db: Session, registration: Registration, before: dict[str, Any], after: dict[str, Any], *, now: datetime) -> None:
    if any(getattr(registration, name) != after[name] for name in ("state", "modality", "sequence")):
        raise RuleViolation("Cambió después: queda como está ahora.")
    terms = terms_of(db, registration.event_id)
    if terms.state is EventState.CANCELLED:
        raise RuleViolation("El evento fue cancelado.")
    target, was = RegistrationState(before["state"]), RegistrationState(registration.state)
    moments = {name: datetime.fromisoformat(before[name]) if before[name] else None for name in MOMENTS}
    if (ends := moments["expires_at"]) is not None and ends <= now:
        raise RuleViolation("Se le acabó el plazo para responder.")
    held, left = registration.seat_pool_id, registration.modality
    pool_id = held if target in SEATED and left == before["modality"] else None
    if target in SEATED and pool_id is None:
        pool_id = seats.take(db, registration.event_id, before["modality"])
        if pool_id is None:
            raise RuleViolation("Su cupo ya es de otra persona y no queda otro.")
    for name in ("state", "modality", "decided_by", "decision_reason"):
        setattr(registration, name, before[name])
    for name, moment in moments.items():
        setattr(registration, name, moment)
    registration.seat_pool_id = pool_id
    registration.sequence += 1
    registration.updated_at = now
    db.flush()
    if held is not None and held != pool_id:
        seats.give_back(db, held)
        promote(db, registration.event_id, left, now=now)
    if not was.is_open and target.is_open:
        answers.retake(db, registration.id, registration.event_id, now=now)
    _tell(db, registration, was, now)


def _tell(db: Session, registration: Registration, was: RegistrationState, now: datetime) -> None:
    """The person learns how they stand now, while the event is not over."""
    if not is_ahead(db, registration.event_id, now):
        return
    if registration.state == RegistrationState.PENDING and was.is_open:
        notify.cancelled(db, registration.id, held=was is RegistrationState.ACTIVE, now=now, why="review")
    elif RegistrationState(registration.state).is_open:
        notify.confirm(db, registration.id, why="changed" if was.is_open else "first", now=now)


def is_ahead(db: Session, event_id: int, now: datetime) -> bool:
    """Whether the event is not over: it has a day that did not end, or none yet."""
    ends = db.execute(select(EventDay.ends_at).where(EventDay.event_id == event_id).order_by(EventDay.ends_at.desc()).limit(1))
    last = ends.scalar_one_or_none()
    return last is None or last > now


def bulk_of(db: Session, event_id: int, public_id: str) -> BulkAction:
    """An action on an event, locked to be undone. Raises NotFound."""
    asked = select(BulkAction).where(BulkAction.public_id == public_id, BulkAction.event_id == event_id)
    found = db.execute(asked.with_for_update()).scalar_one_or_none()
    if found is None:
        raise NotFound("No encontramos esa acción.")
    return found


def go_on(db: Session, bulk_id: int, *, now: datetime) -> bool:
    """The next step of an action, or of undoing it. Answers whether there may be more."""
    bulk = db.get_one(BulkAction, bulk_id)
    return put_back_step(db, bulk_id, now=now) if bulk.undone_at is not None else step(db, bulk_id, now=now)
