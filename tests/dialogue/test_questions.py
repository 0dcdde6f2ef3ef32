"""Questions: sent by personal link, noted and answered by staff, shown to everybody only when answered, and without names."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.cycles.models import Event
from eventos.dialogue import queries, rules, service
from eventos.dialogue.queries import QuestionView
from eventos.dialogue.rules import SaveQuestion
from eventos.kernel import clock, tokens
from eventos.kernel.audit import SYSTEM, AuditEntry
from eventos.kernel.errors import InvalidInput
from eventos.kernel.vocabulary import QuestionMoment, QuestionState, StaffRole
from eventos.registration import service as registrations
from eventos.registration.service import tickets
from tests.accounts.factories import open_form_token
from tests.conftest import Opened
from tests.cycles.desk import Desk
from tests.cycles.factories import a_cycle, a_member, a_published_event
from tests.cycles.typed import the_cycle
from tests.registration.factories import a_registration
from tests.support.statements import counted


@pytest.fixture
def desk(app: Flask, writing: Opened) -> Desk:
    with writing() as db:
        return Desk(app, a_member(db, cycles=(a_cycle(db),)))


@pytest.fixture
def event(desk: Desk, writing: Opened) -> Event:
    with writing() as db:
        return a_published_event(db, cycle=the_cycle(db))


@pytest.fixture
def token(event: Event, writing: Opened) -> str:
    with writing() as db:
        registration = a_registration(db, event, given_names="Elvira", family_names="Canario")
        return tickets.link_of(registration)


def send(client: FlaskClient, token: str, body: str) -> int:
    return client.post(f"/i/{token}/preguntas", data={"csrf_token": open_form_token(), "body": body}).status_code


def asked(looking: Opened, event: Event) -> list[QuestionView]:
    with looking() as db:
        return queries.questions_of(db, event.id)


def test_a_registered_person_asks_and_staff_answer_and_everybody_reads_it_without_the_name(
    client: FlaskClient, desk: Desk, event: Event, token: str, looking: Opened
) -> None:
    assert "Enviar una pregunta" in client.get(f"/i/{token}").text
    assert send(client, token, "¿Cómo se publica\r\nun plan?") == 303
    (question,) = asked(looking, event)
    assert (question.moment, question.state, question.body) == (QuestionMoment.BEFORE, QuestionState.PENDING, "¿Cómo se publica\nun plan?")
    assert "Canario" in question.asked_by
    path = f"/escritorio/eventos/{event.slug}/preguntas"
    assert "Canario" in desk.get(path).text
    assert "un plan" not in client.get(f"/eventos/{event.slug}").text
    typed = {"answer": "En la sede electrónica.", "answered_by": "Zoila Prueba", "state": "answered"}
    assert desk.post(f"{path}/{question.public_id}", typed).status_code == 302
    page = client.get(f"/eventos/{event.slug}").text
    assert "En la sede electrónica." in page
    assert "un plan?" in page
    assert "Canario" not in page
    assert "Zoila" not in page
    assert "En la sede electrónica." in client.get(f"/i/{token}/preguntas").text


def test_what_a_person_sent_cannot_be_reworded_by_staff(client: FlaskClient, desk: Desk, event: Event, token: str, looking: Opened) -> None:
    send(client, token, "La pregunta como la escribí.")
    (question,) = asked(looking, event)
    path = f"/escritorio/eventos/{event.slug}/preguntas/{question.public_id}"
    assert desk.post(path, {"body": "Otra cosa", "asked_by": "Nadie", "state": "set_aside"}).status_code == 302
    (after,) = asked(looking, event)
    assert (after.body, after.asked_by, after.state) == (question.body, question.asked_by, QuestionState.SET_ASIDE)


def test_one_person_sends_ten_at_most_and_another_still_can(client: FlaskClient, event: Event, token: str, writing: Opened) -> None:
    with writing() as db:
        other = tickets.link_of(a_registration(db, event))
    assert [send(client, token, f"Pregunta {number}") for number in range(11)] == [303] * 10 + [409]
    assert "Ya envió 10 preguntas" in client.get(f"/i/{token}/preguntas").text
    assert send(client, other, "La mía") == 303


@pytest.mark.parametrize("body", ["", "   \r\n ", "x" * (rules.LONGEST_BODY + 1)])
def test_an_empty_or_endless_question_is_refused_with_what_was_typed(client: FlaskClient, token: str, body: str) -> None:
    assert send(client, token, body) == 422


def test_a_cancelled_registration_an_over_event_and_a_wrong_link_ask_nothing(
    client: FlaskClient, event: Event, token: str, writing: Opened, looking: Opened
) -> None:
    assert send(client, "no-es-un-vinculo", "Hola") == 404
    with writing() as db:
        row = registrations.by_link(db, tokens.digest(token))
        registrations.cancel(db, row, by=SYSTEM, now=clock.now())
    assert send(client, token, "Hola") == 409
    assert asked(looking, event) == []


def test_staff_note_a_question_of_the_session_with_its_answer(desk: Desk, event: Event, looking: Opened) -> None:
    path = f"/escritorio/eventos/{event.slug}/preguntas"
    typed = {
        "body": "¿Y los plazos?",
        "asked_by": "Alcaldía de Pácora",
        "answer": "Dos meses.",
        "answered_by": "MinTIC",
        "state": "answered",
    }
    assert desk.post(path, typed).status_code == 302
    (question,) = asked(looking, event)
    assert (question.moment, question.asked_by, question.answered_by) == (QuestionMoment.SESSION, "Alcaldía de Pácora", "MinTIC")
    with looking() as db:
        entry = db.execute(select(AuditEntry).where(AuditEntry.action == "dialogue.note")).scalar_one()
    assert "Pácora" not in str(entry.detail)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"body": ""}, "body"),
        ({"asked_by": "Entre a www.estafa.example"}, "asked_by"),
        ({"answered_by": "https://estafa.example"}, "answered_by"),
        ({"asked_by": "a" * 161}, "asked_by"),
        ({"state": QuestionState.ANSWERED, "answer": " "}, "answer"),
        ({"answer": "r" * (rules.LONGEST_ANSWER + 1)}, "answer"),
    ],
)
def test_a_question_that_cannot_be_kept_says_which_field(db: Session, changes: dict[str, object], field: str) -> None:
    event = a_published_event(db)
    with pytest.raises(InvalidInput) as refusal:
        service.note(db, event.id, SaveQuestion(**({"body": "¿Sí?"} | changes)), by=SYSTEM, now=clock.now())  # type: ignore[arg-type]
    assert list(refusal.value.fields) == [field]


@pytest.mark.both_databases
def test_the_order_is_the_one_staff_give(db: Session, backend: str) -> None:
    event = a_published_event(db)
    ids = [service.note(db, event.id, SaveQuestion(word), by=SYSTEM, now=clock.now()) for word in ("uno", "dos", "tres")]
    service.move(db, event.id, ids[2], up=True, by=SYSTEM)
    service.move(db, event.id, ids[0], up=True, by=SYSTEM)
    service.move(db, event.id, ids[0], up=False, by=SYSTEM)
    db.expire_all()
    assert [each.body for each in queries.questions_of(db, event.id)] == ["tres", "uno", "dos"]


def test_what_somebody_types_is_shown_as_text(client: FlaskClient, desk: Desk, event: Event, token: str, looking: Opened) -> None:
    payload = "<img src=x onerror=alert(1)>{{ 7*7 }}"
    send(client, token, payload)
    (question,) = asked(looking, event)
    path = f"/escritorio/eventos/{event.slug}/preguntas"
    desk.post(f"{path}/{question.public_id}", {"answer": payload, "state": "answered"})
    for page in (client.get(f"/eventos/{event.slug}").text, desk.get(path).text, client.get(f"/i/{token}/preguntas").text):
        assert "<img src=x" not in page
        assert "{{ 7*7 }}" in page


def test_foreign_questions_do_not_exist_and_readers_only_look(
    app: Flask, desk: Desk, event: Event, writing: Opened, looking: Opened
) -> None:
    path = f"/escritorio/eventos/{event.slug}/preguntas"
    desk.post(path, {"body": "¿Sí?", "state": "pending"})
    (question,) = asked(looking, event)
    with writing() as db:
        other = a_published_event(db, cycle=the_cycle(db), number=7)
        stranger = Desk(app, a_member(db, cycles=(a_cycle(db, name="Ajeno"),)))
        reader = Desk(app, a_member(db, StaffRole.READER, cycles=(the_cycle(db),)))
    assert desk.get(f"/escritorio/eventos/{other.slug}/preguntas/{question.public_id}").status_code == 404
    assert stranger.get(path).status_code == 404
    assert stranger.get(f"{path}/{question.public_id}").status_code == 404
    assert reader.get(path).status_code == 200
    assert "Anotar la pregunta" not in reader.get(path).text
    assert reader.get(f"{path}/{question.public_id}").status_code == 403


def test_the_list_costs_the_same_however_long(desk: Desk, event: Event, writing: Opened) -> None:
    with writing() as db:
        for number in range(40):
            service.note(db, event.id, SaveQuestion(f"Pregunta {number}"), by=SYSTEM, now=clock.now())
    with counted() as statements:
        assert desk.get(f"/escritorio/eventos/{event.slug}/preguntas").status_code == 200
    assert len(statements) <= 7, str(statements)
