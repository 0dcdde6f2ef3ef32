"""The answers to an event's own questions as programs read them and complete them, and the files that came with them."""

from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from eventos.adapters import storage
from eventos.cycles.queries import event_in_scope
from eventos.entities.queries import office_view
from eventos.kernel import audit, clock
from eventos.kernel.bearers import current_caller
from eventos.kernel.db import transaction
from eventos.kernel.errors import NotFound
from eventos.kernel.http import actor, download
from eventos.kernel.operations import ApiDoor, Given, once
from eventos.kernel.vocabulary import ApiScope
from eventos.registration import exchange, exchange_answers, queries_api, service
from eventos.registration import queries_questions as queries
from eventos.registration.api.people import URL
from eventos.registration.rules_questions import QuestionKind

door = ApiDoor("api_answers", __name__, tag="Respuestas")
ONE = f"{URL}/<public_id>/answers"
EXAMPLE = {"answers": {"0aZx4kQ9mTnB7c": "Hojas de cálculo"}}


@door.operation(
    "GET", ONE, scope=ApiScope.REGISTRATIONS_READ, summary="Las respuestas de una inscripción", answer=exchange_answers.GIVEN_ANSWERS
)
def answers(_given: Given, slug: str, public_id: str) -> Any:
    with transaction() as db:
        event = event_in_scope(db, slug, current_caller())
        row = queries_api.registration_row(db, event.id, public_id)
        audit.record(db, actor(), "registration.api_read", "registration", row.id)
        return _shown(db, event.id, row.id, exchange.path_of(event.slug, public_id))


@door.operation(
    "PATCH",
    ONE,
    scope=ApiScope.REGISTRATIONS_WRITE,
    summary="Completar o corregir respuestas",
    about="Lo que no se envía queda como está. En un evento moderado, la solicitud se revisa otra vez. Los archivos y las respuestas "
    "sensibles los da solo la persona, en «Mi inscripción».",
    answer=exchange.STANDING,
    body=exchange_answers.CHANGED,
    refusals=(409,),
    example=EXAMPLE,
)
def change(given: Given, slug: str, public_id: str) -> Any:
    def done(db: Session) -> Any:
        event = event_in_scope(db, slug, current_caller())
        row = queries_api.registration_for_write(db, event.id, public_id)
        sheet = queries.questionnaire(db, event.id)
        if sheet is None:
            raise NotFound("Este evento no tiene preguntas propias.")
        before = {each.question.key: each.value for each in queries.answers_of(db, row.id)}
        held = queries.held_options(db, row.id)
        told = exchange.to_answers(given.body["answers"], sheet, office_view(db), before, held)
        service.change_answers(db, row, told, by=actor(), now=clock.now())
        return exchange.standing(queries_api.standing(db, row.id), event.slug)

    with transaction() as db:
        return once(db, 200, lambda: done(db))


@door.operation(
    "GET",
    f"{ONE}/<key>/file",
    scope=ApiScope.REGISTRATIONS_READ,
    summary="El archivo de una respuesta",
    about="Tal como llegó; su nombre y su tipo están en la respuesta. Cada consulta queda en el registro de auditoría.",
    answer="",
)
def file(_given: Given, slug: str, public_id: str, key: str) -> Response:
    with transaction() as db:
        event = event_in_scope(db, slug, current_caller())
        row = queries_api.registration_row(db, event.id, public_id)
        answered = {each.question.key: each for each in queries.answers_of(db, row.id) if each.question.kind is QuestionKind.FILE}
        if key not in answered:
            raise NotFound("Esa respuesta no tiene archivo.")
        audit.record(db, actor(), "registration.read_file", "registration", row.id, question=key)
    value: Any = answered[key].value
    return download(storage.shelf().read(value["sha256"], verify=True), filename=value["name"], media_type="application/octet-stream")


def _shown(db: Session, event_id: int, registration_id: int, path: str) -> dict[str, Any]:
    missing = queries.missing(db, registration_id, event_id)
    return {"answers": exchange_answers.given(path, queries.answers_of(db, registration_id)), "missing": missing}
