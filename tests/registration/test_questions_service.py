"""Own questions and their answers: versions, seats of options, what is hidden, what is sensitive."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eventos.cycles.models import Event, SeatPool
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM, Actor
from eventos.people.models import Consent, ConsentText
from eventos.registration import queries_questions as queries
from eventos.registration import service
from eventos.registration.models import Answer, FormQuestionVersion, OptionSeat, Registration, SensitiveAnswer
from eventos.registration.rules_answers import Given, OptionIsFull, Told, words
from eventos.registration.rules_questions import DependsOnThis, Option, Question, QuestionKind, ShownIf
from eventos.registration.service import questions
from eventos.registration.service.questions import QuestionChanged
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration
from tests.registration.forms import a_question, a_workshop

STAFF = Actor("staff:1")


@pytest.fixture
def event(db: Session) -> Event:
    return a_published_event(db)


def told(*given: tuple[Question, Any]) -> Told:
    return Told(tuple(Given(question, value) for question, value in given))


def somebody(db: Session, event: Event, *given: tuple[Question, Any], **changes: Any) -> Registration:
    return a_registration(db, event, answers={event.slug: told(*given)}, **changes)


def answer_of(db: Session, registration: Registration) -> dict[str, str]:
    return {given.question.label: words(given.question, given.value) for given in queries.answers_of(db, registration.id)}


def taken(db: Session, event: Event) -> dict[str, int]:
    db.expire_all()
    pools = select(SeatPool.option, SeatPool.taken).where(SeatPool.event_id == event.id, SeatPool.kind != "modality")
    return {row.option: row.taken for row in db.execute(pools)}


def edit(db: Session, question: Question, **said: Any) -> Question:
    now = queries.question_of(db, question.event_id, question.key)
    questions.edit_question(db, question.event_id, question.key, replace(now.said, **said), version=now.version, by=SYSTEM, now=clock.now())
    return queries.question_of(db, question.event_id, question.key)


@pytest.mark.both_databases
def test_old_answers_keep_the_question_they_answered(db: Session, event: Event) -> None:
    question = a_question(db, event, label="¿Qué espera?")
    early = somebody(db, event, (question, "Aprender"))
    later_question = edit(db, question, label="¿Qué espera aprender?", required=True)
    later = somebody(db, event, (later_question, "Datos abiertos"))
    assert answer_of(db, early) == {"¿Qué espera?": "Aprender"}
    assert answer_of(db, later) == {"¿Qué espera aprender?": "Datos abiertos"}
    assert db.execute(select(func.count()).select_from(FormQuestionVersion)).scalar_one() == 2
    assert not questions.edit_question(db, event.id, question.key, later_question.said, version=2, by=SYSTEM, now=clock.now())


def test_a_deleted_option_stays_for_old_answers_and_is_offered_to_nobody(db: Session, event: Event) -> None:
    question = a_workshop(db, event, None)
    early = somebody(db, event, (question, "1"))
    now = edit(db, question, options=(Option("2", "Taller B"), Option("3", "Ninguno")))
    assert [option.id for option in now.offered] == ["2", "3"]
    assert answer_of(db, early) == {"¿A qué taller va?": "Taller A"}
    assert queries.answer_sheet(db, event.id).line(early.id) == ["Taller A"]
    again = edit(db, question, options=(Option("2", "Taller B"), Option("", "Taller A"), Option("", "Taller C")))
    assert [(option.id, option.label) for option in again.offered] == [("2", "Taller B"), ("1", "Taller A"), ("4", "Taller C")]


def test_somebody_elses_edit_is_not_overwritten(db: Session, event: Event) -> None:
    question = a_question(db, event)
    edit(db, question, label="Otra cosa")
    with pytest.raises(QuestionChanged):
        questions.edit_question(db, event.id, question.key, replace(question.said, help="Ayuda"), version=1, by=SYSTEM, now=clock.now())


@pytest.mark.both_databases
def test_a_seat_of_an_option_is_taken_swapped_and_given_back(db: Session, event: Event) -> None:
    question = a_workshop(db, event, 1)
    first = somebody(db, event, (question, "1"))
    assert taken(db, event) == {"1": 1}
    with pytest.raises(OptionIsFull) as refused, db.begin_nested():
        somebody(db, event, (question, "1"))
    assert refused.value.fields == {question.name: "Ya no quedan cupos en «Taller A». Elija otra opción."}
    other = somebody(db, event, (question, "2"))
    service.change_answers(db, first, told((question, "2")), by=STAFF, now=clock.now())
    assert taken(db, event) == {"1": 0}
    service.change_answers(db, other, told((question, "1")), by=STAFF, now=clock.now())
    assert taken(db, event) == {"1": 1}
    service.change_answers(db, other, told((question, "1")), by=STAFF, now=clock.now())
    assert taken(db, event) == {"1": 1}, "the same answer takes no second seat"


@pytest.mark.both_databases
def test_who_withdraws_gives_the_seat_of_the_option_back_and_takes_it_again_on_coming_back(db: Session, event: Event) -> None:
    question = a_workshop(db, event, 1)
    first = somebody(db, event, (question, "1"))
    service.cancel(db, first, by=SYSTEM, now=clock.now())
    assert taken(db, event) == {"1": 0}
    service.come_back(db, first, by=SYSTEM, now=clock.now())
    assert (taken(db, event), answer_of(db, first)) == ({"1": 1}, {"¿A qué taller va?": "Taller A"})
    service.cancel(db, first, by=SYSTEM, now=clock.now())
    somebody(db, event, (question, "1"))
    service.come_back(db, first, by=SYSTEM, now=clock.now())
    assert taken(db, event) == {"1": 1}
    assert answer_of(db, first) == {}, "the seat went to somebody else meanwhile: the option is no longer theirs"


def test_seats_put_on_an_option_later_count_those_who_chose_it(db: Session, event: Event) -> None:
    question = a_workshop(db, event, None)
    for _ in range(2):
        somebody(db, event, (question, "1"))
    service.cancel(db, somebody(db, event, (question, "1")), by=SYSTEM, now=clock.now())
    assert taken(db, event) == {}
    edit(db, question, options=(Option("1", "Taller A", 3), Option("2", "Taller B")))
    assert taken(db, event) == {"1": 2}
    assert db.execute(select(func.count()).select_from(OptionSeat)).scalar_one() == 2


def test_an_answer_that_is_no_longer_asked_for_is_cleared(db: Session, event: Event) -> None:
    workshop = a_workshop(db, event)
    tool = a_question(db, event, label="¿Con qué trabaja?", required=True, shown_if=ShownIf(workshop.key, ("1",)))
    person = somebody(db, event, (workshop, "1"), (tool, "Excel"))
    assert len(answer_of(db, person)) == 2
    service.change_answers(db, person, told((workshop, "2"), (tool, None)), by=STAFF, now=clock.now())
    assert answer_of(db, person) == {"¿A qué taller va?": "Taller B"}


def test_a_retired_question_keeps_its_answers_and_another_may_not_depend_on_it(db: Session, event: Event) -> None:
    workshop = a_workshop(db, event)
    tool = a_question(db, event, label="¿Con qué trabaja?", shown_if=ShownIf(workshop.key, ("1",)))
    person = somebody(db, event, (workshop, "1"), (tool, "Excel"))
    with pytest.raises(DependsOnThis):
        questions.retire_question(db, event.id, workshop.key, by=SYSTEM, now=clock.now())
    with pytest.raises(DependsOnThis):
        questions.move_question(db, event.id, tool.key, up=True, by=SYSTEM)
    questions.retire_question(db, event.id, tool.key, by=SYSTEM, now=clock.now())
    assert answer_of(db, person)["¿Con qué trabaja?"] == "Excel"
    assert queries.answer_sheet(db, event.id).headings == ["¿A qué taller va?", "¿Con qué trabaja?"]
    sheet = queries.questionnaire(db, event.id)
    assert sheet is not None
    assert [one.key for one in sheet.questions] == [workshop.key]
    questions.restore_question(db, event.id, tool.key, by=SYSTEM)
    again = queries.questionnaire(db, event.id)
    assert again is not None
    assert [one.key for one in again.questions] == [workshop.key, tool.key]


def test_a_copied_event_asks_the_same_with_seats_of_its_own(db: Session, event: Event) -> None:
    workshop = a_workshop(db, event, 1)
    a_question(db, event, label="¿Con qué trabaja?", shown_if=ShownIf(workshop.key, ("1",)))
    somebody(db, event, (workshop, "1"))
    copy = a_published_event(db, number=6)
    for _ in range(2):  # a job may run twice
        questions.copy_questions(db, event.id, copy.id, by=SYSTEM, now=clock.now())
    sheet = queries.questionnaire(db, copy.id)
    assert sheet is not None
    first, second = sheet.questions
    assert (first.label, second.label) == ("¿A qué taller va?", "¿Con qué trabaja?")
    assert second.said.shown_if == ShownIf(first.key, ("1",))
    assert first.key != workshop.key
    assert sheet.seats[first.key, "1"].left == 1


@pytest.mark.both_databases
def test_a_sensitive_answer_has_its_own_table_and_its_own_authorisation(db: Session, event: Event) -> None:
    question = a_question(db, event, QuestionKind.YES_NO, "¿Vive con alguna discapacidad?", sensitive=True)
    mine = Told((), (Given(question, "si"),), "Autorizo el tratamiento de mis respuestas sensibles.")
    person = a_registration(db, event, answers={event.slug: mine})
    assert db.execute(select(func.count()).select_from(Answer)).scalar_one() == 0
    kept = db.execute(select(SensitiveAnswer)).scalar_one()
    consent = db.get_one(Consent, kept.consent_id)
    assert consent.id != person.consent_id
    assert consent.purposes == ["sensitive"]
    assert db.get_one(ConsentText, consent.text_hash).body == mine.sensitive_text
    assert queries.answers_of(db, person.id) == []
    assert queries.answer_sheet(db, event.id).questions == ()
    service.change_answers(db, person, Told(withdraws=True), by=Actor.person(person.person_id), now=clock.now())
    assert not queries.has_sensitive(db, person.id)
    assert db.get(Consent, kept.consent_id) is not None, "that it was authorised once stays written down"


def test_sensitive_answers_come_out_as_counts_of_five_or_more(db: Session, event: Event) -> None:
    question = a_question(db, event, QuestionKind.YES_NO, "¿Vive con alguna discapacidad?", sensitive=True)
    for value in ("si", "si", "si", "si", "si", "no"):
        a_registration(db, event, answers={event.slug: Told((), (Given(question, value),), "Autorizo.")})
    (count,) = queries.sensitive_counts(db, event.id)
    assert (count.lines, count.answered) == ((("Sí", 5), ("No", None)), None)
    service.cancel(db, db.execute(select(Registration).limit(1)).scalar_one(), by=SYSTEM, now=clock.now())
    (count,) = queries.sensitive_counts(db, event.id)
    assert count.lines[0] == ("Sí", None), "who withdrew is not counted"
