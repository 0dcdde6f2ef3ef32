"""Recognises people and keeps their consents. What is stored about somebody never changes because a form was sent again."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session

from eventos.kernel import audit, tokens
from eventos.kernel.audit import Actor
from eventos.kernel.db import per_dialect
from eventos.kernel.text import name_key, normalise_email
from eventos.kernel.vocabulary import Source
from eventos.people.models import Consent, ConsentText, Person
from eventos.people.rules import Identity, Purpose


@dataclass(frozen=True)
class OnFile:
    """What of a person is needed to write to them, as it is on file. `is_several`: others turned out to be them."""

    id: int
    name_key: str
    email: str
    email_key: str
    is_several: bool = False


@dataclass(frozen=True)
class Recognised:
    """The person behind an identity. `mail_differs`: another address is on file than the one that was told now."""

    person: OnFile
    is_new: bool
    mail_differs: bool


def recognise(db: Session, identity: Identity, now: datetime, *, demo: bool = False) -> Recognised:
    """Find a person by document, else (somebody on file without document) by mail and name together; write down who is new.

    What is on file stays as it is; only a missing mail is filled in, when document and name agree. Two people writing the same
    document at once end up as one, by the unique index. A merged person answers as the one they were merged into.
    """
    person = _find(db, identity)
    if person is None:
        person = _insert(db, identity, now, demo=demo)
        if person is not None:
            return Recognised(person, is_new=True, mail_differs=False)
        person = _find(db, identity)
        if person is None:
            raise RuntimeError("a person that could not be inserted must exist")
    if not person.email and identity.email and identity.document_number and person.name_key == identity.name_key:
        person = replace(person, email=identity.email, email_key=identity.email_key)
        db.execute(update(Person).where(Person.id == person.id).values(email=person.email, email_key=person.email_key))
    return Recognised(person, is_new=False, mail_differs=bool(identity.email) and person.email_key != identity.email_key)


_PERSON = Person.__table__
_told, _kept = _PERSON.alias("told").c, _PERSON.alias("kept").c  # who was written down, and who they are since a merge
_BY_DOCUMENT = and_(_told.document_type == bindparam("document_type"), _told.document_number == bindparam("document_number"))
_BY_MAIL_AND_NAME = and_(
    _told.document_number.is_(None),
    _told.email_key == bindparam("email_key"),
    _told.email_key != "",
    _told.name_key == bindparam("name_key"),
)
_other = _PERSON.alias("other").c
_FIND = (
    select(_kept.id, _kept.name_key, _kept.email, _kept.email_key, exists().where(_other.merged_into_id == _kept.id))
    .where(or_(_BY_DOCUMENT, _BY_MAIL_AND_NAME), _kept.id == func.coalesce(_told.merged_into_id, _told.id))
    .order_by(_told.document_number.is_(None), _told.id)
    .limit(1)
)


def _find(db: Session, identity: Identity) -> OnFile | None:
    names = ("document_type", "document_number", "email_key", "name_key")
    found = db.execute(_FIND, {name: getattr(identity, name) for name in names}).one_or_none()
    return OnFile(found[0], found[1], found[2], found[3], is_several=bool(found[4])) if found else None


def _insert(db: Session, identity: Identity, now: datetime, *, demo: bool) -> OnFile | None:
    row = {
        "public_id": tokens.public_id(),
        "document_type": identity.document_type,
        "document_number": identity.document_number,
        "given_names": identity.given_names,
        "family_names": identity.family_names,
        "name_key": identity.name_key,
        "email": identity.email,
        "email_key": identity.email_key,
        "phone": identity.phone,
        "created_at": now,
        "updated_at": now,
        "demo": demo,
    }
    number = db.execute(_write_down(db), row).scalar_one_or_none()
    return OnFile(number, identity.name_key, identity.email, identity.email_key) if number is not None else None


@per_dialect
def _write_down(insert: Any) -> Any:
    return insert(_PERSON).on_conflict_do_nothing(index_elements=["document_type", "document_number"]).returning(_PERSON.c.id)


def change_contact(
    db: Session, person: Person, *, given_names: str, family_names: str, phone: str, by: Actor, now: datetime
) -> tuple[str, ...]:
    """Correct a person's names and phone at their own wish (their personal link). Answers the names of what changed."""
    wanted = {"given_names": given_names, "family_names": family_names, "phone": phone}
    changed = tuple(name for name, value in wanted.items() if getattr(person, name) != value)
    if changed:
        for name in changed:
            setattr(person, name, wanted[name])
        person.name_key = name_key(given_names, family_names)
        person.updated_at = now
        db.flush()
        audit.record(db, by, "people.change_contact", "person", person.id, fields=list(changed))
    return changed


def change_email(db: Session, person: Person, email: str, *, by: Actor, now: datetime) -> None:
    """Put a confirmed mail address in place of the old one."""
    person.email, person.email_key = email, normalise_email(email)
    person.updated_at = now
    db.flush()
    audit.record(db, by, "people.change_email", "person", person.id)


def keep_consent_text(db: Session, text: str, now: datetime) -> str:
    """Keep a wording of the notice once, and give the hash that consents refer to."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    db.execute(_keep_text(db), {"hash": digest, "body": text, "created_at": now})
    return digest


@per_dialect
def _keep_text(insert: Any) -> Any:
    return insert(ConsentText.__table__).on_conflict_do_nothing(index_elements=["hash"])


def record_consent(
    db: Session, person_id: int, text_hash: str, purposes: Iterable[Purpose], *, channel: Source = Source.FORM, now: datetime
) -> int:
    """Write down that somebody authorised the treatment of their data, under which wording, for what and when. Gives the row's id."""
    row = {
        "person_id": person_id,
        "text_hash": text_hash,
        "purposes": [p.value for p in purposes],
        "given_at": now,
        "channel": str(channel),
    }
    recorded: int = db.execute(_RECORD, row).scalar_one()
    return recorded


_RECORD = insert(Consent.__table__).returning(Consent.__table__.c.id)
