"""Calls of an event, and the board of one: every convened entity once, with how its mail fared, what it answered and who registered."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from eventos.calls.models import Call, CallDesignee, CallRecipient, Convened
from eventos.calls.standing import Standing, is_late, standing
from eventos.cycles.models import Event
from eventos.entities.models import Entity
from eventos.kernel.errors import NotFound
from eventos.kernel.vocabulary import RegistrationState
from eventos.people.models import Person
from eventos.publicity.queries import published_flyer
from eventos.registration.models import Registration


@dataclass(frozen=True)
class CallView:
    """One call. `deadline_at` is the one that counts now, `first_deadline_at` the one it was sent with. `attachments` are
    {"filename", "media_type", "sha256", "size"}; `evidence_state` is "" until somebody asks for it."""

    id: int
    public_id: str
    event_id: int
    cycle_id: int
    subject: str
    body: str
    deadline_at: datetime | None
    first_deadline_at: datetime | None
    flyer: str
    flyer_version: int | None
    flyer_files: dict[str, str]
    attachments: tuple[dict[str, Any], ...]
    state: str
    content_sha256: str
    created_by: str
    created_at: datetime
    sent_by: str
    sent_at: datetime | None
    evidence_state: str
    evidence_sha256: str | None
    evidence_at: datetime | None
    evidence_error: str | None
    version: int

    @property
    def is_sent(self) -> bool:
        return self.sent_at is not None


@dataclass(frozen=True)
class BoardRow:
    """An entity in a call. `recipient` is the public id of its copy, None while nothing was promised to it."""

    convened_id: int
    convened: str
    entity: str
    entity_key: str
    mailbox: str
    liaison_name: str
    phone: str
    divipola: str | None
    is_removed: bool
    recipient_id: int | None
    recipient: str | None
    standing: Standing
    sent_at: datetime | None
    failure: str
    mails: int
    confirmed_at: datetime | None
    confirmed_by: str
    confirmed_post: str
    confirmed_via: str
    declined_at: datetime | None
    decline_reason: str
    is_late: bool
    designated: int = 0
    registered: int = 0

    @property
    def answered_at(self) -> datetime | None:
        return self.declined_at or self.confirmed_at


# Entity as it was written and folded, municipality, mail as it is compared, and how many.
Registrants = tuple[str, str | None, str | None, int]

_CALL = (
    Call.id, Call.public_id, Call.event_id, Event.cycle_id, Call.subject, Call.body,
    func.coalesce(Call.extended_to, Call.deadline_at).label("deadline_at"), Call.deadline_at.label("first_deadline_at"),
    Call.flyer, Call.flyer_version,
    Call.flyer_files, Call.attachments, Call.state, Call.content_sha256, Call.created_by, Call.created_at, Call.sent_by, Call.sent_at,
    Call.evidence_state, Call.evidence_sha256, Call.evidence_at, Call.evidence_error, Call.version,
)  # fmt: skip


def _calls() -> Select[Any]:
    return select(*_CALL).join(Event, Event.id == Call.event_id)


def _view(row: Any) -> CallView:
    values = dict(row._mapping)
    return CallView(**values | {"attachments": tuple(values["attachments"] or ()), "flyer_files": dict(values["flyer_files"] or {})})


def calls_of(db: Session, event_id: int) -> list[CallView]:
    """The calls of an event, the latest first: one statement."""
    return [_view(row) for row in db.execute(_calls().where(Call.event_id == event_id).order_by(Call.id.desc()))]


def call(db: Session, event_id: int, public_id: str) -> CallView:
    """One call of an event. Raises NotFound, also for one of another event."""
    row = db.execute(_calls().where(Call.event_id == event_id, Call.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound("No encontramos esa convocatoria.")
    return _view(row)


def call_by_id(db: Session, call_id: int) -> CallView:
    """The same by its number, for tasks. Raises NotFound."""
    row = db.execute(_calls().where(Call.id == call_id)).one_or_none()
    if row is None:
        raise NotFound("No encontramos esa convocatoria.")
    return _view(row)


def call_for_write(db: Session, event_id: int, public_id: str) -> Call:
    """The row, locked, for a service to change. Raises NotFound."""
    wanted = select(Call).where(Call.event_id == event_id, Call.public_id == public_id).with_for_update()
    row = db.execute(wanted).scalar_one_or_none()
    if row is None:
        raise NotFound("No encontramos esa convocatoria.")
    return row


def with_flyer(db: Session, view: CallView) -> CallView:
    """A draft with the pieza it would carry if it were sent now; one that was sent keeps its own."""
    if view.is_sent or view.flyer == "none":
        return view
    published = published_flyer(db, view.event_id)
    return replace(view, flyer_version=published.version, flyer_files=published.files) if published else view


def board(db: Session, view: CallView) -> list[BoardRow]:
    """Every entity convened, and every one that got the call and was removed later: three statements, however many they are."""
    return boards(db, [view])[view.id]


def boards(db: Session, views: Sequence[CallView]) -> dict[int, list[BoardRow]]:
    """The boards of several calls of one event, by their ids: three statements for all of them."""
    if not views:
        return {}
    ids = [view.id for view in views]
    got = and_(CallRecipient.convened_id == Convened.id, CallRecipient.call_id.in_(ids))
    rows = db.execute(
        select(Convened, Entity.name, Entity.name_key, CallRecipient)
        .join(Entity, Entity.id == Convened.entity_id)
        .outerjoin(CallRecipient, got)
        .where(Convened.cycle_id == views[0].cycle_id)
        .order_by(Entity.name_key, Convened.id)
    ).all()
    entities = {convened.id: (convened, name, key) for convened, name, key, _copy in rows}
    copies = {(copy.call_id, copy.convened_id): copy for _convened, _name, _key, copy in rows if copy is not None}
    designees = _designees(db, ids)
    registrants = _registrants(db, views[0].event_id, [key for _one, _name, key in entities.values()], designees)
    return {view.id: _board(view, entities.values(), copies, designees, registrants) for view in views}


def _board(
    view: CallView,
    entities: Iterable[tuple[Convened, str, str]],
    copies: Mapping[tuple[int, int], CallRecipient],
    designees: Mapping[int, list[str]],
    registrants: Sequence[Registrants],
) -> list[BoardRow]:
    found = []
    for convened, name, key in entities:
        copy = copies.get((view.id, convened.id))
        if copy is not None or convened.removed_at is None:
            designated = len(designees.get(copy.id, ())) if copy else 0
            found.append(_row(convened, name, key, copy, deadline_at=view.deadline_at, designated=designated))
    registered = _registered(found, designees, registrants)
    return [_with(row, registered.get(row.convened_id, 0)) for row in found]


def _row(convened: Convened, name: str, key: str, got: CallRecipient | None, *, deadline_at: datetime | None, designated: int) -> BoardRow:
    answered = (got.declined_at or got.confirmed_at) if got else None
    return BoardRow(
        convened_id=convened.id,
        convened=convened.public_id,
        entity=got.entity_name if got else name,
        entity_key=key,
        mailbox=convened.mailbox,
        liaison_name=convened.liaison_name,
        phone=convened.phone,
        divipola=convened.divipola,
        is_removed=convened.removed_at is not None,
        recipient_id=got.id if got else None,
        recipient=got.public_id if got else None,
        standing=standing(
            got.state if got else None, confirmed_at=got.confirmed_at if got else None, declined_at=got.declined_at if got else None
        ),
        sent_at=got.sent_at if got else None,
        failure=got.failure if got else "",
        mails=got.mails if got else 0,
        confirmed_at=got.confirmed_at if got else None,
        confirmed_by=got.confirmed_by if got else "",
        confirmed_post=got.confirmed_post if got else "",
        confirmed_via=got.confirmed_via if got else "",
        declined_at=got.declined_at if got else None,
        decline_reason=got.decline_reason if got else "",
        is_late=is_late(answered, deadline_at),
        designated=designated,
    )


def _with(row: BoardRow, registered: int) -> BoardRow:
    return replace(row, registered=registered) if registered else row


def _designees(db: Session, call_ids: Sequence[int]) -> dict[int, list[str]]:
    """Recipient → the mail keys of those it designated."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = db.execute(
        select(CallDesignee.recipient_id, CallDesignee.email_key)
        .join(CallRecipient, CallRecipient.id == CallDesignee.recipient_id)
        .where(CallRecipient.call_id.in_(call_ids), CallDesignee.removed_at.is_(None))
    )
    for recipient_id, key in rows:
        found[recipient_id].append(key)
    return found


def _registrants(db: Session, event_id: int, keys: Sequence[str], designees: Mapping[int, list[str]]) -> list[Registrants]:
    """How many hold an active registration under each entity's name, municipality and mail: of these entities, or designated by them."""
    mails = {mail for some in designees.values() for mail in some}
    by_name, told = Registration.entity_key.in_(keys), aliased(Person)
    rows = db.execute(
        select(Registration.entity_key, Registration.divipola, Person.email_key, func.count(Person.id.distinct()))
        .join(told, told.id == Registration.person_id)
        .join(Person, Person.id == func.coalesce(told.merged_into_id, told.id))
        .where(Registration.event_id == event_id, Registration.state == RegistrationState.ACTIVE.value)
        .where(or_(by_name, Person.email_key.in_(mails)) if mails else by_name)
        .group_by(Registration.entity_key, Registration.divipola, Person.email_key)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def _registered(rows: Sequence[BoardRow], designees: Mapping[int, list[str]], registrants: Sequence[Registrants]) -> dict[int, int]:
    """Convened → its registrants: they wrote the entity's name, or it designated their mail. Nobody counts twice."""
    by_key = {row.entity_key: row for row in rows}
    by_mail = {key: row for row in rows if row.recipient_id for key in designees.get(row.recipient_id, ())}
    counted: dict[int, int] = defaultdict(int)
    for entity_key, code, mail, many in registrants:
        row = by_mail.get(mail or "") or by_key.get(entity_key)
        # Two municipalities may share a name (Riosucio): the code tells their town halls apart.
        if row is None or (mail not in by_mail and row.divipola and code and row.divipola != code):
            continue
        counted[row.convened_id] += many
    return dict(counted)
