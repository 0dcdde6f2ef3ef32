"""Keep, describe, hide and order the materials of an event. Nothing is deleted: what was shown is evidence, so it is hidden."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from eventos.cycles import queries
from eventos.cycles.models import Material
from eventos.kernel import audit, outbox, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.db import changed
from eventos.kernel.errors import InvalidInput, NotFound, RuleViolation
from eventos.kernel.text import clean
from eventos.kernel.vocabulary import MakingState, MaterialKind

MOST_OF_AN_EVENT = 60
LONGEST_TITLE = 200


@dataclass(frozen=True)
class SaveMaterial:
    """What staff say of a material: its title, its own date, whether the public gets it, whether its pages are no slides."""

    title: str
    dated_on: date | None = None
    is_public: bool = True
    is_annex: bool = False


@dataclass(frozen=True)
class KeptFile:
    """A file that is on the shelf already: what it is by content, and whether a worker still has to make it harmless."""

    sha256: str
    size: int
    filename: str
    media_type: str
    kind: MaterialKind
    needs_work: bool


def add_material(db: Session, event_id: int, command: SaveMaterial, file: KeptFile, *, by: Actor, now: datetime) -> str:
    """Write a material down at the end of the list; gives its public id. Raises InvalidInput, RuleViolation."""
    _check(command)
    last, many = queries.materials_place(db, event_id)
    if many >= MOST_OF_AN_EVENT:
        raise RuleViolation(f"Este evento ya tiene {MOST_OF_AN_EVENT} materiales, que es lo máximo.")
    row = Material(
        public_id=tokens.public_id(),
        event_id=event_id,
        position=last + 1,
        kind=(MaterialKind.FILE if command.is_annex else file.kind).value,
        title=clean(command.title),
        filename=file.filename,
        media_type=file.media_type,
        file_sha256=file.sha256,
        size=file.size,
        dated_on=command.dated_on,
        is_public=command.is_public,
        state=(MakingState.PENDING if file.needs_work else MakingState.READY).value,
        created_at=now,
        page_images=[],
    )
    db.add(row)
    db.flush()
    if file.needs_work:
        outbox.enqueue(db, "cycles.build_material", key=f"cycles.build_material:{row.id}", material_id=row.id)
    audit.record(db, by, "cycles.add_material", "event", event_id, material=row.id, sha256=file.sha256)
    return row.public_id


def change_material(db: Session, event_id: int, public_id: str, command: SaveMaterial, *, by: Actor) -> None:
    """Say something else of a material; its file never changes. Raises InvalidInput, NotFound."""
    _check(command)
    may_be_slides = queries.material(db, event_id, public_id).may_be_slides
    kind = MaterialKind.SLIDES if may_be_slides and not command.is_annex else MaterialKind.FILE
    values = {"title": clean(command.title), "dated_on": command.dated_on, "is_public": command.is_public, "kind": kind.value}
    _update(db, event_id, public_id, values)
    audit.record(db, by, "cycles.change_material", "event", event_id, material=public_id, public=command.is_public, kind=kind.value)


def show_material(db: Session, event_id: int, public_id: str, *, is_public: bool, by: Actor) -> None:
    """Show or hide a material; hiding is undone by showing. Raises NotFound."""
    _update(db, event_id, public_id, {"is_public": is_public})
    audit.record(db, by, "cycles.show_material", "event", event_id, material=public_id, public=is_public)


def raise_material(db: Session, event_id: int, public_id: str, *, by: Actor) -> None:
    """Give a material the place of the one above it. Raises NotFound."""
    rows = list(
        db.execute(
            select(Material).where(Material.event_id == event_id).order_by(Material.position, Material.id).with_for_update()
        ).scalars()
    )
    at = next((index for index, row in enumerate(rows) if row.public_id == public_id), None)
    if at is None:
        raise NotFound("No encontramos ese material.")
    if at > 0:
        rows[at - 1], rows[at] = rows[at], rows[at - 1]
        for place, row in enumerate(rows, 1):
            row.position = place
        db.flush()
        audit.record(db, by, "cycles.raise_material", "event", event_id, material=public_id)


def material_ready(db: Session, material_id: int, *, sha256: str, size: int, page_images: list[str]) -> bool:
    """Remember the harmless copy and its pages. False when somebody was faster."""
    values = {"file_sha256": sha256, "size": size, "pages": len(page_images) or None, "page_images": page_images, "error": None}
    return _settle(db, material_id, values | {"state": MakingState.READY.value})


def material_failed(db: Session, material_id: int, *, reason: str) -> bool:
    """Say in a sentence for people why it could not be prepared; nobody gets the file."""
    return _settle(db, material_id, {"state": MakingState.ERROR.value, "error": reason})


def _settle(db: Session, material_id: int, values: Mapping[str, object]) -> bool:
    return (
        changed(db.execute(update(Material).where(Material.id == material_id, Material.state == MakingState.PENDING.value).values(values)))
        == 1
    )


def _update(db: Session, event_id: int, public_id: str, values: Mapping[str, object]) -> None:
    if not changed(db.execute(update(Material).where(Material.event_id == event_id, Material.public_id == public_id).values(values))):
        raise NotFound("No encontramos ese material.")


def _check(command: SaveMaterial) -> None:
    title = clean(command.title)
    if not title:
        raise InvalidInput(fields={"title": "Escriba el título del material."})
    if len(title) > LONGEST_TITLE:
        raise InvalidInput(fields={"title": f"Escriba como máximo {LONGEST_TITLE} caracteres."})
