"""Whom staff may mark: the people of an event who hold a seat, narrowed; and everybody it expects, to read a list on paper."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from eventos.checkin.models import Acceptance
from eventos.checkin.queries.attendees import WHO, WITH_PEOPLE, _owner, _told, matching
from eventos.kernel.text import mask_document
from eventos.kernel.vocabulary import RegistrationState
from eventos.registration.models import Registration


@dataclass(frozen=True)
class Markable:
    """Somebody to mark, as the list shows them: the document is masked."""

    public_id: str
    name: str
    work: str
    document: str
    has_entered: bool


@dataclass(frozen=True)
class Known:
    """Somebody registered for the event whatever their state, by each document they gave."""

    public_id: str
    name: str
    documents: tuple[str, ...]
    shown: str


def to_mark(
    db: Session, event_id: int, typed: str, *, room: str, day: str, missing: bool, limit: int | None = None
) -> tuple[list[Markable], int]:
    """Who holds a seat and matches what was typed, by name, and how many they are. `missing`: only who did not enter the room that day."""
    entered = _entered(room, day)
    which: list[ColumnElement[bool]] = [Registration.event_id == event_id, Registration.state == RegistrationState.ACTIVE.value]
    if typed:
        which.append(or_(*(matching(typed) or [literal(value=False)])))
    if missing:
        which.append(~entered)
    total = db.scalar(select(func.count()).select_from(WITH_PEOPLE).where(*which)) or 0
    return _read(db, which, entered, limit), total


def chosen(db: Session, event_id: int, public_ids: Sequence[str], *, room: str, day: str) -> list[Markable]:
    """These people of the event, by name."""
    return _read(db, [Registration.event_id == event_id, Registration.public_id.in_(list(public_ids))], _entered(room, day), None)


def everybody(db: Session, event_id: int) -> list[Known]:
    """Everybody registered for an event: one statement."""
    asked = select(*WHO, _told.c.document_number.label("told_number")).select_from(WITH_PEOPLE).where(Registration.event_id == event_id)
    return [
        Known(
            row.public_id,
            f"{row.given_names} {row.family_names}".strip(),
            tuple(dict.fromkeys(number for number in (row.document_number, row.told_number) if number)),
            ", ".join(
                part
                for part in (mask_document(row.document_type, row.document_number) if row.document_number else "", row.entity_name)
                if part
            ),
        )
        for row in db.execute(asked.order_by(_owner.c.name_key, Registration.id))
    ]


def _entered(room: str, day: str) -> ColumnElement[bool]:
    on_the_day = [Acceptance.day == day] if day else []
    its = and_(Acceptance.registration_id == Registration.id, Acceptance.room == room, *on_the_day)
    return exists().where(its).correlate(Registration)


def _read(db: Session, which: Sequence[ColumnElement[bool]], entered: ColumnElement[bool], limit: int | None) -> list[Markable]:
    asked = select(*WHO, entered.label("entered")).select_from(WITH_PEOPLE).where(*which)
    return [
        Markable(
            row.public_id,
            f"{row.given_names} {row.family_names}".strip(),
            row.entity_name,
            mask_document(row.document_type, row.document_number) if row.document_number else "",
            bool(row.entered),
        )
        for row in db.execute(asked.order_by(_owner.c.name_key, Registration.id).limit(limit))
    ]
