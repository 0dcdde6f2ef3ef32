"""The registrations of the API: read by those who may see people, written by the same service as the public form."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from eventos.cycles.queries import EventRef, event_in_scope, event_view_by_id
from eventos.entities.queries import office_view
from eventos.kernel import audit, clock, tokens
from eventos.kernel.bearers import current_caller
from eventos.kernel.db import reading, transaction
from eventos.kernel.http import actor
from eventos.kernel.operations import PAGE, ApiDoor, Given, Page, once
from eventos.kernel.schemas import one_of, record
from eventos.kernel.vocabulary import ApiScope, LinkKind, RegistrationState
from eventos.people.rules import notice as notice_of
from eventos.registration import exchange, exchange_answers, queries_api, service
from eventos.registration.models import Registration
from eventos.registration.queries_questions import answers_of, questionnaire
from eventos.registration.service.register import Outcome

door = ApiDoor("api_registrations", __name__, tag="Inscripciones")
URL = "/events/<slug>/registrations"
EXAMPLE = {
    "document_type": "CC",
    "document_number": "41000777",
    "given_names": "Elvira Demo",
    "family_names": "Cedral",
    "email": "elvira.cedral@entidad.example",
    "entity": "Alcaldía de Riosucio",
    "post": "Secretaria de Planeación",
    "link_kind": LinkKind.PLANTA.value,
    "divipola": "17614",
    "consent": {"authorised": True, "notice": "0" * 64},
}


@door.operation(
    "GET",
    "/notice",
    scope=ApiScope.REGISTRATIONS_WRITE,
    summary="El aviso de datos personales",
    about="Lo que la persona debe leer antes de autorizar. Al inscribirla se envía su `sha256`.",
    answer=exchange.NOTICE,
)
def notice(_given: Given) -> Any:
    with reading() as db:
        told = notice_of(office_view(db))
    return {"sha256": tokens.digest(told.text), "summary": told.summary, "text": told.text}


@door.operation(
    "GET",
    "/events/<slug>/questions",
    scope=ApiScope.REGISTRATIONS_WRITE,
    summary="Las preguntas propias de un evento",
    about="Se responden al inscribir, en `answers`. Las que dependen de otra respuesta solo cuentan cuando se cumple.",
    answer=exchange_answers.QUESTIONS,
)
def questions(_given: Given, slug: str) -> Any:
    with reading() as db:
        event = event_in_scope(db, slug, current_caller())
        return exchange_answers.questions(questionnaire(db, event.id))


@door.operation(
    "GET",
    URL,
    scope=ApiScope.REGISTRATIONS_READ,
    summary="Las inscripciones de un evento, por páginas",
    about="Con datos personales: cada consulta queda en el registro de auditoría.",
    answer=exchange.REGISTRATIONS,
    query={"state": one_of(RegistrationState), "modality": one_of(exchange.SEATS), **PAGE},
)
def registrations(given: Given, slug: str) -> Any:
    page = Page.of(given.query)
    with transaction() as db:
        event = event_in_scope(db, slug, current_caller())
        rows = queries_api.registrations_page(db, event.id, **page.filters, after=page.after, limit=page.limit + 1)
        audit.record(db, actor(), "registration.api_list", "event", event.id, rows=min(len(rows), page.limit), filter=page.filters)
    return page.content(rows, lambda row: row.id, lambda row: exchange.shown(row, slug))


@door.operation("GET", f"{URL}/<public_id>", scope=ApiScope.REGISTRATIONS_READ, summary="Una inscripción", answer=exchange.WHOLE)
def registration(_given: Given, slug: str, public_id: str) -> Any:
    with transaction() as db:
        event = event_in_scope(db, slug, current_caller())
        row = queries_api.registration_row(db, event.id, public_id)
        given = answers_of(db, row.id)
        audit.record(db, actor(), "registration.api_read", "registration", row.id)
    return exchange.shown_whole(row, slug, given)


@door.operation(
    "POST",
    URL,
    scope=ApiScope.REGISTRATIONS_WRITE,
    summary="Inscribir a una persona",
    about="Con las mismas reglas del formulario público: quien ya estaba inscrito queda como estaba. La confirmación llega por correo.",
    answer=exchange.STANDING,
    status=201,
    body=exchange.REGISTER,
    refusals=(409,),
    example=EXAMPLE,
)
def register(given: Given, slug: str) -> Any:
    def write(db: Session, event: EventRef) -> int:
        now, sheet = clock.now(), questionnaire(db, event.id)
        offered = event_view_by_id(db, event.id).modality
        command = exchange.to_register(given.body, event.slug, office_view(db), sheet, offered)
        outcome: Outcome
        asking = f"api:{current_caller().token_id}"
        (outcome,) = service.register(db, command, now=now, by=actor(), address=asking, invited_to=event.id, demo=event.demo)
        return outcome.registration_id

    return write_one(slug, 201, write)


@door.operation(
    "PATCH",
    f"{URL}/<public_id>",
    scope=ApiScope.REGISTRATIONS_WRITE,
    summary="Corregir una inscripción",
    about="Lo que no se envía queda como está. El documento y el correo no se cambian aquí. En un evento moderado, se revisa otra vez.",
    answer=exchange.STANDING,
    body=exchange.CHANGE,
    refusals=(409,),
    example={"post": "Secretaria de Hacienda"},
)
def change(given: Given, slug: str, public_id: str) -> Any:
    def write(db: Session, event: EventRef) -> int:
        row = queries_api.registration_for_write(db, event.id, public_id)
        kept = exchange.written(queries_api.registration_row(db, event.id, public_id))
        command = exchange.to_change(_moved(kept, given.body), event_view_by_id(db, event.id).modality)
        service.change(db, row, command, by=actor(), now=clock.now())
        return row.id

    return write_one(slug, 200, write)


def _moved(kept: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """What was told over what there is; whoever moves abroad leaves the municipality, and the other way round."""
    if told.get("divipola"):
        kept = kept | {"country": "", "city": ""}
    elif told.get("country") or told.get("city"):
        kept = kept | {"divipola": None}
    return kept | told


@door.operation(
    "POST",
    f"{URL}/<public_id>/cancel",
    scope=ApiScope.REGISTRATIONS_WRITE,
    summary="Cancelar una inscripción",
    about="El cupo pasa a quien sigue en la lista de espera.",
    answer=exchange.STANDING,
    body=record({}),
    refusals=(409,),
    example={},
)
def cancel(_given: Given, slug: str, public_id: str) -> Any:
    def write(db: Session, event: EventRef) -> int:
        row: Registration = queries_api.registration_for_write(db, event.id, public_id)
        service.cancel(db, row, by=actor(), now=clock.now())
        return row.id

    return write_one(slug, 200, write)


def write_one(slug: str, status: int, write: Callable[[Session, EventRef], int]) -> Any:
    """Do it in one transaction with its Idempotency-Key, and answer how the registration stands then."""

    def done(db: Session) -> Any:
        event = event_in_scope(db, slug, current_caller())
        number = write(db, event)
        db.flush()
        return exchange.standing(queries_api.standing(db, number), event.slug)

    with transaction() as db:
        return once(db, status, lambda: done(db))
