"""Gives a seat back at the person's wish, moves the first of the waiting list up, and lets somebody who cancelled come back."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.cycles.models import Event, EventDay
from eventos.kernel import audit
from eventos.kernel.audit import Actor
from eventos.kernel.errors import NotFound
from eventos.kernel.vocabulary import EventState, Modality, RegistrationState
from eventos.registration import queries
from eventos.registration.models import Registration
from eventos.registration.rules import TooLate, admit, can_change, modality_for
from eventos.registration.service import answers, notify
from eventos.registration.service.promote import let_go
from eventos.registration.service.register import ask, seat

# What somebody leaves who was not in yet, for the words of the mail.
_LEFT = {RegistrationState.PENDING: "request", RegistrationState.OFFERED: "declined", RegistrationState.UNCONFIRMED: "declined"}


def by_link(db: Session, link_hash: str) -> Registration:
    """The registration of a personal link, locked for a change. Raises NotFound."""
    found = db.execute(select(Registration).where(Registration.link_hash == link_hash).with_for_update()).scalar_one_or_none()
    if found is None:
        raise NotFound("No encontramos esa inscripción.")
    return found


def cancel(db: Session, registration: Registration, *, by: Actor, now: datetime, reason: str = "") -> bool:
    """Cancel a registration until its event starts: the seat goes to whoever waits. `reason`: what staff say to its person.

    False when it was cancelled or rejected already.

    Raises TooLate.
    """
    before = RegistrationState(registration.state)
    if not before.is_open:
        return False
    refuse_when_late(db, registration, now)
    let_go(db, registration, now)
    hold = notify.own_hold(db, registration, by)
    why = _LEFT.get(before, "person")
    notify.cancelled(db, registration.id, held=before is RegistrationState.ACTIVE, now=now, why=why, hold=hold, reason=reason)
    audit.record(db, by, "registration.cancel", "registration", registration.id)
    db.flush()
    return True


def come_back(db: Session, registration: Registration, *, by: Actor, now: datetime) -> bool:
    """Undo a cancellation while registration is open: a seat if one is left, else the waiting list; a moderated event is asked again.

    False when it was not cancelled.

    Raises RegistrationClosed.
    """
    if registration.state != RegistrationState.CANCELLED:
        return False
    slug = db.execute(select(Event.slug).where(Event.id == registration.event_id)).scalar_one()
    (opening,) = queries.openings(db, (slug,))
    admit(opening, now, late=opening.admits_late)
    modality = modality_for(Modality(opening.modality), registration.modality)
    if opening.moderated:
        ask(db, registration, modality, now)
    else:
        seat(db, registration, modality, now)
    answers.retake(db, registration.id, registration.event_id, now=now)
    notify.confirm(db, registration.id, why="first", now=now, hold=notify.own_hold(db, registration, by))
    audit.record(db, by, "registration.come_back", "registration", registration.id)
    db.flush()
    return True


def refuse_when_late(db: Session, registration: Registration, now: datetime) -> None:
    """Raises TooLate once the event began, but for whoever still has to confirm the seat that is held for them (it admits late)."""
    state = db.execute(select(Event.state).where(Event.id == registration.event_id)).scalar_one()
    first = select(EventDay.starts_at).where(EventDay.event_id == registration.event_id).order_by(EventDay.starts_at).limit(1)
    is_held = registration.state == RegistrationState.UNCONFIRMED and registration.expires_at is not None and now < registration.expires_at
    if state == EventState.PUBLISHED and is_held:
        return
    if not can_change(EventState(state), db.execute(first).scalar_one_or_none(), now):
        raise TooLate
