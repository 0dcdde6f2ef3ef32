"""The list as a file: exactly what the filter shows. Documents and phones leave only with a reason, and every file is written down."""

from typing import Any

from flask import Response, render_template, request

from eventos.adapters import tables
from eventos.adapters.tables import Cell
from eventos.attendance import queries, service
from eventos.attendance.forms import PrivateExportForm, chosen_from
from eventos.attendance.queries import RosterRow
from eventos.attendance.web.door import DECIDERS, URL, door
from eventos.cycles import queries as cycles
from eventos.kernel import clock, divipola
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import NotFound
from eventos.kernel.http import actor, current_staff, download
from eventos.kernel.vocabulary import LinkKind

TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
HEADERS = (
    "Nombres",
    "Apellidos",
    "Correo",
    "Entidad",
    "Dependencia",
    "Cargo",
    "Vinculación",
    "Código del municipio",
    "Municipio",
    "Departamento",
    "País",
    "Ciudad",
    "Modalidad",
    "Estado de la inscripción",
    "Asistió",
    "Evidencia",
    "Quién decidió",
    "Cuándo decidió",
    "Motivo",
)
PRIVATE_HEADERS = ("Tipo de documento", "Documento", "Celular")


@door.post(f"{URL}/lista.<any(csv, xlsx):kind>")
def export(slug: str, kind: str) -> Response:
    return _file(slug, kind, private=False, reason="")


@door.get(f"{URL}/lista/con-documentos", roles=DECIDERS)
def private_export_form(slug: str) -> Any:
    return _form(slug, PrivateExportForm())


@door.post(f"{URL}/lista/con-documentos", roles=DECIDERS)
def private_export(slug: str) -> Any:
    form = PrivateExportForm.from_request()
    if not form.validate():
        return _form(slug, form), 422
    return _file(slug, form.format.data, private=True, reason=form.reason.data)


def _form(slug: str, form: PrivateExportForm) -> str:
    with reading() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        event = cycles.event_view_by_id(db, ref.id)
    chosen = chosen_from(request.args).given()
    return render_template("attendance/private_export.html", event=event, form=form, chosen=chosen, demo_banner=event.demo)


def _file(slug: str, kind: str, *, private: bool, reason: str) -> Response:
    if kind not in TYPES:
        raise NotFound
    chosen = chosen_from(request.args)
    with transaction() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        rows = queries.export_rows(db, ref.id, chosen, with_private=private)
        service.record_export(db, ref.id, kind=kind, filters=chosen.given(), rows=len(rows), private=private, reason=reason, by=actor())
    headers = (*PRIVATE_HEADERS, *HEADERS) if private else HEADERS
    lines = [(*_private(row), *_line(row)) if private else _line(row) for row in rows]
    content = tables.write_csv(headers, lines) if kind == "csv" else tables.write_xlsx(headers, lines, sheet="Asistencia")
    return download(content, filename=f"asistencia-{ref.slug}.{kind}", media_type=TYPES[kind])


def _private(row: RosterRow) -> tuple[Cell, ...]:
    return row.document_type, row.document_number, row.phone


def _line(row: RosterRow) -> tuple[Cell, ...]:
    place = divipola.get(row.divipola) if row.divipola else None
    return (
        row.given_names,
        row.family_names,
        row.email,
        row.entity_name,
        row.dependency,
        row.post,
        LinkKind(row.link_kind).label if row.link_kind in set(LinkKind) else row.link_kind,
        row.divipola or "",
        place.name if place else "",
        place.departamento if place else "",
        row.country,
        row.city,
        row.modality.label,
        row.state.label,
        row.attended,
        row.evidence,
        (row.decided_by or "El sistema") if row.decided is not None else "",
        clock.local(row.decided_at).replace(microsecond=0) if row.decided is not None and row.decided_at else None,
        row.reason if row.decided is not None else "",
    )
