"""Events page by page, in the order they were made, for whoever reads them all: a page stays right while others are being made."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from eventos.cycles.models import Cycle, Event, EventDay
from eventos.cycles.queries.cards import Member, in_scope
from eventos.cycles.queries.views import EventView, event_views_by_id


@dataclass(frozen=True)
class EventFilters:
    """What a page is narrowed to; None and "" mean all. The days are those on which an event has a day."""

    state: str = ""
    modality: str = ""
    cycle: str = ""
    since: date | None = None
    until: date | None = None


def events_page(db: Session, staff: Member, filters: EventFilters, *, after: int, limit: int) -> list[EventView]:
    """At most `limit` events of this member's cycles made after the one numbered `after`: four statements, however many."""
    wanted = select(Event.id).where(in_scope(Event.cycle_id, staff), Event.id > after)
    for name in ("state", "modality"):
        if value := getattr(filters, name):
            wanted = wanted.where(getattr(Event, name) == value)
    if filters.cycle:
        wanted = wanted.where(Event.cycle_id.in_(select(Cycle.id).where(Cycle.slug == filters.cycle)))
    within: list[ColumnElement[bool]] = []
    if filters.since is not None:
        within.append(EventDay.on_date >= filters.since)
    if filters.until is not None:
        within.append(EventDay.on_date <= filters.until)
    if within:
        wanted = wanted.where(exists().where(EventDay.event_id == Event.id, *within))
    ids = list(db.execute(wanted.order_by(Event.id).limit(limit)).scalars())
    return sorted(event_views_by_id(db, ids), key=lambda view: view.id)
