"""Draws attendance sheets, two hundred people at a time, and forgets them a day later."""

import io
import zipfile
from collections.abc import Iterator

from eventos.adapters import storage
from eventos.cycles.queries import EventView, event_view_by_id
from eventos.desk import messages, service
from eventos.desk.models import AttendanceSheet
from eventos.desk.queries.sheet import SheetRow, pending_sheet, sheet_rows
from eventos.entities.queries import OfficeView, office_view
from eventos.kernel import clock, outbox
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import EventosError
from eventos.kernel.outbox import task
from eventos.kernel.rounds import every_minute

PART = 200  # people in one file: a longer table takes the engine far more time and memory for each row
NO_ROOM = "No fue posible guardar el archivo. Revise que el servidor tenga espacio y vuelva a pedirla."
_SAME_DATE = (2020, 1, 1, 0, 0, 0)  # drawn twice, the same file


@task("desk.print_sheet")
def print_sheet(attendance_sheet_id: int) -> None:
    """Draw a sheet with whoever is registered when the worker comes to it: one PDF, or a ZIP of PDFs that number their rows on."""
    with reading() as db:
        asked = pending_sheet(db, attendance_sheet_id)
        if asked is not None:
            event, office = event_view_by_id(db, asked.event_id), office_view(db)
            rows = [] if asked.options["empty"] else sheet_rows(db, asked.event_id)
    if asked is None:
        with transaction() as db:
            outbox.finish(db)
        return
    error: str | None = None
    sha256: str | None = None
    parts = -(-len(rows) // PART) or 1
    try:
        drawn = _drawn(asked, event, office, rows)
        sha256 = storage.shelf().put(next(drawn) if parts == 1 else _together(drawn, parts)).sha256
    except (EventosError, OSError) as fault:
        error = (
            fault.message if isinstance(fault, EventosError) else "No fue posible guardar el archivo. Revise que el servidor tenga espacio."
        )
    with transaction() as db:
        service.end_sheet(db, attendance_sheet_id, people=len(rows), parts=parts, sha256=sha256, error=error)
        outbox.finish(db)


def _drawn(asked: AttendanceSheet, event: EventView, office: OfficeView, rows: list[SheetRow]) -> Iterator[bytes]:
    """The files, one after the other; the blank rows close the last."""
    from eventos.adapters import pdf  # the engine is loaded by who draws

    for first in range(0, max(1, len(rows)), PART):
        blank = asked.options["blank"] if first + PART >= len(rows) else 0
        html = messages.sheet(event, office, asked.options, rows[first : first + PART], first=first, blank=blank)
        yield pdf.render(html, css=messages.style())


def _together(files: Iterator[bytes], parts: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number, content in enumerate(files, start=1):
            archive.writestr(zipfile.ZipInfo(f"planilla-{number:02}-de-{parts:02}.pdf", _SAME_DATE), content)
    return out.getvalue()


@every_minute
def forget_sheets() -> None:
    """A sheet carries everybody's document: a day later its file goes."""
    with transaction() as db:
        over = service.forget_sheets(db, now=clock.now())
    for sha256 in over:
        storage.shelf().forget(sha256)
