"""One entity's copy of a call: for its mail, for the page of its receipt, and for the thread that proves what happened."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from eventos.calls.models import Call, CallDesignee, CallEntry, CallRecipient, Convened
from eventos.calls.queries.board import CallView, board, call_by_id
from eventos.calls.standing import Standing, is_late, standing
from eventos.cycles.queries import EventView, event_view_by_id
from eventos.entities.queries import OfficeView, office_view
from eventos.kernel.errors import NotFound
from eventos.kernel.vocabulary import RegistrationState
from eventos.people.models import Person
from eventos.registration.models import Registration
from eventos.registration.queries_admission import policy_of, sealed_invitation


@dataclass(frozen=True)
class RecipientView:
    """An entity in a call, with the secret of its receipt (sealed)."""

    id: int
    public_id: str
    call_id: int
    convened_id: int
    entity: str
    mailbox: str
    liaison_name: str
    phone: str
    token_sealed: bytes
    state: str
    mails: int
    sent_at: datetime | None
    failure: str
    confirmed_at: datetime | None
    confirmed_by: str
    confirmed_post: str
    confirmed_via: str
    confirmed_note: str
    recorded_by: str
    declined_at: datetime | None
    decline_reason: str
    removed_at: datetime | None

    @property
    def is_removed(self) -> bool:
        """No longer convened."""
        return self.removed_at is not None

    @property
    def standing(self) -> Standing:
        return standing(self.state, confirmed_at=self.confirmed_at, declined_at=self.declined_at)

    @property
    def answered_at(self) -> datetime | None:
        return self.declined_at or self.confirmed_at


@dataclass(frozen=True)
class DesigneeView:
    """Somebody an entity named; `is_registered` when a person with that mail holds an active registration of the event."""

    id: int
    public_id: str
    recipient_id: int
    given_names: str
    family_names: str
    post: str
    email: str
    document_type: str | None
    document_number: str | None
    invited_at: datetime | None
    failure: str
    is_registered: bool

    @property
    def full_name(self) -> str:
        return f"{self.given_names} {self.family_names}".strip()


@dataclass(frozen=True)
class EntryView:
    """A line of the thread; `entity` is "" for what is said of the whole call."""

    kind: str
    at: datetime
    by: str
    entity: str
    message_id: str
    detail: dict[str, Any]


@dataclass(frozen=True)
class MatterView:
    """What the mails of a call are about, whoever gets them. `invitation`: that of a private event, sealed; None when anybody finds it."""

    call: CallView
    event: EventView
    office: OfficeView
    invitation: bytes | None = None


@dataclass(frozen=True)
class LetterView:
    """Everything a mail to one entity says."""

    matter: MatterView
    recipient: RecipientView

    @property
    def call(self) -> CallView:
        return self.matter.call

    @property
    def event(self) -> EventView:
        return self.matter.event

    @property
    def office(self) -> OfficeView:
        return self.matter.office

    @property
    def is_late(self) -> bool:
        return is_late(self.recipient.answered_at, self.call.deadline_at)

    def without_flyer(self) -> "LetterView":
        """The same without the pieza, once it shows what is no longer so."""
        return replace(self, matter=replace(self.matter, call=replace(self.call, flyer="none")))


_RECIPIENT = (
    CallRecipient.id, CallRecipient.public_id, CallRecipient.call_id, CallRecipient.convened_id, CallRecipient.entity_name,
    CallRecipient.mailbox, Convened.liaison_name, Convened.phone, CallRecipient.token_sealed, CallRecipient.state, CallRecipient.mails,
    CallRecipient.sent_at, CallRecipient.failure, CallRecipient.confirmed_at, CallRecipient.confirmed_by, CallRecipient.confirmed_post,
    CallRecipient.confirmed_via, CallRecipient.confirmed_note, CallRecipient.recorded_by,
    CallRecipient.declined_at, CallRecipient.decline_reason, Convened.removed_at,
)  # fmt: skip


def _recipients() -> Any:
    return select(*_RECIPIENT).join(Convened, Convened.id == CallRecipient.convened_id)


def recipient(db: Session, call_id: int, recipient_id: int) -> RecipientView:
    """One entity of a call. Raises NotFound, also for one of another call."""
    row = db.execute(_recipients().where(CallRecipient.call_id == call_id, CallRecipient.id == recipient_id)).one_or_none()
    if row is None:
        raise NotFound("Esa entidad todavía no ha recibido esta convocatoria.")
    return RecipientView(*row)


def letter_view(db: Session, recipient_id: int) -> LetterView:
    """For the mail of one entity. Raises NotFound."""
    row = db.execute(_recipients().where(CallRecipient.id == recipient_id)).one_or_none()
    return _letter(db, row)


def receipt_view(db: Session, token_hash: str) -> LetterView:
    """For the page behind the link of a receipt. Raises NotFound."""
    row = db.execute(_recipients().where(CallRecipient.token_hash == token_hash)).one_or_none()
    return _letter(db, row)


def _letter(db: Session, row: Any) -> LetterView:
    if row is None:
        raise NotFound("Este vínculo de confirmación no existe. Revise que esté completo.")
    found = RecipientView(*row)
    return LetterView(matter(db, call_by_id(db, found.call_id)), found)


def matter(db: Session, view: CallView) -> MatterView:
    """What the mails of a call are about."""
    invitation = sealed_invitation(db, view.event_id) if policy_of(db, view.event_id).is_private else None
    return MatterView(view, event_view_by_id(db, view.event_id), office_view(db), invitation)


def registered_of(db: Session, view: LetterView) -> int:
    """How many are registered from the entity of this copy, as its board counts them."""
    return next((row.registered for row in board(db, view.call) if row.recipient_id == view.recipient.id), 0)


def recipient_for_write(db: Session, recipient_id: int) -> CallRecipient:
    """The row, locked. Raises NoResultFound when it is gone."""
    return db.execute(select(CallRecipient).where(CallRecipient.id == recipient_id).with_for_update()).scalar_one()


def designees(db: Session, event_id: int, recipient_id: int) -> list[DesigneeView]:
    """Whom an entity named and did not take back, in order: one statement."""
    return [DesigneeView(*row) for row in db.execute(_named(event_id).where(CallDesignee.recipient_id == recipient_id))]


def designee(db: Session, designee_id: int) -> tuple[DesigneeView, LetterView] | None:
    """Somebody named, with the call, for their invitation; None when they were taken back meanwhile."""
    row = db.execute(
        select(CallDesignee.recipient_id, Call.event_id)
        .join(CallRecipient, CallRecipient.id == CallDesignee.recipient_id)
        .join(Call, Call.id == CallRecipient.call_id)
        .where(CallDesignee.id == designee_id, CallDesignee.removed_at.is_(None))
    ).one_or_none()
    if row is None:
        return None
    found = next(each for each in designees(db, row.event_id, row.recipient_id) if each.id == designee_id)
    return found, letter_view(db, row.recipient_id)


def _named(event_id: int) -> Select[Any]:
    told = aliased(Person)
    active = (
        select(Registration.id)
        .join(told, told.id == Registration.person_id)
        .join(Person, Person.id == func.coalesce(told.merged_into_id, told.id))
        .where(Registration.event_id == event_id, Registration.state == RegistrationState.ACTIVE.value)
        .where(Person.email_key == CallDesignee.email_key)
        .correlate(CallDesignee)
    )
    columns = [getattr(CallDesignee, name) for name in DesigneeView.__dataclass_fields__ if name != "is_registered"]
    return (
        select(*columns, active.exists())
        .where(CallDesignee.removed_at.is_(None))
        .order_by(CallDesignee.id)
    )  # fmt: skip


def thread(db: Session, call_id: int, *, recipient_id: int | None = None) -> list[EntryView]:
    """What happened with a call, or with one entity in it, in order: one statement."""
    wanted = (
        select(CallEntry.kind, CallEntry.at, CallEntry.by, CallRecipient.entity_name, CallEntry.message_id, CallEntry.detail)
        .outerjoin(CallRecipient, CallRecipient.id == CallEntry.recipient_id)
        .where(CallEntry.call_id == call_id)
    )
    if recipient_id is not None:
        wanted = wanted.where(CallEntry.recipient_id == recipient_id)
    rows = db.execute(wanted.order_by(CallEntry.at, CallEntry.id))
    return [EntryView(row[0], row[1], row[2], row[3] or "", row[4] or "", dict(row[5] or {})) for row in rows]


def reached(db: Session, event_id: int) -> list[int]:
    """The copies of an event's calls that reached their entity and were not declined: one for each entity, of its latest call."""
    rows = db.execute(
        select(CallRecipient.convened_id, CallRecipient.id)
        .join(Call, Call.id == CallRecipient.call_id)
        .where(Call.event_id == event_id, CallRecipient.sent_at.is_not(None), CallRecipient.declined_at.is_(None))
        .where(or_(CallRecipient.state == "sent", CallRecipient.confirmed_at.is_not(None)))
        .order_by(CallRecipient.id)
    )
    return sorted({row.convened_id: row.id for row in rows}.values())


def mailed(db: Session, message_id: str) -> CallEntry | None:
    """The line that says that a message left, for what comes back about it."""
    return db.execute(
        select(CallEntry)
        .where(CallEntry.message_id == message_id, CallEntry.kind.in_(("call", "reminder", "invited", "changed", "called_off")))
        .limit(1)
    ).scalar_one_or_none()
