"""Versions of an event's pieza, the one published, and the logos of the entities that take part."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.cycles.models import Event, EventRole
from eventos.entities.models import Entity
from eventos.kernel import private
from eventos.kernel.errors import NotFound
from eventos.kernel.text import fold
from eventos.kernel.vocabulary import EntityKind, EventState, MakingState
from eventos.publicity.models import Flyer, Logo


@dataclass(frozen=True)
class FlyerView:
    """One version of a pieza. `files` is {"pdf", "square", "wide"} → SHA-256, full once it is ready."""

    id: int
    public_id: str
    event_id: int
    version: int
    state: MakingState
    fields: dict[str, Any]
    fields_hash: str
    files: dict[str, str]
    error: str | None
    created_by: str
    created_at: datetime
    published_at: datetime | None


@dataclass(frozen=True)
class LogoRow:
    """An entity, with its logo when it has one."""

    entity_id: int
    public_id: str
    name: str
    kind: EntityKind
    sha256: str | None
    width: int | None
    height: int | None


_COLUMNS = [getattr(Flyer, name) for name in FlyerView.__dataclass_fields__]


def flyers_of(db: Session, event_id: int) -> list[FlyerView]:
    """The versions of an event's pieza, the newest first: one statement."""
    return [_view(row) for row in db.execute(select(*_COLUMNS).where(Flyer.event_id == event_id).order_by(Flyer.version.desc()))]


def flyer(db: Session, event_id: int, version: int) -> FlyerView:
    """One version. Raises NotFound."""
    row = db.execute(select(*_COLUMNS).where(Flyer.event_id == event_id, Flyer.version == version)).one_or_none()
    if row is None:
        raise NotFound("Esa versión de la pieza no existe.")
    return _view(row)


def flyer_by_id(db: Session, flyer_id: int) -> FlyerView:
    """The same by its number, for the worker. Raises NotFound."""
    return _view(db.execute(select(*_COLUMNS).where(Flyer.id == flyer_id)).one())


def published_flyer(db: Session, event_id: int) -> FlyerView | None:
    """The last version published of an event's pieza, for the informe and the event's page."""
    row = db.execute(
        select(*_COLUMNS).where(Flyer.event_id == event_id, Flyer.published_at.is_not(None)).order_by(Flyer.version.desc()).limit(1)
    ).one_or_none()
    return _view(row) if row else None


def public_flyer(db: Session, slug: str) -> FlyerView:
    """The published pieza of an event anybody may see: one statement. Raises NotFound."""
    row = db.execute(
        select(*_COLUMNS)
        .join(Event, Flyer.event_id == Event.id)
        .where(Event.slug == slug, Event.state != EventState.DRAFT.value, Event.published_at.is_not(None))
        .where(Flyer.published_at.is_not(None), *private.open_to_all(Event.id))
        .order_by(Flyer.version.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        raise NotFound("Este evento todavía no tiene una pieza publicada.")
    return _view(row)


def logos_for(db: Session, event_id: int, office_entity: str) -> list[tuple[str, str, int, int]]:
    """(name, sha256, width, height) of the logos of the office's entity and of those that take part, in their order."""
    own = db.execute(
        select(Entity.name, Logo.file_sha256, Logo.width, Logo.height).join(Logo).where(Entity.name_key == fold(office_entity))
    )
    part = db.execute(
        select(Entity.name, Logo.file_sha256, Logo.width, Logo.height)
        .join(Logo)
        .join(EventRole, EventRole.entity_id == Entity.id)
        .where(EventRole.event_id == event_id)
        .order_by(EventRole.position)
    )
    found = {str(row[0]): (str(row[0]), str(row[1]), int(row[2]), int(row[3])) for row in (*own, *part)}
    return list(found.values())


def entities(db: Session) -> list[LogoRow]:
    """Every entity known, by name, with its logo."""
    rows = db.execute(
        select(Entity.id, Entity.public_id, Entity.name, Entity.kind, Logo.file_sha256, Logo.width, Logo.height)
        .outerjoin(Logo, Logo.entity_id == Entity.id)
        .order_by(Entity.name_key)
    )
    return [LogoRow(row[0], row[1], row[2], EntityKind(row[3]), row[4], row[5], row[6]) for row in rows]


def entity(db: Session, public_id: str) -> LogoRow:
    """One entity with its logo. Raises NotFound."""
    row = db.execute(
        select(Entity.id, Entity.public_id, Entity.name, Entity.kind, Logo.file_sha256, Logo.width, Logo.height)
        .outerjoin(Logo, Logo.entity_id == Entity.id)
        .where(Entity.public_id == public_id)
    ).one_or_none()
    if row is None:
        raise NotFound("No encontramos esa entidad.")
    return LogoRow(row[0], row[1], row[2], EntityKind(row[3]), row[4], row[5], row[6])


def _view(row: Any) -> FlyerView:
    values = dict(row._mapping)
    values["state"] = MakingState(values["state"])
    values["files"] = dict(values["files"] or {})
    return FlyerView(**values)
