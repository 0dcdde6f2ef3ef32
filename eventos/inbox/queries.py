"""What came in, as staff read it, and what it is about: each list in one statement, in one's scope."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from eventos.cycles.models import Event, EventDay
from eventos.cycles.queries.cards import Member, in_scope
from eventos.inbox.models import InboundDecision, InboundMail
from eventos.kernel.correspondence import MailRecord
from eventos.kernel.errors import NotFound
from eventos.kernel.titles import title
from eventos.kernel.vocabulary import RegistrationState
from eventos.people.models import Person
from eventos.registration.models import Registration

PAGE = 40
_DAY = re.compile(r"(.+)-([0-9]{1,2})@(.+)")


@dataclass(frozen=True)
class InboundRow:
    """A mail that came in. `accepted` is None until somebody decides about a doubtful one."""

    id: int
    public_id: str
    sha256: str
    kind: str
    verdict: str
    reason: str
    sender: str
    says: dict[str, Any]
    received_at: datetime
    about_message_id: str
    registration_id: int | None
    event: str
    registration: str | None
    accepted: bool | None

    @property
    def waits(self) -> bool:
        return self.verdict == "doubtful" and self.accepted is None


@dataclass(frozen=True)
class Sent:
    """A message of ours: what it was about."""

    message_id: str
    registration_id: int | None
    event_id: int | None


@dataclass(frozen=True)
class Invited:
    """The registration whose invite was answered; `day`: which day of the event that invite was for, of how many."""

    registration_id: int
    event_id: int
    email: str
    sequence: int
    is_registered: bool
    day: int
    days: int


def inbound(db: Session, staff: Member, *, page: int) -> list[InboundRow]:
    """One page of what came in, what waits for somebody first."""
    waits = (InboundMail.verdict == "doubtful") & InboundDecision.inbound_id.is_(None)
    rows = _select(staff).order_by(waits.desc(), InboundMail.received_at.desc(), InboundMail.id.desc())
    return [_row(row) for row in db.execute(rows.limit(PAGE).offset((page - 1) * PAGE))]


def inbound_count(db: Session, staff: Member) -> int:
    counted = select(func.count()).select_from(InboundMail).outerjoin(Event, Event.id == InboundMail.event_id)
    return db.execute(counted.where(in_scope(Event.cycle_id, staff))).scalar_one()


def inbound_in_scope(db: Session, staff: Member, public_id: str) -> InboundRow:
    """One of them. Raises NotFound."""
    row = db.execute(_select(staff).where(InboundMail.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound("No encontramos ese correo.")
    return _row(row)


def sent_among(db: Session, message_ids: Sequence[str]) -> Sent | None:
    """The first of these messages that is ours."""
    if not message_ids:
        return None
    registration_id = Registration.id.label("registration_id")
    rows = db.execute(
        select(MailRecord.message_id, MailRecord.about_type, MailRecord.about_id, registration_id, Registration.event_id)
        .outerjoin(Registration, (MailRecord.about_type == "registration") & (Registration.id == MailRecord.about_id))
        .where(MailRecord.message_id.in_(message_ids))
    ).all()
    found = {row.message_id: row for row in rows}
    row = next((found[each] for each in message_ids if each in found), None)
    if row is None:
        return None
    return Sent(row.message_id, row.registration_id, row.about_id if row.about_type == "event" else row.event_id)


def invited_by(db: Session, uid: str) -> Invited | None:
    """Whose invite has this UID: that of the first day is the registration's own, the others carry the number of their day."""
    further = _DAY.fullmatch(uid)
    candidates = {uid: 1} | ({f"{further[1]}@{further[3]}": int(further[2])} if further else {})
    original, person = aliased(Person), aliased(Person)
    days = select(func.count()).select_from(EventDay).where(EventDay.event_id == Event.id).correlate(Event).scalar_subquery()
    row = db.execute(
        select(Registration.id, Registration.event_id, Registration.uid, Registration.state, person.email)
        .add_columns((Registration.sequence + Event.sequence).label("invite_sequence"), days.label("days"))
        .join(Event, Event.id == Registration.event_id)
        .join(original, original.id == Registration.person_id)
        .join(person, person.id == func.coalesce(original.merged_into_id, original.id))
        .where(Registration.uid.in_(candidates))
    ).one_or_none()
    if row is None:
        return None
    is_registered = row.state == RegistrationState.ACTIVE.value
    return Invited(row.id, row.event_id, row.email, row.invite_sequence, is_registered, candidates[row.uid], row.days)


def outworn(db: Session, *, since: datetime, until: datetime) -> list[str]:
    """The files of what came in between these moments."""
    return list(db.execute(select(InboundMail.sha256).where(InboundMail.received_at.between(since, until))).scalars())


def _select(staff: Member) -> Select[Any]:
    return (
        select(
            *(getattr(InboundMail, name) for name in ("id", "public_id", "sha256", "kind", "verdict", "reason", "sender", "says")),
            *(InboundMail.received_at, InboundMail.about_message_id, InboundMail.registration_id),
            *(Event.kind.label("event_kind"), Event.number, Event.topic, InboundDecision.accepted),
            Registration.public_id.label("registration"),
        )
        .outerjoin(Event, Event.id == InboundMail.event_id)
        .outerjoin(Registration, Registration.id == InboundMail.registration_id)
        .outerjoin(InboundDecision, InboundDecision.inbound_id == InboundMail.id)
        .where(in_scope(Event.cycle_id, staff))
    )


def _row(row: Any) -> InboundRow:
    values = dict(row._mapping)
    kind, number, topic = values.pop("event_kind"), values.pop("number"), values.pop("topic")
    return InboundRow(**values, event=title(kind, number, topic)[1] if kind else "")
