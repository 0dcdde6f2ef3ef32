"""The attendance sheet to sign on paper: asking for it, waiting for it, and the file."""

from typing import Any

from flask import Response, redirect, render_template, url_for

from eventos.adapters import storage
from eventos.cycles import queries as cycles
from eventos.cycles.queries import EventView
from eventos.desk import messages, service
from eventos.desk.forms import SheetForm
from eventos.desk.queries.sheet import asked_sheet, asked_sheets, sheet_rows
from eventos.desk.web.door import WRITERS, door
from eventos.entities.queries import office_view
from eventos.kernel import audit, clock, spanish
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import NotFound
from eventos.kernel.http import actor, current_staff, download

URL = "/escritorio/eventos/<slug>/planilla"


@door.get(URL, roles=WRITERS)
def sheet(slug: str) -> str:
    return _page(slug, None)


@door.post(URL, roles=WRITERS)
def ask_sheet(slug: str) -> Any:
    """Have the sheet drawn. It carries whole documents, mails and phones: that it was asked for, and what for, is written down."""
    with reading() as db:
        view = cycles.event_view_by_id(db, cycles.event_in_scope(db, slug, current_staff()).id)
    form = _form(view, SheetForm.from_request())
    if not form.validate():
        return _page(slug, form), 422
    empty = bool(form.empty.data)
    options = {"day": form.day.data, "blank": form.blank.data or (20 if empty else 0), "empty": empty}
    with transaction() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        rows = 0 if empty else len(sheet_rows(db, ref.id))
        public_id = service.ask_sheet(db, ref.id, options, rows=rows, reason=form.reason.data, by=actor(), now=clock.now())
    return redirect(url_for("desk.sheet_ready", public_id=public_id), 303)


@door.get("/escritorio/planillas/<public_id>", roles=WRITERS)
def sheet_ready(public_id: str) -> str:
    with reading() as db:
        asked, slug = asked_sheet(db, public_id)
        event = cycles.event_view_by_id(db, cycles.event_in_scope(db, slug, current_staff()).id)
    return render_template("desk/sheet_ready.html", event=event, sheet=asked, demo_banner=event.demo)


@door.post("/escritorio/planillas/<public_id>/descargar", roles=WRITERS)
def sheet_file(public_id: str) -> Response:
    """The file: a PDF, or a ZIP of several; who took it is written down."""
    with transaction() as db:
        asked, slug = asked_sheet(db, public_id)
        cycles.event_in_scope(db, slug, current_staff())
        if asked.file_sha256 is None:
            raise NotFound("Esta planilla no está lista, o ya se borró.")
        audit.record(db, actor(), "desk.read_sheet", "event", asked.event_id, sheet=asked.id)
        sha256, kind = asked.file_sha256, "pdf" if asked.parts == 1 else "zip"
    content = storage.shelf().read(sha256, verify=True)
    return download(content, filename=f"planilla-{slug[:60]}.{kind}", media_type=f"application/{kind}")


def _form(view: EventView, form: SheetForm) -> SheetForm:
    form.day.choices = messages.days(view) or [("", view.when or "Sin fecha")]
    if form.day.data in (None, "None"):
        form.day.data = form.day.choices[0][0]
    return form


def _page(slug: str, form: SheetForm | None) -> str:
    with reading() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        event = cycles.event_view_by_id(db, ref.id)
        office = office_view(db)
        expected = len(sheet_rows(db, ref.id))
        asked = asked_sheets(db, ref.id)
    lacks = [
        words
        for words, value in (("el código", office.format_code), ("la versión", office.format_version), ("la fecha", office.format_date))
        if not value
    ]
    return render_template(
        "desk/sheet.html",
        event=event,
        form=_form(event, form or SheetForm()),
        expected=expected,
        lacks=spanish.join_and(lacks),
        asked=asked,
    )
