"""Rooms of an event and their rules: written, changed and retired by staff; what was read there stays."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eventos.checkin import rules_rooms
from eventos.checkin.models import DoorRoom
from eventos.checkin.queries import COMMON, DoorEvent
from eventos.checkin.rules_rooms import MOST_ROOMS, SaveRoom
from eventos.cycles.models import Event
from eventos.kernel import audit, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.errors import InvalidInput, NotFound, RuleViolation
from eventos.registration.queries_questions import questionnaire


class ChangedMeanwhile(RuleViolation):
    code = "room_changed"
    message = "Otra persona cambió esta sala mientras usted la editaba. Revise cómo quedó y guarde otra vez."


def save_room(db: Session, event: DoorEvent, key: str | None, told: SaveRoom, *, by: Actor, now: datetime) -> str:
    """Write down a room (`key` None: a new one; "": the event's own door) and answer its key.

    Raises InvalidInput, NotFound, ChangedMeanwhile.
    """
    db.execute(select(Event.id).where(Event.id == event.id).with_for_update(key_share=True))  # two who save at once take turns
    asked = questionnaire(db, event.id)
    wrong = rules_rooms.faults(told.rule, event.days, [question.key for question in asked.plain] if asked else [])
    same = select(DoorRoom.key).where(DoorRoom.event_id == event.id, func.lower(DoorRoom.name) == told.name.lower())
    if db.scalar(same.where(DoorRoom.key != (key if key is not None else " "))) is not None:
        wrong["name"] = "Ya hay una sala con ese nombre en este evento."
    if wrong:
        raise InvalidInput(fields=wrong)
    row = _row(db, event.id, key)
    if row is not None and told.seen != seen(row.updated_at):
        raise ChangedMeanwhile
    if row is None:
        if key:
            raise NotFound("No encontramos esa sala.")
        count = db.scalar(select(func.count()).select_from(DoorRoom).where(DoorRoom.event_id == event.id)) or 0
        if count >= MOST_ROOMS:
            raise InvalidInput(f"Un evento tiene hasta {MOST_ROOMS} salas. Retire la que no use.")
        row = DoorRoom(
            event_id=event.id,
            key=tokens.public_id() if key is None else "",
            name=told.name,
            position=count if key is None else -1,
            updated_at=now,
        )
        db.add(row)
    row.name, row.rule, row.updated_at, row.retired_at = told.name, told.rule.kept(), now, None
    db.flush()
    audit.record(db, by, "checkin.save_room", "event", event.id, room=row.key, name=row.name, rule=row.rule)
    return row.key


def retire_room(db: Session, event: DoorEvent, key: str, *, by: Actor, now: datetime) -> None:
    """Offer a room no longer; what phones still bring from it is judged by its rule.

    The event's own door may be retired too, while there is another room. Raises NotFound, InvalidInput.
    """
    if not any(room.key != key for room in event.offered):
        raise InvalidInput("Es la única sala: los teléfonos no tendrían dónde leer.")
    row = _row(db, event.id, key)
    if row is None and key == "":
        row = DoorRoom(event_id=event.id, key="", name=COMMON.name, position=-1, rule={}, updated_at=now)
        db.add(row)
    if row is None:
        raise NotFound("No encontramos esa sala.")
    if row.retired_at is None:
        row.retired_at = row.updated_at = now
        db.flush()
        audit.record(db, by, "checkin.retire_room", "event", event.id, room=key, name=row.name)


def seen(moment: datetime) -> str:
    """How a form says which version of a room it shows."""
    return f"{moment.timestamp():.6f}"


def _row(db: Session, event_id: int, key: str | None) -> DoorRoom | None:
    return None if key is None else db.get(DoorRoom, (event_id, key), with_for_update=True)
