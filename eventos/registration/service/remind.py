"""Programme reminders of an event, move them with it, and promise their mails at the moment: each person gets each of them once."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from eventos.cycles.models import Event, EventDay
from eventos.kernel import audit, outbox, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.errors import NotFound
from eventos.kernel.vocabulary import EventState
from eventos.registration import queries
from eventos.registration.models import Reminder
from eventos.registration.rules_reminders import REMINDED, AddReminder, check, due


def add_reminder(db: Session, event_id: int, command: AddReminder, *, by: Actor, now: datetime) -> str:
    """Programme one: its public id. Raises InvalidInput, RuleViolation."""
    state, starts_at = _event(db, event_id)
    pending = _pending(db, event_id)
    others = [due(each.at, each.minutes_before, starts_at) for each in pending]
    moment = check(command, others, state=state, starts_at=starts_at, now=now)
    one = Reminder(
        public_id=tokens.public_id(),
        event_id=event_id,
        at=command.at,
        minutes_before=command.minutes_before,
        due_at=moment,
        created_by=by.name or by.ref,
        created_at=now,
    )
    db.add(one)
    db.flush()
    _promise(db, one.id, moment)
    audit.record(db, by, "registration.add_reminder", "event", event_id, due=moment.isoformat())
    return one.public_id


def drop_reminder(db: Session, event_id: int, public_id: str, *, by: Actor) -> bool:
    """Take one back that did not go out yet; False when it did. Raises NotFound."""
    one = db.execute(select(Reminder).where(Reminder.event_id == event_id, Reminder.public_id == public_id)).scalar_one_or_none()
    if one is None:
        raise NotFound("Ese recordatorio no es de este evento.")
    if one.sent_at is not None:
        return False
    db.delete(one)
    db.flush()
    audit.record(db, by, "registration.drop_reminder", "event", event_id)
    return True


def move_reminders(db: Session, event_id: int) -> None:
    """The event moved: those that count back from its start move with it. What already went out does not go again."""
    _state, starts_at = _event(db, event_id)
    for one in _pending(db, event_id):
        moment = due(one.at, one.minutes_before, starts_at)
        if moment != one.due_at:
            one.due_at = moment
            if moment is not None:
                _promise(db, one.id, moment)
    db.flush()


def remind(db: Session, reminder_id: int, *, now: datetime) -> None:
    """The moment came: promise one mail to each. Too late, too early (the event moved), cancelled or taken back, it promises none."""
    one = db.execute(select(Reminder).where(Reminder.id == reminder_id).with_for_update()).scalar_one_or_none()
    if one is None or one.sent_at is not None:
        return
    state, starts_at = _event(db, one.event_id)
    moment = due(one.at, one.minutes_before, starts_at)
    if moment is None or moment > now:
        one.due_at = moment
        if moment is not None:
            _promise(db, one.id, moment)
        return
    values: dict[str, object] = {"sent_at": now}
    if state is EventState.PUBLISHED and starts_at is not None and now < starts_at:
        ids = queries.ids_in_state(db, one.event_id, *REMINDED)
        jobs = [(f"registration.reminder:{one.id}:{each}", {"registration_id": each, "reminder_id": one.id}) for each in ids]
        outbox.enqueue_many(db, "registration.reminder", jobs)
        values["sent_to"] = len(ids)
    db.execute(update(Reminder).where(Reminder.id == one.id).values(values))


def _promise(db: Session, reminder_id: int, moment: datetime) -> None:
    key = f"registration.remind:{reminder_id}:{int(moment.timestamp())}"
    outbox.enqueue(db, "registration.remind", key=key, due_at=moment, reminder_id=reminder_id)


def _pending(db: Session, event_id: int) -> list[Reminder]:
    wanted = select(Reminder).where(Reminder.event_id == event_id, Reminder.sent_at.is_(None)).order_by(Reminder.id)
    return list(db.execute(wanted.with_for_update()).scalars())


def _event(db: Session, event_id: int) -> tuple[EventState, datetime | None]:
    """Its state, and when it starts; a postponed one has no day until it gets another."""
    first = select(func.min(EventDay.starts_at)).where(EventDay.event_id == event_id).scalar_subquery()
    row = db.execute(select(Event.state, first, Event.postponed_at).where(Event.id == event_id)).one()
    return EventState(row[0]), None if row[2] else row[1]
