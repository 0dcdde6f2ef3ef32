"""One registration as staff see it, and the municipalities a list can be narrowed to."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from eventos.cycles.models import Event
from eventos.cycles.queries.cards import Member, in_scope
from eventos.kernel.correspondence import MailRecord
from eventos.kernel.errors import NotFound
from eventos.people.models import Person
from eventos.registration.models import Registration
from eventos.registration.queries import RegistrationRow, row_columns, typed


@dataclass(frozen=True)
class RegistrationDetail(RegistrationRow):
    """A registration with its person. What identifies somebody is here in full: a page masks it unless it was asked for."""

    event_slug: str
    cancelled_at: datetime | None
    decided_at: datetime | None
    decision_reason: str
    reply: str
    replied_at: datetime | None
    bounced: str | None  # what the server said of the last mail that came back


def registration_in_scope(db: Session, public_id: str, staff: Member) -> RegistrationDetail:
    """A registration of an event in this person's cycles: one statement. Raises NotFound for a foreign one too."""
    original, person = aliased(Person), aliased(Person)
    about = (MailRecord.about_type == "registration", MailRecord.about_id == Registration.id, MailRecord.bounced_at.is_not(None))
    bounced = select(MailRecord.bounce_reason).where(*about).order_by(MailRecord.id.desc()).limit(1).correlate(Registration)
    decided = (Registration.decided_at, Registration.decision_reason)
    told = (Registration.cancelled_at, *decided, Registration.reply, Registration.replied_at, bounced.scalar_subquery().label("bounced"))
    row = db.execute(
        select(*row_columns(person), *told, Event.slug.label("event_slug"))
        .join(Event, Event.id == Registration.event_id)
        .join(original, original.id == Registration.person_id)
        .join(person, person.id == func.coalesce(original.merged_into_id, original.id))
        .where(Registration.public_id == public_id, in_scope(Event.cycle_id, staff))
    ).one_or_none()
    if row is None:
        raise NotFound("No encontramos esa inscripción.")
    return RegistrationDetail(**typed(dict(row._mapping)))


def municipios_of(db: Session, event_id: int) -> list[str]:
    """The DIVIPOLA codes that an event's registrations come from."""
    codes = select(Registration.divipola).where(Registration.event_id == event_id, Registration.divipola.is_not(None)).distinct()
    return [code for code in db.execute(codes).scalars() if code]
