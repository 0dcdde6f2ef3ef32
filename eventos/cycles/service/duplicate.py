"""Make the next event of a cycle from an earlier one: hosts and texts stay; days, programme hours, speakers and link are new each time."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eventos.cycles.models import Event
from eventos.cycles.rules import HostGiven, PresenceRule, ProgrammeGiven, SaveEvent
from eventos.cycles.service.save_event import create_event
from eventos.kernel import audit, outbox
from eventos.kernel.audit import Actor
from eventos.kernel.vocabulary import EntityKind, EventKind, HostRole, LinkExposure, Modality


def duplicate_event(db: Session, event: Event, *, by: Actor, now: datetime) -> Event:
    """A draft after `event`, numbered one after the highest of its cycle and kind (a suggestion that can be edited)."""
    capacities = {pool.option: pool.capacity for pool in event.pools}
    command = SaveEvent(
        topic=event.topic,
        kind=EventKind(event.kind),
        number=_next_number(db, event),
        summary=event.summary,
        description=event.description,
        objective=event.objective,
        context=event.context,
        norms=tuple(event.norms),
        modality=Modality(event.modality),
        venue_name=event.venue_name,
        venue_address=event.venue_address,
        venue_divipola=event.venue_divipola,
        capacity_virtual=capacities.get(Modality.VIRTUAL),
        capacity_onsite=capacities.get(Modality.ONSITE),
        link_exposure=LinkExposure(event.link_exposure),
        hosts=tuple(HostGiven(role.entity.name, HostRole(role.role), EntityKind(role.entity.kind)) for role in event.roles),
        programme=tuple(ProgrammeGiven(line.topic, line.hour) for line in event.programme),
        intensity_hours=Decimal(event.intensity_hours) if event.intensity_hours is not None else None,
        presence=PresenceRule.of(event.presence_rule),
        prepared_by=event.prepared_by,
    )
    copy = create_event(db, command, cycle_id=event.cycle_id, by=by, now=now)
    audit.record(db, by, "cycles.duplicate_event", "event", copy.id, copied_from=event.id)
    outbox.announce(db, "event.duplicated", event_id=copy.id, copied_from=event.id)
    return copy


def _next_number(db: Session, event: Event) -> int | None:
    if event.number is None:
        return None
    highest = db.execute(select(func.max(Event.number)).where(Event.cycle_id == event.cycle_id, Event.kind == event.kind)).scalar_one()
    return min(999, (highest or event.number) + 1)
