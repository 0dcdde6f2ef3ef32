"""The actas of an event: its closed versions, the list as it would close now, and what changed since the last one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, literal, or_, select
from sqlalchemy.orm import Session

from eventos.attendance.acta import Difference, Entry, Others, compare, list_hash
from eventos.attendance.models import Roster, RosterEntry
from eventos.attendance.queries.standing import standing
from eventos.cycles.rules import PresenceRule
from eventos.people.models import Person
from eventos.registration.models import Registration

ENTRY = ("registration_id", "part", "evidence", "divipola", "country", "entity_name", "modality")


@dataclass(frozen=True)
class RosterVersion:
    """One closed acta, as pages and documents name it."""

    id: int
    version: int
    rule: dict[str, Any]
    attendees: int
    added: int
    removed: int
    reason: str
    list_hash: str
    closed_by_name: str
    closed_at: datetime

    @property
    def others(self) -> Others:
        return Others(self.rule.get("others", Others.APART))

    @property
    def rule_words(self) -> str:
        return f"{PresenceRule.of(self.rule).words()} {self.others.label}."

    @property
    def balance(self) -> str:
        """ "+3 −1" for a correction, "" for the first version."""
        return f"+{self.added} −{self.removed}" if self.version > 1 else ""


@dataclass(frozen=True)
class Named:
    """Somebody of a list, by name."""

    public_id: str
    name: str
    entity_name: str


@dataclass(frozen=True)
class Change:
    """What a version did to the one before it (or the list of now to the last version), by name."""

    added: tuple[Named, ...]
    removed: tuple[Named, ...]
    altered: tuple[Named, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.altered)


def versions(db: Session, event_id: int) -> tuple[RosterVersion, ...]:
    """The actas of an event, the latest first: one statement."""
    columns = [getattr(Roster, name) for name in RosterVersion.__dataclass_fields__]
    rows = db.execute(select(*columns).where(Roster.event_id == event_id).order_by(Roster.version.desc()))
    return tuple(RosterVersion(**row._mapping) for row in rows)


def latest(db: Session, event_id: int) -> RosterVersion | None:
    """The acta in force, or None while nobody closed one."""
    columns = [getattr(Roster, name) for name in RosterVersion.__dataclass_fields__]
    row = db.execute(select(*columns).where(Roster.event_id == event_id).order_by(Roster.version.desc()).limit(1)).one_or_none()
    return RosterVersion(**row._mapping) if row else None


def team(db: Session, event_id: int) -> int:
    """Speakers and organisers of an event, who are told apart from its asistentes: one statement."""
    which = standing(event_id)
    return db.execute(select(func.count()).select_from(which.source).where(which.team)).scalar_one()


def would_close(event_id: int, others: Others, *, roster_id: int = 0, named: bool = False) -> Select[Any]:
    """The entries an acta closed now would have, `named` with who they are; as a SELECT, because it is read and inserted."""
    which = standing(event_id)
    inside = and_(which.counted, which.attended.is_(True))
    if others is Others.APART:
        inside = or_(inside, which.team)
    columns: list[Any] = [
        literal(roster_id).label("roster_id"),
        Registration.id.label("registration_id"),
        which.part.label("part"),
        which.evidence.label("evidence"),
        Registration.divipola,
        Registration.country,
        Registration.entity_name,
        Registration.modality,
    ]
    if named:
        return select(*columns, *_NAMING).select_from(_with_person(which.source)).where(inside)
    return select(*columns).select_from(which.source).where(inside)


def entries_now(db: Session, event_id: int, others: Others) -> list[Entry]:
    return [_entry(row) for row in db.execute(would_close(event_id, others))]


def entries_of(db: Session, roster_id: int) -> list[Entry]:
    columns = [getattr(RosterEntry, name) for name in ENTRY]
    return [_entry(row) for row in db.execute(select(*columns).where(RosterEntry.roster_id == roster_id))]


def has_changed(db: Session, event_id: int, roster: RosterVersion) -> bool:
    """Whether an acta closed now would say something else: one statement."""
    return list_hash(entries_now(db, event_id, roster.others)) != roster.list_hash


def changes_between(db: Session, actas: tuple[RosterVersion, ...]) -> dict[int, Change]:
    """What each acta did to the one before it, by version; one statement however many there are."""
    lists, people = _lists(db, actas)
    return _corrections(actas, lists, people)


def history(db: Session, event_id: int, actas: tuple[RosterVersion, ...]) -> tuple[Change, dict[int, Change]]:
    """What a correction of the latest acta would do, and what each did to the one before it, by version: two statements."""
    lists, people = _lists(db, actas)
    newest = max(actas, key=lambda acta: acta.version)
    now = []
    for row in db.execute(would_close(event_id, newest.others, named=True)):
        now.append(_entry(row))
        people[row.registration_id] = _Naming(*row[-len(_NAMING) :])
    return _named(compare(lists[newest.id], now), people), _corrections(actas, lists, people)


@dataclass(frozen=True)
class _Naming:
    """What names somebody of a list; somebody merged is named as the person they became."""

    public_id: str
    given_names: str
    family_names: str
    entity: str
    name_key: str

    @property
    def told(self) -> Named:
        return Named(self.public_id, f"{self.given_names} {self.family_names}".strip(), self.entity)


_original = Person.__table__.alias("original")
_NAMING: tuple[Any, ...] = (
    Registration.public_id,
    Person.given_names,
    Person.family_names,
    Registration.entity_name.label("entity"),
    Person.name_key,
)


def _with_person(source: Any) -> Any:
    return source.join(_original, _original.c.id == Registration.person_id).join(
        Person.__table__, Person.id == func.coalesce(_original.c.merged_into_id, _original.c.id)
    )


def _lists(db: Session, actas: Iterable[RosterVersion]) -> tuple[dict[int, list[Entry]], dict[int, _Naming]]:
    """The lists of these actas, by acta, and the names of everybody in them: one statement."""
    lists: dict[int, list[Entry]] = {acta.id: [] for acta in actas}
    people: dict[int, _Naming] = {}
    columns = [getattr(RosterEntry, name) for name in ENTRY]
    source = _with_person(RosterEntry.__table__.join(Registration.__table__, Registration.id == RosterEntry.registration_id))
    asked = select(RosterEntry.roster_id, *columns, *_NAMING).select_from(source).where(RosterEntry.roster_id.in_(lists))
    for row in db.execute(asked):
        lists[row.roster_id].append(_entry(row))
        people[row.registration_id] = _Naming(*row[-len(_NAMING) :])
    return lists, people


def _corrections(actas: tuple[RosterVersion, ...], lists: dict[int, list[Entry]], people: dict[int, _Naming]) -> dict[int, Change]:
    ordered = sorted(actas, key=lambda acta: acta.version)
    pairs = zip(ordered[1:], ordered, strict=False)
    return {after.version: _named(compare(lists[before.id], lists[after.id]), people) for after, before in pairs}


def _entry(row: Any) -> Entry:
    return Entry(**{name: getattr(row, name) for name in ENTRY})


def _named(found: Difference, people: dict[int, _Naming]) -> Change:
    def named(numbers: Iterable[int]) -> tuple[Named, ...]:
        return tuple(people[number].told for number in sorted(numbers, key=lambda each: (people[each].name_key, each)))

    return Change(named(found.added), named(found.removed), named(found.altered))
