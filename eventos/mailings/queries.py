"""Who gets a mail after an event, who got it, and what one of them says."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from eventos.attendance.models import Roster, RosterEntry
from eventos.attendance.queries import latest
from eventos.kernel.vocabulary import RegistrationState
from eventos.mailings.models import AfterMail, AfterPlan
from eventos.people.models import Person
from eventos.registration.models import Registration
from eventos.registration.queries_mail import ConfirmationView, confirmation_view

THANKS, ABSENT = "thanks", "absent"


@dataclass(frozen=True)
class Reach:
    """How one kind of mail stands at an event: whom it would reach now, and how many were promised, sent and dropped."""

    kind: str
    waiting_for: int
    promised: int
    sent: int
    dropped: int

    @property
    def going(self) -> int:
        """Promised and not out yet."""
        return self.promised - self.sent - self.dropped


@dataclass(frozen=True)
class After:
    """The mails after an event: the version of its acta (None while it is open), each kind, and whether closing sends the thanks."""

    version: int | None
    thanks: Reach
    absent: Reach
    thanks_on_close: bool


def after(db: Session, event_id: int) -> After:
    """How the mails after an event stand: five statements at most."""
    roster = latest(db, event_id)
    plan = db.execute(select(AfterPlan.thanks_on_close).where(AfterPlan.event_id == event_id)).scalar_one_or_none()
    counts = {
        row.kind: row
        for row in db.execute(
            select(
                AfterMail.kind,
                func.count().label("promised"),
                func.count(AfterMail.sent_at).label("sent"),
                func.count().filter(AfterMail.dropped != "").label("dropped"),
            )
            .where(AfterMail.event_id == event_id)
            .group_by(AfterMail.kind)
        )
    }
    return After(
        roster.version if roster else None,
        _reach(db, event_id, THANKS, roster.id if roster else None, counts.get(THANKS)),
        _reach(db, event_id, ABSENT, roster.id if roster else None, counts.get(ABSENT)),
        bool(plan),
    )


def _reach(db: Session, event_id: int, kind: str, roster_id: int | None, row: Any) -> Reach:
    missing = (
        0 if roster_id is None else db.execute(select(func.count()).select_from(targets(event_id, kind, roster_id).subquery())).scalar_one()
    )
    return Reach(kind, missing, row.promised if row else 0, row.sent if row else 0, row.dropped if row else 0)


def targets(event_id: int, kind: str, roster_id: int) -> Select[Any]:
    """(registration, person) of whoever should get a mail of this kind and was promised none; merged people once.

    Thanks go to who is in the acta and may have a constancia; "we missed you" to who is registered and in no acta.
    """
    original = aliased(Person)
    who: Any = (
        select(func.min(Registration.id).label("registration_id"), Person.id.label("person_id"))
        .join(original, original.id == Registration.person_id)
        .join(Person, Person.id == func.coalesce(original.merged_into_id, original.id))
        .where(Registration.event_id == event_id, Person.email != "")
        .group_by(Person.id)
        .order_by(Person.id)
    )
    if kind == THANKS:
        listed = and_(RosterEntry.registration_id == Registration.id, RosterEntry.roster_id == roster_id)
        return who.join(RosterEntry, listed).where(RosterEntry.part != "organiser", Person.id.not_in(_who_were_told(event_id, THANKS)))
    return who.where(
        Registration.state == RegistrationState.ACTIVE.value,
        Person.id.not_in(_who_are_in_the_acta(roster_id)),
        Person.id.not_in(_who_were_told(event_id, THANKS, ABSENT)),  # nor anybody who was thanked before a correction took them out
    )


# Both are whole sets, asked for once: a question for each person would look at 5,000 entries 5,000 times.
def _who_were_told(event_id: int, *kinds: str) -> Select[Any]:
    """The people, as merged now, whom mails of these kinds were promised."""
    told, teller = aliased(AfterMail), aliased(Person)
    return (
        select(func.coalesce(teller.merged_into_id, teller.id))
        .join(told, told.person_id == teller.id)
        .where(told.event_id == event_id, told.kind.in_(kinds))
    )


def _who_are_in_the_acta(roster_id: int) -> Select[Any]:
    """The people, as merged now, whom an acta counts by any of their registrations."""
    twin, other = aliased(Registration), aliased(Person)
    return (
        select(func.coalesce(other.merged_into_id, other.id))
        .join(twin, twin.person_id == other.id)
        .join(RosterEntry, RosterEntry.registration_id == twin.id)
        .where(RosterEntry.roster_id == roster_id)
    )


@dataclass(frozen=True)
class AfterLetter:
    """One promised mail with what it says; `is_listed`: whether the person is in the acta in force."""

    id: int
    kind: str
    event_id: int
    registration_id: int
    sent_at: datetime | None
    dropped: str
    is_listed: bool
    view: ConfirmationView

    @property
    def still_fits(self) -> bool:
        return self.is_listed == (self.kind == THANKS)


def after_letter(db: Session, after_mail_id: int) -> AfterLetter | None:
    """One promised mail, or None when it is gone."""
    row = db.execute(
        select(
            AfterMail.kind, AfterMail.event_id, AfterMail.registration_id, AfterMail.sent_at, AfterMail.dropped, Person.id.label("person")
        )
        .join(Registration, Registration.id == AfterMail.registration_id)
        .join(_original := aliased(Person), _original.id == Registration.person_id)
        .join(Person, Person.id == func.coalesce(_original.merged_into_id, _original.id))
        .where(AfterMail.id == after_mail_id)
    ).one_or_none()
    if row is None:
        return None
    in_force = select(func.max(Roster.id)).where(Roster.event_id == row.event_id).scalar_subquery()
    twin, other = aliased(Registration), aliased(Person)
    listed = db.execute(
        select(RosterEntry.registration_id)
        .join(twin, twin.id == RosterEntry.registration_id)
        .join(other, other.id == twin.person_id)
        .where(RosterEntry.roster_id == in_force, func.coalesce(other.merged_into_id, other.id) == row.person)
        .limit(1)
    ).scalar_one_or_none()
    view = confirmation_view(db, row.registration_id)
    return AfterLetter(after_mail_id, row.kind, row.event_id, row.registration_id, row.sent_at, row.dropped, listed is not None, view)
