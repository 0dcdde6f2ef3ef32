"""The attendance sheet to sign on paper, in the format public offices use."""

from typing import Any

from flask import render_template

from eventos.cycles import queries as cycles
from eventos.cycles.queries import EventView
from eventos.desk.forms import SheetForm
from eventos.desk.queries.sheet import sheet_rows
from eventos.desk.web.door import WRITERS, door
from eventos.entities.queries import office_view
from eventos.kernel import audit, spanish
from eventos.kernel.db import reading, transaction
from eventos.kernel.http import actor, current_staff, download
from eventos.kernel.settings import ROOT
from eventos.kernel.templating import plain
from eventos.people.rules import notice

URL = "/escritorio/eventos/<slug>/planilla"
PART = 200  # people on one sheet: paper takes a moment to draw, and somebody waits for it
CSS = ROOT / "templates" / "pdf" / "desk" / "sheet.css"


@door.get(URL, roles=WRITERS)
def sheet(slug: str) -> str:
    return _page(slug, None)


@door.post(URL, roles=WRITERS)
def sheet_file(slug: str) -> Any:
    """The sheet as PDF. It carries whole documents, mails and phones: that it was taken, and what for, is written down."""
    from eventos.adapters import pdf  # the engine is loaded by who draws

    with reading() as db:
        view = cycles.event_view_by_id(db, cycles.event_in_scope(db, slug, current_staff()).id)
        expected = len(sheet_rows(db, view.id))
    form = _form(view, expected, SheetForm.from_request())
    if not form.validate():
        return _page(slug, form), 422
    first = int(form.part.data)
    with transaction() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        office = office_view(db)
        everybody = [] if form.empty.data else sheet_rows(db, ref.id)
        rows = everybody[first : first + PART]
        is_last = first + PART >= len(everybody)
        blank = (form.blank.data or (20 if form.empty.data else 0)) if is_last else 0
        audit.record(db, actor(), "desk.print_sheet", "event", ref.id, rows=len(rows), blank=blank, reason=form.reason.data)
    days = dict(_days(view))
    html = plain(
        "pdf/desk/sheet.html",
        event=view,
        office=office,
        day=days.get(form.day.data, view.when or "Sin fecha"),
        place=view.venue_name or view.modality.label,
        rows=rows,
        first=0 if form.empty.data else first,
        blank=blank,
        notice=notice(office).summary + " Firmar esta planilla es autorizarlo (Ley 1581 de 2012).",
    )
    content = pdf.render(html, css=CSS.read_text(encoding="utf-8"))
    return download(content, filename=f"planilla-{slug[:60]}.pdf", media_type="application/pdf")


def _days(view: EventView) -> list[tuple[str, str]]:
    return [
        (day.on_date.isoformat(), f"{spanish.date_full(day.on_date).capitalize()}, {spanish.time_range(day.starts_at, day.ends_at)}")
        for day in view.days
    ]


def _form(view: EventView, expected: int, form: SheetForm) -> SheetForm:
    form.part.choices = [(str(at), f"Personas {at + 1} a {min(at + PART, expected)}") for at in range(0, max(1, expected), PART)]
    if form.part.data in (None, "None"):
        form.part.data = "0"
    form.day.choices = _days(view) or [("", view.when or "Sin fecha")]
    if form.day.data in (None, "None"):
        form.day.data = form.day.choices[0][0]
    return form


def _page(slug: str, form: SheetForm | None) -> str:
    with reading() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        event = cycles.event_view_by_id(db, ref.id)
        office = office_view(db)
        expected = len(sheet_rows(db, ref.id))
    form = _form(event, expected, form or SheetForm())
    lacks = [
        words
        for words, value in (("el código", office.format_code), ("la versión", office.format_version), ("la fecha", office.format_date))
        if not value
    ]
    return render_template("desk/sheet.html", event=event, form=form, expected=expected, lacks=spanish.join_and(lacks))
