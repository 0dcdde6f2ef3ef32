"""What an entity answers: received, these people will attend, or nobody will. After the deadline it is taken, and marked as late."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eventos.calls import queries, rules
from eventos.calls.models import CallDesignee, CallEntry, CallRecipient
from eventos.calls.queries import LetterView
from eventos.calls.rules import Designee, Signed
from eventos.kernel import limits, outbox, tokens
from eventos.kernel.errors import InvalidInput, NotFound
from eventos.kernel.limits import Limit
from eventos.kernel.text import name_key, normalise_email
from eventos.registration.service.allowance import MAILS_DAY, MAILS_HOUR

ANSWERS = Limit("calls.answers", 60, timedelta(minutes=10))
INVITED_DAY = Limit("calls.invited", 2 * rules.MOST_DESIGNEES, timedelta(days=1))  # also by naming others in the place of some
TOO_MANY = "Este correo ya recibió demasiados mensajes; la invitación espera a que el equipo la libere."
MANY_NAMED = "La entidad cambió muchas veces a quiénes designa; la invitación espera a que el equipo la libere."


def confirm(db: Session, view: LetterView, signed: Signed, *, now: datetime) -> bool:
    """Write down who received the call. False when it was confirmed before: the first one stays. Raises InvalidInput, CallClosed."""
    rules.check_signed(signed)
    rules.check_open(view.event.state, view.event.ends_at, now=now)
    row = queries.recipient_for_write(db, view.recipient.id)
    is_first = row.confirmed_at is None or row.declined_at is not None
    _confirm(row, signed, now)
    row.declined_at, row.decline_reason = None, ""
    if is_first:
        _tell(db, row, "confirmed", signed, now)
    db.flush()
    return is_first


def decline(db: Session, view: LetterView, signed: Signed, reason: str, *, now: datetime) -> None:
    """Nobody of the entity will attend, and why; that it received the call goes with it. Raises InvalidInput, CallClosed."""
    rules.check_signed(signed)
    if not reason:
        raise InvalidInput(fields={"reason": "Escriba el motivo."})
    rules.check_open(view.event.state, view.event.ends_at, now=now)
    row = queries.recipient_for_write(db, view.recipient.id)
    _confirm(row, signed, now)
    row.declined_at, row.decline_reason = now, reason
    _tell(db, row, "declined", signed, now, reason=reason)
    db.flush()


def designate(db: Session, view: LetterView, signed: Signed, people: Sequence[Designee], *, now: datetime) -> int:
    """Write down who will attend and promise each an invitation to register; gives how many are new.

    They consent by themselves when they register. Somebody already named (same mail and name) is left as they are. An address that was
    written to too often waits for staff. Raises InvalidInput, CallClosed.
    """
    rules.check_signed(signed)
    rules.check_open(view.event.state, view.event.ends_at, now=now)
    if not people:
        raise InvalidInput(fields={"people": "Escriba al menos una persona."})
    row = queries.recipient_for_write(db, view.recipient.id)
    named = select(func.count()).select_from(CallDesignee).where(CallDesignee.recipient_id == row.id, CallDesignee.removed_at.is_(None))
    if (db.scalar(named) or 0) + len(people) > rules.MOST_DESIGNEES:
        raise InvalidInput(fields={"people": f"Una entidad puede designar hasta {rules.MOST_DESIGNEES} personas por aquí."})
    new = [made for person in people if (made := _designee(db, row.id, person, now)) is not None]
    _confirm(row, signed, now)
    row.declined_at, row.decline_reason = None, ""
    db.flush()
    if new:
        _tell(db, row, "designated", signed, now, people=str(len(new)))
    for made in new:
        _invite(db, made, now)
    return len(new)


def withdraw(db: Session, view: LetterView, public_id: str, *, now: datetime) -> None:
    """Take back somebody named; if they registered already, their registration is theirs. Raises NotFound, CallClosed."""
    rules.check_open(view.event.state, view.event.ends_at, now=now)
    row = queries.recipient_for_write(db, view.recipient.id)
    found = db.execute(
        select(CallDesignee).where(CallDesignee.recipient_id == row.id, CallDesignee.public_id == public_id)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound("Esa persona ya no está en la lista.")
    if found.removed_at is None:
        found.removed_at = now
        _tell(db, row, "withdrawn", Signed(row.confirmed_by, row.confirmed_post), now)
        db.flush()


def _confirm(row: CallRecipient, signed: Signed, now: datetime) -> None:
    if row.confirmed_at is None:
        row.confirmed_at, row.confirmed_by, row.confirmed_post = now, signed.name, signed.post


def _designee(db: Session, recipient_id: int, person: Designee, now: datetime) -> CallDesignee | None:
    email_key, key = normalise_email(person.email), name_key(person.given_names, person.family_names)
    same = (CallDesignee.recipient_id == recipient_id, CallDesignee.email_key == email_key, CallDesignee.name_key == key)
    there = db.execute(select(CallDesignee).where(*same)).scalar_one_or_none()
    if there is not None:
        if there.removed_at is None:
            return None
        there.removed_at = None
        return there
    made = CallDesignee(
        public_id=tokens.public_id(),
        recipient_id=recipient_id,
        given_names=person.given_names,
        family_names=person.family_names,
        name_key=key,
        post=person.post,
        email=person.email,
        email_key=email_key,
        document_type=person.document_type,
        document_number=person.document_number,
        created_at=now,
    )
    db.add(made)
    db.flush()
    return made


def _invite(db: Session, made: CallDesignee, now: datetime) -> None:
    """Promise an invitation, also to who is named again: the mail leaves once. Beyond what one address may be sent, or one entity
    may cause, it is held for staff."""
    hits = limits.hit(db, (MAILS_HOUR, made.email_key), (MAILS_DAY, made.email_key), (INVITED_DAY, str(made.recipient_id)))
    key = f"calls.invite:{made.id}:{int(now.timestamp())}"
    if hits[0] > MAILS_HOUR.times or hits[1] > MAILS_DAY.times or hits[2] > INVITED_DAY.times:
        reason = MANY_NAMED if hits[2] > INVITED_DAY.times else TOO_MANY
        outbox.hold(db, "calls.invite", reason=reason, key=key, designee_id=made.id)
    else:
        outbox.enqueue(db, "calls.invite", key=key, designee_id=made.id)


def _tell(db: Session, row: CallRecipient, kind: str, signed: Signed, now: datetime, **detail: str) -> None:
    by = ", ".join(part for part in (signed.name, signed.post) if part)
    db.add(CallEntry(call_id=row.call_id, recipient_id=row.id, kind=kind, at=now, by=by, detail=detail))
