"""The entities a cycle convenes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eventos.calls.models import Convened
from eventos.entities.models import Entity
from eventos.kernel.errors import NotFound


@dataclass(frozen=True)
class ConvenedView:
    """One of them. `entity_key` is the name as it is compared; a removed one keeps its data."""

    id: int
    public_id: str
    entity_id: int
    entity: str
    entity_key: str
    mailbox: str
    liaison_name: str
    liaison_post: str
    liaison_email: str
    phone: str
    divipola: str | None
    note: str
    removed_at: datetime | None


_COLUMNS = (
    Convened.id, Convened.public_id, Convened.entity_id, Entity.name, Entity.name_key, Convened.mailbox, Convened.liaison_name,
    Convened.liaison_post, Convened.liaison_email, Convened.phone, Convened.divipola, Convened.note, Convened.removed_at,
)  # fmt: skip


def _all(cycle_id: int) -> Any:
    return (
        select(*_COLUMNS)
        .join(Entity, Entity.id == Convened.entity_id)
        .where(Convened.cycle_id == cycle_id)
        .order_by(Entity.name_key, Convened.id)
    )


def convened_of(db: Session, cycle_id: int) -> list[ConvenedView]:
    """All of a cycle, removed ones too, by name: one statement."""
    return [ConvenedView(*row) for row in db.execute(_all(cycle_id))]


def convened(db: Session, cycle_id: int, public_id: str) -> ConvenedView:
    """One of a cycle. Raises NotFound, also for one of another cycle."""
    row = db.execute(_all(cycle_id).where(Convened.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound("No encontramos esa entidad entre las convocadas.")
    return ConvenedView(*row)


def how_many(db: Session, cycle_id: int) -> int:
    return db.scalar(select(func.count()).select_from(Convened).where(Convened.cycle_id == cycle_id, Convened.removed_at.is_(None))) or 0


def convened_for_write(db: Session, cycle_id: int, public_id: str) -> Convened:
    """The row, for a service to change. Raises NotFound."""
    row = db.execute(select(Convened).where(Convened.cycle_id == cycle_id, Convened.public_id == public_id)).scalar_one_or_none()
    if row is None:
        raise NotFound("No encontramos esa entidad entre las convocadas.")
    return row


def entities_of(db: Session, cycle_id: int) -> dict[int, Convened]:
    """The rows of a cycle by entity, for an import to compare with."""
    return {row.entity_id: row for row in db.execute(select(Convened).where(Convened.cycle_id == cycle_id)).scalars()}
