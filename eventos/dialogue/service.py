"""Ask, write down, answer, set aside and order the questions of an event; each change is in the audit."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from eventos.dialogue import queries, rules
from eventos.dialogue.models import Question
from eventos.dialogue.rules import SaveQuestion, TooManyQuestions
from eventos.kernel import audit, limits, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.errors import NotFound, RuleViolation, TooManyRequests
from eventos.kernel.text import clean, clean_lines
from eventos.kernel.vocabulary import QuestionMoment, QuestionState

# The counter of a day settles races between posts of one person; the rows say how many there are in all.
ASKING = limits.Limit("dialogue.ask", rules.MOST_OF_ONE_PERSON, timedelta(days=1))


def ask(db: Session, event_id: int, *, registration_id: int, asked_by: str, body: str, by: Actor, now: datetime) -> str:
    """A registered person asks before the event; gives the question's public id. Raises InvalidInput, TooManyQuestions."""
    said = rules.body_of(body)
    if queries.asked_so_far(db, registration_id) >= rules.MOST_OF_ONE_PERSON:
        raise TooManyQuestions
    try:
        limits.spend(db, (ASKING, str(registration_id)))
    except TooManyRequests as refused:
        raise TooManyQuestions from refused
    row = _append(db, event_id, SaveQuestion(said, asked_by=clean(asked_by), moment=QuestionMoment.BEFORE), now=now)
    row.registration_id = registration_id
    db.flush()
    audit.record(db, by, "dialogue.ask", "event", event_id, question=row.id)
    return row.public_id


def note(db: Session, event_id: int, command: SaveQuestion, *, by: Actor, now: datetime) -> str:
    """Staff write down a question of the session, perhaps with its answer; gives its public id. Raises InvalidInput, RuleViolation."""
    rules.check(command)
    row = _append(db, event_id, command, now=now)
    db.flush()
    audit.record(db, by, "dialogue.note", "event", event_id, question=row.id, state=command.state.value)
    return row.public_id


def change(db: Session, event_id: int, public_id: str, command: SaveQuestion, *, by: Actor, now: datetime) -> None:
    """Answer, correct or set aside a question. Who asked by a personal link stays as they are. Raises InvalidInput, NotFound."""
    rules.check(command)
    row = _find(db, event_id, public_id)
    if row.registration_id is None:
        row.asked_by = clean(command.asked_by)
        row.body = clean_lines(command.body)
    row.answer, row.answered_by = clean_lines(command.answer), clean(command.answered_by)
    row.state, row.updated_at = command.state.value, now
    db.flush()
    audit.record(db, by, "dialogue.change", "event", event_id, question=row.id, state=command.state.value)


def move(db: Session, event_id: int, public_id: str, *, up: bool, by: Actor) -> None:
    """Give a question the place of its neighbour; at the end of the list nothing happens. Raises NotFound."""
    rows = list(
        db.execute(
            select(Question).where(Question.event_id == event_id).order_by(Question.position, Question.id).with_for_update()
        ).scalars()
    )
    at = next((index for index, row in enumerate(rows) if row.public_id == public_id), None)
    if at is None:
        raise NotFound("No encontramos esa pregunta.")
    other = at - 1 if up else at + 1
    if 0 <= other < len(rows):
        rows[at], rows[other] = rows[other], rows[at]
        for place, row in enumerate(rows, 1):
            if row.position != place:
                db.execute(update(Question).where(Question.id == row.id).values(position=place))
        audit.record(db, by, "dialogue.move", "event", event_id, question=rows[other].id)


def _append(db: Session, event_id: int, command: SaveQuestion, *, now: datetime) -> Question:
    last, many = queries.last_place(db, event_id)
    if many >= rules.MOST_OF_AN_EVENT:
        raise RuleViolation(f"Este evento ya tiene {rules.MOST_OF_AN_EVENT} preguntas, que es lo máximo.")
    row = Question(
        public_id=tokens.public_id(),
        event_id=event_id,
        position=last + 1,
        asked_by=clean(command.asked_by),
        body=clean_lines(command.body),
        moment=command.moment.value,
        state=QuestionState(command.state).value,
        answer=clean_lines(command.answer),
        answered_by=clean(command.answered_by),
        created_at=now,
        updated_at=now,
    )
    db.add(row)
    return row


def _find(db: Session, event_id: int, public_id: str) -> Question:
    row = db.execute(select(Question).where(Question.event_id == event_id, Question.public_id == public_id)).scalar_one_or_none()
    if row is None:
        raise NotFound("No encontramos esa pregunta.")
    return row
