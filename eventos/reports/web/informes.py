"""What the informe will say and what it lacks, asking for it, waiting for it, and the file."""

from typing import Any

from flask import Response, redirect, render_template, request, url_for

from eventos.adapters import storage
from eventos.cycles import queries as cycles
from eventos.kernel import clock
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import NotFound
from eventos.kernel.http import actor, current_staff, download
from eventos.kernel.vocabulary import ReportState
from eventos.reports import messages, queries, rules, service
from eventos.reports.queries import ReportView
from eventos.reports.rules import Material
from eventos.reports.web.door import URL, WRITERS, door

# A worker takes seconds; when nobody took the job for this long, the page says so and offers to try again.
SLOW_S = 120


@door.get(URL)
def overview(slug: str) -> str:
    with reading() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        found = queries.gathered(db, ref.id)
        made = queries.reports_of(db, ref.id)
    material = Material.of(found)
    return render_template(
        "reports/overview.html",
        event=material.event,
        paper=rules.context(material),
        acta=found.acta,
        sections=found.sections,
        made=made,
        writes=current_staff().role in WRITERS,
        demo_banner=found.event.demo,
    )


@door.post(URL, roles=WRITERS)
def ask(slug: str) -> Any:
    with transaction() as db:
        ref = cycles.event_in_scope(db, slug, current_staff())
        public_id = service.ask(db, ref.id, format=request.form.get("formato", "docx"), by=actor(), now=clock.now()).public_id
    return redirect(url_for("reports.report", public_id=public_id))


@door.get("/escritorio/informes/<public_id>")
def report(public_id: str) -> str:
    with reading() as db:
        made = _in_scope(db, public_id)
        event = cycles.event_view_by_id(db, made.event_id)
    waited = (clock.now() - made.requested_at).total_seconds()
    return render_template(
        "reports/report.html",
        event=event,
        report=made,
        is_pending=made.state is ReportState.PENDING,
        is_slow=made.state is ReportState.PENDING and waited > SLOW_S,
        is_gone=made.state is ReportState.READY and not storage.shelf().exists(made.file_sha256 or ""),
        writes=current_staff().role in WRITERS,
        demo_banner=event.demo,
    )


@door.post("/escritorio/informes/<public_id>", roles=WRITERS)
def ask_again(public_id: str) -> Any:
    """Try again one that failed or that nobody made."""
    with transaction() as db:
        made = _in_scope(db, public_id)
        service.ask_again(db, made.id, by=actor(), now=clock.now())
    return redirect(url_for("reports.report", public_id=public_id))


@door.get("/escritorio/informes/<public_id>/descargar")
def file(public_id: str) -> Response:
    with reading() as db:
        made = _in_scope(db, public_id)
    if made.state is not ReportState.READY or made.file_sha256 is None:
        raise NotFound("Este informe todavía no está listo.")
    content = storage.shelf().read(made.file_sha256, verify=True)
    return download(content, filename=made.filename, media_type=messages.MEDIA_TYPES[made.format])


def _in_scope(db: Any, public_id: str) -> ReportView:
    """An informe of an event this person may see; a foreign one does not exist."""
    made = queries.report_view(db, public_id)
    cycles.event_in_scope(db, made.event_slug, current_staff())
    return made
