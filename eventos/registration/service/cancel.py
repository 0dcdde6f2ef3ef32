"""Gives a seat back at the person's wish, moves the first of the waiting list up, and lets somebody who cancelled come back."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.cycles.models import Event, EventDay
from eventos.cycles.service import seats
from eventos.kernel import audit
from eventos.kernel.audit import Actor
from eventos.kernel.errors import NotFound
from eventos.kernel.vocabulary import EventState, Modality, RegistrationState
from eventos.registration import queries
from eventos.registration.models import Registration
from eventos.registration.rules import TooLate, admit, can_change, modality_for
from eventos.registration.service import notify
from eventos.registration.service.promote import promote
from eventos.registration.service.register import seat


def by_link(db: Session, link_hash: str) -> Registration:
    """The registration of a personal link, locked for a change. Raises NotFound."""
    found = db.execute(select(Registration).where(Registration.link_hash == link_hash).with_for_update()).scalar_one_or_none()
    if found is None:
        raise NotFound("No encontramos esa inscripción.")
    return found


def cancel(db: Session, registration: Registration, *, by: Actor, now: datetime) -> bool:
    """Cancel a registration until its event starts: the seat goes to whoever waits. False when it was cancelled already.

    Raises TooLate.
    """
    if registration.state == RegistrationState.CANCELLED:
        return False
    refuse_when_late(db, registration, now)
    pool_id, modality = registration.seat_pool_id, registration.modality
    registration.state = RegistrationState.CANCELLED.value
    registration.seat_pool_id = None
    registration.cancelled_at = registration.updated_at = now
    registration.sequence += 1
    db.flush()
    if pool_id is not None:
        seats.give_back(db, pool_id)
        promote(db, registration.event_id, modality, now=now)
    notify.cancelled(db, registration.id, held=pool_id is not None, now=now)
    audit.record(db, by, "registration.cancel", "registration", registration.id)
    db.flush()
    return True


def come_back(db: Session, registration: Registration, *, by: Actor, now: datetime) -> bool:
    """Undo a cancellation while registration is open: a seat if one is left, else the waiting list. False when it was not cancelled.

    Raises RegistrationClosed.
    """
    if registration.state != RegistrationState.CANCELLED:
        return False
    slug = db.execute(select(Event.slug).where(Event.id == registration.event_id)).scalar_one()
    (opening,) = queries.openings(db, (slug,))
    admit(opening, now)
    seat(db, registration, modality_for(Modality(opening.modality), registration.modality), now)
    notify.confirm(db, registration.id, why="first", now=now)
    audit.record(db, by, "registration.come_back", "registration", registration.id)
    db.flush()
    return True


def refuse_when_late(db: Session, registration: Registration, now: datetime) -> None:
    state = db.execute(select(Event.state).where(Event.id == registration.event_id)).scalar_one()
    first = select(EventDay.starts_at).where(EventDay.event_id == registration.event_id).order_by(EventDay.starts_at).limit(1)
    if not can_change(EventState(state), db.execute(first).scalar_one_or_none(), now):
        raise TooLate
