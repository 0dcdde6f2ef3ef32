"""Publish an event, or call it off."""

from datetime import datetime

from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from eventos.cycles.models import Event
from eventos.cycles.rules import DayGiven, HostGiven, SaveEvent, check_publishable
from eventos.cycles.service.save_event import EventChanged, address_for
from eventos.entities.queries import office_view
from eventos.kernel import audit, clock, outbox
from eventos.kernel.audit import Actor
from eventos.kernel.errors import InvalidInput, RuleViolation
from eventos.kernel.vocabulary import EntityKind, EventState, HostRole, Modality


class OfficeUnknown(RuleViolation):
    code = "office_unknown"
    message = "Antes de publicar, escriba los datos de la oficina: el aviso de datos personales debe decir quién responde por ellos."


def publish(db: Session, event: Event, *, by: Actor, now: datetime) -> Event:
    """Show a draft to everybody, at the address its title gives it, which never changes again.

    Raises InvalidInput naming what is missing, OfficeUnknown while nobody said who answers for people's data (Decreto 1377 de 2013,
    article 15), RuleViolation when the event is cancelled.
    """
    if event.state == EventState.PUBLISHED:
        return event
    if event.state == EventState.CANCELLED:
        raise RuleViolation("Este evento está cancelado: no se puede publicar. Puede duplicarlo.")
    check_publishable(_what_publishing_needs(event))
    if not office_view(db).is_set:
        raise OfficeUnknown
    event.slug = address_for(db, event)
    event.state = EventState.PUBLISHED.value
    event.published_at = event.updated_at = now
    _flush(db)
    audit.record(db, by, "cycles.publish", "event", event.id)
    return event


def cancel(db: Session, event: Event, *, reason: str, by: Actor, now: datetime) -> Event:
    """Call an event off; the people registered are told by the rooms above, unless it is over. Raises InvalidInput without a reason."""
    if event.state == EventState.CANCELLED:
        return event
    if not reason:
        raise InvalidInput(fields={"reason": "Escriba el motivo: lo leerán las personas inscritas."})
    was_awaited = event.state == EventState.PUBLISHED and any(day.ends_at > now for day in event.days)
    event.state = EventState.CANCELLED.value
    event.cancelled_at = event.updated_at = now
    event.cancel_reason = reason
    event.sequence += 1
    _flush(db)
    if was_awaited:
        outbox.announce(db, "event.cancelled", event_id=event.id)
    audit.record(db, by, "cycles.cancel", "event", event.id)
    return event


def _what_publishing_needs(event: Event) -> SaveEvent:
    return SaveEvent(
        topic=event.topic,
        modality=Modality(event.modality),
        venue_name=event.venue_name,
        date_note=event.date_note,
        days=tuple(DayGiven(day.on_date, clock.local(day.starts_at).time(), clock.local(day.ends_at).time()) for day in event.days),
        hosts=tuple(HostGiven(role.entity.name, HostRole(role.role), EntityKind(role.entity.kind)) for role in event.roles),
    )


def _flush(db: Session) -> None:
    try:
        db.flush()
    except StaleDataError as race:
        raise EventChanged from race
