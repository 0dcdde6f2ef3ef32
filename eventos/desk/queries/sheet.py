"""Who is expected at an event, as the attendance sheet on paper lists them: whole data, each person once, by family name."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

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
