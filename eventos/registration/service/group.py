"""Writes several colleagues down at once. Each of them says yes by their own mail; until then a seat is held and nobody is counted."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.cycles.service import seats
from eventos.kernel import audit, limits, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.errors import InvalidInput, TooManyRequests
from eventos.kernel.text import mask_email
from eventos.kernel.vocabulary import RegistrationState
from eventos.people import service as people
from eventos.people.rules import Identity
from eventos.registration.models import Registration, RegistrationGroup
from eventos.registration.queries import Opening
from eventos.registration.rules import GROUP_LIFE, NO_MAIL_REASON, RegisterGroup, held_until, modality_for
from eventos.registration.service import notify, tickets
from eventos.registration.service.allowance import PER_ADDRESS, PER_DOCUMENT
from eventos.registration.service.promote import expire_at
from eventos.registration.service.register import admitted, insert_or_none, register, workplace_columns


def register_group(
    db: Session, command: RegisterGroup, *, now: datetime, by: Actor, address: str, invited_to: int | None = None
) -> Opening:
    """Write the members down, and their leader when they come too. Gives the event.

    From outside, people on file and new ones answer the same. Raises RegistrationClosed, InvalidInput, TooManyRequests.
    """
    (opening,) = admitted(db, command.leader, now, invited_to)
    _refuse_wrong_sizes(command, opening)
    if command.comes:
        (outcome,) = register(db, command.leader, now=now, by=by, address=address, invited_to=invited_to, demo=opening.demo)
        leader_id = db.execute(select(Registration.person_id).where(Registration.id == outcome.registration_id)).scalar_one()
    else:
        limits.spend(db, (PER_ADDRESS, address))
        leader_id = people.recognise(db, command.leader.identity, now, demo=opening.demo).person.id
        text_hash = people.keep_consent_text(db, command.leader.consent.text, now)
        people.record_consent(db, leader_id, text_hash, command.leader.consent.purposes, now=now)
    group = RegistrationGroup(
        public_id=tokens.public_id(), event_id=opening.id, leader_id=leader_id, size=len(command.members), created_at=now, demo=opening.demo
    )
    db.add(group)
    db.flush()
    audit.record(db, by, "registration.group", "registration_group", group.id, size=group.size)
    # In one order for everybody, so that two groups with the same people never wait for each other.
    for member in sorted(command.members, key=lambda each: (each.document_type or "", each.document_number or "")):
        _write_member(db, command, member, opening, group.id, now=now, by=by, address=address)
    db.flush()
    return opening


def _refuse_wrong_sizes(command: RegisterGroup, opening: Opening) -> None:
    if not command.members:
        raise InvalidInput(fields={"members": "Escriba los datos de al menos una persona."})
    if len(command.members) > opening.group_limit:
        raise InvalidInput(fields={"members": f"En este evento un grupo tiene como máximo {opening.group_limit} personas."})
    documents = [(each.document_type, each.document_number) for each in command.members]
    told = command.leader.identity
    if len(set(documents)) < len(documents):
        raise InvalidInput(fields={"members": "Hay dos personas con el mismo documento."})
    if (told.document_type, told.document_number) in documents:
        raise InvalidInput(fields={"members": "Sus propios datos van arriba: aquí van solo sus colegas."})


def _write_member(
    db: Session, command: RegisterGroup, member: Identity, opening: Opening, group_id: int, *, now: datetime, by: Actor, address: str
) -> None:
    """One colleague: a held seat (or a place in the line) without consent, and the mail that asks for it. Who is there already stays."""
    known = people.recognise(db, member, now, demo=opening.demo)
    recipient = known.person.email_key or f"person:{known.person.id}"
    one = f"{member.document_type}:{member.document_number}"
    # Each member counts like a form of their own: a group is no way to write to more strangers.
    network, document, *mails = limits.hit(db, (PER_ADDRESS, address), (PER_DOCUMENT, one), *notify.recipient_limits(recipient))
    if network > PER_ADDRESS.times:
        raise TooManyRequests(retry_after=limits.wait(PER_ADDRESS), detail=PER_ADDRESS.name)
    if document > PER_DOCUMENT.times:
        raise TooManyRequests(retry_after=3600, detail=PER_DOCUMENT.name)
    modality = modality_for(opening.modality, command.leader.modality)
    pool_id = None if opening.moderated else seats.take(db, opening.id, modality)
    if opening.moderated:
        state = RegistrationState.PENDING
    else:
        state = RegistrationState.WAITLISTED if pool_id is None else RegistrationState.UNCONFIRMED
    expires_at = held_until(opening.starts_at, opening.ends_at, now, GROUP_LIFE)
    row = {
        **vars(tickets.make(opening.id)),
        **workplace_columns(command.leader.workplace),
        "post": "",
        "link_kind": "",
        "event_id": opening.id,
        "person_id": known.person.id,
        "state": state.value,
        "modality": modality,
        "seat_pool_id": pool_id,
        "source": str(command.leader.source),
        "registered_at": now,
        "updated_at": now,
        "waitlisted_at": now if state is RegistrationState.WAITLISTED else None,
        "expires_at": expires_at if state is RegistrationState.UNCONFIRMED else None,
        "group_id": group_id,
        "demo": opening.demo,
    }
    registration_id = insert_or_none(db, row)
    why = "repeat" if registration_id is None else "unconfirmed"
    if registration_id is None:
        if pool_id is not None:
            seats.give_back(db, pool_id)
        there = select(Registration.id).where(Registration.event_id == opening.id, Registration.person_id == known.person.id)
        registration_id = db.execute(there).scalar_one()
    elif state is RegistrationState.UNCONFIRMED:
        expire_at(db, opening.id, expires_at)
    hold = notify.hold_reason(mails) if known.person.email else NO_MAIL_REASON
    other = mask_email(member.email) if known.mail_differs else ""
    notify.confirm(db, registration_id, why=why, now=now, hold=hold, other_mail=other)
    audit.record(db, by, f"registration.{'repeat' if why == 'repeat' else 'first'}", "registration", registration_id, group=group_id)
