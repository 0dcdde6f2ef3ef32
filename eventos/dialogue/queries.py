"""The questions of an event, as staff, the person who asked and the public read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eventos.dialogue.models import Question
from eventos.kernel.errors import NotFound
from eventos.kernel.vocabulary import QuestionMoment, QuestionState


@dataclass(frozen=True)
class QuestionView:
    """A question with everything staff know of it; `registration_id` tells whose it is when it came by a personal link."""

    id: int
    public_id: str
    event_id: int
    position: int
    registration_id: int | None
    asked_by: str
    body: str
    moment: QuestionMoment
    state: QuestionState
    answer: str
    answered_by: str
    created_at: datetime


_COLUMNS = [getattr(Question, name) for name in QuestionView.__dataclass_fields__]


def questions_of(db: Session, event_id: int) -> list[QuestionView]:
    """All the questions of an event in their order: one statement."""
    rows = db.execute(select(*_COLUMNS).where(Question.event_id == event_id).order_by(Question.position, Question.id))
    return [_view(row) for row in rows]


def question(db: Session, event_id: int, public_id: str) -> QuestionView:
    """One question of this event. Raises NotFound, also for a question of another event."""
    row = db.execute(select(*_COLUMNS).where(Question.event_id == event_id, Question.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound("No encontramos esa pregunta.")
    return _view(row)


def questions_by(db: Session, registration_id: int) -> list[QuestionView]:
    """What one registered person asked, in the order they asked it."""
    rows = db.execute(select(*_COLUMNS).where(Question.registration_id == registration_id).order_by(Question.id))
    return [_view(row) for row in rows]


def tally(questions: Sequence[QuestionView]) -> dict[QuestionState, int]:
    """How many there are in each state."""
    return {state: sum(each.state is state for each in questions) for state in QuestionState}


def last_place(db: Session, event_id: int) -> tuple[int, int]:
    """The last position taken among the questions of an event, and how many there are."""
    place, many = db.execute(select(func.coalesce(func.max(Question.position), 0), func.count()).where(Question.event_id == event_id)).one()
    return int(place), int(many)


def asked_so_far(db: Session, registration_id: int) -> int:
    return int(db.execute(select(func.count()).where(Question.registration_id == registration_id)).scalar_one())


def _view(row: object) -> QuestionView:
    values = dict(row._mapping)  # type: ignore[attr-defined]
    values["moment"] = QuestionMoment(values["moment"])
    values["state"] = QuestionState(values["state"])
    return QuestionView(**values)
