"""What people correct through their personal link, or staff for them: data, the modality, and (with a confirmation) the mail address."""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.cycles.models import SeatPool
from eventos.cycles.service import seats
from eventos.kernel import audit, clock, limits, outbox, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.errors import InvalidInput, NotFound
from eventos.kernel.text import normalise_document, normalise_email
from eventos.kernel.vocabulary import RegistrationState, Source
from eventos.people import service as people
from eventos.people.models import Person
from eventos.registration.models import AdmissionPolicy, Registration
from eventos.registration.rules import MAIL_CHANGE_LIFE, ChangeRegistration, NoSeatThere
from eventos.registration.rules_answers import Told
from eventos.registration.service import answers, notify
from eventos.registration.service.allowance import MAIL_CHANGES
from eventos.registration.service.cancel import refuse_when_late
from eventos.registration.service.promote import let_go, promote
from eventos.registration.service.register import workplace_columns

_ASKED, _CONFIRM = "mail-change-asked", "mail-change"


def person_of(db: Session, registration: Registration) -> Person:
    """The person of a registration, merged people resolved."""
    person = db.execute(select(Person).where(Person.id == registration.person_id)).scalar_one()
    if person.merged_into_id is not None:
        return db.execute(select(Person).where(Person.id == person.merged_into_id)).scalar_one()
    return person


def change(db: Session, registration: Registration, command: ChangeRegistration, *, by: Actor, now: datetime) -> tuple[str, ...]:
    """Write down what somebody corrected. Answers the names of what changed; a new modality promises an updated invite.

    Where the event is moderated, what a person changes is looked at anew: they give their seat back until then. What staff change is not.
    Raises TooLate once the event began (staff may still correct data, not the modality), NoSeatThere when the other modality is full
    (everything stays then).
    """
    swaps = bool(command.modality) and command.modality != registration.modality and RegistrationState(registration.state).is_open
    if by.staff_id is None or swaps:
        refuse_when_late(db, registration, now)
    person = person_of(db, registration)
    changed = list(
        people.change_contact(
            db, person, given_names=command.given_names, family_names=command.family_names, phone=command.phone, by=by, now=now
        )
    )
    for name, value in workplace_columns(command.workplace).items():
        if getattr(registration, name) != value:
            setattr(registration, name, value)
            changed.append(name)
    is_reviewed = by.staff_id is None and _is_moderated(db, registration) and registration.state in _REVIEWED
    if swaps and (is_reviewed or registration.state == RegistrationState.PENDING):
        changed.append("modality")
    elif swaps:
        _swap_modality(db, registration, command.modality, by=by, now=now)
        changed.append("modality")
    if changed and is_reviewed:
        _look_anew(db, registration, now)
    if swaps and registration.state == RegistrationState.PENDING:
        registration.modality = command.modality
    if changed:
        registration.updated_at = now
        db.flush()
        audit.record(db, by, "registration.change", "registration", registration.id, fields=sorted(set(changed)))
        db.flush()
    return tuple(changed)


_REVIEWED = (RegistrationState.ACTIVE.value, RegistrationState.WAITLISTED.value, RegistrationState.OFFERED.value)


def _is_moderated(db: Session, registration: Registration) -> bool:
    moderated = select(AdmissionPolicy.moderated).where(AdmissionPolicy.event_id == registration.event_id)
    return bool(db.execute(moderated).scalar_one_or_none())


def change_answers(db: Session, registration: Registration, told: Told, *, by: Actor, now: datetime) -> bool:
    """Answer an event's own questions otherwise; True when something changed. What a person changes of a moderated event is looked at anew.

    Raises TooLate for the person once the event began (staff may still fill in), OptionIsFull (everything stays then).
    """
    is_staff = by.staff_id is not None
    if not is_staff:
        refuse_when_late(db, registration, now)
    channel = Source.STAFF if is_staff else Source.FORM
    person = person_of(db, registration)
    changed = answers.keep(db, registration.id, registration.event_id, person.id, told, channel=channel, now=now)
    if changed:
        if not is_staff and registration.state in _REVIEWED and _is_moderated(db, registration):
            _look_anew(db, registration, now)
        registration.updated_at = now
        audit.record(db, by, "registration.answer", "registration", registration.id)
        db.flush()
    return changed


def _look_anew(db: Session, registration: Registration, now: datetime) -> None:
    """The organiser approves again: the seat is given back until then."""
    was_active = registration.state == RegistrationState.ACTIVE
    let_go(db, registration, now, to=RegistrationState.PENDING)
    notify.cancelled(db, registration.id, held=was_active, now=now, why="review")


def _swap_modality(db: Session, registration: Registration, modality: str, *, by: Actor, now: datetime) -> None:
    """Change seats within this transaction: the new one is taken before the old one is given back."""
    # Both pools are locked in one order, so that two people swapping in opposite directions do not wait for each other.
    db.execute(select(SeatPool.id).where(SeatPool.event_id == registration.event_id).order_by(SeatPool.id).with_for_update()).all()
    pool_id = seats.take(db, registration.event_id, modality)
    if pool_id is None and registration.seat_pool_id is not None:
        raise NoSeatThere
    before, given_up = registration.modality, registration.seat_pool_id
    registration.modality = modality
    registration.seat_pool_id = pool_id
    if given_up is None:  # Who waited waits for the other modality, or got a seat there; a seat that waits for an answer still does.
        registration.state = (RegistrationState.ACTIVE if pool_id is not None else RegistrationState.WAITLISTED).value
        registration.waitlisted_at = now if pool_id is None else None
    registration.sequence += 1
    db.flush()
    if given_up is not None:
        seats.give_back(db, given_up)
        promote(db, registration.event_id, before, now=now)
    notify.confirm(db, registration.id, why="changed", now=now, hold=notify.own_hold(db, registration, by))


# --- the mail address ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MailChange:
    """A change of address that waits for its confirmation."""

    person_id: int
    registration_id: int
    old_key: str
    email: str


def ask_mail_change(db: Session, registration: Registration, email: str, document: str, *, by: Actor, now: datetime) -> None:
    """Begin to change a mail address: a link goes to the new one, a notice to the old one. The link alone is not enough to ask:

    the person types their document, at most five times an hour. Raises InvalidInput, TooManyRequests.
    """
    person = person_of(db, registration)
    if person.document_type is None or person.document_number is None:
        raise InvalidInput(fields={"document_number": "No tenemos su documento: pida el cambio de correo a la oficina."})
    if normalise_email(email) == person.email_key:
        raise InvalidInput(fields={"email": "Ese es el correo que ya tenemos."})
    try:
        told = normalise_document(person.document_type, document)
    except ValueError:
        told = ""
    if told != person.document_number:
        raise WrongDocument
    sealed = tokens.seal(_ASKED, f"{person.id}\n{registration.id}\n{person.email_key}\n{email}".encode())
    number = int(now.timestamp())
    arguments: dict[str, Any] = {"registration_id": registration.id, "asked": b64encode(sealed).decode(), "number": number}
    key = f"{registration.id}:{number}"
    if not notify.count_mail(db, normalise_email(email)):
        outbox.enqueue(db, "registration.mail_change", key=f"registration.mail_change:{key}", **arguments)
        outbox.enqueue(db, "registration.mail_change_notice", key=f"registration.mail_change_notice:{key}", **arguments)
    audit.record(db, by, "registration.ask_mail_change", "registration", registration.id)
    db.flush()


class WrongDocument(InvalidInput):
    """The document does not fit; the attempt counts (a door remembers it with `count_try`, outside the transaction that this undoes)."""

    code = "wrong_document"

    def __init__(self) -> None:
        super().__init__(fields={"document_number": "El número no coincide con el documento de esta inscripción."})


def count_try(db: Session, registration_id: int) -> None:
    """Count an attempt to change the address. Raises TooManyRequests after five in an hour."""
    limits.spend(db, (MAIL_CHANGES, str(registration_id)))


def read_asked(asked: str) -> MailChange:
    """What `ask_mail_change` put into its job."""
    person_id, registration_id, old_key, email = tokens.unseal(_ASKED, b64decode(asked)).decode().split("\n")
    return MailChange(int(person_id), int(registration_id), old_key, email)


def mail_change_token(asked: MailChange) -> str:
    """The token for the link to the new address, good for 48 hours."""
    content = {"p": asked.person_id, "r": asked.registration_id, "o": asked.old_key, "e": asked.email}
    return tokens.issue(_CONFIRM, content, expires_at=clock.now() + MAIL_CHANGE_LIFE)


def read_mail_change(token: str) -> MailChange:
    """The change behind a link. Raises NotFound when it is not ours or its time has passed."""
    try:
        content = tokens.read(_CONFIRM, token)
    except tokens.BadToken:
        raise NotFound("Este vínculo ya no sirve: pida el cambio de correo otra vez.") from None
    return MailChange(content["p"], content["r"], content["o"], content["e"])


def confirm_mail_change(db: Session, token: str, *, now: datetime) -> Registration:
    """Put the new address in place; from now on the old one receives nothing. Raises NotFound when it was changed meanwhile."""
    asked = read_mail_change(token)
    person = db.execute(select(Person).where(Person.id == asked.person_id).with_for_update()).scalar_one_or_none()
    registration = db.get(Registration, asked.registration_id)
    if person is None or registration is None or person.email_key != asked.old_key:
        raise NotFound("Este vínculo ya se usó, o el correo cambió después.")
    people.change_email(db, person, asked.email, by=Actor.person(person.id), now=now)
    notify.confirm(db, registration.id, why="repeat", now=now)
    return registration
