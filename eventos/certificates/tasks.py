"""Draw what was asked for: one constancia, or the escarapelas of an event. Killed anywhere, done again, the same file and one row."""

from collections.abc import Mapping

from sqlalchemy import select

from eventos.adapters import storage
from eventos.certificates import messages, queries, service
from eventos.certificates.codes import State
from eventos.certificates.models import BadgeSheet
from eventos.cycles.queries import event_view_by_id
from eventos.entities.queries import office_view
from eventos.kernel import outbox
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import EventosError
from eventos.kernel.outbox import task

NO_ROOM = "No fue posible guardar el archivo. Revise que el servidor tenga espacio y vuelva a intentarlo."


def _drawn(html: str, style: str, pictures: Mapping[str, bytes] | None = None) -> bytes:
    """The PDF of a page of ours. Its engine is loaded by who draws: processes that draw nothing start sooner, and without Pango too."""
    from eventos.adapters import pdf

    return pdf.render(html, css=messages.style(style), assets=pictures)


@task("certificates.build")
def build(certificate_id: int) -> None:
    """Draw one; nothing holds the database meanwhile. A revoked one, or one that is gone, needs no drawing."""
    with reading() as db:
        view = queries.by_id(db, certificate_id)
    if view is None or view.state is not State.PENDING:
        _finish()
        return
    try:
        drawn = _drawn(messages.certificate(view), "certificate", messages.pictures())
        stored = storage.shelf().put(drawn)
    except (EventosError, OSError) as fault:
        with transaction() as db:
            service.mark_error(db, certificate_id, reason=fault.message if isinstance(fault, EventosError) else NO_ROOM)
            outbox.finish(db)
        return
    with transaction() as db:
        service.mark_ready(db, certificate_id, sha256=stored.sha256)
        outbox.finish(db)


@task("certificates.badges")
def badges(sheet_id: int) -> None:
    """Draw the escarapelas of whoever is registered when the worker comes to it."""
    with reading() as db:
        sheet = db.execute(select(BadgeSheet.event_id, BadgeSheet.state).where(BadgeSheet.id == sheet_id)).one_or_none()
        if sheet is not None:
            event, office = event_view_by_id(db, sheet.event_id), office_view(db)
            people = queries.badges(db, sheet.event_id)
    if sheet is None or sheet.state != State.PENDING:
        _finish()
        return
    error: str | None = None
    sha256: str | None = None
    if not people:
        error = "Todavía no hay personas inscritas con cupo."
    else:
        try:
            html = messages.badges(event.title, office.name, people)
            sha256 = storage.shelf().put(_drawn(html, "badges")).sha256
        except (EventosError, OSError) as fault:
            error = fault.message if isinstance(fault, EventosError) else NO_ROOM
    with transaction() as db:
        service.end_badges(db, sheet_id, people=len(people), sha256=sha256, error=error)
        outbox.finish(db)


def _finish() -> None:
    with transaction() as db:
        outbox.finish(db)
