"""Own questions in the public form: each kind, errors beside their field, hidden ones, full options, several events, sensitive ones."""

import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.kernel.audit import AuditEntry
from eventos.registration.models import Answer, Registration, SensitiveAnswer
from eventos.registration.rules_answers import Given, Told
from eventos.registration.rules_questions import QuestionKind
from eventos.registration.service import tickets
from tests.accounts.factories import signed_in
from tests.cycles.factories import a_cycle, a_published_event
from tests.registration.factories import a_registration
from tests.registration.forms import PDF, Asked, a_question, a_workshop, answer, one_of_each_kind, told_by
from tests.registration.test_web_form import send
from tests.support.smtp import Mailbox
from tests.support.statements import counted

Opened = Callable[[], AbstractContextManager[Session]]


@pytest.fixture
def asked(writing: Opened) -> Asked:
    """An event that asks one question of each kind."""
    with writing() as db:
        event = a_published_event(db)
        return event.slug, one_of_each_kind(db, event)


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
