"""Whoever was let in without a signal and could not be registered: staff read why, and what the phone told of them, and register them."""

from typing import Any

from flask import render_template

from eventos.checkin import service
from eventos.checkin.queries.refused import RefusedRow, refused_walk_ins
from eventos.checkin.web.doors import URL, staff_pages
from eventos.checkin.web.log import staff_door
from eventos.cycles import queries as cycles
from eventos.kernel import audit
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import NotFound
from eventos.kernel.http import actor
from eventos.kernel.text import mask_document

PAGE = f"{URL}/por-inscribir"
TOLD = (
    *(("document_type", "Tipo de documento"), ("document_number", "Número"), ("given_names", "Nombres"), ("family_names", "Apellidos")),
    *(("email", "Correo"), ("entity", "Entidad"), ("post", "Cargo"), ("municipio", "Municipio"), ("country", "País"), ("city", "Ciudad")),
)


@staff_pages.get(PAGE)
def refused(slug: str) -> str:
    with reading() as db:
        ref, _ = staff_door(db, slug)
        view, rows = cycles.event_view_by_id(db, ref.id), refused_walk_ins(db, ref.id)
    return render_template("checkin/refused_people.html", event=view, people=[_person(row) for row in rows], shown=None)


@staff_pages.post(f"{PAGE}/<int:scan>")
def show_refused(slug: str, scan: int) -> str:
    """What was told of one of them, whole; the audit keeps who looked."""
    with transaction() as db:
        ref, _ = staff_door(db, slug)
        rows = refused_walk_ins(db, ref.id, scan)
        if not rows:
            raise NotFound("No encontramos esa inscripción por completar.")
        view = cycles.event_view_by_id(db, ref.id)
        audit.record(db, actor(), "checkin.show_refused", "scan", scan)
    told = service.refused_walk_in(rows[0].detail) or {}
    shown = [(label, told[name]) for name, label in TOLD if told.get(name)]
    return render_template("checkin/refused_people.html", event=view, people=[_person(rows[0])], shown=shown)


def _person(row: RefusedRow) -> dict[str, Any]:
    """One of them as the list shows them: the document is masked."""
    told = service.refused_walk_in(row.detail) or {}
    return {
        "id": row.id,
        "at": row.at,
        "door": row.door,
        "why": row.why,
        "name": f"{told.get('given_names', '')} {told.get('family_names', '')}".strip(),
        "entity": told.get("entity", ""),
        "document": mask_document(told.get("document_type", ""), told.get("document_number", "")),
    }
