"""Moves people up from the waiting list, first come first served. A seat and a person are each won by a conditional UPDATE, once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from eventos.cycles.models import Event, EventDay
from eventos.cycles.queries import event_view_by_id
from eventos.cycles.service import seats
from eventos.kernel import audit, outbox
from eventos.kernel.audit import SYSTEM
from eventos.kernel.vocabulary import EventState, RegistrationState
from eventos.registration.models import AdmissionPolicy, Registration
from eventos.registration.rules import GROUP_LIFE, can_change, held_until
from eventos.registration.service import answers, notify


@dataclass(frozen=True)
class Terms:
    """What decides how a seat that falls free is given: when the event is, whether it still stands, and how long an offer lives."""

    event_id: int
    state: EventState
    starts_at: datetime | None
    ends_at: datetime | None
    offer_hours: int | None


def terms_of(db: Session, event_id: int) -> Terms:
    """The terms of one event, with one statement."""
    row = db.execute(
        select(Event.state, func.min(EventDay.starts_at), func.max(EventDay.ends_at), AdmissionPolicy.offer_hours)
        .outerjoin(EventDay, EventDay.event_id == Event.id)
        .outerjoin(AdmissionPolicy, AdmissionPolicy.event_id == Event.id)
        .where(Event.id == event_id)
        .group_by(Event.id, AdmissionPolicy.event_id)
    ).one()
    return Terms(event_id, EventState(row[0]), row[1], row[2], row[3])


def promote(db: Session, event_id: int, modality: str, *, now: datetime, limit: int = 1) -> list[int]:
    """Give up to `limit` free seats of a modality to the people who wait longest, and promise them the mail. Gives their ids.

    Where the event offers seats, the seat waits for the person's answer; who was written down by a colleague and has not said yes is
    asked for that. After the start nobody moves up.
    """
    terms = terms_of(db, event_id)
    if not can_change(terms.state, terms.starts_at, now):
        return []
    waiting = (
        select(Registration.id, Registration.group_id, Registration.consent_id)
        .where(Registration.event_id == event_id, Registration.modality == modality)
        .where(Registration.state == RegistrationState.WAITLISTED.value)
        .order_by(Registration.waitlisted_at, Registration.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    promoted = []
    for registration_id, group_id, consent_id in db.execute(waiting).all():
        pool_id = seats.take(db, event_id, modality)
        if pool_id is None:
            break
        state, expires_at = _given_as(terms, now, lacks_consent=group_id is not None and consent_id is None)
        won = db.execute(
            update(Registration)
            .where(Registration.id == registration_id, Registration.state == RegistrationState.WAITLISTED.value)
            .values(state=state.value, seat_pool_id=pool_id, expires_at=expires_at, updated_at=now, sequence=Registration.sequence + 1)
            .returning(Registration.id)
            .execution_options(synchronize_session="fetch")
        ).scalar_one_or_none()
        if won is None:
            seats.give_back(db, pool_id)
            continue
        if expires_at is not None:
            expire_at(db, event_id, expires_at)
        notify.confirm(db, registration_id, why="promoted" if state is RegistrationState.ACTIVE else state.value, now=now)
        audit.record(db, SYSTEM, "registration.promote", "registration", registration_id, to=state.value)
        promoted.append(registration_id)
    db.flush()
    return promoted


def _given_as(terms: Terms, now: datetime, *, lacks_consent: bool) -> tuple[RegistrationState, datetime | None]:
    """What becomes of somebody of the waiting list who gets a seat, and until when it waits for them."""
    if lacks_consent:
        return RegistrationState.UNCONFIRMED, held_until(terms.starts_at, terms.ends_at, now, GROUP_LIFE)
    if terms.offer_hours is not None:
        return RegistrationState.OFFERED, held_until(terms.starts_at, terms.ends_at, now, timedelta(hours=terms.offer_hours))
    return RegistrationState.ACTIVE, None


def expire_at(db: Session, event_id: int, moment: datetime) -> None:
    """Promise to look at the event's unanswered seats at that moment; one job for everybody whose time ends then."""
    outbox.enqueue(db, "registration.expire", key=f"registration.expire:{event_id}:{moment.isoformat()}", due_at=moment, event_id=event_id)


def expire(db: Session, event_id: int, *, now: datetime, limit: int = 100) -> bool:
    """Take back the seats that nobody answered for in time and give them to the next; True when somebody's time had ended.

    Doing it again finds nobody: it looks at the deadlines, not at why it was called.
    """
    unanswered = (RegistrationState.OFFERED.value, RegistrationState.UNCONFIRMED.value)
    due = (
        select(Registration)
        .where(Registration.event_id == event_id, Registration.state.in_(unanswered), Registration.expires_at <= now)
        .order_by(Registration.expires_at, Registration.id)
        .limit(limit)
        .with_for_update()
    )
    late = db.execute(due).scalars().all()
    terms = terms_of(db, event_id)
    for registration in late:
        let_go(db, registration, now)
        if can_change(terms.state, terms.starts_at, now):
            notify.cancelled(db, registration.id, held=False, now=now, why="expired")
        audit.record(db, SYSTEM, "registration.expire", "registration", registration.id)
    return bool(late)


def let_go(db: Session, registration: Registration, now: datetime, *, to: RegistrationState = RegistrationState.CANCELLED) -> bool:
    """Put a registration into a state without a seat; the seat it held goes to the next. True when it held one."""
    pool_id, modality = registration.seat_pool_id, registration.modality
    registration.state = to.value
    registration.seat_pool_id = registration.expires_at = registration.waitlisted_at = None
    registration.cancelled_at = now if to is RegistrationState.CANCELLED else None
    registration.updated_at = now
    registration.sequence += 1
    db.flush()
    if pool_id is not None:
        seats.give_back(db, pool_id)
        promote(db, registration.event_id, modality, now=now)
    if to is RegistrationState.CANCELLED:
        answers.release(db, registration.id)
    return pool_id is not None


def keep_before_start(db: Session, event_id: int) -> None:
    """An event that moved forward shortens the time that unanswered seats have."""
    starts_at = terms_of(db, event_id).starts_at
    if starts_at is None:
        return
    shortened = db.execute(
        update(Registration)
        .where(Registration.event_id == event_id, Registration.expires_at > starts_at)
        .values(expires_at=starts_at)
        .returning(Registration.id)
        .execution_options(synchronize_session=False)
    ).all()
    if shortened:
        expire_at(db, event_id, starts_at)


def fill_seats(db: Session, event_id: int, *, now: datetime, limit: int) -> bool:
    """Give free seats of an event that is still ahead to who waits, up to `limit` in each modality; True when somebody moved up."""
    event = event_view_by_id(db, event_id)
    if not can_change(event.state, event.starts_at, now):
        return False
    moved = [promote(db, event_id, pool.option, now=now, limit=limit) for pool in event.pools]
    return any(moved)
