"""Writes people down for events. From outside, a first and a repeated registration cost and answer the same."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from eventos.cycles.service import seats
from eventos.kernel import audit, limits
from eventos.kernel.audit import Actor
from eventos.kernel.db import per_dialect
from eventos.kernel.errors import InvalidInput, TooManyRequests
from eventos.kernel.text import fold, mask_email
from eventos.kernel.vocabulary import RegistrationState, Source
from eventos.people import service as people
from eventos.people.models import Person
from eventos.people.service import OnFile
from eventos.registration import queries
from eventos.registration.models import Registration
from eventos.registration.queries import Opening
from eventos.registration.rules import GROUP_LIFE, NO_MAIL_REASON, Register, Workplace, admit, held_until, modality_for
from eventos.registration.service import answers, notify, tickets
from eventos.registration.service.allowance import PER_ADDRESS, PER_DOCUMENT
from eventos.registration.service.promote import expire_at, terms_of


@dataclass(frozen=True)
class Outcome:
    """How somebody stands at one event afterwards. Doors do not show it: it travels by mail."""

    registration_id: int
    event_id: int
    state: RegistrationState
    is_repeat: bool
    consents: bool = False  # somebody whom a colleague had written down says yes by this form, and answers it


def register(
    db: Session,
    command: Register,
    *,
    now: datetime,
    by: Actor,
    address: str | None = None,
    invited_to: int | None = None,
    demo: bool = False,
) -> list[Outcome]:
    """Write a person down for each event, with a seat or on the waiting list, and promise the mails that say so.

    Who is already written down stays as they are, and gets the mail again at the address on file. `address` is the network address that
    asks, for the limits; the office itself has none. `invited_to` is the private event whose invitation was shown.
    Raises RegistrationClosed, InvalidInput, TooManyRequests.
    """
    openings = admitted(db, command, now, invited_to)
    known = people.recognise(db, command.identity, now, demo=demo)
    person = known.person
    hold = _count(db, command, person, address)
    text_hash = people.keep_consent_text(db, command.consent.text, now)
    outcomes = []
    for number, opening in enumerate(openings):
        if number and address is not None:
            hold = notify.count_mail(db, _recipient(person))
        outcome = _write_down(db, command, opening, person, text_hash, now=now, demo=demo)
        if opening.questions and (outcome.consents or not outcome.is_repeat):
            _answer(db, command, opening, person, outcome, now)
        why = "repeat" if outcome.is_repeat else "first"
        other = mask_email(command.identity.email) if known.mail_differs else ""
        nowhere_to_write = command.source is Source.WALK_IN and not person.email
        if (opening.ends_at is None or opening.ends_at > now) and not nowhere_to_write:
            notify.confirm(db, outcome.registration_id, why=why, now=now, hold=hold if person.email else NO_MAIL_REASON, other_mail=other)
        audit.record(db, by, f"registration.{why}", "registration", outcome.registration_id, source=str(command.source))
        outcomes.append(outcome)
    db.flush()
    return outcomes


def admitted(db: Session, command: Register, now: datetime, invited_to: int | None) -> list[Opening]:
    """The events asked for, in the order their seats are taken everywhere (so that two people never wait for each other)."""
    openings = queries.openings(db, command.event_slugs)
    if len(openings) != len(set(command.event_slugs)) or len({opening.cycle_id for opening in openings}) > 1:
        raise InvalidInput(fields={"also": "Elija los eventos de la lista."})
    if command.source is Source.FORM:
        for opening in openings:
            if opening.is_private and opening.id != invited_to:  # Without its invitation it does not exist.
                raise InvalidInput(fields={"also": "Elija los eventos de la lista."})
            admit(opening, now, late=opening.admits_late)
    return openings


def _count(db: Session, command: Register, person: OnFile, address: str | None) -> str:
    """Count this attempt against every limit, with one statement: why its mail must wait for staff, or ""."""
    if address is None:
        return ""
    document = f"{command.identity.document_type}:{command.identity.document_number}"
    asking, documents, *mails = limits.hit(
        db, (PER_ADDRESS, address), (PER_DOCUMENT, document), *notify.recipient_limits(_recipient(person))
    )
    if asking > PER_ADDRESS.times or documents > PER_DOCUMENT.times:
        raise TooManyRequests(retry_after=600 if asking > PER_ADDRESS.times else 3600, detail=PER_ADDRESS.name)
    return notify.hold_reason(mails)


def _recipient(person: OnFile) -> str:
    return person.email_key or f"person:{person.id}"


def _answer(db: Session, command: Register, opening: Opening, person: OnFile, outcome: Outcome, now: datetime) -> None:
    """Keep what was answered to the event's own questions; who comes back without answering anew keeps what they had answered."""
    told = command.answers.get(opening.slug)
    if told is None:
        answers.retake(db, outcome.registration_id, opening.id, now=now)
    else:
        answers.keep(db, outcome.registration_id, opening.id, person.id, told, channel=command.source, now=now)


class _AlreadyThere(Exception):
    """The person is written down for the event: what was tried is undone as one, by the savepoint it leaves."""


def _write_down(db: Session, command: Register, opening: Opening, person: OnFile, text_hash: str, *, now: datetime, demo: bool) -> Outcome:
    """Try to insert; the unique index of event and person says whether it is a repeat.

    Somebody who was merged may be written down under another of their ids, which no index knows.
    """
    if person.is_several and db.execute(_mine(opening, person)).scalar_one_or_none() is not None:
        return _come_back(db, command, opening, person, text_hash, now)
    try:
        with db.connection().begin_nested():
            return _insert(db, command, opening, person, text_hash, now=now, demo=demo)
    except _AlreadyThere:
        return _come_back(db, command, opening, person, text_hash, now)


def _insert(db: Session, command: Register, opening: Opening, person: OnFile, text_hash: str, *, now: datetime, demo: bool) -> Outcome:
    """Keep the consent, take a seat if one is left, write the registration. Raises _AlreadyThere."""
    consent_id = people.record_consent(db, person.id, text_hash, command.consent.purposes, channel=command.source, now=now)
    modality = modality_for(opening.modality, command.modality)
    asks = _asks(command, opening)
    pool_id = None if asks else seats.take(db, opening.id, modality)
    state = RegistrationState.PENDING if asks else RegistrationState.WAITLISTED if pool_id is None else RegistrationState.ACTIVE
    row = {
        **vars(tickets.make(opening.id)),
        **workplace_columns(command.workplace),
        "event_id": opening.id,
        "person_id": person.id,
        "state": state.value,
        "modality": modality,
        "seat_pool_id": pool_id,
        "consent_id": consent_id,
        "source": str(command.source),
        "registered_at": now,
        "updated_at": now,
        "waitlisted_at": now if state is RegistrationState.WAITLISTED else None,
        "demo": demo,
    }
    written = insert_or_none(db, row)
    if written is None:
        raise _AlreadyThere
    return Outcome(written, opening.id, state, is_repeat=False)


def insert_or_none(db: Session, row: dict[str, Any]) -> int | None:
    """Write a registration down: its number, or None when its person has one for the event already."""
    return db.execute(_write(db), row).scalar_one_or_none()


@per_dialect
def _write(insert: Any) -> Any:
    table = Registration.__table__
    return insert(table).on_conflict_do_nothing(index_elements=["event_id", "person_id"]).returning(table.c.id)


def _asks(command: Register, opening: Opening) -> bool:
    """Whether this only asks: somebody approves who comes through the form of a moderated event; the office and the door do not ask."""
    return opening.moderated and command.source is Source.FORM


def _mine(opening: Opening, person: OnFile) -> Select[Registration]:
    """The registration of somebody for an event, locked: of several (they were merged), the one that stands."""
    one = select(Registration).where(Registration.event_id == opening.id).with_for_update()
    if not person.is_several:
        return one.where(Registration.person_id == person.id)
    theirs = select(Person.id).where(or_(Person.id == person.id, Person.merged_into_id == person.id))
    gone = (RegistrationState.CANCELLED.value, RegistrationState.REJECTED.value)
    return one.where(Registration.person_id.in_(theirs)).order_by(Registration.state.in_(gone), Registration.id).limit(1)


def _come_back(db: Session, command: Register, opening: Opening, person: OnFile, text_hash: str, now: datetime) -> Outcome:
    """Who is already there stays as they are; who had cancelled is asking anew and gets a seat, or a place on the waiting list.

    Who was written down by a colleague says yes by this form as well as by their link. A rejection is taken back by the organiser alone.
    """
    registration = db.execute(_mine(opening, person)).scalar_one()
    state = RegistrationState(registration.state)
    lacks_consent = registration.group_id is not None and registration.consent_id is None
    if lacks_consent and state is not RegistrationState.REJECTED:
        registration.consent_id = people.record_consent(db, person.id, text_hash, command.consent.purposes, channel=command.source, now=now)
        if state is RegistrationState.UNCONFIRMED:
            registration.state, registration.expires_at = RegistrationState.ACTIVE.value, None
            registration.sequence += 1
        registration.updated_at = now
        db.flush()
    if state is not RegistrationState.CANCELLED:
        consents = lacks_consent and state is not RegistrationState.REJECTED
        return Outcome(registration.id, opening.id, RegistrationState(registration.state), is_repeat=True, consents=consents)
    modality = modality_for(opening.modality, command.modality)
    if _asks(command, opening):
        ask(db, registration, modality, now)
    else:
        seat(db, registration, modality, now)
    return Outcome(registration.id, opening.id, RegistrationState(registration.state), is_repeat=False)


def seat(db: Session, registration: Registration, modality: str, now: datetime) -> None:
    """Give a registration without a seat one of this modality, or put it last on the waiting list.

    The seat of somebody who has not consented waits for that.
    """
    pool_id = seats.take(db, registration.event_id, modality)
    _clean(registration, modality, now)
    registration.seat_pool_id = pool_id
    if pool_id is None:
        registration.state, registration.waitlisted_at = RegistrationState.WAITLISTED.value, now
    elif registration.group_id is not None and registration.consent_id is None:
        registration.state = RegistrationState.UNCONFIRMED.value
        terms = terms_of(db, registration.event_id)
        registration.expires_at = held_until(terms.starts_at, terms.ends_at, now, GROUP_LIFE)
        expire_at(db, registration.event_id, registration.expires_at)
    else:
        registration.state = RegistrationState.ACTIVE.value
    db.flush()


def ask(db: Session, registration: Registration, modality: str, now: datetime) -> None:
    """Make a request of a registration without a seat: the organiser decides about it anew."""
    _clean(registration, modality, now)
    registration.state = RegistrationState.PENDING.value
    registration.seat_pool_id = None
    db.flush()


def _clean(registration: Registration, modality: str, now: datetime) -> None:
    registration.modality = modality
    registration.waitlisted_at = registration.cancelled_at = registration.expires_at = None
    registration.sequence += 1
    registration.updated_at = now


def workplace_columns(workplace: Workplace) -> dict[str, Any]:
    """Where somebody works, by the columns of a registration."""
    return {
        "entity_name": workplace.entity,
        "entity_key": fold(workplace.entity) or workplace.entity.casefold(),
        "dependency": workplace.dependency,
        "post": workplace.post,
        "link_kind": workplace.link_kind,
        "divipola": workplace.divipola,
        "country": workplace.country,
        "city": workplace.city,
    }
