"""Writes down who the office is, and the entities that events name."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.entities.models import Entity, Office
from eventos.entities.rules import SaveOffice, check_office
from eventos.kernel import audit, clock, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.db import upsert
from eventos.kernel.text import clean, fold
from eventos.kernel.vocabulary import EntityKind


def save_office(db: Session, command: SaveOffice, by: Actor, *, demo: bool = False) -> Office:
    """Write the one row that says who runs this instance. Raises InvalidInput."""
    check_office(command)
    texts = command.texts()
    office = db.get(Office, 1)
    if office is None:
        office = Office(id=1)
        db.add(office)
    for name, value in texts.items():
        setattr(office, name, value)
    office.updated_at = clock.now()
    office.demo = demo
    db.flush()
    audit.record(db, by, "entities.save_office", "office", 1)
    return office


def entity_named(db: Session, name: str, kind: EntityKind | str = EntityKind.PUBLIC, *, demo: bool = False) -> Entity:
    """The entity of that name, written down when it is new; spellings that differ in accents, case or signs are one entity.

    An entity already known keeps its name and kind.
    """
    name = clean(name)
    key = fold(name) or name.casefold()
    known = select(Entity).where(Entity.name_key == key)
    entity = db.execute(known).scalar_one_or_none()
    if entity is None:
        row = {"public_id": tokens.public_id(), "name": name, "name_key": key, "kind": str(EntityKind(kind)), "created_at": clock.now()}
        db.execute(upsert(db)(Entity).values(row | {"demo": demo}).on_conflict_do_nothing(index_elements=["name_key"]))
        entity = db.execute(known).scalar_one()
    return entity
