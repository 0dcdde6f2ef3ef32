"""Write an event down, with its days, seats, hosts, programme and speakers, and tell the rooms above when its invites must change."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from eventos.cycles.models import Event, EventDay, EventRole, ProgrammeItem, SeatPool, Speaker
from eventos.cycles.rules import SaveEvent, check_event, check_publishable, title
from eventos.cycles.service.addresses import free_slug
from eventos.entities.service import entity_named
from eventos.kernel import audit, clock, outbox, reach, spanish
from eventos.kernel.audit import Actor
from eventos.kernel.errors import InvalidInput, RuleViolation
from eventos.kernel.reach import Reached
from eventos.kernel.vocabulary import EventState, Modality

_ATTEMPTS = 4
_TEXTS: tuple[str, ...] = ("topic", "number", "summary", "description", "objective", "context", "date_note", "venue_name", "venue_address")
_TEXTS += ("venue_divipola", "link", "intensity_hours", "registration_opens_at", "registration_closes_at", "prepared_by")
POSTPONED = "Aplazado: le avisaremos la nueva fecha"
_WORDS = ("kind", "modality", "link_exposure", "count_kind")


class EventChanged(RuleViolation):
    code = "event_changed"
    message = "Otra persona cambió este evento mientras usted lo editaba. Lo que escribió sigue aquí: compárelo con la versión guardada."


class PeopleWillBeTold(RuleViolation):
    """The change was not saved: somebody must see first whom it writes to (`groups`)."""

    code = "people_will_be_told"
    message = "Este cambio se avisa por correo. Revise a quiénes antes de guardarlo."

    def __init__(self, groups: Sequence[Reached]) -> None:
        super().__init__()
        self.groups = tuple(groups)


def create_event(
    db: Session, command: SaveEvent, *, cycle_id: int, by: Actor, now: datetime, demo: bool = False, demo_note: str = ""
) -> Event:
    """Begin an event as a draft of a cycle, with its seats. Raises InvalidInput."""
    check_event(command, clock.local(now).date())
    event = Event(cycle_id=cycle_id, state=EventState.DRAFT.value, created_at=now, updated_at=now, demo=demo, demo_note=demo_note)
    _write_texts(event, command)
    _insert(db, event)
    _write_parts(db, event, command)
    event.pools = [SeatPool(option=option, capacity=capacity, taken=0) for option, capacity in command.capacities().items()]
    db.flush()
    audit.record(db, by, "cycles.create_event", "event", event.id)
    return event


def edit_event(
    db: Session, event: Event, command: SaveEvent, *, version: int, by: Actor, now: datetime, is_confirmed: bool = True
) -> Event:
    """Change an event that was read at `version`. Raises EventChanged when somebody else saved meanwhile, InvalidInput.

    Its address stays. Once published, what its invites say (when, where, link, title, modality) raises their SEQUENCE, and people are
    told, unless it is over. Raises PeopleWillBeTold when somebody would be told and nobody confirmed it; the caller rolls back.
    """
    if event.version != version:
        raise EventChanged
    if event.state == EventState.CANCELLED:
        raise RuleViolation("Este evento está cancelado: ya no se puede cambiar. Puede duplicarlo.")
    check_event(command, clock.local(now).date())
    if event.state == EventState.PUBLISHED:
        check_publishable(command)
    before, days_before, mode = _invited_to(event), _hours(event), event.modality
    was_postponed = event.postponed_at is not None
    _write_texts(event, command)
    if was_postponed and command.days:
        event.postponed_at = None
        event.date_note = "" if event.date_note == POSTPONED else event.date_note
    event.updated_at = now
    _flush(db)
    _write_parts(db, event, command)
    _write_seats(db, event, command)
    if event.state == EventState.PUBLISHED and _invited_to(event) != before:
        event.sequence += 1
        is_ahead = any(ends_at > now for _starts_at, ends_at in (*days_before, *_hours(event)))
        if is_ahead or was_postponed:  # what is over and stays over calls nobody
            only = _touched(before, _invited_to(event)) if mode == Modality.HYBRID else ""
            if not is_confirmed and (groups := reach.of_event(db, event.id, only)):
                raise PeopleWillBeTold(groups)
            outbox.announce(
                db, "event.rescheduled", event_id=event.id, gone=days_gone(days_before, _hours(event)), only=only, sequence=event.sequence
            )
    _flush(db)
    audit.record(db, by, "cycles.edit_event", "event", event.id)
    return event


def _insert(db: Session, event: Event) -> None:
    """Insert with an address of its own; two people creating the same event at once get two addresses."""
    for attempt in range(_ATTEMPTS):
        event.slug = address_for(db, event)
        try:
            with db.begin_nested():
                db.add(event)
                db.flush()
            return
        except IntegrityError:
            if attempt == _ATTEMPTS - 1:
                raise


def address_for(db: Session, event: Event) -> str:
    """The address its title gives it, apart from the ones other events have."""
    words = title(event.kind, event.number, event.topic)[1]
    with db.no_autoflush:
        return free_slug(db, Event.slug, words, otherwise="evento", apart_from=Event.id != event.id if event.id else true())


def _flush(db: Session) -> None:
    try:
        db.flush()
    except StaleDataError as race:
        raise EventChanged from race


def _write_texts(event: Event, command: SaveEvent) -> None:
    for name in _TEXTS:
        setattr(event, name, getattr(command, name))
    for name in _WORDS:
        setattr(event, name, str(getattr(command, name)))
    event.norms = list(command.norms)
    event.presence_rule = command.presence.data()


def _write_parts(db: Session, event: Event, command: SaveEvent) -> None:
    known_days = {day.on_date: day for day in event.days}
    event.days = [
        _moved(known_days.get(day.on_date) or EventDay(on_date=day.on_date), day.starts_at, day.ends_at)
        for day in sorted(command.days, key=lambda day: day.on_date)
    ]
    known_roles = {role.entity_id: role for role in event.roles}
    roles: list[EventRole] = []
    for position, host in enumerate(command.hosts):
        entity = entity_named(db, host.name, host.kind, demo=event.demo)
        role = known_roles.get(entity.id) or EventRole(entity=entity, entity_id=entity.id)
        role.role, role.position = str(host.role), position
        roles.append(role)
    event.roles = roles
    event.programme = [
        ProgrammeItem(position=position, on_date=line.on_date, hour=line.hour, topic=line.topic, speaker=line.speaker)
        for position, line in enumerate(command.programme)
    ]
    event.speakers = [
        Speaker(position=position, name=each.name, role=str(each.role), post=each.post, entity=each.entity)
        for position, each in enumerate(command.speakers)
    ]


def _moved(day: EventDay, starts_at: datetime, ends_at: datetime) -> EventDay:
    day.starts_at, day.ends_at = starts_at, ends_at
    return day


def _write_seats(db: Session, event: Event, command: SaveEvent) -> None:
    """Give each modality its capacity by conditional statements: never below the seats that are taken at that moment."""
    wanted = command.capacities()
    known = {pool.option: pool for pool in event.pools}
    raised = False
    for option, capacity in wanted.items():
        pool = known.get(option)
        if pool is None:
            event.pools.append(SeatPool(option=option, capacity=capacity, taken=0))
        elif pool.capacity != capacity:
            enough = true() if capacity is None else SeatPool.taken <= capacity
            statement = update(SeatPool).where(SeatPool.id == pool.id, enough).values(capacity=capacity).returning(SeatPool.id)
            if db.execute(statement.execution_options(synchronize_session=False)).scalar_one_or_none() is None:
                raise InvalidInput(fields={_field_of(option): _too_few(db, pool)})
            raised = raised or capacity is None or (pool.capacity is not None and capacity > pool.capacity)
            db.refresh(pool)
    for option, pool in known.items():
        if option not in wanted:
            statement_gone = delete(SeatPool).where(SeatPool.id == pool.id, SeatPool.taken == 0).returning(SeatPool.id)
            if db.execute(statement_gone.execution_options(synchronize_session=False)).scalar_one_or_none() is None:
                raise InvalidInput(fields={"modality": _still_there(db, pool)})
    db.flush()
    db.expire(event, ["pools"])
    if raised:
        outbox.announce(db, "event.seats_added", event_id=event.id)


def _field_of(option: str) -> str:
    return "capacity_virtual" if option == Modality.VIRTUAL else "capacity_onsite"


def _too_few(db: Session, pool: SeatPool) -> str:
    db.refresh(pool)
    return f"Ya hay {spanish.plural(pool.taken, 'persona inscrita', 'personas inscritas')}: los cupos no pueden ser menos."


def _still_there(db: Session, pool: SeatPool) -> str:
    db.refresh(pool)
    people = spanish.plural(pool.taken, "persona inscrita", "personas inscritas")
    return f"Hay {people} en la modalidad {Modality(pool.option).label.lower()}: no se puede quitar."


def _invited_to(event: Event) -> tuple[Any, ...]:
    """What an invite says of the event; when it differs, the invites must be sent again."""
    venue, link = (event.venue_name, event.venue_address, event.venue_divipola), (event.link, event.link_exposure)
    return (venue, link, event.modality, _hours(event), event.date_note, event.kind, event.number, event.topic)


def _touched(before: tuple[Any, ...], after: tuple[Any, ...]) -> str:
    """Whom a change of a hybrid event touches: those who come, when only the venue changed; those who connect, for the link; "" all."""
    match [part for part, (was, now) in enumerate(zip(before, after, strict=True)) if was != now]:
        case [0]:
            return Modality.ONSITE.value
        case [1]:
            return Modality.VIRTUAL.value
    return ""


def _hours(event: Event) -> tuple[tuple[datetime, datetime], ...]:
    return tuple((day.starts_at, day.ends_at) for day in sorted(event.days, key=lambda day: day.starts_at))


def days_gone(before: Sequence[tuple[datetime, datetime]], after: Sequence[object]) -> list[tuple[int, str, str]]:
    """(position, start, end) of each day that the event had and lost: its invite stays in people's calendars until it is taken back."""
    return [
        (position, starts_at.isoformat(), ends_at.isoformat())
        for position, (starts_at, ends_at) in enumerate(before, start=1)
        if position > len(after)
    ]
