"""What the organiser decides about one registration: approve, reject, let in beyond the rules; each with who, when and why."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.cycles.service import seats
from eventos.kernel import audit
from eventos.kernel.audit import Actor
from eventos.kernel.errors import InvalidInput
from eventos.kernel.vocabulary import EventState, RegistrationState
from eventos.registration.models import Registration
from eventos.registration.rules import CannotDecide, NeedsConsent, NotPublished, OfferGone
from eventos.registration.service import answers, notify
from eventos.registration.service.register import seat

SHORTEST_REASON = 5


def approve(db: Session, registration: Registration, *, by: Actor, now: datetime) -> RegistrationState:
    """Let a request in: a seat if one is left, else the waiting list. Raises NotPublished, CannotDecide when it is no request any more."""
    _refuse_when_off(registration)
    if registration.state != RegistrationState.PENDING:
        raise CannotDecide
    seat(db, registration, registration.modality, now)
    _decided(db, registration, "registration.approve", by=by, reason="", now=now)
    notify.confirm(db, registration.id, why="approved", now=now)
    return RegistrationState(registration.state)


def reject(db: Session, registration: Registration, reason: str, *, by: Actor, now: datetime) -> None:
    """Refuse a request, with the reason that its person reads. Raises NotPublished, CannotDecide, InvalidInput."""
    _refuse_when_off(registration)
    if registration.state != RegistrationState.PENDING:
        raise CannotDecide
    _need(reason, "Escriba el motivo: se lo decimos a la persona.")
    registration.state = RegistrationState.REJECTED.value
    registration.updated_at = now
    registration.sequence += 1
    answers.release(db, registration.id)
    _decided(db, registration, "registration.reject", by=by, reason=reason, now=now)
    notify.confirm(db, registration.id, why="rejected", now=now)


def requests_of(db: Session, event_id: int, public_ids: Sequence[str]) -> list[Registration]:
    """These requests of an event, in the order they came, locked for a decision; what is no request of it is left out."""
    which = (
        Registration.event_id == event_id,
        Registration.public_id.in_(public_ids),
        Registration.state == RegistrationState.PENDING.value,
    )
    return list(
        db.execute(select(Registration).where(*which).order_by(Registration.registered_at, Registration.id).with_for_update()).scalars()
    )


def let_in(db: Session, registration: Registration, reason: str, *, by: Actor, now: datetime) -> None:
    """Give somebody a seat whatever the rules say: beyond the capacity, out of order, with the window closed, or once rejected.

    Who was written down by a colleague and never consented cannot be let in. Raises NotPublished, CannotDecide, NeedsConsent,
    InvalidInput.
    """
    _refuse_when_off(registration)
    _need(reason, "Escriba por qué entra: queda en el registro con su nombre.")
    if registration.state in (RegistrationState.ACTIVE, RegistrationState.UNCONFIRMED):
        raise CannotDecide
    if registration.group_id is not None and registration.consent_id is None:
        raise NeedsConsent
    if registration.seat_pool_id is None:
        registration.seat_pool_id = seats.take_many(db, registration.event_id, registration.modality, 1)
    registration.state = RegistrationState.ACTIVE.value
    registration.expires_at = registration.cancelled_at = registration.waitlisted_at = None
    registration.sequence += 1
    registration.updated_at = now
    answers.retake(db, registration.id, registration.event_id, now=now)
    _decided(db, registration, "registration.let_in", by=by, reason=reason, now=now)
    notify.confirm(db, registration.id, why="approved", now=now)


def _refuse_when_off(registration: Registration) -> None:
    if registration.event.state != EventState.PUBLISHED:
        raise NotPublished


def _need(reason: str, sentence: str) -> None:
    if len(reason) < SHORTEST_REASON:
        raise InvalidInput(fields={"reason": sentence})


def _decided(db: Session, registration: Registration, action: str, *, by: Actor, reason: str, now: datetime) -> None:
    registration.decided_at, registration.decided_by, registration.decision_reason = now, by.ref, reason
    db.flush()
    audit.record(db, by, action, "registration", registration.id, reason=reason)


# --- what people answer ----------------------------------------------------------------------------------------------------------


def accept_offer(db: Session, registration: Registration, *, by: Actor, now: datetime) -> bool:
    """Take the seat that was offered. False when it was taken already; raises OfferGone when its time is over."""
    if registration.state == RegistrationState.ACTIVE:
        return False
    if registration.state != RegistrationState.OFFERED or _is_over(registration, now):
        raise OfferGone
    _make_active(db, registration, now)
    notify.confirm(db, registration.id, why="promoted", now=now)
    audit.record(db, by, "registration.accept_offer", "registration", registration.id)
    return True


def consent(db: Session, registration: Registration, consent_id: int, *, by: Actor, now: datetime) -> bool:
    """Somebody whom a colleague wrote down says yes: the seat that was held is theirs; who waits, waits on. False when they had said it.

    Raises OfferGone when the time is over or the registration no longer stands.
    """
    if registration.consent_id is not None:
        return False
    if not RegistrationState(registration.state).is_open or _is_over(registration, now):
        raise OfferGone
    registration.consent_id = consent_id
    if registration.state == RegistrationState.UNCONFIRMED:
        _make_active(db, registration, now)
    db.flush()
    notify.confirm(db, registration.id, why="first", now=now)
    audit.record(db, by, "registration.consent", "registration", registration.id)
    return True


def _is_over(registration: Registration, now: datetime) -> bool:
    return registration.expires_at is not None and registration.expires_at <= now


def _make_active(db: Session, registration: Registration, now: datetime) -> None:
    registration.state = RegistrationState.ACTIVE.value
    registration.expires_at = None
    registration.sequence += 1
    registration.updated_at = now
    db.flush()
