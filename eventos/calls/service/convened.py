"""Convene an entity in a cycle, change what is known of it, take it out and bring it back."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.calls import queries
from eventos.calls.models import Convened
from eventos.calls.rules import SaveConvened
from eventos.cycles.models import Cycle, CycleMunicipio
from eventos.entities.service import entity_named
from eventos.kernel import audit, divipola, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.errors import InvalidInput


@dataclass(frozen=True)
class Brought:
    """What an import did: new, changed, and those that were there with the same data."""

    new: int
    changed: int
    same: int


def save_convened(db: Session, cycle_id: int, command: SaveConvened, *, public_id: str | None = None, by: Actor, now: datetime) -> str:
    """Convene an entity, or change one that is convened; gives its public id. Raises InvalidInput when it is convened already, NotFound."""
    if not command.entity:
        raise InvalidInput(fields={"entity": "Escriba el nombre de la entidad."})
    entity = entity_named(db, command.entity, demo=_is_demo(db, cycle_id))
    there = queries.entities_of(db, cycle_id).get(entity.id)
    row = queries.convened_for_write(db, cycle_id, public_id) if public_id else None
    if there is not None and there is not row and there.removed_at is None:
        raise InvalidInput(fields={"entity": "Esta entidad ya está entre las convocadas."})
    if there is not None and row is not None and there is not row:
        raise InvalidInput(fields={"entity": "Esta entidad ya estuvo convocada y se retiró: vuelva a convocarla desde la lista."})
    row = row or there or _new(db, cycle_id, entity.id, now)
    row.entity_id = entity.id
    _put(row, command, now)
    db.flush()
    audit.record(db, by, "calls.save_convened", "cycle", cycle_id, convened=row.id)
    return row.public_id


def remove_convened(db: Session, cycle_id: int, public_id: str, *, by: Actor, now: datetime) -> None:
    """Stop convening an entity; what was sent to it stays. Raises NotFound."""
    row = queries.convened_for_write(db, cycle_id, public_id)
    if row.removed_at is None:
        row.removed_at = row.updated_at = now
        db.flush()
        audit.record(db, by, "calls.remove_convened", "cycle", cycle_id, convened=row.id)


def restore_convened(db: Session, cycle_id: int, public_id: str, *, by: Actor, now: datetime) -> None:
    """Undo `remove_convened`. Raises NotFound."""
    row = queries.convened_for_write(db, cycle_id, public_id)
    if row.removed_at is not None:
        row.removed_at, row.updated_at = None, now
        db.flush()
        audit.record(db, by, "calls.restore_convened", "cycle", cycle_id, convened=row.id)


def convene_expected(db: Session, cycle_id: int, *, by: Actor, now: datetime) -> int:
    """Convene the town hall of each municipality the cycle expects, without mailbox yet; gives how many are new."""
    codes = db.scalars(select(CycleMunicipio.divipola).where(CycleMunicipio.cycle_id == cycle_id).order_by(CycleMunicipio.divipola)).all()
    there = queries.entities_of(db, cycle_id)
    taken = {row.divipola for row in there.values() if row.removed_at is None}
    demo, new = _is_demo(db, cycle_id), 0
    for place in filter(None, map(divipola.get, codes)):
        if place.code in taken:
            continue
        entity = entity_named(db, f"Alcaldía de {place.name}", demo=demo)
        if entity.id in there:
            continue
        row = _new(db, cycle_id, entity.id, now)
        there[entity.id] = row
        _put(row, SaveConvened(entity.name, divipola=place.code), now)
        new += 1
    db.flush()
    audit.record(db, by, "calls.convene_expected", "cycle", cycle_id, new=new)
    return new


def bring(db: Session, cycle_id: int, commands: Sequence[SaveConvened], *, update: bool, by: Actor, now: datetime) -> Brought:
    """Convene the entities of a sheet. Those already convened are left as they are, unless `update`: then what the sheet says replaces
    what was there, and what it leaves blank stays. The same sheet twice adds nobody."""
    there = queries.entities_of(db, cycle_id)
    demo, new, changed, same = _is_demo(db, cycle_id), 0, 0, 0
    for command in commands:
        entity = entity_named(db, command.entity, demo=demo)
        row = there.get(entity.id)
        if row is None:
            row = _new(db, cycle_id, entity.id, now)
            there[entity.id] = row
            _put(row, command, now)
            new += 1
        elif row.removed_at is not None:
            _put(row, _merged(row, command), now)
            new += 1
        elif update and _merged(row, command) != _as_command(row, command.entity):
            _put(row, _merged(row, command), now)
            changed += 1
        else:
            same += 1
    db.flush()
    audit.record(db, by, "calls.import_convened", "cycle", cycle_id, new=new, changed=changed, same=same)
    return Brought(new, changed, same)


def _is_demo(db: Session, cycle_id: int) -> bool:
    return bool(db.scalar(select(Cycle.demo).where(Cycle.id == cycle_id)))


def _new(db: Session, cycle_id: int, entity_id: int, now: datetime) -> Convened:
    row = Convened(public_id=tokens.public_id(), cycle_id=cycle_id, entity_id=entity_id, created_at=now, updated_at=now)
    db.add(row)
    return row


def _put(row: Convened, command: SaveConvened, now: datetime) -> None:
    for name, value in asdict(command).items():
        if name != "entity":
            setattr(row, name, value)
    row.removed_at, row.updated_at = None, now


def _as_command(row: Convened, entity: str) -> SaveConvened:
    return SaveConvened(entity, row.mailbox, row.liaison_name, row.liaison_post, row.liaison_email, row.phone, row.divipola, row.note)


def _merged(row: Convened, command: SaveConvened) -> SaveConvened:
    """What the sheet says, and what was there where it says nothing."""
    was = asdict(_as_command(row, command.entity))
    return SaveConvened(**{name: value or was[name] for name, value in asdict(command).items()})
