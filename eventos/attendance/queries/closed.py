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


def would_close(event_id: int, others: Others, *, roster_id: int = 0) -> Select[Any]:
    """The entries an acta closed now would have; as a SELECT, because it is read and inserted."""
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
    return select(*columns).select_from(which.source).where(inside)


def entries_now(db: Session, event_id: int, others: Others) -> list[Entry]:
    return [_entry(row) for row in db.execute(would_close(event_id, others))]


def entries_of(db: Session, roster_id: int) -> list[Entry]:
    columns = [getattr(RosterEntry, name) for name in ENTRY]
    return [_entry(row) for row in db.execute(select(*columns).where(RosterEntry.roster_id == roster_id))]


def has_changed(db: Session, event_id: int, roster: RosterVersion) -> bool:
    """Whether an acta closed now would say something else: one statement."""
    return list_hash(entries_now(db, event_id, roster.others)) != roster.list_hash


def change_since(db: Session, event_id: int, roster: RosterVersion) -> Change:
    """What a correction of this acta would do: three statements."""
    return _named(db, [compare(entries_of(db, roster.id), entries_now(db, event_id, roster.others))])[0]


def changes_between(db: Session, actas: tuple[RosterVersion, ...]) -> dict[int, Change]:
    """What each acta did to the one before it, by version; two statements however many there are."""
    columns = [getattr(RosterEntry, name) for name in ENTRY]
    lists: dict[int, list[Entry]] = {acta.id: [] for acta in actas}
    for row in db.execute(select(RosterEntry.roster_id, *columns).where(RosterEntry.roster_id.in_(lists))):
        lists[row.roster_id].append(_entry(row))
    ordered = sorted(actas, key=lambda acta: acta.version)
    pairs = list(zip(ordered[1:], ordered, strict=False))
    found = _named(db, [compare(lists[before.id], lists[after.id]) for after, before in pairs])
    return {after.version: change for (after, _), change in zip(pairs, found, strict=True)}


def _entry(row: Any) -> Entry:
    return Entry(**{name: getattr(row, name) for name in ENTRY})


def _named(db: Session, found: list[Difference]) -> list[Change]:
    wanted = {number for one in found for number in (*one.added, *one.removed, *one.altered)}
    people = {}
    if wanted:
        rows = db.execute(
            select(
                Registration.id, Registration.public_id, Person.given_names, Person.family_names, Registration.entity_name, Person.name_key
            )
            .join(Person, Person.id == Registration.person_id)
            .where(Registration.id.in_(wanted))
        )
        people = {row.id: row for row in rows}

    def named(numbers: Iterable[int]) -> tuple[Named, ...]:
        rows = sorted((people[number] for number in numbers if number in people), key=lambda row: (row.name_key, row.id))
        return tuple(Named(row.public_id, f"{row.given_names} {row.family_names}".strip(), row.entity_name) for row in rows)

    return [Change(named(one.added), named(one.removed), named(one.altered)) for one in found]
