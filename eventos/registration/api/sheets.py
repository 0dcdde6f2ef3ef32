"""Sheets of the API: a CSV or XLSX is staged and checked by the worker, looked at, and confirmed; the same way as on the pages."""

from typing import Any

from flask import request
from sqlalchemy.orm import Session

from eventos.cycles.queries import EventView, event_in_scope, event_view_by_id
from eventos.kernel import clock
from eventos.kernel.bearers import current_caller
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import InvalidInput
from eventos.kernel.http import UPLOAD_BODY, actor
from eventos.kernel.operations import ApiDoor, Given, answer, at, link, once
from eventos.kernel.schemas import answered, moment, one_of, or_null, record, text, yes_or_no
from eventos.kernel.vocabulary import ApiScope, EventState
from eventos.registration import exchange, importing
from eventos.registration import queries_import as queries
from eventos.registration.queries_import import ImportView
from eventos.registration.service import importing as service
from eventos.registration.service.importing import CONSENT, Options

door = ApiDoor("api_imports", __name__, tag="Importación")
URL = "/events/<slug>/imports"
MEDIA = ("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
MOST_BAD = 500
FIGURES = ("rows", "new", "known", "repeated", "bad", "attended")

IMPORT = answer(
    "Import",
    answered(
        {
            "public_id": {"type": "string"},
            "filename": {"type": "string"},
            "state": one_of(
                ("uploaded", "checking", "checked", "entered", "failed"),
                about="`checking`: pregunte otra vez en unos segundos. `checked`: ya se puede confirmar.",
            ),
            "columns": {
                "type": "object",
                "description": "Qué dato se leyó de cada columna.",
                "additionalProperties": {"type": "string"},
            },
            "figures": answered({name: {"type": "integer"} for name in FIGURES}),
            "bad": {
                "type": "array",
                "description": f"Las filas por corregir, hasta {MOST_BAD}.",
                "items": answered(
                    {
                        "line": {"type": "integer"},
                        "problems": {
                            "type": "array",
                            "items": answered({"column": {"type": "string"}, "message": {"type": "string"}}),
                        },
                    }
                ),
            },
            "reason": {"type": "string", "description": "Por qué no se pudo leer, si `state` es `failed`."},
            "created_at": moment(),
            "entered_at": or_null(moment()),
            "links": answered({"self": {"type": "string"}, "confirm": {"type": "string"}}),
        }
    ),
)


@door.operation(
    "POST",
    URL,
    scope=ApiScope.IMPORT_WRITE,
    summary="Subir una lista de inscritos",
    about="El cuerpo es el archivo: CSV (cualquier separador y codificación) o XLSX. Las columnas se reconocen por su título. Nadie entra "
    "todavía: se revisa fila por fila, y el resultado se lee en `links.self`.",
    answer=IMPORT,
    status=202,
    query={
        "consents": yes_or_no(CONSENT),
        "consent_note": text(200, about="Dónde reposan las autorizaciones."),
        "filename": text(200),
        "modality": one_of(exchange.SEATS, about="La de quienes no la dicen en la lista."),
        "prefer_departamento": text(2, about="Código DIVIPOLA del departamento que se prefiere para municipios con nombre repetido."),
        "send_mails": yes_or_no("Enviar a cada persona nueva su confirmación.", default=False),
    },
    files=MEDIA,
    refusals=(409,),
    max_body=UPLOAD_BODY,
)
def upload(given: Given, slug: str) -> Any:
    told = given.query
    with reading() as db:
        event = _event(db, slug)
    if event.state is EventState.CANCELLED:
        raise InvalidInput(fields={"file": "El evento está cancelado: no recibe inscripciones."})
    if told.get("modality") and event.pool(told["modality"]) is None:
        raise InvalidInput(fields={"modality": "El evento no ofrece esa modalidad."})
    options = Options(
        has_consents=told.get("consents", False),
        consent_note=told.get("consent_note", ""),
        prefer_departamento=told.get("prefer_departamento") or None,
        send_mails=told["send_mails"] and event.ends_at is not None and event.ends_at > clock.now(),
        modality=told.get("modality", ""),
    )
    if not options.has_consents:
        raise InvalidInput(fields={"consents": "Diga consents=true si la oficina tiene las autorizaciones. Sin ellas no puede entrar."})
    file = importing.take_file(given.file, exchange.filename_of(told.get("filename", ""), request.mimetype))

    def write(db: Session) -> Any:
        sheet = service.upload(db, file, options, event_id=event.id, by=actor(), now=clock.now())
        service.begin_check(db, sheet.public_id, service.mapping_for(db, file.headers), options, event_id=event.id)
        db.flush()
        return _shown(event, queries.import_view(db, sheet.public_id, event_id=event.id), [])

    with transaction() as db:
        return once(db, 202, lambda: write(db))


@door.operation("GET", f"{URL}/<public_id>", scope=ApiScope.IMPORT_WRITE, summary="Cómo va una lista", answer=IMPORT)
def sheet(_given: Given, slug: str, public_id: str) -> Any:
    with reading() as db:
        event = _event(db, slug)
        found = queries.import_view(db, public_id, event_id=event.id)
        bad = queries.rows_of(db, found.id, "bad", limit=MOST_BAD)
    return _shown(event, found, bad)


@door.operation(
    "POST",
    f"{URL}/<public_id>/confirm",
    scope=ApiScope.IMPORT_WRITE,
    summary="Confirmar una lista: entra completa o no entra",
    about="Con filas por corregir hay que decir `leave_out_bad`. Confirmarla dos veces no repite a nadie.",
    answer=IMPORT,
    body=record({"leave_out_bad": yes_or_no("Importar solo las filas buenas.")}),
    refusals=(409,),
    example={"leave_out_bad": True},
)
def confirm(given: Given, slug: str, public_id: str) -> Any:
    def write(db: Session) -> Any:
        event = _event(db, slug)
        leave_out = given.body.get("leave_out_bad", False)
        service.enter(db, public_id, event_id=event.id, leave_out_bad=leave_out, by=actor(), now=clock.now())
        db.flush()
        found = queries.import_view(db, public_id, event_id=event.id)
        return _shown(event, found, queries.rows_of(db, found.id, "bad", limit=MOST_BAD))

    with transaction() as db:
        return once(db, 200, lambda: write(db))


def _event(db: Session, slug: str) -> EventView:
    return event_view_by_id(db, event_in_scope(db, slug, current_caller()).id)


def _shown(event: EventView, sheet: ImportView, bad: list[queries.RowView]) -> dict[str, Any]:
    path = f"/events/{event.slug}/imports/{sheet.public_id}"
    return {
        "public_id": sheet.public_id,
        "filename": sheet.filename,
        "state": sheet.state,
        "columns": {name: sheet.headers[position] for name, position in sheet.mapping.items()},
        "figures": {name: sheet.figure(name) for name in FIGURES},
        "bad": [
            {"line": row.line, "problems": [{"column": each["column"], "message": each["message"]} for each in row.faults]} for row in bad
        ],
        "reason": sheet.summary.get("reason", "") if sheet.state == "failed" else "",
        "created_at": at(sheet.created_at),
        "entered_at": at(sheet.entered_at),
        "links": {"self": link(path), "confirm": link(f"{path}/confirm")},
    }
