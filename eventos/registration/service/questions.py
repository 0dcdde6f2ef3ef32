"""Staff write the own questions of an event: add, reword as a new version, order, retire, bring back, copy. Nothing is deleted."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from eventos.cycles.service import seats
from eventos.kernel import audit, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.db import changed
from eventos.kernel.errors import RuleViolation
from eventos.kernel.text import fold
from eventos.kernel.vocabulary import RegistrationState
from eventos.registration import queries_questions as queries
from eventos.registration.models import Answer, FormQuestion, FormQuestionVersion, OptionSeat, Registration
from eventos.registration.rules_answers import chosen
from eventos.registration.rules_questions import (
    LISTED,
    MOST_FILES,
    MOST_QUESTIONS,
    Option,
    Question,
    QuestionKind,
    SaveQuestion,
    ShownIf,
    check,
    check_order,
)


class QuestionChanged(RuleViolation):
    code = "question_changed"
    message = "Otra persona cambió esta pregunta mientras usted la editaba. Lo que escribió sigue aquí: revíselo y guarde otra vez."


def add_question(db: Session, event_id: int, command: SaveQuestion, *, by: Actor, now: datetime) -> str:
    """Ask one thing more, at the end; gives the key of the question. Raises InvalidInput, RuleViolation."""
    live = _live(db, event_id)
    _refuse_too_many(live, command.kind)
    said = check(replace(command, options=tuple(replace(option, id="") for option in command.options)), live)
    last = db.execute(select(func.max(FormQuestion.position)).where(FormQuestion.event_id == event_id)).scalar_one()
    row = FormQuestion(key=tokens.public_id(), event_id=event_id, position=(last or 0) + 1, version=1)
    db.add(row)
    db.flush()
    _write_version(db, row.id, 1, said, by=by, now=now)
    _save_seats(db, queries.question_of(db, event_id, row.key))
    audit.record(db, by, "registration.add_question", "event", event_id, question=row.key)
    return row.key


def edit_question(db: Session, event_id: int, key: str, command: SaveQuestion, *, version: int, by: Actor, now: datetime) -> bool:
    """Say it otherwise from now on: a new version, while answers keep theirs. False when nothing changed.

    What kind of answer it takes and whether it is sensitive stay. An option that is left out is retired; one that comes back with the
    same words is the same option. Raises InvalidInput, QuestionChanged, RuleViolation.
    """
    question = queries.question_of(db, event_id, key)
    live = _live(db, event_id)
    earlier = [each for each in live if each.position < question.position]
    before = question.said
    wanted = replace(command, kind=before.kind, sensitive=before.sensitive, options=_merged(before.options, command.options))
    said = check(wanted, earlier)
    if said == before:
        return False
    check_order([replace(each, said=said) if each.key == key else each for each in live])
    step = update(FormQuestion).where(FormQuestion.id == question.id, FormQuestion.version == version).values(version=version + 1)
    if not changed(db.execute(step)):
        raise QuestionChanged
    _write_version(db, question.id, version + 1, said, by=by, now=now)
    _save_seats(db, queries.question_of(db, event_id, key))
    audit.record(db, by, "registration.edit_question", "event", event_id, question=key, version=version + 1)
    return True


def move_question(db: Session, event_id: int, key: str, *, up: bool, by: Actor) -> None:
    """Change places with the question above or below. Raises NotFound, RuleViolation when one depends on the other."""
    question, live = queries.question_of(db, event_id, key), _live(db, event_id)
    keys = [each.key for each in live]
    if question.retired or key not in keys:
        return
    at = keys.index(key)
    to = at - 1 if up else at + 1
    if not 0 <= to < len(live):
        return
    live[at], live[to] = live[to], live[at]
    check_order(live)
    for place, each in enumerate(live, 1):
        db.execute(update(FormQuestion).where(FormQuestion.id == each.id).values(position=place))
    audit.record(db, by, "registration.move_question", "event", event_id, question=key, up=up)


def retire_question(db: Session, event_id: int, key: str, *, by: Actor, now: datetime) -> None:
    """Stop asking it; its answers stay, and so do the seats they hold. Raises NotFound, RuleViolation when another depends on it."""
    question = queries.question_of(db, event_id, key)
    check_order([each for each in _live(db, event_id) if each.key != key])
    db.execute(update(FormQuestion).where(FormQuestion.id == question.id).values(retired_at=now))
    audit.record(db, by, "registration.retire_question", "event", event_id, question=key)


def restore_question(db: Session, event_id: int, key: str, *, by: Actor) -> None:
    """Ask it again, last. Raises NotFound, RuleViolation."""
    question, live = queries.question_of(db, event_id, key), _live(db, event_id)
    if not question.retired:
        return
    _refuse_too_many(live, question.kind)
    check_order([*live, replace(question, retired=False)])
    last = max((each.position for each in queries.all_questions(db, event_id)), default=0)
    db.execute(update(FormQuestion).where(FormQuestion.id == question.id).values(retired_at=None, position=last + 1))
    audit.record(db, by, "registration.restore_question", "event", event_id, question=key)


def copy_questions(db: Session, from_event: int, to_event: int, *, by: Actor, now: datetime) -> int:
    """Ask at a new event what an earlier one asks now, with the same seats; nothing when it asks something already."""
    if queries.all_questions(db, to_event):
        return 0
    keys: dict[str, str] = {}
    for place, question in enumerate(_live(db, from_event), 1):
        keys[question.key] = tokens.public_id()
        condition = question.said.shown_if
        said = replace(
            question.said,
            options=question.offered if question.kind in LISTED else (),
            shown_if=ShownIf(keys[condition.question], condition.any_of) if condition and condition.question in keys else None,
        )
        row = FormQuestion(key=keys[question.key], event_id=to_event, position=place, version=1)
        db.add(row)
        db.flush()
        _write_version(db, row.id, 1, said, by=by, now=now)
        _save_seats(db, queries.question_of(db, to_event, row.key))
    if keys:
        audit.record(db, by, "registration.copy_questions", "event", to_event, copied_from=from_event, questions=len(keys))
    return len(keys)


def _live(db: Session, event_id: int) -> list[Question]:
    return [question for question in queries.all_questions(db, event_id) if not question.retired]


def _refuse_too_many(live: Sequence[Question], kind: QuestionKind) -> None:
    if len(live) >= MOST_QUESTIONS:
        raise RuleViolation(f"El formulario ya tiene {MOST_QUESTIONS} preguntas, que es lo máximo.")
    if kind is QuestionKind.FILE and sum(each.kind is QuestionKind.FILE for each in live) >= MOST_FILES:
        raise RuleViolation(f"El formulario ya pide {MOST_FILES} archivos, que es lo máximo.")


def _write_version(db: Session, question_id: int, version: int, said: SaveQuestion, *, by: Actor, now: datetime) -> None:
    db.add(
        FormQuestionVersion(
            question_id=question_id,
            version=version,
            kind=said.kind.value,
            label=said.label,
            help=said.help,
            required=said.required,
            sensitive=said.sensitive,
            options=[vars(option) for option in said.options],
            shown_if={"question": said.shown_if.question, "any_of": list(said.shown_if.any_of)} if said.shown_if else {},
            limits={name: value for name, value in (("least", said.least), ("most", said.most)) if value},
            created_at=now,
            created_by=by.ref,
        )
    )
    db.flush()


def _merged(before: Sequence[Option], now: Sequence[Option]) -> tuple[Option, ...]:
    """The options in their new order, each with the id it always had; those left out come last, retired."""
    known = {option.id: option for option in before}
    retired = {fold(option.label): option.id for option in before if option.retired}
    merged, used = [], set()
    for option in now:
        option_id = option.id if option.id in known else retired.get(fold(option.label), "")
        if option_id in used:
            option_id = ""
        used.add(option_id)
        merged.append(Option(option_id, option.label, option.capacity))
    return (*merged, *(replace(option, retired=True) for option in before if option.id not in used))


def _save_seats(db: Session, question: Question) -> None:
    """Give each option its seats; whoever chose an option that had no limit until now holds one of them."""
    if question.kind not in LISTED:
        return
    capacities = {option.id: option.capacity for option in question.offered}
    made = seats.save_options(db, question.event_id, question.pool_kind, capacities)
    if not made:
        return
    gone = (RegistrationState.CANCELLED.value, RegistrationState.REJECTED.value)
    answers = db.execute(
        select(Answer.registration_id, Answer.value)
        .join(Registration, Registration.id == Answer.registration_id)
        .where(Answer.question_id == question.id, Registration.state.not_in(gone))
    ).all()
    for option, pool_id in made.items():
        holders = [row.registration_id for row in answers if option in chosen(row.value)]
        db.add_all(OptionSeat(registration_id=holder, question_id=question.id, seat_pool_id=pool_id) for holder in holders)
        if holders:
            seats.set_taken(db, pool_id, len(holders))
    db.flush()
