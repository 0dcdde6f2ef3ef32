"""The door as it goes, for who organises: read where the readings stand, in a handful of statements however many people there are."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, cast, func, literal, or_, select, union_all
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
FEWEST_BARS = 12  # an hour: the first arrivals are no wall
_PERSON = func.coalesce(Person.merged_into_id, Person.id)
_INSIDE = "inside"  # beside "in" and "out", the number of people there are


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
    """Who came when and from where, and who is in which room.

    `inside`: the people who are in some room whose exits are read, each once; None when none are read.
    """

    arrivals: tuple[Arrivals, ...]
    places: tuple[PlaceCount, ...]
    rooms: tuple[RoomCount, ...]
    inside: int | None

    @property
    def bars(self) -> tuple[Arrivals, ...]:
        """The arrivals as they are drawn: an hour at least, the five minutes after the last one empty."""
        if not self.arrivals:
            return ()
        last = self.arrivals[-1].at
        return (*self.arrivals, *(Arrivals(last + STEP * more, 0) for more in range(1, FEWEST_BARS - len(self.arrivals) + 1)))

    @property
    def most(self) -> int:
        return max((bar.people for bar in self.arrivals), default=0)


def panel_of(db: Session, event: DoorEvent, day: str) -> Panel:
    """The panel of an event on one of its door's days ("" for all of them): two statements."""
    arrivals, places = _arrived(db, event.id, day)
    return Panel(arrivals, places, *_rooms(db, event, day))


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
    rows = db.execute(
        select(Registration.divipola, bucket, func.count(_PERSON.distinct()).label("people"))
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


def _rooms(db: Session, event: DoorEvent, day: str) -> tuple[tuple[RoomCount, ...], int | None]:
    """Of each registration and room, what stands last: who came in and did not go out is inside; and how many people that are."""
    order = func.row_number().over(partition_by=(Scan.registration_id, Scan.room), order_by=(Scan.scanned_at.desc(), Scan.id.desc()))
    on_the_day: list[ColumnElement[bool]] = [Scan.day == day] if day else []
    last = (
        select(Scan.registration_id, Scan.room, Scan.direction, order.label("place"))
        .where(Scan.event_id == event.id, STANDS, *on_the_day)
        .cte("last")
    )
    by_room = (
        select(last.c.room, last.c.direction, func.count().label("people")).where(last.c.place == 1).group_by(last.c.room, last.c.direction)
    )
    with_exits = [room.key for room in event.rooms if room.rule.get("exits")]
    inside = (
        select(literal("").label("room"), literal(_INSIDE).label("direction"), func.count(_PERSON.distinct()).label("people"))
        .select_from(last)
        .join(Registration, Registration.id == last.c.registration_id)
        .join(Person, Person.id == Registration.person_id)
        .where(last.c.place == 1, last.c.direction == "in", last.c.room.in_(with_exits))
    )
    now: dict[str, Counter[str]] = {}
    people = 0
    for row in db.execute(union_all(by_room, inside)):
        if row.direction == _INSIDE:
            people = row.people
        else:
            now.setdefault(row.room, Counter())[row.direction] += row.people
    rooms = tuple(_room(room, now.get(room.key, Counter())) for room in _shown(event, now))
    return rooms, people if any(room.inside is not None for room in rooms) else None


def _shown(event: DoorEvent, used: Any) -> Sequence[Any]:
    offered = event.offered
    return [*offered, *(room for room in event.rooms if room.is_retired and room.key in used)]


def _room(room: Any, people: Counter[str]) -> RoomCount:
    return RoomCount(room.name, people["in"] + people["out"], people["in"] if room.rule.get("exits") else None)
