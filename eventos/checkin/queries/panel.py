"""The door as it goes, for who organises: read where the readings stand, in a handful of statements however many people there are."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from eventos.checkin.models import Acceptance, Scan
from eventos.checkin.queries.attendees import STANDS
from eventos.checkin.queries.devices import DoorEvent
from eventos.kernel import clock, divipola
from eventos.kernel.db import is_sqlite
from eventos.kernel.vocabulary import RegistrationState
from eventos.people.models import Person
from eventos.registration.models import Registration

STEP = timedelta(minutes=5)
MOST_BARS = 72  # six hours; of a longer morning the last ones


@dataclass(frozen=True)
class Arrivals:
    """How many people entered for the first time of the day within the five minutes from `at`."""

    at: datetime
    people: int


@dataclass(frozen=True)
class PlaceCount:
    """A municipality: how many of those registered from there arrived."""

    name: str
    arrived: int
    registered: int


@dataclass(frozen=True)
class RoomCount:
    """A room: the people who entered it on the day, and how many of them are inside now (None when exits are not read)."""

    name: str
    entered: int
    inside: int | None


@dataclass(frozen=True)
class Panel:
    """Who came when and from where, and who is in which room."""

    arrivals: tuple[Arrivals, ...]
    places: tuple[PlaceCount, ...]
    rooms: tuple[RoomCount, ...]

    @property
    def inside(self) -> int | None:
        """How many people are in the rooms whose exits are read; None when none are."""
        known = [room.inside for room in self.rooms if room.inside is not None]
        return sum(known) if known else None

    @property
    def most(self) -> int:
        return max((bar.people for bar in self.arrivals), default=0)


def panel_of(db: Session, event: DoorEvent, day: str) -> Panel:
    """The panel of an event on one of its door's days ("" for all of them): two statements."""
    arrivals, places = _arrived(db, event.id, day)
    return Panel(arrivals, places, _rooms(db, event, day))


def _arrived(db: Session, event_id: int, day: str) -> tuple[tuple[Arrivals, ...], tuple[PlaceCount, ...]]:
    """Everybody expected, or who came all the same, by municipality and by the five minutes in which they came first."""
    on_the_day: list[ColumnElement[bool]] = [Acceptance.day == day] if day else []
    first = (
        select(Acceptance.registration_id, func.min(Acceptance.accepted_at).label("at"))
        .join(Registration, Registration.id == Acceptance.registration_id)
        .where(Registration.event_id == event_id, *on_the_day)
        .group_by(Acceptance.registration_id)
        .subquery()
    )
    bucket = _five_minutes(db, first.c.at).label("bucket")
    person = func.coalesce(Person.merged_into_id, Person.id)
    rows = db.execute(
        select(Registration.divipola, bucket, func.count(person.distinct()).label("people"))
        .join(Person, Person.id == Registration.person_id)
        .outerjoin(first, first.c.registration_id == Registration.id)
        .where(
            Registration.event_id == event_id,
            or_(Registration.state == RegistrationState.ACTIVE.value, first.c.at.is_not(None)),
        )
        .group_by(Registration.divipola, bucket)
    ).all()
    came: Counter[int] = Counter()
    arrived: Counter[str] = Counter()
    registered: Counter[str] = Counter()
    for row in rows:
        place = divipola.get(row.divipola) if row.divipola else None
        name = place.label if place else "Sin municipio de Colombia"
        registered[name] += row.people
        if row.bucket is not None:
            came[row.bucket] += row.people
            arrived[name] += row.people
    places = sorted(
        (PlaceCount(name, arrived[name], count) for name, count in registered.items()), key=lambda one: (-one.arrived, one.name)
    )
    return _bars(came), tuple(places)


def _five_minutes(db: Session, moment: Any) -> ColumnElement[int]:
    """Which five minutes since 1970 a moment belongs to."""
    seconds = cast(func.strftime("%s", moment), Integer) if is_sqlite(db) else cast(func.floor(func.extract("epoch", moment)), Integer)
    step = int(STEP.total_seconds())
    return cast((seconds - seconds % step) / step, Integer)


def _bars(came: Counter[int]) -> tuple[Arrivals, ...]:
    """A bar for every five minutes from the first arrival to the last, the empty ones too."""
    if not came:
        return ()
    last = max(came)
    first = max(min(came), last - MOST_BARS + 1)
    seconds = STEP.total_seconds()
    return tuple(Arrivals(clock.local(datetime.fromtimestamp(each * seconds, clock.BOGOTA)), came[each]) for each in range(first, last + 1))


def _rooms(db: Session, event: DoorEvent, day: str) -> tuple[RoomCount, ...]:
    """Of each registration and room, what stands last: who came in and did not go out is inside."""
    order = func.row_number().over(partition_by=(Scan.registration_id, Scan.room), order_by=(Scan.scanned_at.desc(), Scan.id.desc()))
    on_the_day: list[ColumnElement[bool]] = [Scan.day == day] if day else []
    last = (
        select(Scan.registration_id, Scan.room, Scan.direction, order.label("place"))
        .where(Scan.event_id == event.id, STANDS, *on_the_day)
        .subquery()
    )
    rows = db.execute(
        select(last.c.room, last.c.direction, func.count().label("people"))
        .where(and_(last.c.place == 1))
        .group_by(last.c.room, last.c.direction)
    ).all()
    now: dict[str, Counter[str]] = {}
    for row in rows:
        now.setdefault(row.room, Counter())[row.direction] += row.people
    return tuple(_room(room, now.get(room.key, Counter())) for room in _shown(event, now))


def _shown(event: DoorEvent, used: Any) -> Sequence[Any]:
    offered = event.offered
    return [*offered, *(room for room in event.rooms if room.is_retired and room.key in used)]


def _room(room: Any, people: Counter[str]) -> RoomCount:
    return RoomCount(room.name, people["in"] + people["out"], people["in"] if room.rule.get("exits") else None)
