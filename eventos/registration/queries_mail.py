"""What the mails of a registration say: the registration, its office, the words of its cycle; and whom a reminder or a change reaches."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.cycles.queries import wordings_of
from eventos.entities.queries import OfficeView, office_view
from eventos.kernel.outbox import Job
from eventos.kernel.wordings import Wording
from eventos.people.models import Person
from eventos.registration.models import Registration, RegistrationGroup, Reminder
from eventos.registration.queries import RegistrationView, registration_view
from eventos.registration.queries_questions import standing
from eventos.registration.rules_reminders import words


@dataclass(frozen=True)
class ConfirmationView:
    """What the mails of a registration say: `wordings` are those its cycle words in its own way, `leader` who wrote the person down.

    `lacks`: required questions of the event that wait for an answer; who has to confirm first answers them then.
    """

    registration: RegistrationView
    office: OfficeView
    wordings: Mapping[str, Wording] = field(default_factory=dict)
    leader: str = ""
    lacks: tuple[str, ...] = ()


def confirmation_view(db: Session, registration_id: int) -> ConfirmationView:
    """What the mails of a registration say. Raises NotFound."""
    view = registration_view(db, registration_id)
    leader = _leader(db, view.group_id) if view.needs_consent and view.group_id is not None else ""
    asks = view.state.is_open and not view.needs_consent
    lacks = standing(db, registration_id, view.event.id).lacks if asks else ()
    return ConfirmationView(view, office_view(db), wordings_of(db, view.event.cycle_id), leader, lacks)


def _leader(db: Session, group_id: int) -> str:
    """Who wrote a group down."""
    wrote = select(Person.given_names, Person.family_names).join(RegistrationGroup, RegistrationGroup.leader_id == Person.id)
    row = db.execute(wrote.where(RegistrationGroup.id == group_id)).one()
    return f"{row.given_names} {row.family_names}".strip()


@dataclass(frozen=True)
class ReminderView:
    """A reminder of an event: when it goes out, or when it went and to how many (None: it came too late for anybody)."""

    id: int
    public_id: str
    at: datetime | None
    minutes_before: int | None
    due_at: datetime | None
    sent_at: datetime | None
    sent_to: int | None

    @property
    def words(self) -> str:
        return words(self.minutes_before) if self.minutes_before is not None else "A una hora fija"


def reminders_of(db: Session, event_id: int) -> list[ReminderView]:
    """The reminders of an event, in the order they go out: one statement."""
    columns = [getattr(Reminder, name) for name in ReminderView.__dataclass_fields__]
    rows = db.execute(select(*columns).where(Reminder.event_id == event_id).order_by(Reminder.due_at, Reminder.id))
    return [ReminderView(**row._mapping) for row in rows]


def ids_of_modality(db: Session, event_id: int, modality: str) -> set[int]:
    """The registrations of an event in one modality, by id."""
    return set(db.execute(select(Registration.id).where(Registration.event_id == event_id, Registration.modality == modality)).scalars())


def later_changes(db: Session, event_id: int, number: int) -> set[str]:
    """Whom the changes of an event after this one touch: a modality, or "" for everybody."""
    facts = db.execute(select(Job.args).where(Job.name.startswith("event.rescheduled > registration."))).scalars()
    return {told.get("only", "") for told in facts if told["event_id"] == event_id and told.get("sequence", 0) > number}


def is_overtaken(db: Session, registration: RegistrationView, number: int) -> bool:
    """Whether a later change than this one of the event is told to this registration too, so that one mail says it all."""
    event = registration.event
    return event.sequence > number and bool(later_changes(db, event.id, number) & {"", registration.modality.value})
