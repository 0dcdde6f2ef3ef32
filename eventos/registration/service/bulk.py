"""One thing done to several registrations, each on its own terms, and undone for those that are still as it left them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from eventos.cycles.models import EventDay, SeatPool
from eventos.cycles.service import seats
from eventos.kernel import audit, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.errors import InvalidInput, NotFound, RuleViolation
from eventos.kernel.text import normalise_email
from eventos.kernel.vocabulary import EventState, RegistrationState, Word
from eventos.registration.models import BulkAction, Registration
from eventos.registration.rules import ChangeRegistration, Workplace
from eventos.registration.service import answers, notify
from eventos.registration.service.cancel import cancel
from eventos.registration.service.change import change, person_of
from eventos.registration.service.decide import approve, reject
from eventos.registration.service.promote import promote, terms_of

UNDO_LIFE = timedelta(hours=24)
STEP = 40  # registrations in one transaction: no writer is kept waiting for long
MOST = 200  # so that undoing, which is one transaction, is short too
SEATED = (RegistrationState.ACTIVE, RegistrationState.OFFERED, RegistrationState.UNCONFIRMED)
PICTURED = ("state", "modality", "sequence", "decided_by", "decision_reason")
_MOMENTS = ("waitlisted_at", "expires_at", "decided_at", "cancelled_at")


class Action(Word):
    """What can be done to many at once; the label is the word of its button."""

    APPROVE = "approve", "Aprobar"
    REJECT = "reject", "No aprobar"
    CANCEL = "cancel", "Cancelar"
    RESEND = "resend", "Reenviar la confirmación"
    MODALITY = "modality", "Cambiar la modalidad"

    @property
    def needs_reason(self) -> bool:
        return self in (Action.REJECT, Action.CANCEL)

    @property
    def can_be_undone(self) -> bool:
        """A mail that went out does not come back."""
        return self is not Action.RESEND


class CannotUndo(RuleViolation):
    code = "cannot_undo"
    message = "Ya no se puede deshacer: pasaron más de 24 horas o alguien lo deshizo."


@dataclass(frozen=True)
class Ask:
    """What to do to each: `reason` where the action needs one, `modality` for the one that changes it."""

    action: Action
    reason: str = ""
    modality: str = ""

    def __post_init__(self) -> None:
        if self.action.needs_reason and len(self.reason) < 5:
            raise InvalidInput(fields={"reason": "Escriba el motivo: queda en el registro y se lo decimos a cada persona."})
        if self.action is Action.MODALITY and self.modality not in ("virtual", "presencial"):
            raise InvalidInput(fields={"modality": "Elija la modalidad nueva."})


def begin(db: Session, event_id: int, ask: Ask, *, by: Actor, now: datetime) -> BulkAction:
    """The row that the steps fill in."""
    row = BulkAction(
        public_id=tokens.public_id(), event_id=event_id, action=ask.action.value, reason=ask.reason or ask.modality,
        rows=[], skipped=[], left_alone=[], done_by=by.ref, done_at=now,
    )  # fmt: skip
    db.add(row)
    db.flush()
    audit.record(db, by, "registration.bulk", "event", event_id, what=ask.action.value, bulk=row.id, reason=ask.reason)
    return row


def step(db: Session, bulk_id: int, registration_ids: Sequence[int], ask: Ask, *, by: Actor, now: datetime) -> None:
    """Do it to some registrations of the event. Who cannot is left as they are, with the reason; the others go on."""
    bulk = db.get_one(BulkAction, bulk_id, with_for_update=True)
    asked = select(Registration).where(Registration.event_id == bulk.event_id, Registration.id.in_(registration_ids))
    rows, skipped = list(bulk.rows), list(bulk.skipped)
    for registration in db.execute(asked.order_by(Registration.registered_at, Registration.id).with_for_update()).scalars().all():
        before = picture(registration)
        try:
            with db.begin_nested():
                _one(db, registration, ask, by=by, now=now)
                db.flush()
        except (RuleViolation, InvalidInput) as refusal:
            db.refresh(registration)
            skipped.append({"id": registration.id, "why": next(iter(getattr(refusal, "fields", {}).values()), refusal.message)})
        else:
            rows.append({"id": registration.id, "before": before, "after": picture(registration)})
    bulk.rows, bulk.skipped = rows, skipped
    db.flush()


def _one(db: Session, registration: Registration, ask: Ask, *, by: Actor, now: datetime) -> None:
    match ask.action:
        case Action.APPROVE:
            approve(db, registration, by=by, now=now)
        case Action.REJECT:
            reject(db, registration, ask.reason, by=by, now=now)
        case Action.CANCEL:
            if not cancel(db, registration, by=by, now=now):
                raise RuleViolation("Ya estaba cancelada o no aprobada.")
        case Action.RESEND:
            _resend(db, registration, by=by, now=now)
        case Action.MODALITY:
            _swap(db, registration, ask.modality, by=by, now=now)


def _resend(db: Session, registration: Registration, *, by: Actor, now: datetime) -> None:
    if not RegistrationState(registration.state).is_open:
        raise RuleViolation("Está cancelada o no aprobada: no tiene confirmación que enviar.")
    person = person_of(db, registration)
    if not person.email:
        raise RuleViolation("No tiene correo al que enviarla.")
    notify.confirm(db, registration.id, why="repeat", now=now, hold=notify.count_mail(db, normalise_email(person.email)))
    audit.record(db, by, "desk.resend", "registration", registration.id)


def _swap(db: Session, registration: Registration, modality: str, *, by: Actor, now: datetime) -> None:
    if registration.modality == modality:
        raise RuleViolation("Ya estaba en esa modalidad.")
    if not RegistrationState(registration.state).is_open:
        raise RuleViolation("Está cancelada o no aprobada.")
    person = person_of(db, registration)
    names = ("dependency", "post", "link_kind", "divipola", "country", "city")
    work = Workplace(registration.entity_name, **{name: getattr(registration, name) for name in names})
    command = ChangeRegistration(person.given_names, person.family_names, person.phone, work, modality)
    change(db, registration, command, by=by, now=now)


def picture(registration: Registration) -> dict[str, Any]:
    """How a registration stands, as far as a bulk action can change it."""
    moments = {name: getattr(registration, name) for name in _MOMENTS}
    plain = {name: getattr(registration, name) for name in PICTURED}
    return plain | {name: moment.isoformat() if moment else None for name, moment in moments.items()}


def undo(db: Session, bulk: BulkAction, *, by: Actor, now: datetime) -> list[dict[str, Any]]:
    """Put every registration back that is still as the action left it. Answers those that are not, each with why.

    Raises CannotUndo after 24 hours, when it was undone before, and for what cannot be taken back.
    """
    if bulk.action == "merge" or not Action(bulk.action).can_be_undone or now > bulk.done_at + UNDO_LIFE:
        raise CannotUndo
    return put_back(db, bulk, by=by, now=now)


def put_back(db: Session, bulk: BulkAction, *, by: Actor, now: datetime) -> list[dict[str, Any]]:
    """Undo an action whatever its age (merges of people are undone so)."""
    won = db.execute(
        update(BulkAction)
        .where(BulkAction.id == bulk.id, BulkAction.undone_at.is_(None))
        .values(undone_at=now, undone_by=by.ref)
        .returning(BulkAction.id)
        .execution_options(synchronize_session="fetch")
    ).scalar_one_or_none()
    if won is None:
        raise CannotUndo
    left: list[dict[str, Any]] = []
    # Pools are locked in one order, so that two undone actions do not wait for each other.
    db.execute(select(SeatPool.id).where(SeatPool.event_id == bulk.event_id).order_by(SeatPool.id).with_for_update()).all()
    told = {each["id"]: each for each in bulk.rows}
    asked = select(Registration).where(Registration.id.in_(told)).order_by(Registration.id).with_for_update()
    for registration in db.execute(asked).scalars().all():
        before, after = told[registration.id]["before"], told[registration.id]["after"]
        try:
            with db.begin_nested():
                _restore(db, registration, before, after, now=now)
                db.flush()
        except RuleViolation as refusal:
            db.refresh(registration)
            left.append({"id": registration.id, "why": refusal.message})
    bulk.left_alone = left
    audit.record(db, by, "registration.undo_bulk", "event", bulk.event_id, bulk=bulk.id, left_alone=[each["id"] for each in left])
    db.flush()
    return left


def _restore(db: Session, registration: Registration, before: dict[str, Any], after: dict[str, Any], *, now: datetime) -> None:
    if any(getattr(registration, name) != after[name] for name in ("state", "modality", "sequence")):
        raise RuleViolation("Cambió después: queda como está ahora.")
    terms = terms_of(db, registration.event_id)
    if terms.state is EventState.CANCELLED:
        raise RuleViolation("El evento fue cancelado.")
    target, was = RegistrationState(before["state"]), RegistrationState(registration.state)
    moments = {name: datetime.fromisoformat(before[name]) if before[name] else None for name in _MOMENTS}
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
