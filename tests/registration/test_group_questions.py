"""Own questions and groups: each person answers for themselves, and what is required is skipped by nobody without saying so."""

import io
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from eventos.cycles.models import Event
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.people.models import Consent, Person
from eventos.registration import service
from eventos.registration.models import Registration, SensitiveAnswer
from eventos.registration.queries_questions import answers_of
from eventos.registration.rules import Policy
from eventos.registration.rules_answers import Given, Told
from eventos.registration.rules_questions import Question, QuestionKind
from eventos.registration.service import notify, tickets
from eventos.registration.service.policy import save_policy
from tests.accounts.factories import signed_in
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.flows.guests import Booth, answers
from tests.registration.factories import a_registration
from tests.registration.forms import PDF, a_question, a_workshop
from tests.registration.letters import text_of
from tests.support.smtp import Mailbox
from tests.support.statements import counted

Asked = dict[str, Question]


class At(Booth):
    """The same browser at another form."""

    def __init__(self, app: Flask, path: str) -> None:
        super().__init__(app, "")
        self.path = path


@pytest.fixture
def asked(writing: Opened) -> tuple[str, Asked]:
    """An event for groups that asks for a workshop with two seats and a letter, and something sensitive."""
    with writing() as db:
        event = a_published_event(db)
        save_policy(db, event.id, Policy(group_limit=3), by=SYSTEM, now=clock.now())
        questions = {
            "workshop": a_workshop(db, event, 2, required=True),
            "letter": a_question(db, event, QuestionKind.FILE, "Carta de su entidad", required=True),
            "support": a_question(db, event, QuestionKind.YES_NO, "¿Necesita algún apoyo?", sensitive=True),
        }
        return event.slug, questions


def members(*numbers: int) -> dict[str, str]:
    names = ("document_type", "document_number", "given_names", "family_names", "email")
    return {f"members-{place}-{name}": answers(number)[name] for place, number in enumerate(numbers) for name in names}


def of_group(db: Session) -> list[Registration]:
    return list(db.execute(select(Registration).where(Registration.group_id.is_not(None)).order_by(Registration.id)).scalars())


def told(looking: Opened, number: int) -> dict[str, object]:
    """What the registration of the number-th of `answers` answered, by kind."""
    with looking() as db:
        of_person = Person.document_number == answers(number)["document_number"]
        one = db.execute(select(Registration).join(Person, Person.id == Registration.person_id).where(of_person)).scalar_one()
        return {given.question.kind.value: given.value for given in answers_of(db, one.id)}


def test_each_member_answers_when_they_confirm_and_cannot_skip_what_is_required(
    app: Flask, client: FlaskClient, asked: tuple[str, Asked], looking: Opened
) -> None:
    slug, questions = asked
    workshop, letter = questions["workshop"].name, questions["letter"].name
    sent = At(app, f"/eventos/{slug}/inscripcion/grupo").register(**answers(1), comes="y", **members(2, 3), **{workshop: "2"})
    assert sent.status_code == 303, sent.text
    with looking() as db:
        link, other = (tickets.link_of(each) for each in of_group(db))
    page = At(app, f"/i/{link}/confirmar")
    theirs = {"post": "Enlace", "link_kind": "contratista", "consent": "y"}
    bare = page.register(**theirs)
    assert bare.status_code == 422
    assert ("Elija una opción para «¿A qué taller va?»." in bare.text, 'value="Enlace"' in bare.text) == (True, True)
    with looking() as db:
        assert [each.state for each in of_group(db)] == ["unconfirmed", "unconfirmed"]
    typed = dict(page.open().fields(**theirs, **{workshop: "1"})) | {letter: FileStorage(io.BytesIO(PDF), filename="carta.pdf")}
    assert page.client.post(page.path, data=typed, content_type="multipart/form-data").status_code == 303
    with looking() as db:
        assert [each.state for each in of_group(db)] == ["active", "unconfirmed"]
    assert (told(looking, 2)["choice"], told(looking, 1)["choice"], told(looking, 3)) == ("1", "2", {})
    assert "Le falta responder" not in client.get(f"/i/{link}").text
    assert "revise sus datos, responda lo que pregunta el evento y autorice" in client.get(f"/i/{other}").text


def test_a_member_says_something_sensitive_under_its_own_consent_alone(app: Flask, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        event = a_published_event(db)
        save_policy(db, event.id, Policy(group_limit=3), by=SYSTEM, now=clock.now())
        support = a_question(db, event, QuestionKind.YES_NO, "¿Necesita algún apoyo?", sensitive=True).name
        slug = event.slug
    At(app, f"/eventos/{slug}/inscripcion/grupo").register(**answers(1), comes="y", **members(2))
    with looking() as db:
        link = tickets.link_of(of_group(db)[0])
    page = At(app, f"/i/{link}/confirmar")
    theirs = {"post": "Enlace", "link_kind": "contratista", "consent": "y", support: "si"}
    assert "Marque la autorización para que guardemos estas respuestas" in page.register(**theirs).text
    with looking() as db:
        assert of_group(db)[0].state == "unconfirmed"
    assert page.register(**theirs, **{f"sensibles-{slug}": "y"}).status_code == 303
    with looking() as db:
        consent = db.get_one(Consent, db.execute(select(SensitiveAnswer.consent_id)).scalar_one())
        assert (consent.purposes, of_group(db)[0].state) == (["sensitive"], "active")


def test_who_writes_a_group_down_is_asked_for_themselves_only_when_they_come(
    app: Flask, client: FlaskClient, asked: tuple[str, Asked], looking: Opened
) -> None:
    slug, questions = asked
    workshop = questions["workshop"].name
    form = At(app, f"/eventos/{slug}/inscripcion/grupo")
    page = client.get(form.path).text
    assert ("¿A qué taller va?" in page, questions["letter"].name in page) == (True, False)
    assert "lo agrega después, en «Mi inscripción»" in page
    bare = form.register(**answers(1), comes="y", **members(2))
    assert (bare.status_code, "Elija una opción para «¿A qué taller va?»." in bare.text) == (422, True)
    one_more = form.register(**answers(1), comes="y", add_row="members", **members(2), **{workshop: "3"})
    assert re.search(rf'checked id="{workshop}-2"', one_more.text)
    assert form.register(**answers(1), comes="", **members(2)).status_code == 303
    with looking() as db:
        assert [each.state for each in db.execute(select(Registration)).scalars()] == ["unconfirmed"]


def test_a_member_who_comes_by_the_public_form_keeps_what_they_answer_there(
    app: Flask, asked: tuple[str, Asked], looking: Opened, writing: Opened
) -> None:
    slug, questions = asked
    At(app, f"/eventos/{slug}/inscripcion/grupo").register(**answers(1), comes="", **members(2))
    form = Booth(app, slug)
    typed = dict(form.open().fields(**answers(2), **{questions["workshop"].name: "1"}))
    typed |= {questions["letter"].name: FileStorage(io.BytesIO(PDF), filename="carta.pdf")}
    path = f"{form.path}/con-archivos"
    assert form.client.post(path, data=typed, content_type="multipart/form-data").status_code == 303
    assert told(looking, 2)["choice"] == "1"
    again = dict(form.open().fields(**answers(2), **{questions["workshop"].name: "3"}))
    again |= {questions["letter"].name: FileStorage(io.BytesIO(PDF), filename="carta.pdf")}
    assert form.client.post(path, data=again, content_type="multipart/form-data").status_code == 303
    assert told(looking, 2)["choice"] == "1", "whoever knows a document does not change what its owner answered"


def test_staff_see_who_has_not_answered_what_is_required(client: FlaskClient, asked: tuple[str, Asked], writing: Opened) -> None:
    slug, _questions = asked
    with writing() as db:
        event = db.execute(select(Event).where(Event.slug == slug)).scalar_one()
        one = a_registration(db, event)
        save_policy(db, event.id, Policy(moderated=True), by=SYSTEM, now=clock.now())
        waiting = [a_registration(db, event) for _ in range(3)]
        for each in waiting:
            each.state, each.seat_pool_id = "pending", None
    signed_in(client, writing)
    detail = client.get(f"/escritorio/inscripciones/{one.public_id}").text
    assert "Falta responder" in detail
    assert "<li>¿A qué taller va?</li><li>Carta de su entidad</li>" in detail
    with counted() as many:
        page = client.get(f"/escritorio/eventos/{slug}/admision").text
    assert page.count("Falta responder: 2 preguntas") == 3
    with writing() as db:
        for each in waiting[1:]:
            db.get_one(Registration, each.id).state = "rejected"
    with counted() as few:
        client.get(f"/escritorio/eventos/{slug}/admision")
    assert len(few) == len(many)


def test_the_mail_of_who_has_not_answered_says_so_until_they_do(
    client: FlaskClient, asked: tuple[str, Asked], writing: Opened, outbox_run: Callable[[], int], mailbox: Mailbox
) -> None:
    slug, questions = asked
    with writing() as db:
        event = db.execute(select(Event).where(Event.slug == slug)).scalar_one()
        one = a_registration(db, event, email="elvira@riosucio.example")
        number = one.id
    outbox_run()
    (first,) = mailbox.to("elvira@riosucio.example")
    for kind in ("plain", "html"):
        said = text_of(first, kind)
        assert [words in said for words in ("Le falta responder", "¿A qué taller va?", "Carta de su entidad")] == [True, True, True]
    with writing() as db:
        row = db.get_one(Registration, number)
        letter = {"sha256": "0" * 64, "name": "carta.pdf", "media_type": "application/pdf", "size": 4}
        told = Told((Given(questions["workshop"], "1"), Given(questions["letter"], letter)))
        service.change_answers(db, row, told, by=SYSTEM, now=clock.now())
        notify.confirm(db, number, why="repeat", now=clock.now())
    outbox_run()
    assert "Le falta responder" not in text_of(mailbox.to("elvira@riosucio.example")[-1], "plain")
