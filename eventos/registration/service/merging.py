"""Two people who are one, with what each was registered for: one registration of an event stands, the other is set aside until undone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.kernel import audit, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.errors import RuleViolation
from eventos.kernel.vocabulary import RegistrationState
from eventos.people import merging
from eventos.people.models import PersonMerge
from eventos.registration.models import BulkAction, BulkRow, Registration
from eventos.registration.service import bulk, bulk_undo, notify
from eventos.registration.service.promote import let_go

REASON = "La persona estaba repetida: vale su otra inscripción."


def merge_people(db: Session, kept_id: int, gone_id: int, *, set_aside: Sequence[tuple[int, int]], by: Actor, now: datetime) -> PersonMerge:
    """Merge two people. `set_aside`: (the registration that is cancelled, the one of the same event that stands instead).

    The seat goes to whoever waits. No mail says that anything was cancelled: the one that stands is confirmed again, with its own code.
    """
    done = merging.merge(db, kept_id, gone_id, by=by, now=now)
    people = merging.same_people(db, kept_id)
    for aside_id, standing_id in set_aside:
        asked = select(Registration).where(Registration.id.in_((aside_id, standing_id)), Registration.person_id.in_(people))
        rows = {row.id: row for row in db.execute(asked.order_by(Registration.id).with_for_update()).scalars()}
        if len(rows) != 2 or rows[aside_id].event_id != rows[standing_id].event_id:
            raise RuleViolation("Estas inscripciones cambiaron mientras las miraba. Vuelva a abrir la página.")
        _set_aside(db, done, rows[aside_id], rows[standing_id], by=by, now=now)
    return done


def _set_aside(db: Session, done: PersonMerge, aside: Registration, stands: Registration, *, by: Actor, now: datetime) -> None:
    if not RegistrationState(aside.state).is_open:
        return
    before = bulk.picture(aside)
    let_go(db, aside, now)
    action = BulkAction(
        public_id=tokens.public_id(), event_id=aside.event_id, action="merge", reason=REASON, merge_id=done.id, done_by=by.ref, done_at=now
    )
    db.add(action)
    db.flush()
    db.add(BulkRow(bulk_id=action.id, registration_id=aside.id, state="done", before=before, after=bulk.picture(aside)))
    audit.record(db, by, "registration.cancel", "registration", aside.id, reason=REASON, stands=stands.id)
    db.flush()
    if RegistrationState(stands.state).is_open and bulk_undo.is_ahead(db, stands.event_id, now):
        notify.confirm(db, stands.id, why="repeat", now=now)


def unmerge_people(db: Session, done: PersonMerge, *, by: Actor, now: datetime) -> list[dict[str, Any]]:
    """Undo a merge: both people are themselves again, and what was set aside stands again where it still can. Answers what could not.

    Raises bulk_undo.CannotUndo when it was undone before.
    """
    if not merging.unmerge(db, done, by=by, now=now):
        raise bulk_undo.CannotUndo("Alguien ya lo deshizo.")
    asked = select(BulkAction).where(BulkAction.merge_id == done.id, BulkAction.undone_at.is_(None)).order_by(BulkAction.id)
    left = []
    for action in db.execute(asked.with_for_update()).scalars().all():
        left += bulk_undo.put_back(db, action, by=by, now=now)
    return left
