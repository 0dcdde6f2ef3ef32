"""What the mails of a registration say: the registration, its office, the words of its cycle; and whom a reminder reaches."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.cycles.queries import wordings_of
from eventos.entities.queries import OfficeView, office_view
from eventos.kernel.wordings import Wording
from eventos.people.models import Person
from eventos.registration.models import RegistrationGroup
from eventos.registration.queries import RegistrationView, registration_view


@dataclass(frozen=True)
class ConfirmationView:
    """What the mails of a registration say: `wordings` are those its cycle words in its own way, `leader` who wrote the person down."""

    registration: RegistrationView
    office: OfficeView
    wordings: Mapping[str, Wording] = field(default_factory=dict)
    leader: str = ""


def confirmation_view(db: Session, registration_id: int) -> ConfirmationView:
    """What the mails of a registration say. Raises NotFound."""
    view = registration_view(db, registration_id)
    leader = _leader(db, view.group_id) if view.needs_consent and view.group_id is not None else ""
    return ConfirmationView(view, office_view(db), wordings_of(db, view.event.cycle_id), leader)


def _leader(db: Session, group_id: int) -> str:
    """Who wrote a group down."""
    wrote = select(Person.given_names, Person.family_names).join(RegistrationGroup, RegistrationGroup.leader_id == Person.id)
    row = db.execute(wrote.where(RegistrationGroup.id == group_id)).one()
    return f"{row.given_names} {row.family_names}".strip()
