"""People of one's cycles who may be one: proposed in pairs, with what they are registered for, and the merges that were made."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from eventos.accounts.models import Staff
from eventos.attendance.models import AttendanceDecision
from eventos.checkin.models import Acceptance
from eventos.cycles.models import Event
from eventos.cycles.queries.cards import Member, in_scope
from eventos.desk.rules_duplicates import OnFile, Standing, alike
from eventos.kernel.errors import NotFound
from eventos.kernel.titles import title
from eventos.kernel.vocabulary import RegistrationState, StaffRole
from eventos.people.models import DuplicateDismissed, Person, PersonMerge
from eventos.registration.models import ImportRow, Registration

MOST = 100
LARGEST_GROUP = 12  # an institutional mailbox or a switchboard is shared by many: only names that agree bring its people together


@dataclass(frozen=True)
class Pair:
    """Two people who may be one, and why; the older comes first."""

    one: OnFile
    other: OnFile
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class MergeRow:
    """A merge that stands, and who made it."""

    public_id: str
    kept: str
    gone: str
    merged_at: datetime
    merged_by: str


def _mine(staff: Member) -> ColumnElement[bool]:
    """People of this staff member's cycles, and of no cycle that is somebody else's; administrators see all."""
    if staff.role is StaffRole.ADMINISTRATOR:
        return Person.id > 0
    alias = aliased(Registration)
    here = exists().where(alias.person_id == Person.id, alias.event_id == Event.id, in_scope(Event.cycle_id, staff))
    foreign = aliased(Registration)
    elsewhere = exists().where(foreign.person_id == Person.id, foreign.event_id == Event.id, ~in_scope(Event.cycle_id, staff))
    return here & ~elsewhere


def proposed(db: Session, staff: Member) -> list[Pair]:
    """The pairs that look alike, at most `MOST`: seven statements, however many people there are."""
    alone = Person.merged_into_id.is_(None)
    groups: list[list[int]] = []
    for column, wanted in (
        (Person.document_number, Person.document_number.is_not(None)),
        (Person.email_key, Person.email_key != ""),
        (Person.name_key, Person.name_key != ""),
        (Person.phone, Person.phone != ""),
    ):
        keys = select(column).where(alone, wanted).group_by(column).having(func.count() > 1)
        rows = db.execute(select(column, Person.id).where(alone, _mine(staff), column.in_(keys)).order_by(column, Person.id))
        by_key: dict[Any, list[int]] = {}
        for key, person_id in rows:
            by_key.setdefault(key, []).append(person_id)
        groups += [some for some in by_key.values() if len(some) > 1]
    people = {one.id: one for one in _people(db, {person_id for some in groups for person_id in some})}
    asked = select(DuplicateDismissed.first_id, DuplicateDismissed.second_id)
    dismissed = {(row.first_id, row.second_id) for row in db.execute(asked)}
    pairs: dict[tuple[int, int], Pair] = {}
    for some in groups:
        for first, second in combinations(sorted(some)[: LARGEST_GROUP * 4], 2):
            if (first, second) in pairs or (first, second) in dismissed:
                continue
            if reasons := alike(people[first], people[second]):
                pairs[first, second] = Pair(people[first], people[second], tuple(reasons))
    return sorted(pairs.values(), key=lambda pair: (-len(pair.reasons), pair.one.name_key, pair.one.id))[:MOST]


def _people(db: Session, ids: Iterable[int]) -> list[OnFile]:
    wanted = list(ids)
    work: dict[int, tuple[set[str], set[str]]] = {one: (set(), set()) for one in wanted}
    told = select(Registration.person_id, Registration.entity_key, Registration.divipola).where(Registration.person_id.in_(wanted))
    for person_id, entity, place in db.execute(told.distinct()):
        if entity:
            work[person_id][0].add(entity)
        if place:
            work[person_id][1].add(place)
    names = (
        "id",
        "public_id",
        "given_names",
        "family_names",
        "name_key",
        "document_type",
        "document_number",
        "email",
        "email_key",
        "phone",
    )
    rows = db.execute(select(*(getattr(Person, name) for name in (*names, "created_at"))).where(Person.id.in_(wanted)))
    return [OnFile(**row._mapping, entities=frozenset(work[row.id][0]), places=frozenset(work[row.id][1])) for row in rows]


def two_people(db: Session, staff: Member, first: str, second: str) -> tuple[OnFile, OnFile]:
    """These two, neither of them merged, both of one's cycles only. Raises NotFound."""
    asked = select(Person.id).where(Person.public_id.in_((first, second)), Person.merged_into_id.is_(None), _mine(staff))
    found = {one.public_id: one for one in _people(db, db.execute(asked).scalars().all())}
    if len(found) != 2:
        raise NotFound("No encontramos a esas dos personas, o alguien ya las unió.")
    return found[first], found[second]


def registrations_of_two(db: Session, one: OnFile, other: OnFile) -> list[Standing]:
    """What two people, and whoever was merged into them, are registered for; by event and then by person."""
    theirs = select(Person.id, func.coalesce(Person.merged_into_id, Person.id).label("now_id"))
    theirs = theirs.where(or_(Person.id.in_((one.id, other.id)), Person.merged_into_id.in_((one.id, other.id))))
    who = theirs.subquery()
    listed = select(ImportRow.id).where(ImportRow.registration_id == Registration.id, ImportRow.attended.is_(True))
    decided = select(AttendanceDecision.id).where(AttendanceDecision.registration_id == Registration.id)
    entered = select(Acceptance.registration_id).where(Acceptance.registration_id == Registration.id)
    evidence = or_(*(each.correlate(Registration).exists() for each in (listed, decided, entered)))
    rows = db.execute(
        select(Registration.id, Registration.public_id, Registration.event_id, Registration.state, Registration.registered_at)
        .add_columns(who.c.now_id, Event.kind, Event.number, Event.topic, evidence.label("evidence"))
        .join(who, who.c.id == Registration.person_id)
        .join(Event, Event.id == Registration.event_id)
        .order_by(Registration.event_id, who.c.now_id, Registration.id)
    )
    return [
        Standing(
            row.id,
            row.public_id,
            row.event_id,
            title(row.kind, row.number, row.topic)[1],
            row.now_id,
            RegistrationState(row.state),
            bool(row.evidence),
            row.registered_at,
        )
        for row in rows
    ]


def merges(db: Session, staff: Member) -> list[MergeRow]:
    """The merges that stand, of people of one's cycles, the last first."""
    kept, gone = aliased(Person), aliased(Person)
    asked = (
        select(PersonMerge, kept, gone)
        .join(kept, kept.id == PersonMerge.kept_id)
        .join(gone, gone.id == PersonMerge.gone_id)
        .where(PersonMerge.undone_at.is_(None), PersonMerge.kept_id.in_(select(Person.id).where(_mine(staff))))
        .where(PersonMerge.gone_id.in_(select(Person.id).where(_mine(staff))))
        .order_by(PersonMerge.merged_at.desc(), PersonMerge.id.desc())
        .limit(MOST)
    )
    rows = db.execute(asked).all()
    names = _staff_names(db, [merge.merged_by for merge, _kept, _gone in rows])
    return [MergeRow(one.public_id, k.full_name, g.full_name, one.merged_at, names.get(one.merged_by, "El sistema")) for one, k, g in rows]


def _staff_names(db: Session, refs: Sequence[str]) -> dict[str, str]:
    numbers = {int(ref.removeprefix("staff:")) for ref in refs if ref.startswith("staff:")}
    if not numbers:
        return {}
    rows = db.execute(select(Staff.id, Staff.name).where(Staff.id.in_(numbers)))
    return {f"staff:{row.id}": row.name for row in rows}


def merge_to_undo(db: Session, staff: Member, public_id: str) -> PersonMerge:
    """A merge of people of one's cycles, locked. Raises NotFound."""
    asked = (
        select(PersonMerge)
        .where(PersonMerge.public_id == public_id)
        .where(
            PersonMerge.kept_id.in_(select(Person.id).where(_mine(staff))), PersonMerge.gone_id.in_(select(Person.id).where(_mine(staff)))
        )
    )
    found = db.execute(asked.with_for_update(of=PersonMerge)).scalar_one_or_none()
    if found is None:
        raise NotFound("No encontramos esa unión.")
    return found
