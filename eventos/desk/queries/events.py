"""The figures of events and of a cycle, each list in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from eventos.attendance.models import AttendanceDecision
from eventos.calls.models import Call, CallRecipient
from eventos.cycles.models import CycleMunicipio, Event
from eventos.kernel.vocabulary import RegistrationState, ReportState
from eventos.people.models import Person
from eventos.registration.models import Import, ImportRow, Registration
from eventos.reports.models import Report


@dataclass(frozen=True)
class Figures:
    """How many people an event has, by the state of their registration; whether attendance was registered and an informe is ready; and how
    many entities its calls did not reach."""

    active: int = 0
    waitlisted: int = 0
    cancelled: int = 0
    has_attendance: bool = False
    has_report: bool = False
    unreached: int = 0
    pending: int = 0


@dataclass(frozen=True)
class CycleFigures:
    """A cycle so far: registrations that stand, different people among them, and how many expected municipalities they come from."""

    registrations: int
    people: int
    municipios: int
    expected: int


def event_figures(db: Session, event_ids: Sequence[int]) -> dict[int, Figures]:
    """The figures of each event, one statement for all."""
    if not event_ids:
        return {}
    rows = db.execute(
        select(
            Event.id,
            _how_many(RegistrationState.ACTIVE),
            _how_many(RegistrationState.WAITLISTED),
            _how_many(RegistrationState.CANCELLED),
            or_(_sheet_says(), _somebody_decided()),
            exists().where(Report.event_id == Event.id, Report.state == ReportState.READY.value).correlate(Event),
            _unreached(),
            _how_many(RegistrationState.PENDING),
        ).where(Event.id.in_(event_ids))
    )
    return {row[0]: Figures(row[1], row[2], row[3], bool(row[4]), bool(row[5]), row[6], row[7]) for row in rows}


def _how_many(state: RegistrationState) -> Any:
    which = (Registration.event_id == Event.id, Registration.state == state.value)
    people = select(func.count(func.coalesce(Person.merged_into_id, Person.id).distinct())).select_from(Registration)
    return people.join(Person, Person.id == Registration.person_id).where(*which).correlate(Event).scalar_subquery()


def _unreached() -> Any:
    """Entities whose call failed or came back, and that did not answer by another way."""
    copies = select(func.count()).select_from(CallRecipient).join(Call, Call.id == CallRecipient.call_id)
    copies = copies.where(Call.event_id == Event.id, CallRecipient.state.in_(("failed", "bounced")))
    return copies.where(CallRecipient.confirmed_at.is_(None)).correlate(Event).scalar_subquery()


def _sheet_says() -> Any:
    said = select(ImportRow.id).join(Import, Import.id == ImportRow.import_id)
    said = said.where(Import.event_id == Event.id, Import.state == "entered", ImportRow.attended.is_not(None))
    return said.correlate(Event).exists()


def _somebody_decided() -> Any:
    said = select(AttendanceDecision.id).join(Registration, Registration.id == AttendanceDecision.registration_id)
    return said.where(Registration.event_id == Event.id).correlate(Event).exists()


def cycle_figures(db: Session, cycle_id: int) -> CycleFigures:
    """One statement for the small card of the desk."""
    person = func.coalesce(Person.merged_into_id, Person.id)
    active = (
        select(func.max(Registration.divipola).label("divipola"), person.label("person_id"))
        .join(Event, Event.id == Registration.event_id)
        .join(Person, Person.id == Registration.person_id)
        .where(Event.cycle_id == cycle_id, Registration.state == RegistrationState.ACTIVE.value)
        .group_by(Registration.event_id, person)
        .subquery()
    )
    expected = select(CycleMunicipio.divipola).where(CycleMunicipio.cycle_id == cycle_id)
    row = db.execute(
        select(
            select(func.count()).select_from(active).scalar_subquery(),
            select(func.count(active.c.person_id.distinct())).scalar_subquery(),
            select(func.count(active.c.divipola.distinct())).where(active.c.divipola.in_(expected)).scalar_subquery(),
            select(func.count()).select_from(expected.subquery()).scalar_subquery(),
        )
    ).one()
    return CycleFigures(*row)
