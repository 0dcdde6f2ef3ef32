"""Saves the way somebody likes to look at a list, and takes it away again."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from eventos.desk.models import SavedView
from eventos.kernel import audit, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.errors import InvalidInput, NotAllowed, NotFound

MOST_VIEWS = 30


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
