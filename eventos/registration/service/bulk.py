"""One thing done to several registrations, each on its own terms, in steps: whoever is killed between two of them is gone on from.

A few are done while whoever asked waits; many, and what was left half done, by the job `registration.bulk`. Undoing is in `bulk_undo`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, insert, literal, select
from sqlalchemy.orm import Session

from eventos.kernel import audit, outbox, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.errors import InvalidInput, RuleViolation
from eventos.kernel.text import normalise_email
from eventos.kernel.vocabulary import RegistrationState, Word
from eventos.registration.models import BulkAction, BulkRow, Registration
from eventos.registration.rules import ChangeRegistration, Workplace
from eventos.registration.service import notify
from eventos.registration.service.cancel import cancel
from eventos.registration.service.change import change, person_of
from eventos.registration.service.decide import approve, reject

STEP = 40  # registrations in one transaction: no writer is kept waiting for long
AT_ONCE = 200  # so many are done in the request; more than that by the worker
GRACE = timedelta(minutes=2)  # what a request did not end by then, the worker does
PICTURED = ("state", "modality", "sequence", "decided_by", "decision_reason")
MOMENTS = ("waitlisted_at", "expires_at", "decided_at", "cancelled_at")


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


@dataclass(frozen=True)
class Ask:
    """What to do to each: `reason` where the action needs one, `modality` for the one that changes it."""

    action: Action
    reason: str = ""
    modality: str = ""

    @classmethod
    def of(cls, bulk: BulkAction) -> "Ask":
        """What was asked for, as it was written down."""
        action = Action(bulk.action)
        return cls(action, modality=bulk.reason) if action is Action.MODALITY else cls(action, bulk.reason)

    def __post_init__(self) -> None:
        if self.action.needs_reason and len(self.reason) < 5:
            raise InvalidInput(fields={"reason": "Escriba el motivo: queda en el registro y se lo decimos a cada persona."})
        if self.action is Action.MODALITY and self.modality not in ("virtual", "presencial"):
            raise InvalidInput(fields={"modality": "Elija la modalidad nueva."})


def begin(db: Session, event_id: int, ask: Ask, registration_ids: Sequence[int], *, by: Actor, now: datetime) -> BulkAction:
    """Write down what is to be done to these registrations of the event, and promise that it will be."""
    said = ask.reason or ask.modality
    row = BulkAction(public_id=tokens.public_id(), event_id=event_id, action=ask.action.value, reason=said, done_by=by.ref, done_at=now)
    db.add(row)
    db.flush()
    for start in range(0, len(registration_ids), 1000):
        some = registration_ids[start : start + 1000]
        columns = (literal(row.id), Registration.id, literal("waiting"), literal({}, JSON), literal({}, JSON))
        theirs = select(*columns).where(Registration.event_id == event_id, Registration.id.in_(some))
        chosen = theirs.order_by(Registration.registered_at, Registration.id)
        db.execute(insert(BulkRow).from_select(["bulk_id", "registration_id", "state", "before", "after"], chosen))
    audit.record(db, by, "registration.bulk", "event", event_id, what=ask.action.value, bulk=row.id, reason=ask.reason)
    promise(db, row.id, "do", many=len(registration_ids), now=now)
    return row


def promise(db: Session, bulk_id: int, what: str, *, many: int, now: datetime) -> None:
    """The worker does it: at once when there are many, after a grace for the request when there are few."""
    due_at = now + GRACE if many <= AT_ONCE else None
    outbox.enqueue(db, "registration.bulk", key=f"registration.bulk:{bulk_id}:{what}", due_at=due_at, bulk_id=bulk_id)


def step(db: Session, bulk_id: int, *, now: datetime) -> bool:
    """Do it to the next registrations that wait. Who cannot is left as they are, with the reason. Answers whether there may be more."""
    bulk = db.get_one(BulkAction, bulk_id, with_for_update=True)
    if bulk.undone_at is not None:
        return False
    ask, by = Ask.of(bulk), Actor(bulk.done_by)
    rows = next_rows(db, bulk_id, "waiting")
    for row, registration in rows:
        before = picture(registration)
        try:
            with db.begin_nested():
                _one(db, registration, ask, by=by, now=now)
                db.flush()
        except (RuleViolation, InvalidInput) as refusal:
            db.refresh(registration)
            row.state, row.why = "skipped", next(iter(getattr(refusal, "fields", {}).values()), refusal.message)
        else:
            row.state, row.before, row.after = "done", before, picture(registration)
    db.flush()
    return len(rows) == STEP


def next_rows(db: Session, bulk_id: int, state: str) -> list[tuple[BulkRow, Registration]]:
    """The next registrations of an action in this state, locked, in the order in which they came."""
    asked = select(BulkRow, Registration).join(Registration, Registration.id == BulkRow.registration_id)
    first = asked.where(BulkRow.bulk_id == bulk_id, BulkRow.state == state).order_by(BulkRow.id).limit(STEP)
    return [(row, registration) for row, registration in db.execute(first.with_for_update(of=Registration)).all()]


def _one(db: Session, registration: Registration, ask: Ask, *, by: Actor, now: datetime) -> None:
    match ask.action:
        case Action.APPROVE:
            approve(db, registration, by=by, now=now)
        case Action.REJECT:
            reject(db, registration, ask.reason, by=by, now=now)
        case Action.CANCEL:
            if not cancel(db, registration, by=by, now=now, reason=ask.reason):
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
    moments = {name: getattr(registration, name) for name in MOMENTS}
    plain = {name: getattr(registration, name) for name in PICTURED}
    return plain | {name: moment.isoformat() if moment else None for name, moment in moments.items()}
