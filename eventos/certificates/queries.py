"""What is asked about constancias: who may have one, the list of an event, one to draw, one to verify; and escarapelas."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from eventos.attendance.models import Roster, RosterEntry
from eventos.certificates.codes import Holder, State, shown_code
from eventos.certificates.models import BadgeSheet, Certificate
from eventos.cycles.models import Event
from eventos.kernel.errors import NotFound
from eventos.kernel.vocabulary import RegistrationState
from eventos.people.models import Person
from eventos.registration.models import Registration

PAGE = 50


@dataclass(frozen=True)
class CertificateView:
    """A constancia as its pages read it."""

    id: int
    code: str
    registration_id: int
    roster_id: int
    part: str
    state: State
    content: dict[str, Any]
    file_sha256: str | None
    error: str | None
    issued_at: datetime
    revoked_at: datetime | None
    revoke_reason: str
    replaced_by_id: int | None

    @property
    def shown(self) -> str:
        return shown_code(self.code)


@dataclass(frozen=True)
class Verified:
    """What anybody may know of a constancia."""

    certificate: CertificateView
    demo: bool


@dataclass(frozen=True)
class Row:
    """One person of the list: in the acta, or with a constancia, or both."""

    registration_id: int
    public_id: str
    name: str
    entity_name: str
    part: str | None
    certificate: CertificateView | None

    @property
    def is_gone(self) -> bool:
        """A live constancia of somebody who is no longer in the acta."""
        return self.part is None and self.certificate is not None


@dataclass(frozen=True)
class Tally:
    """How the constancias of an event stand."""

    listed: int
    missing: int
    pending: int
    ready: int
    failed: int
    revoked: int
    gone: int


_COLUMNS = [getattr(Certificate, name) for name in CertificateView.__dataclass_fields__]


def _view(row: Any) -> CertificateView:
    values = {name: getattr(row, name) for name in CertificateView.__dataclass_fields__}
    return CertificateView(**{**values, "state": State(values["state"])})


def of_registration(db: Session, registration_id: int) -> CertificateView | None:
    """The last constancia of a registration or of another one of the same person for the event (merged); a live one first."""
    row = db.execute(
        select(*_COLUMNS)
        .where(Certificate.registration_id.in_(_of_the_same_person(registration_id)))
        .order_by(Certificate.revoked_at.is_not(None), Certificate.id.desc())
        .limit(1)
    ).one_or_none()
    return _view(row) if row else None


def part_in_force(db: Session, event_id: int, registration_id: int) -> tuple[int, int, str | None, int] | None:
    """(roster id, version, part or None, registration) of the acta in force; None while nobody closed one.

    The registration is the one listed: this one, or another one of the same person when they were merged.
    """
    row = db.execute(
        select(Roster.id, Roster.version, RosterEntry.part, RosterEntry.registration_id)
        .outerjoin(
            RosterEntry,
            and_(RosterEntry.roster_id == Roster.id, RosterEntry.registration_id.in_(_of_the_same_person(registration_id))),
        )
        .where(Roster.event_id == event_id)
        .order_by(Roster.version.desc(), RosterEntry.registration_id != registration_id)
        .limit(1)
    ).one_or_none()
    return (row.id, row.version, row.part, row.registration_id or registration_id) if row else None


def _of_the_same_person(registration_id: int) -> Select[Any]:
    """The registrations that a person has for the same event: one, unless they were merged."""
    told, teller, twin, other = aliased(Registration), aliased(Person), aliased(Registration), aliased(Person)
    who = func.coalesce(teller.merged_into_id, teller.id)
    return (
        select(twin.id)
        .select_from(told)
        .join(teller, teller.id == told.person_id)
        .join(other, (other.id == who) | (other.merged_into_id == who))
        .join(twin, and_(twin.person_id == other.id, twin.event_id == told.event_id))
        .where(told.id == registration_id)
    )


def verify(db: Session, code: str) -> Verified | None:
    """The constancia of a code: one statement."""
    row = db.execute(
        select(*_COLUMNS, Registration.demo)
        .join(Registration, Registration.id == Certificate.registration_id)
        .where(Certificate.code == code)
    ).one_or_none()
    return Verified(_view(row), row.demo) if row else None


def by_id(db: Session, certificate_id: int) -> CertificateView | None:
    row = db.execute(select(*_COLUMNS).where(Certificate.id == certificate_id)).one_or_none()
    return _view(row) if row else None


def of_event(db: Session, event_id: int, code: str) -> CertificateView:
    """A constancia of this event. Raises NotFound."""
    row = db.execute(
        select(*_COLUMNS)
        .join(Registration, Registration.id == Certificate.registration_id)
        .where(Registration.event_id == event_id, Certificate.code == code)
    ).one_or_none()
    if row is None:
        raise NotFound("No encontramos esa constancia en este evento.")
    return _view(row)


def holders(db: Session, roster_id: int, *, only: Sequence[int] = ()) -> list[Holder]:
    """Who may have a constancia by this acta, merged people resolved."""
    original, person = aliased(Person), aliased(Person)
    question = (
        select(
            RosterEntry.registration_id,
            RosterEntry.part,
            person.given_names,
            person.family_names,
            person.document_type,
            person.document_number,
        )
        .join(Registration, Registration.id == RosterEntry.registration_id)
        .join(original, original.id == Registration.person_id)
        .join(person, person.id == func.coalesce(original.merged_into_id, original.id))
        .where(RosterEntry.roster_id == roster_id, RosterEntry.part != "organiser")
        .order_by(person.name_key, RosterEntry.registration_id)
    )
    if only:
        question = question.where(RosterEntry.registration_id.in_(only))
    return [
        Holder(number, part, f"{given} {family}".strip(), kind, document)
        for number, part, given, family, kind, document in db.execute(question)
    ]


def live_of_event(db: Session, event_id: int) -> dict[int, CertificateView]:
    """The constancias of an event that are not revoked, by registration."""
    rows = db.execute(
        select(*_COLUMNS)
        .join(Registration, Registration.id == Certificate.registration_id)
        .where(Registration.event_id == event_id, Certificate.revoked_at.is_(None))
    )
    return {row.registration_id: _view(row) for row in rows}


def _listing(event_id: int, roster_id: int) -> Select[Any]:
    """Everybody of the acta, and whoever holds a live constancia."""
    columns: list[Any] = [
        Registration.id.label("number"),
        Registration.public_id,
        Registration.entity_name,
        Person.given_names,
        Person.family_names,
        RosterEntry.part.label("listed_part"),
        *_COLUMNS,
    ]
    original = aliased(Person)
    return (
        select(*columns)
        .join(original, original.id == Registration.person_id)
        .join(Person, Person.id == func.coalesce(original.merged_into_id, original.id))
        .outerjoin(RosterEntry, and_(RosterEntry.registration_id == Registration.id, RosterEntry.roster_id == roster_id))
        .outerjoin(Certificate, and_(Certificate.registration_id == Registration.id, Certificate.revoked_at.is_(None)))
        .where(Registration.event_id == event_id)
        .where((RosterEntry.part != "organiser") | Certificate.id.is_not(None))
    )


def rows(db: Session, event_id: int, roster_id: int, *, page: int) -> list[Row]:
    """One page of the list, those to revoke first: one statement."""
    question = _listing(event_id, roster_id).order_by(RosterEntry.part.is_not(None), Person.name_key, Registration.id)
    found = db.execute(question.limit(PAGE).offset((page - 1) * PAGE))
    return [
        Row(
            row.number,
            row.public_id,
            f"{row.given_names} {row.family_names}".strip(),
            row.entity_name,
            row.listed_part,
            _view(row) if row.id is not None else None,
        )
        for row in found
    ]


def tally(db: Session, event_id: int, roster_id: int) -> Tally:
    """The numbers of the list: two statements."""
    listing = _listing(event_id, roster_id).subquery()
    counted = {
        (is_listed, state): number
        for is_listed, state, number in db.execute(
            select(listing.c.listed_part.is_not(None), listing.c.state, func.count()).group_by(
                listing.c.listed_part.is_not(None), listing.c.state
            )
        )
    }
    revoked = db.execute(
        select(func.count())
        .select_from(Certificate)
        .join(Registration, Registration.id == Certificate.registration_id)
        .where(Registration.event_id == event_id, Certificate.revoked_at.is_not(None))
    ).scalar_one()

    def of(state: str | None) -> int:
        return sum(number for (_, found), number in counted.items() if found == state)

    return Tally(
        listed=sum(number for (is_listed, _), number in counted.items() if is_listed),
        missing=of(None),
        pending=of(State.PENDING),
        ready=of(State.READY),
        failed=of(State.ERROR),
        revoked=revoked,
        gone=sum(number for (is_listed, _), number in counted.items() if not is_listed),
    )


# --- escarapelas -------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BadgeView:
    """One escarapela; the sealed ticket is opened where it is drawn."""

    name: str
    entity_name: str
    ticket_sealed: bytes
    link_sealed: bytes


def sheet(db: Session, public_id: str) -> tuple[BadgeSheet, str]:
    """A sheet that was asked for, and the slug of its event. Raises NotFound."""
    row = db.execute(
        select(BadgeSheet, Event.slug).join(Event, Event.id == BadgeSheet.event_id).where(BadgeSheet.public_id == public_id)
    ).one_or_none()
    if row is None:
        raise NotFound("No encontramos esas escarapelas.")
    return row[0], row[1]


def last_sheet(db: Session, event_id: int) -> BadgeSheet | None:
    return db.execute(
        select(BadgeSheet).where(BadgeSheet.event_id == event_id).order_by(BadgeSheet.id.desc()).limit(1)
    ).scalar_one_or_none()


def badges(db: Session, event_id: int) -> list[BadgeView]:
    """Everybody with a place, by name: one statement. Somebody merged who registered twice has one, with the first code."""
    original, person = aliased(Person), aliased(Person)
    found = db.execute(
        select(person.id, person.given_names, person.family_names, *(getattr(Registration, name) for name in _ON_A_BADGE))
        .join(original, original.id == Registration.person_id)
        .join(person, person.id == func.coalesce(original.merged_into_id, original.id))
        .where(Registration.event_id == event_id, Registration.state == RegistrationState.ACTIVE.value)
        .order_by(person.name_key, Registration.id)
    )
    first: dict[int, BadgeView] = {}
    for number, given, family, *rest in found:
        first.setdefault(number, BadgeView(f"{given} {family}".strip(), *rest))
    return list(first.values())


_ON_A_BADGE = ("entity_name", "ticket_sealed", "link_sealed")
