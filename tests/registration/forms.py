"""Own questions to test with: one of each kind, the service's short way to add them, and the forms that answer them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from eventos.cycles.models import Event
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM
from eventos.registration.models import Registration
from eventos.registration.queries_questions import answers_of, question_of
from eventos.registration.rules_questions import Option, Question, QuestionKind, SaveQuestion, ShownIf
from eventos.registration.service.questions import add_question
from tests.registration.test_web_form import PERSON, token_of

Opened = Callable[[], AbstractContextManager[Session]]
Asked = tuple[str, dict[QuestionKind, Question]]
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
WORKSHOPS = (Option("", "Taller A: datos abiertos", 20), Option("", "Taller B: rendición de cuentas"), Option("", "Ninguno"))


def a_question(
    db: Session, event: Event, kind: QuestionKind = QuestionKind.TEXT, label: str = "¿Qué espera del evento?", **said: object
) -> Question:
    """One more question at the end of an event's form; `said` are fields of SaveQuestion."""
    command = SaveQuestion(kind, label, **said)  # type: ignore[arg-type]
    return question_of(db, event.id, add_question(db, event.id, command, by=SYSTEM, now=clock.now()))


def a_workshop(db: Session, event: Event, seats: int | None = 20, **said: object) -> Question:
    """A choice with seats: its options are "1" (with the seats), "2" and "3"."""
    options = (Option("", "Taller A", seats), Option("", "Taller B"), Option("", "Ninguno"))
    return a_question(db, event, QuestionKind.CHOICE, "¿A qué taller va?", options=options, **said)


def one_of_each_kind(db: Session, event: Event) -> dict[QuestionKind, Question]:
    """The ten kinds, two of them under a condition, and a sensitive one."""
    kinds = QuestionKind
    made = {kinds.CHOICE: a_workshop(db, event, required=True)}
    made[kinds.TEXT] = a_question(
        db, event, kinds.TEXT, "¿Con qué herramienta trabaja?", shown_if=ShownIf(made[kinds.CHOICE].key, ("1", "2")), required=True
    )
    made[kinds.LONG_TEXT] = a_question(db, event, kinds.LONG_TEXT, "Cuente una experiencia", help="Dos o tres frases.")
    made[kinds.NUMBER] = a_question(db, event, kinds.NUMBER, "¿Cuántas personas tiene su equipo?", least="1", most="200")
    made[kinds.DATE] = a_question(db, event, kinds.DATE, "¿Desde cuándo está en el cargo?", most="2030-12-31")
    made[kinds.MULTIPLE] = a_question(db, event, kinds.MULTIPLE, "Temas que le interesan", options=WORKSHOPS, most="2")
    made[kinds.MUNICIPIO] = a_question(db, event, kinds.MUNICIPIO, "¿Desde dónde viaja?")
    made[kinds.ENTITY] = a_question(db, event, kinds.ENTITY, "¿Qué entidad lo envía?")
    made[kinds.FILE] = a_question(db, event, kinds.FILE, "Carta de su entidad")
    made[kinds.YES_NO] = a_question(
        db, event, kinds.YES_NO, "¿Vive con alguna discapacidad?", sensitive=True, help="Para preparar el lugar."
    )
    return made


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
        return {given.question.kind.value: given.value for given in answers_of(db, registration.id)}


def change(client: FlaskClient, link: str, data: dict[str, Any]) -> TestResponse:
    token = token_of(client.get("/mi-inscripcion"))
    return client.post(f"/i/{link}/respuestas", data={**data, "csrf_token": token})
