"""Own questions as people meet them: in the form, on "Mis respuestas", and on the staff's pages."""

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
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from eventos.cycles import queries as cycles
from eventos.cycles import service as cycle_service
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM, AuditEntry
from eventos.registration import queries_questions as queries
from eventos.registration.models import Answer, Registration, SensitiveAnswer
from eventos.registration.rules_answers import Given, Told
from eventos.registration.rules_questions import Question, QuestionKind, ShownIf
from eventos.registration.service import tickets
from tests.accounts.factories import SignedIn, signed_in
from tests.cycles.factories import a_cycle, a_published_event
from tests.registration.factories import a_registration
from tests.registration.forms import a_question, a_workshop, one_of_each_kind
from tests.registration.test_web_form import PERSON, send, token_of
from tests.support.smtp import Mailbox
from tests.support.statements import counted

Opened = Callable[[], AbstractContextManager[Session]]
Asked = tuple[str, dict[QuestionKind, Question]]
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"


@pytest.fixture
def asked(writing: Opened) -> Asked:
    """An event that asks one question of each kind."""
    with writing() as db:
        event = a_published_event(db)
        return event.slug, one_of_each_kind(db, event)


def filled(questions: dict[QuestionKind, Question], **changes: Any) -> dict[str, Any]:
    """An answer of every kind, by the names of the fields; changes are by kind."""
    kinds: dict[QuestionKind, Any] = {
        QuestionKind.CHOICE: "1", QuestionKind.TEXT: "Excel", QuestionKind.LONG_TEXT: "Publicamos datos.\r\nFuncionó.",
        QuestionKind.NUMBER: "12", QuestionKind.DATE: "2020-01-15", QuestionKind.MULTIPLE: ["1", "2"],
        QuestionKind.MUNICIPIO: "Dorada", QuestionKind.ENTITY: "Alcaldía de Neira",
    }  # fmt: skip
    kinds |= {QuestionKind(kind): value for kind, value in changes.items()}
    return {questions[kind].name: value for kind, value in kinds.items() if value is not None}


def answer(client: FlaskClient, asked: Asked, files: dict[str, Any] | None = None, **changes: Any) -> TestResponse:
    """Fill the whole form and send it where it says; `changes` by kind, or by name of the common fields."""
    slug, questions = asked
    own = {kind: changes.pop(kind) for kind in list(changes) if kind in set(QuestionKind)}
    token = token_of(client.get("/mi-inscripcion"))
    sent = {field: FileStorage(content, filename=name) for field, (content, name) in (files or {}).items()}
    data = {**PERSON, **filled(questions, **own), **changes, **sent, "csrf_token": token}
    boundary, body = encode_multipart({name: value for name, value in data.items() if value is not None})
    path, multipart = f"/eventos/{slug}/inscripcion/con-archivos", f"multipart/form-data; boundary={boundary}"
    return client.post(path, data=body, content_type=multipart)


def told_by(looking: Opened) -> dict[str, Any]:
    with looking() as db:
        (registration,) = db.execute(select(Registration)).scalars()
        return {given.question.kind.value: given.value for given in queries.answers_of(db, registration.id)}


def test_each_kind_of_question_is_answered_and_kept_in_its_normal_form(client: FlaskClient, asked: Asked, looking: Opened) -> None:
    letter = asked[1][QuestionKind.FILE].name
    sent = answer(client, asked, {letter: (io.BytesIO(PDF), "../carta de la entidad.pdf")})
    assert sent.status_code == 303, sent.text
    told = told_by(looking)
    file = told.pop("file")
    assert (file["name"], file["media_type"], file["size"]) == ("carta de la entidad.pdf", "application/pdf", len(PDF))
    assert told == {
        "choice": "1", "text": "Excel", "long_text": "Publicamos datos.\nFuncionó.", "number": "12", "date": "2020-01-15",
        "multiple": ["1", "2"], "municipio": "17380", "entity": "Alcaldía de Neira",
    }  # fmt: skip


def test_a_wrong_answer_is_said_beside_its_field_and_everything_typed_stays(client: FlaskClient, asked: Asked, looking: Opened) -> None:
    letter = asked[1][QuestionKind.FILE].name
    wrong = {"number": "muchas", "date": "2040-01-01", "multiple": ["1", "2", "3"], "municipio": "Riosucio"}
    page = answer(client, asked, {letter: (io.BytesIO(PDF), "carta.pdf")}, **wrong)
    assert page.status_code == 422
    for said in ("Escriba solo un número", "hasta el 31 de diciembre de 2030", "Elija como máximo 2.", "Hay más de un municipio"):
        assert said in page.text, said
    assert "Vuelva a elegir el archivo" in page.text
    for kept in ('value="muchas"', 'value="2040-01-01"', 'value="Riosucio"', 'value="Excel"', "Publicamos datos.", 'value="Elvira Demo"'):
        assert kept in page.text, kept
    assert f'checked id="{asked[1][QuestionKind.CHOICE].name}-0"' in page.text
    with looking() as db:
        assert db.execute(select(Registration)).first() is None


def test_a_required_question_that_is_hidden_is_not_demanded(client: FlaskClient, asked: Asked, looking: Opened) -> None:
    asking_it = answer(client, asked, text=None)
    assert asking_it.status_code == 422
    assert "Responda «¿Con qué herramienta trabaja?»." in asking_it.text
    not_asking = answer(client, asked, choice="3", text="escrito antes de cambiar")
    assert not_asking.status_code == 303
    assert "text" not in told_by(looking), "what a hidden question was told is not kept"


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"MZ\x90\x00programa", "carta.pdf", "No reconocemos este archivo"),
        (PDF + b"0" * (5 * 1024 * 1024), "carta.pdf", "pesa más de 5 MB"),
        (b"", "carta.pdf", "El archivo está vacío"),
    ],
)
def test_a_file_is_judged_by_what_it_is(client: FlaskClient, asked: Asked, content: bytes, name: str, said: str) -> None:
    page = answer(client, asked, {asked[1][QuestionKind.FILE].name: (io.BytesIO(content), name)})
    assert page.status_code == 422
    assert said in page.text


def test_a_full_option_is_shown_as_such_and_refused_alike_to_who_is_registered_and_who_is_not(
    client: FlaskClient, writing: Opened, looking: Opened
) -> None:
    with writing() as db:
        event = a_published_event(db)
        workshop = a_workshop(db, event, 1)
        a_registration(db, event, answers={event.slug: Told((Given(workshop, "1"),))}, document_number="12345678")
        slug = event.slug
    page = client.get(f"/eventos/{slug}/inscripcion").text
    assert "Sin cupos" in page
    assert re.search(rf'<input[^>]*disabled[^>]*id="{workshop.name}-0"|<input[^>]*id="{workshop.name}-0"[^>]*disabled', page)
    known = send(client, slug, **{workshop.name: "1"})
    unknown = send(client, slug, **{workshop.name: "1", "document_number": "87654321", "email": "otra@neira.example"})
    assert (known.status_code, unknown.status_code) == (422, 422)
    assert "Ya no quedan cupos en «Taller A»" in known.text
    again = send(client, slug, **{workshop.name: "2"})
    assert again.status_code == 303
    assert told_by(looking) == {"choice": "1"}, "whoever knows a document changes nobody's answers"


def test_another_event_of_the_form_asks_its_questions_when_it_is_ticked(client: FlaskClient, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        cycle = a_cycle(db)
        one, other = a_published_event(db, cycle=cycle), a_published_event(db, cycle=cycle, number=6)
        question = a_question(db, other, label="¿Qué quiere ver?", required=True)
        slug, other_slug = one.slug, other.slug
    assert "Solo si se inscribe también a este evento." in client.get(f"/eventos/{slug}/inscripcion").text
    missing = send(client, slug, also=other_slug)
    assert missing.status_code == 422
    assert "Responda «¿Qué quiere ver?»." in missing.text
    assert send(client, slug, also=other_slug, **{question.name: "Ejemplos"}).status_code == 303
    with looking() as db:
        assert len(db.execute(select(Registration)).scalars().all()) == 2
        assert db.execute(select(Answer.value)).scalars().all() == ["Ejemplos"]
    alone = send(client, slug, document_number="87654321", email="otra@neira.example", **{question.name: "De nadie"})
    assert alone.status_code == 303
    with looking() as db:
        assert len(db.execute(select(Answer)).all()) == 1


def test_an_error_of_the_common_fields_still_shows_the_questions_of_other_events(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        cycle = a_cycle(db)
        one, other = a_published_event(db, cycle=cycle), a_published_event(db, cycle=cycle, number=6)
        question = a_question(db, other, label="¿Qué quiere ver?")
        slug = one.slug
    page = send(client, slug, post="", **{question.name: "Ejemplos de otros"})
    assert page.status_code == 422
    assert 'value="Ejemplos de otros"' in page.text
    assert "Escriba su cargo." in page.text


def test_a_sensitive_answer_needs_its_own_tick_and_stays_out_of_every_list(
    client: FlaskClient, asked: Asked, writing: Opened, looking: Opened, outbox_run: Callable[[], int], mailbox: Mailbox
) -> None:
    slug, questions = asked
    unticked = answer(client, asked, yes_no="si")
    assert unticked.status_code == 422
    assert "Marque la autorización para que guardemos estas respuestas" in unticked.text
    assert answer(client, asked, yes_no="si", **{f"sensibles-{slug}": "y"}).status_code == 303
    outbox_run()
    with looking() as db:
        assert db.execute(select(SensitiveAnswer.value)).scalars().all() == ["si"]
        registration = db.execute(select(Registration)).scalar_one()
        link, public_id = tickets.link_of(registration), registration.public_id
    assert all("discapacidad" not in message.as_string() for message in mailbox.messages())
    mine = client.get(f"/i/{link}/respuestas").text
    assert "Por su privacidad no mostramos qué" in mine
    name = re.escape(questions[QuestionKind.YES_NO].name)
    assert not re.search(rf'<input[^>]*checked[^>]*name="{name}"', mine)
    who = signed_in(client, writing)
    detail = client.get(f"/escritorio/inscripciones/{public_id}").text
    assert "Excel" in detail
    assert "discapacidad" not in detail
    assert "discapacidad" not in client.get(f"/escritorio/inscripciones/{public_id}/respuestas").text
    export = client.post(f"/escritorio/eventos/{slug}/inscripciones.csv", data={"csrf_token": who.csrf})
    assert "¿Con qué herramienta trabaja?" in export.text
    assert "discapacidad" not in export.text
    figures = client.post(f"/escritorio/eventos/{slug}/formulario/cifras-sensibles", data={"csrf_token": who.csrf}).text
    assert "Menos de 5" in figures
    sheet = client.post(f"/escritorio/eventos/{slug}/formulario/cifras-sensibles.csv", data={"csrf_token": who.csrf}).text
    assert "Menos de 5" in sheet
    with looking() as db:
        looked = select(AuditEntry.action).where(AuditEntry.action == "registration.read_sensitive_counts")
        assert len(db.execute(looked).all()) == 2, "who looks at the figures is written down"


def test_an_event_without_questions_costs_not_one_statement_more(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        cycle = a_cycle(db)
        plain, asking = a_published_event(db, cycle=cycle).slug, a_published_event(db, number=6)
        a_question(db, asking)
    with counted() as statements:
        assert send(client, plain).status_code == 303
    assert len(statements) <= 14, str(statements)
    assert not any("form_question_version" in statement for statement in statements)


# --- my answers ------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def mine(writing: Opened, asked: Asked) -> str:
    """The link of somebody who was written down without answering."""
    with writing() as db:
        event = cycles.event_for_write(db, asked[0])
        return tickets.link_of(a_registration(db, event))


def change(client: FlaskClient, link: str, data: dict[str, Any]) -> TestResponse:
    token = token_of(client.get("/mi-inscripcion"))
    return client.post(f"/i/{link}/respuestas", data={**data, "csrf_token": token})


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
