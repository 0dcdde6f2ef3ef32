"""The events of the API: read page by page, made as drafts, changed, published and called off by the same services as the pages."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from eventos.cycles import exchange, queries, service
from eventos.cycles.models import Event
from eventos.kernel import clock
from eventos.kernel.bearers import current_caller
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput
from eventos.kernel.http import actor
from eventos.kernel.operations import PAGE, ApiDoor, Given, Page, once
from eventos.kernel.schemas import day, one_of, record, text
from eventos.kernel.text import clean
from eventos.kernel.vocabulary import ApiScope, EventState, Modality

door = ApiDoor("api_events", __name__, tag="Eventos")
EVENT_BODY = 512 * 1024
EXAMPLE = {
    "cycle": "ciclo-de-asistencias-tecnicas",
    "kind": "asistencia_tecnica",
    "number": 8,
    "topic": "Datos abiertos",
    "days": [{"on_date": "2030-07-25", "starts": "08:00", "ends": "10:00"}],
    "hosts": [{"name": "Oficina de Gobierno Abierto"}],
}


@door.operation(
    "GET",
    "/events",
    scope=ApiScope.EVENTS_READ,
    summary="Los eventos, por páginas",
    about="En el orden en que se crearon, borradores incluidos. `links.next` lleva a la página siguiente.",
    answer=exchange.EVENTS,
    query={
        "state": one_of(EventState),
        "modality": one_of(Modality),
        "cycle": text(200, least=1, about="El `slug` de un ciclo."),
        "from": day("Con un día en esta fecha o después."),
        "to": day("Con un día en esta fecha o antes."),
        **PAGE,
    },
)
def events(given: Given) -> Any:
    page, now = Page.of(given.query), clock.now()
    told = page.filters
    filters = queries.EventFilters(
        told.get("state", ""), told.get("modality", ""), told.get("cycle", ""), _day(told.get("from")), _day(told.get("to"))
    )
    with reading() as db:
        views = queries.events_page(db, current_caller(), filters, after=page.after, limit=page.limit + 1)
    return page.content(views, lambda view: view.id, lambda view: exchange.shown(view, now))


@door.operation("GET", "/events/<slug>", scope=ApiScope.EVENTS_READ, summary="Un evento", answer=exchange.EVENT)
def event(_given: Given, slug: str) -> Any:
    with reading() as db:
        found = queries.event_in_scope(db, slug, current_caller())
        return exchange.shown(queries.event_view_by_id(db, found.id), clock.now())


@door.operation(
    "POST",
    "/events",
    scope=ApiScope.EVENTS_WRITE,
    summary="Crear un evento, en borrador",
    about="Con las mismas reglas del formulario. Nadie fuera del equipo lo ve hasta que se publica.",
    answer=exchange.EVENT,
    status=201,
    body=exchange.CREATE,
    refusals=(404, 409),
    example=EXAMPLE,
    max_body=EVENT_BODY,
)
def create(given: Given) -> Any:
    def write(db: Session) -> Event:
        cycle = queries.cycle_in_scope(db, given.body["cycle"], current_caller())
        return service.create_event(db, exchange.to_command(given.body), cycle_id=cycle.id, by=actor(), now=clock.now())

    return _write(201, write)


@door.operation(
    "PATCH",
    "/events/<slug>",
    scope=ApiScope.EVENTS_WRITE,
    summary="Cambiar un evento",
    about="Lo que no se envía queda como está; una lista que se envía reemplaza la anterior. `version` es la que se leyó: si alguien lo "
    "cambió después, la respuesta es 409. Si el evento está publicado, las personas inscritas reciben el cambio.",
    answer=exchange.EVENT,
    body=exchange.CHANGE,
    refusals=(409,),
    example={"version": 1, "number": 9},
    max_body=EVENT_BODY,
)
def change(given: Given, slug: str) -> Any:
    told = dict(given.body)
    version = told.pop("version")

    def write(db: Session) -> Event:
        queries.event_in_scope(db, slug, current_caller())
        row = queries.event_for_write(db, slug)
        command = exchange.to_command(exchange.written(queries.event_view_by_id(db, row.id)) | told)
        return service.edit_event(db, row, command, version=version, by=actor(), now=clock.now())

    return _write(200, write)


@door.operation(
    "POST",
    "/events/<slug>/publish",
    scope=ApiScope.EVENTS_WRITE,
    summary="Publicar un evento",
    about="Su dirección pública queda fija: puede ser otra que la del borrador, así que lea `slug` en la respuesta.",
    answer=exchange.EVENT,
    body=record({}),
    refusals=(409,),
    example={},
)
def publish(_given: Given, slug: str) -> Any:
    def write(db: Session) -> Event:
        queries.event_in_scope(db, slug, current_caller())
        return service.publish(db, queries.event_for_write(db, slug), by=actor(), now=clock.now())

    return _write(200, write)


@door.operation(
    "POST",
    "/events/<slug>/cancel",
    scope=ApiScope.EVENTS_WRITE,
    summary="Cancelar un evento",
    about="Las personas inscritas reciben el aviso, con el motivo.",
    answer=exchange.EVENT,
    body=record({"reason": text(500, least=1)}, needed=["reason"]),
    refusals=(409,),
    example={"reason": "El auditorio no estará disponible."},
)
def cancel(given: Given, slug: str) -> Any:
    def write(db: Session) -> Event:
        queries.event_in_scope(db, slug, current_caller())
        row = queries.event_for_write(db, slug)
        return service.cancel(db, row, reason=clean(given.body["reason"]), by=actor(), now=clock.now())

    return _write(200, write)


def _write(status: int, write: Callable[[Session], Event]) -> Any:
    """Do it in one transaction with its Idempotency-Key, and answer the event as it is then."""

    def done(db: Session) -> Any:
        row = write(db)
        db.flush()
        return exchange.shown(queries.event_view_by_id(db, row.id), clock.now())

    try:
        with transaction() as db:
            return once(db, status, lambda: done(db))
    except InvalidInput as refusal:
        if type(refusal) is not InvalidInput:
            raise
        raise exchange.told_here(refusal) from refusal


def _day(told: str | None) -> date | None:
    return date.fromisoformat(told) if told else None


DOORS = (door,)
