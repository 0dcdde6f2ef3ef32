"""Publish an event, put it off, or call it off."""

from datetime import datetime

from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from eventos.cycles.models import Event
from eventos.cycles.rules import DayGiven, HostGiven, SaveEvent, check_publishable
from eventos.cycles.service.save_event import POSTPONED, EventChanged, address_for, days_gone
from eventos.entities.queries import office_view
from eventos.kernel import audit, clock, outbox
from eventos.kernel.audit import Actor
from eventos.kernel.errors import InvalidInput, RuleViolation
from eventos.kernel.vocabulary import EntityKind, EventState, HostRole, Modality


class OfficeUnknown(RuleViolation):
    code = "office_unknown"
    message = "Antes de publicar, escriba los datos de la oficina: el aviso de datos personales debe decir quién responde por ellos."


class NothingToPostpone(RuleViolation):
    code = "nothing_to_postpone"
    message = "Solo se aplaza un evento publicado que todavía no ha pasado."


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
    is_ahead = event.postponed_at is not None or any(day.ends_at > now for day in event.days)
    was_awaited = event.state == EventState.PUBLISHED and is_ahead
    event.state = EventState.CANCELLED.value
    event.cancelled_at = event.updated_at = now
    event.cancel_reason = reason
    event.sequence += 1
    _flush(db)
    if was_awaited:
        outbox.announce(db, "event.cancelled", event_id=event.id)
    audit.record(db, by, "cycles.cancel", "event", event.id)
    return event


def postpone(db: Session, event: Event, *, by: Actor, now: datetime) -> Event:
    """Put an event off without a new date: it loses its days, everybody stays registered and is told, and no invite stands.

    Giving it days again (`edit_event`) takes it up. Raises NothingToPostpone unless it is published and still ahead.
    """
    if event.postponed_at is not None:
        return event
    if event.state != EventState.PUBLISHED or not any(day.ends_at > now for day in event.days):
        raise NothingToPostpone
    gone = days_gone([(day.starts_at, day.ends_at) for day in event.days], ())
    event.days = []
    event.postponed_at = event.updated_at = now
    event.date_note = POSTPONED
    event.registration_closes_at = None
    event.sequence += 1
    _flush(db)
    outbox.announce(db, "event.rescheduled", event_id=event.id, gone=gone, only="", sequence=event.sequence)
    audit.record(db, by, "cycles.postpone", "event", event.id)
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
