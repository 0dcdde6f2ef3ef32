"""What was done to several registrations at once: how many, who could not and why, and whether it can still be undone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from eventos.accounts.models import Staff
from eventos.kernel.errors import NotFound
from eventos.people.models import Person
from eventos.registration.models import BulkAction, Registration
from eventos.registration.service.bulk import UNDO_LIFE, Action


@dataclass(frozen=True)
class LeftOut:
    """Somebody to whom it was not done, or not undone, and why."""

    public_id: str
    name: str
    why: str


@dataclass(frozen=True)
class BulkView:
    """One action on many, for its page. `detail` is the reason that was given, or the modality."""

    public_id: str
    title: str
    detail: str
    done_by: str
    done_at: datetime
    undone_at: datetime | None
    done: int
    skipped: tuple[LeftOut, ...]
    left_alone: tuple[LeftOut, ...]
    can_undo: bool


def bulk_view(db: Session, event_id: int, public_id: str, *, now: datetime) -> BulkView:
    """Two statements and one for the names. Raises NotFound for another event's."""
    row = db.execute(
        select(BulkAction).where(BulkAction.public_id == public_id, BulkAction.event_id == event_id, BulkAction.action != "merge")
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("No encontramos esa acción.")
    names = _names(db, [each["id"] for each in (*row.skipped, *row.left_alone)])
    action = Action(row.action)
    return BulkView(
        public_id=row.public_id,
        title=action.label,
        detail={"virtual": "Virtual", "presencial": "Presencial"}.get(row.reason, row.reason),
        done_by=_who(db, row.done_by),
        done_at=row.done_at,
        undone_at=row.undone_at,
        done=len(row.rows),
        skipped=_left_out(row.skipped, names),
        left_alone=_left_out(row.left_alone, names),
        can_undo=bool(row.rows) and row.undone_at is None and action.can_be_undone and now <= row.done_at + UNDO_LIFE,
    )


def _who(db: Session, ref: str) -> str:
    kind, _, number = ref.partition(":")
    name = db.execute(select(Staff.name).where(Staff.id == int(number))).scalar_one_or_none() if kind == "staff" else None
    return name or "El sistema"


def _names(db: Session, ids: list[int]) -> dict[int, tuple[str, str]]:
    if not ids:
        return {}
    original, person = aliased(Person), aliased(Person)
    rows = db.execute(
        select(Registration.id, Registration.public_id, person.given_names, person.family_names)
        .join(original, original.id == Registration.person_id)
        .join(person, person.id == func.coalesce(original.merged_into_id, original.id))
        .where(Registration.id.in_(ids))
    )
    return {row.id: (row.public_id, f"{row.given_names} {row.family_names}".strip()) for row in rows}


def _left_out(told: list[Any], names: dict[int, tuple[str, str]]) -> tuple[LeftOut, ...]:
    return tuple(LeftOut(*names[each["id"]], each["why"]) for each in told if each["id"] in names)
