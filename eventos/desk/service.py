"""Saves the way somebody likes to look at a list, and takes it away again; asks for attendance sheets and remembers their files."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from eventos.desk.models import AttendanceSheet, SavedView
from eventos.kernel import audit, outbox, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.errors import InvalidInput, NotAllowed, NotFound

MOST_VIEWS = 30
SHEET_LIFE = timedelta(hours=24)  # it carries everybody's document, and who needs it again asks again


def save_view(
    db: Session, cycle_id: int, name: str, chosen: dict[str, Any], *, shared: bool, by: Actor, staff_id: int, now: datetime
) -> SavedView:
    """Keep filters, order and columns under a name; the same name of the same person is replaced. Raises InvalidInput."""
    if not name:
        raise InvalidInput(fields={"name": "Escriba un nombre para encontrarla después."})
    mine = (SavedView.cycle_id == cycle_id, SavedView.staff_id == staff_id)
    view = db.execute(select(SavedView).where(*mine, SavedView.name == name)).scalar_one_or_none()
    if view is None:
        if (db.execute(select(func.count()).select_from(SavedView).where(*mine)).scalar_one()) >= MOST_VIEWS:
            raise InvalidInput(fields={"name": f"Ya tiene {MOST_VIEWS} vistas en este ciclo: quite una que no use."})
        view = SavedView(public_id=tokens.public_id(), cycle_id=cycle_id, staff_id=staff_id, name=name, created_at=now)
        db.add(view)
    view.chosen, view.shared = chosen, shared
    db.flush()
    audit.record(db, by, "desk.save_view", "saved_view", view.id, shared=shared)
    return view


def remove_view(db: Session, cycle_id: int, public_id: str, *, by: Actor, staff_id: int) -> None:
    """Take one's own view away. Raises NotAllowed for one that somebody shares, NotFound for any other."""
    asked = select(SavedView).where(SavedView.cycle_id == cycle_id, SavedView.public_id == public_id)
    view = db.execute(asked.where(or_(SavedView.staff_id == staff_id, SavedView.shared.is_(True)))).scalar_one_or_none()
    if view is None:
        raise NotFound("No encontramos esa vista.")
    if view.staff_id != staff_id:
        raise NotAllowed("Solo quien guardó una vista puede quitarla.")
    db.delete(view)
    audit.record(db, by, "desk.remove_view", "saved_view", view.id)
    db.flush()


def ask_sheet(db: Session, event_id: int, options: dict[str, Any], *, rows: int, reason: str, by: Actor, now: datetime) -> str:
    """Promise the attendance sheet of an event; that it was asked for, and what for, is written down. Gives its public id."""
    sheet = AttendanceSheet(
        public_id=tokens.public_id(), event_id=event_id, options=options, state="pending", requested_by=by.name or by.ref, requested_at=now
    )
    db.add(sheet)
    db.flush()
    outbox.enqueue(db, "desk.print_sheet", key=f"desk.print_sheet:{sheet.id}", attendance_sheet_id=sheet.id)
    audit.record(db, by, "desk.print_sheet", "event", event_id, rows=rows, blank=options["blank"], reason=reason)
    return sheet.public_id


def end_sheet(db: Session, sheet_id: int, *, people: int, parts: int, sha256: str | None, error: str | None) -> None:
    """Remember the file, or why there is none."""
    values = {"state": "ready" if sha256 else "error", "people": people, "parts": parts, "file_sha256": sha256, "error": error}
    db.execute(update(AttendanceSheet).where(AttendanceSheet.id == sheet_id, AttendanceSheet.state == "pending").values(**values))


def forget_sheets(db: Session, *, now: datetime) -> list[str]:
    """Sheets whose time is over have no file any more. Answers the files that no other sheet has."""
    over = (AttendanceSheet.state == "ready", AttendanceSheet.requested_at < now - SHEET_LIFE)
    keys = set(db.execute(select(AttendanceSheet.file_sha256).where(*over)).scalars())
    if not keys:
        return []
    db.execute(update(AttendanceSheet).where(*over).values(state="gone", file_sha256=None))
    kept = set(db.execute(select(AttendanceSheet.file_sha256).where(AttendanceSheet.file_sha256.in_(keys))).scalars())
    return sorted(key for key in keys - kept if key)
