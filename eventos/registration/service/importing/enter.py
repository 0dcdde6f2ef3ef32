"""A checked sheet enters in one transaction and by whole sets: the number of statements is the same for ten rows and for ten thousand.

People may have registered since the check, or the same sheet may have entered twice, so everybody is recognised again before anything
is inserted, and the unique indexes settle what still races. Somebody who had cancelled, or waited for a seat, and whom the sheet says
attended, holds a seat again: they came. Without that evidence a cancelled registration stays cancelled.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, Text, and_, case, cast, func, literal, literal_column, null, or_, select, update
from sqlalchemy.orm import Session

from eventos.cycles.models import Event, EventDay, SeatPool
from eventos.cycles.service import seats
from eventos.kernel import audit, outbox
from eventos.kernel.audit import Actor
from eventos.kernel.db import UTCDateTime, is_sqlite, upsert
from eventos.kernel.errors import RuleViolation
from eventos.kernel.vocabulary import EventState
from eventos.people import staged as people
from eventos.people.models import Consent, Person
from eventos.people.rules import Purpose
from eventos.people.service import keep_consent_text
from eventos.registration.models import ImportRow, Registration
from eventos.registration.service.importing import stage
from eventos.registration.service.importing.sheet import Options, locked, remember

_ROW = ImportRow.__table__
_PERSON = Person.__table__
_REGISTRATION = Registration.__table__
_JOB = outbox.Job.__table__


class NotChecked(RuleViolation):
    code = "import_not_checked"
    message = "Esta lista todavía no está revisada. Espere a que termine la revisión."


class BadRowsLeft(RuleViolation):
    code = "import_bad_rows"
    message = "Hay filas con problemas. Corríjalas y suba la hoja otra vez, o marque que se importen solo las buenas."


class EventIsCancelled(RuleViolation):
    code = "event_cancelled"
    message = "El evento está cancelado: no recibe inscripciones."


@dataclass(frozen=True)
class Entered:
    """What an import brought: people added, people who were registered already, and registrations that hold a seat again."""

    rows: int
    new: int
    known: int
    repeated: int
    bad: int
    attended: int
    reactivated: int
    mails: int
    again: bool = False


def enter(db: Session, public_id: str, *, event_id: int, leave_out_bad: bool, by: Actor, now: datetime) -> Entered:
    """Bring the good rows of a checked sheet in, whole or not at all. Entering it a second time adds nothing and answers the same.

    Raises NotChecked, BadRowsLeft, EventIsCancelled and NotFound.
    """
    sheet = locked(db, public_id, event_id=event_id)
    if sheet.state == "entered":
        return _answer(sheet.summary, again=True)
    if sheet.state != "checked":
        raise NotChecked
    if sheet.summary["bad"] and not leave_out_bad:
        raise BadRowsLeft
    ends_at = select(func.max(EventDay.ends_at)).where(EventDay.event_id == event_id).scalar_subquery()
    event = db.execute(select(Event.state, Event.demo, ends_at.label("ends_at")).where(Event.id == event_id)).one()
    if event.state == EventState.CANCELLED.value:
        raise EventIsCancelled
    options = Options.of(sheet.options)
    db.flush()
    _recognise_again(db, sheet.id, event_id)
    _add_people(db, sheet.id, demo=event.demo, now=now)
    _find_registrations(db, sheet.id, event_id)
    _find_registrations_of_merged(db, sheet.id, event_id)
    consent = keep_consent_text(db, options.consent_text, now)
    people.add_consents(db, _unregistered(sheet.id), consent, [Purpose.EVENT], now=now)
    taken = _register(db, sheet.id, event_id, consent=consent, demo=event.demo, now=now)
    added = sum(taken.values())
    _find_registrations(db, sheet.id, event_id)
    back = _reactivate(db, sheet.id, now=now)
    for modality, number in sorted((taken + back).items()):
        seats.take_many(db, event_id, modality, number)
    is_ahead = event.ends_at is not None and event.ends_at > now
    mails = _promise_mails(db, sheet.id, now=now) if options.send_mails and is_ahead else 0
    remember(db, sheet.headers, sheet.mapping, now)
    figures = {**stage.counts(db, sheet.id), "added": added, "reactivated": sum(back.values()), "mails": mails}
    sheet.summary = {**sheet.summary, **figures}
    sheet.state = "entered"
    sheet.entered_at = now
    audit.record(db, by, "registration.enter_import", "registrant_import", sheet.id, **figures)
    db.flush()
    return _answer(sheet.summary)


def _answer(summary: dict[str, Any], *, again: bool = False) -> Entered:
    return Entered(**{name: summary[name] for name in Entered.__dataclass_fields__ if name != "again"}, again=again)


def _mine(import_id: int) -> ColumnElement[bool]:
    """The rows of this sheet that enter."""
    return and_(_ROW.c.import_id == import_id, _ROW.c.verdict.in_(("new", "known")))


def _recognise_again(db: Session, import_id: int, event_id: int) -> None:
    """Find people who became known since the check: by document, by mail and name, by name and entity in this event."""
    unknown = and_(_mine(import_id), _ROW.c.person_id.is_(None))
    by_document = _person_where(_PERSON.c.document_type == _ROW.c.document_type, _PERSON.c.document_number == _ROW.c.document_number)
    by_mail = _person_where(
        _PERSON.c.email_key == _ROW.c.email_key,
        _PERSON.c.name_key == _ROW.c.name_key,
        or_(_ROW.c.document_number.is_(None), _PERSON.c.document_number.is_(None)),
    )
    found = case((_ROW.c.email_key == "", by_document), else_=func.coalesce(by_document, by_mail))
    db.execute(update(_ROW).where(unknown, or_(_ROW.c.document_number.is_not(None), _ROW.c.email_key != "")).values(person_id=found))
    here = _bare_registrants(event_id)
    bare = and_(unknown, _ROW.c.document_number.is_(None), _ROW.c.email_key == "")
    same = and_(here.c.name_key == _ROW.c.name_key, here.c.entity_key == _ROW.c.entity_key)
    db.execute(update(_ROW).where(bare, same).values(person_id=here.c.person_id))


def _person_where(*conditions: ColumnElement[bool]) -> Any:
    """The person that answers to a row; somebody without a document first."""
    found = select(func.coalesce(_PERSON.c.merged_into_id, _PERSON.c.id)).where(*conditions)
    return found.order_by(_PERSON.c.document_number.is_not(None), _PERSON.c.id).limit(1).scalar_subquery()


def _bare_registrants(event_id: int) -> CTE:
    """Registrants of an event without document or mail, one for each name and entity."""
    return (
        select(func.min(_PERSON.c.id).label("person_id"), _PERSON.c.name_key, _REGISTRATION.c.entity_key)
        .join(_PERSON, _REGISTRATION.c.person_id == _PERSON.c.id)
        .where(_REGISTRATION.c.event_id == event_id, _PERSON.c.document_number.is_(None), _PERSON.c.email_key == "")
        .group_by(_PERSON.c.name_key, _REGISTRATION.c.entity_key)
        .cte("here")
        .prefix_with("MATERIALIZED")
    )


def _add_people(db: Session, import_id: int, *, demo: bool, now: datetime) -> None:
    """Write the new people down, and point their rows at them; somebody who was faster with the same document wins."""
    unknown = and_(_mine(import_id), _ROW.c.person_id.is_(None))
    columns = [literal(demo) if name == "demo" else _staged(name) for name in people.PERSON_COLUMNS]
    people.add_people(db, select(*columns).where(unknown).order_by(_ROW.c.line), now=now)
    made = select(_PERSON.c.id).where(_PERSON.c.public_id == _ROW.c.person_public_id).scalar_subquery()
    faster = _person_where(_PERSON.c.document_type == _ROW.c.document_type, _PERSON.c.document_number == _ROW.c.document_number)
    db.execute(update(_ROW).where(unknown).values(person_id=func.coalesce(made, faster)))


def _staged(name: str) -> ColumnElement[Any]:
    return _ROW.c.person_public_id if name == "public_id" else _ROW.c[name]


def _find_registrations(db: Session, import_id: int, event_id: int) -> None:
    """Point each row at the registration its person has in this event. One that existed before this sheet makes the row known."""
    theirs = and_(_REGISTRATION.c.event_id == event_id, _REGISTRATION.c.person_id == _ROW.c.person_id)
    verdict = case((_REGISTRATION.c.public_id == _ROW.c.public_id, "new"), else_="known")
    found = update(_ROW).where(_unpointed(import_id), theirs)
    db.execute(found.values(registration_id=_REGISTRATION.c.id, verdict=verdict))


def _find_registrations_of_merged(db: Session, import_id: int, event_id: int) -> None:
    """The same for those who registered before they were merged into the person they turned out to be."""
    merged = (
        select(func.min(_REGISTRATION.c.id).label("id"), _PERSON.c.merged_into_id)
        .join(_PERSON, _REGISTRATION.c.person_id == _PERSON.c.id)
        .where(_REGISTRATION.c.event_id == event_id, _PERSON.c.merged_into_id.is_not(None))
        .group_by(_PERSON.c.merged_into_id)
        .cte("merged")
        .prefix_with("MATERIALIZED")
    )
    found = update(_ROW).where(_unpointed(import_id), merged.c.merged_into_id == _ROW.c.person_id)
    db.execute(found.values(registration_id=merged.c.id, verdict="known"))


def _unpointed(import_id: int) -> ColumnElement[bool]:
    return and_(_mine(import_id), _ROW.c.registration_id.is_(None))


def _unregistered(import_id: int) -> Select[Any]:
    """The people of this sheet who are not registered yet, once each."""
    return select(_ROW.c.person_id).where(_unpointed(import_id)).distinct()


_COPIED = (
    *("public_id", "person_id", "modality", "entity_name", "entity_key", "dependency", "post", "link_kind", "divipola", "country", "city"),
    *("ticket_hash", "ticket_sealed", "link_hash", "link_sealed", "uid"),
)


def _register(db: Session, import_id: int, event_id: int, *, consent: str, demo: bool, now: datetime) -> Counter[str]:
    """Register whoever is not, each with the seat of their modality; answers how many by modality."""
    moment = literal(now, UTCDateTime)
    pool = SeatPool.__table__
    given = select(func.max(Consent.id)).where(Consent.person_id == _ROW.c.person_id, Consent.text_hash == consent).scalar_subquery()
    values: dict[str, ColumnElement[Any]] = {
        "event_id": literal(event_id),
        "state": literal("active"),
        "seat_pool_id": pool.c.id,
        "consent_id": given,
        "source": literal("import"),
        "registered_at": moment,
        "updated_at": moment,
        "demo": literal(demo),
        **{name: _ROW.c[name] for name in _COPIED},
    }
    rows = (
        select(*values.values())
        .join(pool, and_(pool.c.event_id == event_id, pool.c.kind == "modality", pool.c.option == _ROW.c.modality))
        .where(_unpointed(import_id))
        .order_by(_ROW.c.line)
    )
    entered = upsert(db)(_REGISTRATION).from_select(list(values), rows)
    added = db.execute(entered.on_conflict_do_nothing(index_elements=["event_id", "person_id"]).returning(_REGISTRATION.c.modality))
    return Counter(added.scalars())


def _reactivate(db: Session, import_id: int, *, now: datetime) -> Counter[str]:
    """Let in those the sheet says attended although they had cancelled or were waiting; answers how many new seats, by modality.

    Whose seat was held for their answer keeps it. Who was written down by a colleague and never consented stays out.
    """
    came = select(_ROW.c.registration_id).where(_mine(import_id), _ROW.c.attended.is_(True))
    pool = SeatPool.__table__
    theirs = select(pool.c.id).where(
        pool.c.event_id == _REGISTRATION.c.event_id, pool.c.kind == "modality", pool.c.option == _REGISTRATION.c.modality
    )
    consented = or_(_REGISTRATION.c.group_id.is_(None), _REGISTRATION.c.consent_id.is_not(None))
    moved = {"state": "active", "expires_at": null(), "updated_at": now, "sequence": _REGISTRATION.c.sequence + 1}
    db.execute(update(_REGISTRATION).where(_REGISTRATION.c.id.in_(came), _REGISTRATION.c.state == "offered", consented).values(**moved))
    again = (
        update(_REGISTRATION)
        .where(_REGISTRATION.c.id.in_(came), _REGISTRATION.c.state.not_in(("active", "unconfirmed")), consented, theirs.exists())
        .values(
            **moved,
            seat_pool_id=theirs.scalar_subquery(),
            cancelled_at=null(),
            waitlisted_at=null(),
        )
    )
    return Counter(db.execute(again.returning(_REGISTRATION.c.modality)).scalars())


def _promise_mails(db: Session, import_id: int, *, now: datetime) -> int:
    """One confirmation for each registration this sheet made whose person has a mail, as `notify.confirm` does it one by one."""
    make = func.json_object if is_sqlite(db) else func.json_build_object
    moment, number, identity = literal(now, UTCDateTime), int(now.timestamp()), _REGISTRATION.c.id
    arguments = make("registration_id", identity, "why", "first", "number", literal_column(str(number)), "other_mail", "")
    key = literal("registration.confirm:") + cast(identity, Text) + literal(f":first:{number}")
    rows = (
        select(literal("registration.confirm"), arguments, key, moment, moment, literal(0))
        .join(_ROW, and_(_ROW.c.registration_id == identity, _ROW.c.public_id == _REGISTRATION.c.public_id))
        .join(_PERSON, _PERSON.c.id == _REGISTRATION.c.person_id)
        .where(_ROW.c.import_id == import_id, _PERSON.c.email_key != "")
    )
    promised = upsert(db)(_JOB).from_select(["name", "args", "key", "due_at", "created_at", "attempts"], rows)
    made = db.execute(promised.on_conflict_do_nothing(index_elements=["key"]).returning(_JOB.c.id)).all()
    outbox.ring_after_commit(db)
    return len(made)
