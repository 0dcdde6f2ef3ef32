"""The attendance sheet on paper as HTML for the PDF engine, in the format public offices use."""

from collections.abc import Sequence
from typing import Any

from eventos.cycles.queries import EventView
from eventos.desk.queries.sheet import SheetRow
from eventos.entities.queries import OfficeView
from eventos.kernel import spanish
from eventos.kernel.settings import ROOT
from eventos.kernel.templating import plain
from eventos.people.rules import notice


def days(event: EventView) -> list[tuple[str, str]]:
    """The days of an event, by their date, as a sheet says them."""
    return [
        (day.on_date.isoformat(), f"{spanish.date_full(day.on_date).capitalize()}, {spanish.time_range(day.starts_at, day.ends_at)}")
        for day in event.days
    ]


def sheet(event: EventView, office: OfficeView, options: dict[str, Any], rows: Sequence[SheetRow], *, first: int, blank: int) -> str:
    """One part of a sheet; `first`: how many people came on the parts before."""
    return plain(
        "pdf/desk/sheet.html",
        event=event,
        office=office,
        day=dict(days(event)).get(options["day"], event.when or "Sin fecha"),
        place=event.venue_name or event.modality.label,
        rows=rows,
        first=first,
        blank=blank,
        notice=notice(office).summary + " Firmar esta planilla es autorizarlo (Ley 1581 de 2012).",
    )


def style() -> str:
    return (ROOT / "templates" / "pdf" / "desk" / "sheet.css").read_text(encoding="utf-8")
