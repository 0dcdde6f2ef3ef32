"""Own questions after the form: "Mis respuestas", the staff's Formulario, and what staff do with answers."""

import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from eventos.cycles import queries as cycles
from eventos.cycles import service as cycle_service
from eventos.kernel import clock, tokens
from eventos.kernel.audit import SYSTEM, AuditEntry
from eventos.registration import queries_questions as queries
from eventos.registration import service
from eventos.registration.models import Registration
from eventos.registration.rules_answers import Given, Told
from eventos.registration.rules_questions import QuestionKind, ShownIf
from eventos.registration.service import tickets
from tests.accounts.factories import SignedIn, signed_in
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration
from tests.registration.forms import PDF, Asked, a_question, a_workshop, answer, change, one_of_each_kind, told_by
from tests.registration.test_web_form import token_of

Opened = Callable[[], AbstractContextManager[Session]]


@pytest.fixture
def asked(writing: Opened) -> Asked:
    """An event that asks one question of each kind."""
    with writing() as db:
        event = a_published_event(db)
        return event.slug, one_of_each_kind(db, event)


@pytest.fixture
def mine(writing: Opened, asked: Asked) -> str:
    """The link of somebody who was written down without answering."""
    with writing() as db:
        event = cycles.event_for_write(db, asked[0])
        return tickets.link_of(a_registration(db, event))


def test_my_registration_says_what_i_have_not_answered_until_i_do(client: FlaskClient, asked: Asked, mine: str) -> None:
    questions = asked[1]
    assert "Le falta responder" in client.get(f"/i/{mine}").text
    saved = change(client, mine, {questions[QuestionKind.CHOICE].name: "2", questions[QuestionKind.TEXT].name: "Excel"})
    assert saved.location.endswith("aviso=answers-saved")
    page = client.get(f"/i/{mine}").text
    assert "Le falta responder" not in page
    assert "Ver y cambiar mis respuestas" in page
    again = client.get(f"/i/{mine}/respuestas").text
    assert 'value="Excel"' in again
    same = change(client, mine, {questions[QuestionKind.CHOICE].name: "2", questions[QuestionKind.TEXT].name: "Excel"})
    assert same.location.endswith("aviso=answers-same")


def test_a_file_stays_until_another_comes_or_it_is_dropped(client: FlaskClient, asked: Asked, mine: str, looking: Opened) -> None:
    questions = asked[1]
    letter = questions[QuestionKind.FILE].name
    rest = {questions[QuestionKind.CHOICE].name: "3"}
    change(client, mine, {**rest, letter: (io.BytesIO(PDF), "carta.pdf")})
    assert "Ya recibimos «carta.pdf»" in client.get(f"/i/{mine}/respuestas").text
    change(client, mine, rest)
    assert told_by(looking)["file"]["name"] == "carta.pdf"
    change(client, mine, {**rest, f"{letter}-drop": "y"})
    assert "file" not in told_by(looking)


def test_answers_are_not_changed_once_the_event_began(
    client: FlaskClient, asked: Asked, mine: str, looking: Opened, clock_at: Callable[[Any], None]
) -> None:
    questions = asked[1]
    change(client, mine, {questions[QuestionKind.CHOICE].name: "3"})
    with looking() as db:
        starts_at = cycles.event_view(db, asked[0]).starts_at
    assert starts_at is not None
    clock_at(starts_at)
    page = client.get(f"/i/{mine}/respuestas").text
    assert "ya no se cambian" in page
    assert "Ninguno" in page
    token = token_of(client.get("/mi-inscripcion"))
    typed = {questions[QuestionKind.CHOICE].name: "3", questions[QuestionKind.NUMBER].name: "9"}
    late = client.post(f"/i/{mine}/respuestas", data={**typed, "csrf_token": token})
    assert late.status_code == 409
    assert told_by(looking) == {"choice": "3"}


def test_who_comes_back_is_told_that_an_option_is_no_longer_theirs(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db)
        workshop = a_workshop(db, event, 1)
        told = {event.slug: Told((Given(workshop, "1"),))}
        first = a_registration(db, event, answers=told)
        link = tickets.link_of(first)
        service.cancel(db, first, by=SYSTEM, now=clock.now())
    token = token_of(client.get("/mi-inscripcion"))
    back = client.post(f"/i/{link}/volver", data={"csrf_token": token})
    assert back.location.endswith("aviso=registration-back"), "the seat was still there"
    with writing() as db:
        service.cancel(db, service.by_link(db, tokens.digest(link)), by=SYSTEM, now=clock.now())
        a_registration(db, cycles.event_for_write(db, event.slug), answers=told)
    back = client.post(f"/i/{link}/volver", data={"csrf_token": token})
    assert back.location.endswith("aviso=registration-back-without-option")
    assert "revise sus respuestas" in client.get(back.location).text


def test_a_link_to_an_event_without_questions_has_no_such_page(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        link = tickets.link_of(a_registration(db, a_published_event(db)))
    assert client.get(f"/i/{link}/respuestas").status_code == 404
    assert "mis respuestas" not in client.get(f"/i/{link}").text


# --- staff -----------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def office(client: FlaskClient, writing: Opened) -> tuple[SignedIn, str]:
    """Somebody of the staff, and the address of the form of an event that asks nothing yet."""
    with writing() as db:
        slug = a_published_event(db).slug
    return signed_in(client, writing), f"/escritorio/eventos/{slug}/formulario"


def post(client: FlaskClient, who: SignedIn, path: str, **data: Any) -> TestResponse:
    return client.post(path, data={**data, "csrf_token": who.csrf})


WORKSHOP = {
    "label": "¿A qué taller va?", "required": "y", "options-0-label": "Taller A", "options-0-capacity": "20", "options-1-label": "Taller B",
}  # fmt: skip


def test_staff_add_a_question_with_seats_and_edit_it(client: FlaskClient, office: tuple[SignedIn, str], looking: Opened) -> None:
    who, url = office
    added = post(client, who, f"{url}/nueva?clase=choice", **WORKSHOP)
    assert added.status_code == 303, added.text
    page = client.get(url).text
    assert "quedan 20 de 20 cupos" in page
    key = re.search(r'id="p-([^"]+)"', page)
    assert key is not None
    form = client.get(f"{url}/{key[1]}").text
    assert 'value="Taller A"' in form
    edited = {**WORKSHOP, "options-0-option_id": "1", "options-1-option_id": "2", "options-0-capacity": "30", "version": "1"}
    assert post(client, who, f"{url}/{key[1]}", **edited).location.endswith("form-question-saved")
    assert "quedan 30 de 30 cupos" in client.get(url).text
    stale = post(client, who, f"{url}/{key[1]}", **{**edited, "label": "¿Cuál taller?"})
    assert stale.status_code == 409
    assert "¿Cuál taller?" in stale.text


def test_without_scripts_another_option_is_a_button(client: FlaskClient, office: tuple[SignedIn, str]) -> None:
    who, url = office
    page = post(client, who, f"{url}/nueva?clase=multiple", **WORKSHOP, add_row="options")
    assert page.status_code == 200
    assert 'name="options-2-label"' in page.text
    assert 'value="Taller B"' in page.text


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        ("text", {"label": ""}, "Escriba la pregunta."),
        ("choice", {"label": "¿Cuál?", "options-0-label": "Una"}, "Escriba al menos dos opciones."),
        ("choice", {**WORKSHOP, "options-2-capacity": "4"}, "Una opción tiene cupos, pero no dice cuál es."),
        ("choice", {**WORKSHOP, "options-0-capacity": "muchos"}, "Escriba solo un número entero"),
        ("number", {"label": "¿Cuántos?", "least": "9", "most": "3"}, "El máximo es menor que el mínimo."),
    ],
)
def test_a_question_that_cannot_be_is_refused_with_what_was_typed(
    client: FlaskClient, office: tuple[SignedIn, str], kind: str, typed: dict[str, str], said: str
) -> None:
    who, url = office
    page = post(client, who, f"{url}/nueva?clase={kind}", **typed)
    assert page.status_code == 422
    assert said in page.text
    assert all(f'value="{value}"' in page.text for name, value in typed.items() if value not in ("y", ""))


def test_questions_are_ordered_retired_and_brought_back(
    client: FlaskClient, office: tuple[SignedIn, str], writing: Opened, looking: Opened
) -> None:
    who, url = office
    slug = url.split("/")[3]
    with writing() as db:
        event = cycles.event_for_write(db, slug)
        first, second = a_workshop(db, event), a_question(db, event, label="¿Con qué trabaja?")
        third = a_question(db, event, label="¿Y cómo?", shown_if=ShownIf(first.key, ("1",)))

    def order() -> list[str]:
        with looking() as db:
            sheet = queries.questionnaire(db, first.event_id)
            return [question.key for question in sheet.questions] if sheet else []

    post(client, who, f"{url}/{second.key}/subir")
    assert order() == [second.key, first.key, third.key]
    refused = post(client, who, f"{url}/{first.key}/bajar")
    assert refused.status_code == 409
    assert "cambie primero esa condición" in refused.text
    assert post(client, who, f"{url}/{second.key}/retirar").status_code == 303
    assert order() == [first.key, third.key]
    assert "Volver a preguntar" in client.get(url).text
    post(client, who, f"{url}/{second.key}/reponer")
    assert order() == [first.key, third.key, second.key]


def test_staff_complete_answers_and_take_files_away(client: FlaskClient, asked: Asked, mine: str, writing: Opened, looking: Opened) -> None:
    questions = asked[1]
    change(client, mine, {questions[QuestionKind.CHOICE].name: "3", questions[QuestionKind.FILE].name: (io.BytesIO(PDF), "carta.pdf")})
    with looking() as db:
        public_id = db.execute(select(Registration.public_id)).scalar_one()
    who, url = signed_in(client, writing), f"/escritorio/inscripciones/{public_id}"
    saved = post(client, who, f"{url}/respuestas", **{questions[QuestionKind.CHOICE].name: "2", questions[QuestionKind.NUMBER].name: "7"})
    assert saved.status_code == 303, saved.text
    told = told_by(looking)
    assert (told["choice"], told["number"], told["file"]["name"]) == ("2", "7", "carta.pdf")
    file = post(client, who, f"{url}/respuestas/{questions[QuestionKind.FILE].key}/archivo")
    assert file.data == PDF
    assert file.headers["Content-Disposition"] == "attachment; filename=carta.pdf"
    assert "sandbox" in file.headers["Content-Security-Policy"]
    with looking() as db:
        assert db.execute(select(AuditEntry.action).where(AuditEntry.action == "registration.read_file")).first() is not None
    assert post(client, who, f"{url}/respuestas/{questions[QuestionKind.TEXT].key}/archivo").status_code == 404


def test_an_answer_that_looks_like_a_formula_is_text_in_the_list_that_is_taken_away(
    client: FlaskClient, asked: Asked, writing: Opened
) -> None:
    answer(client, asked, text='=HYPERLINK("http://mal.example")', long_text="<script>alert(1)</script>")
    who = signed_in(client, writing)
    export = client.post(f"/escritorio/eventos/{asked[0]}/inscripciones.csv", data={"csrf_token": who.csrf}).text
    assert "\"'=HYPERLINK" in export or ";'=HYPERLINK" in export or ",'=HYPERLINK" in export
    assert "La Dorada, Caldas" in export


def test_a_copied_event_asks_what_the_first_one_asks(app: Flask, asked: Asked, writing: Opened, outbox_run: Callable[[], int]) -> None:
    with writing() as db:
        copy = cycle_service.duplicate_event(db, cycles.event_for_write(db, asked[0]), by=SYSTEM, now=clock.now()).id
    outbox_run()
    with writing() as db:
        sheet = queries.questionnaire(db, copy)
        assert sheet is not None
        assert [question.kind for question in sheet.questions] == [one.kind for one in sorted(asked[1].values(), key=lambda q: q.position)]
