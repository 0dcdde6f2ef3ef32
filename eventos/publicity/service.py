"""Prepare a version of the pieza, publish it (from then on it is frozen), and keep the logos of entities."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from eventos.cycles.models import Event
from eventos.cycles.queries import EventView, event_view_by_id
from eventos.entities.queries import office_view
from eventos.kernel import audit, outbox, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.db import changed, upsert
from eventos.kernel.errors import RuleViolation
from eventos.kernel.vocabulary import EventState, MakingState
from eventos.publicity import queries, rules
from eventos.publicity.models import Flyer, Logo
from eventos.publicity.rules import EventNotPublished, FlyerNotReady, FlyerOutdated, LogoView

MOST_VERSIONS = 200


def said_now(db: Session, event_id: int) -> dict[str, Any]:
    """What a pieza of the event would say now."""
    office = office_view(db)
    logos = [LogoView(*row) for row in queries.logos_for(db, event_id, office.entity)]
    return rules.fields(event_view_by_id(db, event_id), office, logos)


def stale_words(db: Session, event: EventView, *, version: int | None = None) -> list[str]:
    """What the published pieza of an event, or one version of it, shows otherwise than the event says now; nothing when there is none."""
    shown = queries.published_flyer(db, event.id) if version is None else queries.flyer(db, event.id, version)
    if shown is None or event.state is not EventState.PUBLISHED:
        return []
    office = office_view(db)
    logos = [LogoView(*row) for row in queries.logos_for(db, event.id, office.entity)]
    return rules.differing(shown.fields, rules.fields(event, office, logos))


def prepare(db: Session, event_id: int, *, by: Actor, now: datetime) -> int:
    """Ask for a version with what the event says now; a worker makes it. Gives its number: the last one when it says the same."""
    # The event's row settles two people asking at once.
    db.execute(select(Event.id).where(Event.id == event_id).with_for_update()).one()
    said = said_now(db, event_id)
    same = rules.fields_hash(said)
    last = db.execute(select(Flyer).where(Flyer.event_id == event_id).order_by(Flyer.version.desc()).limit(1)).scalar_one_or_none()
    if last is not None and last.fields_hash == same and last.state != MakingState.ERROR.value:
        return last.version
    many = int(db.execute(select(func.count()).where(Flyer.event_id == event_id)).scalar_one())
    if many >= MOST_VERSIONS:
        raise RuleViolation(f"Este evento ya tiene {MOST_VERSIONS} versiones de su pieza, que es lo máximo.")
    flyer = Flyer(
        public_id=tokens.public_id(),
        event_id=event_id,
        version=(last.version if last else 0) + 1,
        state=MakingState.PENDING.value,
        fields=said,
        fields_hash=same,
        files={},
        created_by=by.name or by.ref,
        created_at=now,
    )
    db.add(flyer)
    db.flush()
    outbox.enqueue(db, "publicity.build", key=f"publicity.build:{flyer.id}", flyer_id=flyer.id)
    audit.record(db, by, "publicity.prepare", "event", event_id, version=flyer.version)
    return flyer.version


def publish(db: Session, event_id: int, version: int, *, by: Actor, now: datetime) -> None:
    """Publish a version: frozen with its hashes, never made again. Raises EventNotPublished, FlyerNotReady, FlyerOutdated, NotFound."""
    view = queries.flyer(db, event_id, version)
    event = event_view_by_id(db, event_id)
    if event.state is not EventState.PUBLISHED:
        raise EventNotPublished
    if view.state is not MakingState.READY:
        raise FlyerNotReady
    if view.published_at is not None:
        return
    if view.fields_hash != rules.fields_hash(said_now(db, event_id)):
        raise FlyerOutdated
    db.execute(update(Flyer).where(Flyer.id == view.id, Flyer.published_at.is_(None)).values(published_at=now))
    audit.record(db, by, "publicity.publish", "event", event_id, version=version, fields_hash=view.fields_hash, files=view.files)


def mark_ready(db: Session, flyer_id: int, *, files: dict[str, str]) -> bool:
    """Remember the files. False when somebody was faster."""
    return _settle(db, flyer_id, {"state": MakingState.READY.value, "files": files, "error": None})


def mark_error(db: Session, flyer_id: int, *, reason: str) -> bool:
    return _settle(db, flyer_id, {"state": MakingState.ERROR.value, "error": reason})


def _settle(db: Session, flyer_id: int, values: dict[str, Any]) -> bool:
    return changed(db.execute(update(Flyer).where(Flyer.id == flyer_id, Flyer.state == MakingState.PENDING.value).values(**values))) == 1


def keep_logo(db: Session, entity_id: int, *, sha256: str, width: int, height: int, by: Actor, now: datetime) -> None:
    """Give an entity its logo, in the place of the one it had."""
    values = {"file_sha256": sha256, "width": width, "height": height, "uploaded_at": now}
    insert = upsert(db)(Logo).values(entity_id=entity_id, **values)
    db.execute(insert.on_conflict_do_update(index_elements=["entity_id"], set_=values))
    audit.record(db, by, "publicity.keep_logo", "entity", entity_id, sha256=sha256)


def drop_logo(db: Session, entity_id: int, *, by: Actor) -> None:
    """Leave an entity without logo; pieces already made keep theirs."""
    if changed(db.execute(delete(Logo).where(Logo.entity_id == entity_id))):
        audit.record(db, by, "publicity.drop_logo", "entity", entity_id)
