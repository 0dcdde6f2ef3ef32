"""Escarapelas of an event: asking for the sheets, waiting for them, and the file."""

from typing import Any

from flask import Response, redirect, render_template, url_for

from eventos.adapters import storage
from eventos.certificates import messages, queries, service
from eventos.certificates.codes import State
from eventos.certificates.web.desk import ISSUERS, URL, door
from eventos.cycles import queries as cycles
from eventos.kernel import audit, clock
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import NotFound
from eventos.kernel.http import actor, current_staff, download


@door.post(f"{URL}/escarapelas", roles=ISSUERS)
def ask_badges(slug: str) -> Any:
    with transaction() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        public_id = service.ask_badges(db, ref.id, by=actor(), now=clock.now())
    return redirect(url_for("constancias.badges", public_id=public_id))


@door.get("/escritorio/escarapelas/<public_id>")
def badges(public_id: str) -> str:
    with reading() as db:
        sheet, slug = queries.sheet(db, public_id)
        cycles.event_in_scope(db, slug, current_staff())
        event = cycles.event_view_by_id(db, sheet.event_id)
    return render_template(
        "certificates/badges.html", event=event, sheet=sheet, issues=current_staff().role in ISSUERS, demo_banner=event.demo
    )


@door.post("/escritorio/escarapelas/<public_id>/descargar", roles=ISSUERS)
def badges_file(public_id: str) -> Response:
    """The sheets; that they were taken is written down, because they carry everybody's name and ticket."""
    with transaction() as db:
        sheet, slug = queries.sheet(db, public_id)
        cycles.event_in_scope(db, slug, current_staff())
        if sheet.state != State.READY or sheet.file_sha256 is None:
            raise NotFound("Estas escarapelas todavía no están listas.")
        audit.record(db, actor(), "certificates.read_badges", "event", sheet.event_id, sheet=sheet.id)
    content = storage.shelf().read(sheet.file_sha256, verify=True)
    return download(content, filename=f"escarapelas-{slug[:60]}.pdf", media_type=messages.PDF)
