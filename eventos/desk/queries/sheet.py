"""Who is expected at an event, as the attendance sheet on paper lists them: whole data, each person once, by family name."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from eventos.cycles.models import Event
from eventos.desk.models import AttendanceSheet
from eventos.kernel.errors import NotFound
from eventos.kernel.text import fold
from eventos.kernel.vocabulary import LinkKind, RegistrationState
from eventos.people.models import Person
from eventos.registration.models import Registration

# The words of the column, which names the three.
_LINKS = {LinkKind.PLANTA.value: "Planta", LinkKind.CONTRATISTA.value: "Contratista", LinkKind.OTRA.value: "Otro"}


@dataclass(frozen=True)
class SheetRow:
    """A line of the sheet."""

    name: str
    document: str
    link: str
    work: str
    mail: str
    phone: str


def sheet_rows(db: Session, event_id: int) -> list[SheetRow]:
    """Everybody registered, one statement. A merged person is one line, with where the earlier of their registrations says they work."""
    original, person = aliased(Person), aliased(Person)
    rows = db.execute(
        select(person, Registration.entity_name, Registration.dependency, Registration.link_kind)
        .join(original, original.id == Registration.person_id)
        .join(person, person.id == func.coalesce(original.merged_into_id, original.id))
        .where(Registration.event_id == event_id, Registration.state == RegistrationState.ACTIVE.value)
        .order_by(Registration.id)
    ).all()
    once = {row[0].id: row for row in reversed(rows)}
    ordered = sorted(once.values(), key=lambda row: (fold(row[0].family_names), fold(row[0].given_names), row[0].id))
    return [
        SheetRow(
            name=one.full_name,
            document=f"{one.document_type} {one.document_number}" if one.document_number else "",
            link=_LINKS.get(link, ""),
            work=", ".join(part for part in (dependency, entity) if part),
            mail=one.email,
            phone=one.phone,
        )
        for one, entity, dependency, link in ordered
    ]


def asked_sheet(db: Session, public_id: str) -> tuple[AttendanceSheet, str]:
    """A sheet that was asked for, and the slug of its event. Raises NotFound."""
    row = db.execute(
        select(AttendanceSheet, Event.slug).join(Event, Event.id == AttendanceSheet.event_id).where(AttendanceSheet.public_id == public_id)
    ).one_or_none()
    if row is None:
        raise NotFound("No encontramos esa planilla.")
    return row[0], row[1]


def pending_sheet(db: Session, sheet_id: int) -> AttendanceSheet | None:
    """A sheet that still has to be drawn."""
    return db.execute(
        select(AttendanceSheet).where(AttendanceSheet.id == sheet_id, AttendanceSheet.state == "pending")
    ).scalar_one_or_none()


def asked_sheets(db: Session, event_id: int) -> list[AttendanceSheet]:
    """The last five sheets of an event that are being drawn or still there."""
    asked = select(AttendanceSheet).where(AttendanceSheet.event_id == event_id, AttendanceSheet.state.in_(("pending", "ready")))
    return list(db.execute(asked.order_by(AttendanceSheet.id.desc()).limit(5)).scalars())
