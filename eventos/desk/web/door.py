"""The blueprint of the desk, the menus that every staff page shows, and what its pages say after a change."""

from typing import Any

from flask import Flask, current_app, g, request, url_for

from eventos.kernel.http import Audience, Door, entry_of
from eventos.kernel.vocabulary import StaffRole

door = Door("desk", __name__, audience=Audience.STAFF)
WRITERS = (StaffRole.ADMINISTRATOR, StaffRole.ORGANISER)
READERS = (*WRITERS, StaffRole.READER)

NOTICES = {
    "job-retried": ("success", "Se intentará de nuevo en un momento."),
    "job-gone": ("info", "Ese trabajo ya se hizo o está en curso: no hace falta repetirlo."),
    "confirmation-resent": ("success", "La confirmación va en camino, al correo que tenemos registrado."),
    "confirmation-held": (
        "warning",
        "Esta dirección ya recibió muchos correos: la confirmación quedó retenida en Correos, donde puede liberarla.",
    ),
    "registration-cancelled": ("success", "La inscripción quedó cancelada. Avisamos a la persona por correo."),
    "already-cancelled": ("info", "Esta inscripción ya estaba cancelada."),
    "view-saved": ("success", "La vista quedó guardada para los eventos de este ciclo."),
    "view-removed": ("success", "La vista ya no está."),
    "merged": ("success", "Quedaron como una sola persona. Puede deshacerlo abajo."),
    "unmerged": ("success", "Vuelven a ser dos personas, como estaban."),
    "dismissed": ("success", "No volveremos a proponer esas dos personas."),
}

MENU = (
    ("desk", "Escritorio", "desk.home"),
    ("events", "Eventos", "desk.events"),
    ("cycles", "Ciclos", "cycles.index"),
    ("entities", "Entidades", "publicity.logos"),
    ("mails", "Correos", "desk.mails"),
    ("team", "Equipo", "accounts_staff.team"),
    ("office", "Oficina", "entities.office"),
)
# The life of an event: its stages, and the pages of each.
STAGES = (
    ("Resumen", (("Resumen", "desk.event"),)),
    (
        "Preparar",
        (
            ("Editar", "cycles.edit"),
            ("Pieza", "publicity.flyer"),
            ("Materiales", "materials.index"),
            ("Convocatoria", "calls.index"),
        ),
    ),
    (
        "Inscripciones",
        (
            ("Lista", "desk.registrations"),
            ("Formulario", "questionnaire.index"),
            ("Admisión", "admission.page"),
            ("Importar", "importing.start"),
            ("Correos", "mailings.event"),
        ),
    ),
    ("El día", (("Puerta", "checkin.overview"), ("Planilla", "desk.sheet"), ("Preguntas", "dialogue.questions"))),
    ("Asistencia", (("Asistencia", "attendance.overview"), ("Constancias", "constancias.overview"))),
    ("Informe", (("Informe", "reports.overview"),)),
)


def may_open(endpoint: str) -> bool:
    """Whether the person signed in may open this page; a door that is not there opens to nobody."""
    entry = entry_of(current_app, endpoint)
    staff = g.get("staff")
    return entry is not None and staff is not None and staff.role in entry.roles


def event_tabs(slug: str) -> list[dict[str, Any]]:
    """The stages of one event with the pages in each that the person signed in may open.

    The current page is the one of the same endpoint, else of the same room; its stage is current too.
    """
    here = request.endpoint or ""
    exact = any(endpoint == here for _stage, pages in STAGES for _label, endpoint in pages)
    room = here.partition(".")[0]

    def is_current(endpoint: str) -> bool:
        return endpoint == here if exact else endpoint.partition(".")[0] == room != "desk"

    stages = []
    for stage, pages in STAGES:
        open_to_them = [
            {"label": label, "url": url_for(endpoint, slug=slug), "current": is_current(endpoint)}
            for label, endpoint in pages
            if may_open(endpoint)
        ]
        if open_to_them:
            current = any(page["current"] for page in open_to_them)
            stages.append({"label": stage, "url": open_to_them[0]["url"], "current": current, "pages": open_to_them})
    return stages


def give_the_menus(app: Flask) -> None:
    """Staff pages get their menu (`nav`, items with `key`) and `event_tabs` (stages with pages)."""

    @app.context_processor
    def menus() -> dict[str, Any]:
        entry = entry_of(current_app, request.endpoint)
        if entry is None or entry.audience is not Audience.STAFF:
            return {}
        items = [{"key": key, "label": label, "url": url_for(endpoint)} for key, label, endpoint in MENU if may_open(endpoint)]
        return {"nav": items, "event_tabs": event_tabs, "may_open": may_open}
