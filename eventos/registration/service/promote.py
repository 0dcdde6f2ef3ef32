"""Moves people up from the waiting list, first come first served. A seat and a person are each won by a conditional UPDATE, once."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from eventos.cycles.queries import event_view_by_id
from eventos.cycles.service import seats
from eventos.kernel import audit
from eventos.kernel.audit import SYSTEM
from eventos.kernel.vocabulary import RegistrationState
from eventos.registration.models import Registration
from eventos.registration.rules import can_change
from eventos.registration.service import notify


def promote(db: Session, event_id: int, modality: str, *, now: datetime, limit: int = 1) -> list[int]:
    """Give up to `limit` free seats of a modality to the people who wait longest, and promise them the mail. Gives their ids."""
    waiting = (
        select(Registration.id)
        .where(Registration.event_id == event_id, Registration.modality == modality)
        .where(Registration.state == RegistrationState.WAITLISTED.value)
        .order_by(Registration.waitlisted_at, Registration.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    promoted = []
    for registration_id in db.execute(waiting).scalars().all():
        pool_id = seats.take(db, event_id, modality)
        if pool_id is None:
            break
        won = db.execute(
            update(Registration)
            .where(Registration.id == registration_id, Registration.state == RegistrationState.WAITLISTED.value)
            .values(state=RegistrationState.ACTIVE.value, seat_pool_id=pool_id, updated_at=now, sequence=Registration.sequence + 1)
            .returning(Registration.id)
            .execution_options(synchronize_session="fetch")
        ).scalar_one_or_none()
        if won is None:
            seats.give_back(db, pool_id)
            continue
        notify.confirm(db, registration_id, why="promoted", now=now)
        audit.record(db, SYSTEM, "registration.promote", "registration", registration_id)
        promoted.append(registration_id)
    db.flush()
    return promoted


def fill_seats(db: Session, event_id: int, *, now: datetime, limit: int) -> bool:
    """Give free seats of an event that is still ahead to who waits, up to `limit` in each modality; True when somebody moved up."""
    event = event_view_by_id(db, event_id)
    if not can_change(event.state, event.starts_at, now):
        return False
    moved = [promote(db, event_id, pool.option, now=now, limit=limit) for pool in event.pools]
    return any(moved)
