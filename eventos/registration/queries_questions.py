"""What is asked about the own questions of events: for the forms, the person's own page, the staff's lists and their figures."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from eventos.cycles.models import Event, SeatPool
from eventos.cycles.queries.cards import Member, in_scope
from eventos.kernel.errors import NotFound
from eventos.kernel.titles import title
from eventos.kernel.vocabulary import RegistrationState
from eventos.people.models import Person
from eventos.registration.models import Answer, FormQuestion, FormQuestionVersion, OptionSeat, Registration, SensitiveAnswer
from eventos.registration.rules_answers import Given, SensitiveCount, shown, told_counts, words
from eventos.registration.rules_questions import Option, Question, QuestionKind, SaveQuestion, ShownIf


@dataclass(frozen=True)
class Seats:
    """The seats of an option; `left` None has no limit."""

    pool_id: int
    left: int | None


@dataclass(frozen=True)
class Questionnaire:
    """The questions of one event in their order, and the seats of their options by (key, option)."""

    event_id: int
    slug: str
    title: str
    questions: tuple[Question, ...]
    seats: Mapping[tuple[str, str], Seats]

    def full(self, question: Question) -> frozenset[str]:
        return frozenset(option for (key, option), seats in self.seats.items() if key == question.key and seats.left == 0)

    @property
    def plain(self) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if not question.said.sensitive)

    @property
    def sensitive(self) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if question.said.sensitive)

    def without_files(self) -> "Questionnaire":
        """What a form asks that takes no files; those are added later, in "Mi inscripción"."""
        return replace(self, questions=tuple(question for question in self.questions if question.kind is not QuestionKind.FILE))

    @property
    def has_files(self) -> bool:
        return any(question.kind is QuestionKind.FILE for question in self.questions)


_PARTS = (
    *(FormQuestion.id, FormQuestion.key, FormQuestion.event_id, FormQuestion.position, FormQuestion.retired_at),
    *(FormQuestionVersion.id.label("version_id"), FormQuestionVersion.version, FormQuestionVersion.kind, FormQuestionVersion.label),
    *(FormQuestionVersion.help, FormQuestionVersion.required, FormQuestionVersion.sensitive, FormQuestionVersion.options),
    *(FormQuestionVersion.shown_if, FormQuestionVersion.limits),
)


def _current() -> Select[Any]:
    """Each question in its present version."""
    now = and_(FormQuestionVersion.question_id == FormQuestion.id, FormQuestionVersion.version == FormQuestion.version)
    return select(*_PARTS).join(FormQuestionVersion, now).order_by(FormQuestion.event_id, FormQuestion.position, FormQuestion.id)


def _question(row: Any) -> Question:
    condition = row.shown_if or {}
    said = SaveQuestion(
        kind=QuestionKind(row.kind),
        label=row.label,
        help=row.help,
        required=row.required,
        sensitive=row.sensitive,
        options=tuple(Option(each["id"], each["label"], each.get("capacity"), bool(each.get("retired"))) for each in row.options),
        shown_if=ShownIf(condition["question"], tuple(condition["any_of"])) if condition else None,
        least=row.limits.get("least", ""),
        most=row.limits.get("most", ""),
    )
    retired = row.retired_at is not None
    return Question(row.id, row.key, row.event_id, row.position, row.version_id, row.version, retired, said)


def all_questions(db: Session, event_id: int) -> list[Question]:
    """Every question of an event, retired ones too, in their order."""
    return [_question(row) for row in db.execute(_current().where(FormQuestion.event_id == event_id))]


def questionnaires(db: Session, event_ids: Iterable[int]) -> list[Questionnaire]:
    """What each of these events asks now; events without questions are left out. Three statements at most."""
    ids = list(event_ids)
    asked: dict[int, list[Question]] = {}
    for row in db.execute(_current().where(FormQuestion.event_id.in_(ids), FormQuestion.retired_at.is_(None))):
        asked.setdefault(row.event_id, []).append(_question(row))
    if not asked:
        return []
    by_kind = {question.pool_kind: question for questions in asked.values() for question in questions}
    seats: dict[int, dict[tuple[str, str], Seats]] = {event_id: {} for event_id in asked}
    for pool in db.execute(select(SeatPool).where(SeatPool.event_id.in_(asked), SeatPool.kind != "modality")).scalars():
        if pool.kind in by_kind:
            seats[pool.event_id][by_kind[pool.kind].key, pool.option] = Seats(pool.id, pool.left)
    events = db.execute(select(Event.id, Event.slug, Event.kind, Event.number, Event.topic).where(Event.id.in_(asked)))
    named = {row.id: (row.slug, title(row.kind, row.number, row.topic)[1]) for row in events}
    return [Questionnaire(event_id, *named[event_id], tuple(asked[event_id]), seats[event_id]) for event_id in ids if event_id in asked]


def questionnaire(db: Session, event_id: int) -> Questionnaire | None:
    """What one event asks, or None."""
    return next(iter(questionnaires(db, (event_id,))), None)


def question_of(db: Session, event_id: int, key: str) -> Question:
    """One question of an event, retired or not. Raises NotFound."""
    row = db.execute(_current().where(FormQuestion.event_id == event_id, FormQuestion.key == key)).one_or_none()
    if row is None:
        raise NotFound("No encontramos esa pregunta.")
    return _question(row)


def _answered() -> Select[Any]:
    """Each answer with its question in the version that was answered."""
    return (
        select(*_PARTS, Answer.registration_id, Answer.value)
        .join(Answer, Answer.question_id == FormQuestion.id)
        .join(FormQuestionVersion, FormQuestionVersion.id == Answer.version_id)
        .order_by(FormQuestion.position, FormQuestion.id)
    )


def answers_of(db: Session, registration_id: int) -> list[Given]:
    """What a registration answered, each with the question as it was read; sensitive answers are not among them."""
    rows = db.execute(_answered().where(Answer.registration_id == registration_id))
    return [Given(_question(row), row.value) for row in rows]


def held_options(db: Session, registration_id: int) -> frozenset[tuple[str, str]]:
    """The options whose seats a registration holds, by (kind of the pool, option)."""
    rows = db.execute(
        select(SeatPool.kind, SeatPool.option)
        .join(OptionSeat, OptionSeat.seat_pool_id == SeatPool.id)
        .where(OptionSeat.registration_id == registration_id)
    )
    return frozenset((row.kind, row.option) for row in rows)


def has_sensitive(db: Session, registration_id: int) -> bool:
    """Whether a registration answered something sensitive; what, nobody reads one by one."""
    return bool(db.execute(select(exists().where(SensitiveAnswer.registration_id == registration_id))).scalar())


def asks_questions(db: Session, event_id: int) -> bool:
    """Whether an event has questions of its own now."""
    return bool(db.execute(select(exists().where(FormQuestion.event_id == event_id, FormQuestion.retired_at.is_(None)))).scalar())


@dataclass(frozen=True)
class AnswerSheet:
    """The answers of an event for a list: a heading for each question, and the words of each answer by registration and question."""

    questions: tuple[Question, ...]
    told: Mapping[tuple[int, int], str]

    @property
    def headings(self) -> list[str]:
        return [question.label for question in self.questions]

    def line(self, registration_id: int) -> list[str]:
        return [self.told.get((registration_id, question.id), "") for question in self.questions]


def answer_sheet(db: Session, event_id: int) -> AnswerSheet:
    """A column for each question that is asked, or was and has answers; sensitive ones never. Two statements, however many people."""
    told = {
        (row.registration_id, row.id): words(_question(row), row.value)
        for row in db.execute(_answered().where(FormQuestion.event_id == event_id))
    }
    answered = {question_id for _registration, question_id in told}
    asked = (question for question in all_questions(db, event_id) if not question.said.sensitive)
    return AnswerSheet(tuple(question for question in asked if not question.retired or question.id in answered), told)


def count_answers(db: Session, event_id: int) -> dict[int, int]:
    """How many answers each plain question of an event has, by its id."""
    ids = select(FormQuestion.id).where(FormQuestion.event_id == event_id)
    return Counter(db.execute(select(Answer.question_id).where(Answer.question_id.in_(ids))).scalars())


def sensitive_counts(db: Session, event_id: int) -> list[SensitiveCount]:
    """The sensitive questions of an event in figures, of the people who stand registered; cells that point at somebody are left out."""
    questions = [question for question in all_questions(db, event_id) if question.said.sensitive]
    gone = (RegistrationState.CANCELLED.value, RegistrationState.REJECTED.value)
    rows = db.execute(
        select(SensitiveAnswer.question_id, SensitiveAnswer.value)
        .join(Registration, Registration.id == SensitiveAnswer.registration_id)
        .where(SensitiveAnswer.question_id.in_([question.id for question in questions]), Registration.state.not_in(gone))
    ).all()
    return [told_counts(question, *_tally([row.value for row in rows if row.question_id == question.id])) for question in questions]


def _tally(values: Sequence[Any]) -> tuple[Counter[str], int]:
    told = [value if isinstance(value, list) else [value] for value in values]
    return Counter(option for options in told for option in options), len(values)


@dataclass(frozen=True)
class Standing:
    """How a registration stands with the questions of its event."""

    asks: bool
    lacks: tuple[str, ...]  # required questions that are shown and have no answer


def standing(db: Session, registration_id: int, event_id: int) -> Standing:
    """Whether the event asks something, and which required questions wait for an answer; one statement when it asks nothing."""
    sheet = questionnaire(db, event_id)
    if sheet is None:
        return Standing(False, ())
    answered = {given.question.key: given.value for given in answers_of(db, registration_id)}
    return Standing(True, tuple(question.label for question in _unanswered(sheet, answered)))


def missing(db: Session, registration_id: int, event_id: int) -> list[str]:
    """The keys of required questions that are shown to a registration and have no answer."""
    sheet = questionnaire(db, event_id)
    if sheet is None:
        return []
    return [question.key for question in _unanswered(sheet, {given.question.key: given.value for given in answers_of(db, registration_id)})]


def lacking(db: Session, event_id: int, public_ids: Sequence[str]) -> dict[str, int]:
    """How many required questions wait for an answer, of these registrations that lack any: one statement when nothing is required."""
    sheet = questionnaire(db, event_id)
    if sheet is None or not public_ids or not any(question.said.required for question in sheet.plain):
        return {}
    told: dict[str, dict[str, Any]] = {public_id: {} for public_id in public_ids}
    rows = select(Registration.public_id, FormQuestion.key, Answer.value).join(Answer, Answer.registration_id == Registration.id)
    rows = rows.join(FormQuestion, FormQuestion.id == Answer.question_id)
    for row in db.execute(rows.where(Registration.event_id == event_id, Registration.public_id.in_(public_ids))):
        told[row.public_id][row.key] = row.value
    many = {one: len(_unanswered(sheet, said)) for one, said in told.items()}
    return {public_id: lacks for public_id, lacks in many.items() if lacks}


def lacking_ids(db: Session, event_id: int) -> list[int]:
    """The registrations of an event, among those that are not over, that lack the answer to a required question they are shown."""
    sheet = questionnaire(db, event_id)
    if sheet is None or not any(question.said.required for question in sheet.plain):
        return []
    told: dict[int, dict[str, Any]] = {}
    rows = select(Registration.id, FormQuestion.key, Answer.value).outerjoin(Answer, Answer.registration_id == Registration.id)
    rows = rows.outerjoin(FormQuestion, FormQuestion.id == Answer.question_id)
    standing = [state.value for state in RegistrationState if state.is_open]
    for row in db.execute(rows.where(Registration.event_id == event_id, Registration.state.in_(standing))):
        told.setdefault(row.id, {})
        if row.key is not None:
            told[row.id][row.key] = row.value
    return [registration_id for registration_id, said in told.items() if _unanswered(sheet, said)]


def _unanswered(sheet: Questionnaire, answered: Mapping[str, Any]) -> list[Question]:
    """The required questions that these answers show and leave open."""
    return [question for question in shown(sheet.plain, answered) if question.said.required and question.key not in answered]


@dataclass(frozen=True)
class Answerer:
    """A registration whose answers staff may read and fill in."""

    id: int
    public_id: str
    event_id: int
    event_slug: str
    full_name: str
    is_open: bool


def answerer_in_scope(db: Session, public_id: str, staff: Member) -> Answerer:
    """A registration of an event in this person's cycles. Raises NotFound for a foreign one too."""
    original, person = aliased(Person), aliased(Person)
    row = db.execute(
        select(Registration.id, Registration.state, Event.id.label("event_id"), Event.slug, person.given_names, person.family_names)
        .join(Event, Event.id == Registration.event_id)
        .join(original, original.id == Registration.person_id)
        .join(person, person.id == func.coalesce(original.merged_into_id, original.id))
        .where(Registration.public_id == public_id, in_scope(Event.cycle_id, staff))
    ).one_or_none()
    if row is None:
        raise NotFound("No encontramos esa inscripción.")
    name = f"{row.given_names} {row.family_names}".strip()
    return Answerer(row.id, public_id, row.event_id, row.slug, name, RegistrationState(row.state).is_open)
