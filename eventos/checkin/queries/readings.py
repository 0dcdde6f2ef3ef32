"""What is looked up before a reading is judged: the nonces that were answered before, and whose the codes and ticks are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, Text, bindparam, cast, func, literal, select, union_all
from sqlalchemy.orm import Session

from eventos.checkin.models import Scan
from eventos.cycles.models import Event, EventDay
from eventos.kernel import clock, spanish
from eventos.kernel.db import is_sqlite
from eventos.kernel.titles import title
from eventos.registration.models import Answer, FormQuestion, Registration, RevokedTicket

_registration, _revoked, _scan = Registration.__table__.c, RevokedTicket.__table__.c, Scan.__table__.c


@dataclass
class LookedUp:
    """The numbers of registrations by the hash of a ticket and by their public id, and which nonces were answered before."""

    tickets: dict[str, int] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    nonces: set[str] = field(default_factory=set)


def look_up(db: Session, device_id: int, event_id: int, *, nonces: Sequence[str], tickets: Iterable[str], names: Iterable[str]) -> LookedUp:
    """One statement. On PostgreSQL it locks the registrations in the order of their numbers until the transaction ends.

    So what stands of them is read by a later statement, whose snapshot is newer than the lock. On SQLite there is one writer anyway.
    """
    told = {"device": device_id, "event": event_id, "nonces": list(nonces), "tickets": sorted(set(tickets)), "names": sorted(set(names))}
    found = LookedUp()
    by_kind = {"ticket": found.tickets, "name": found.names}
    for row in db.execute(_looking_up(locks=not is_sqlite(db)), told):
        if row.kind == "nonce":
            found.nonces.add(row.told)
        else:
            by_kind[row.kind][row.told] = row.number
    return found


@cache
def _looking_up(*, locks: bool) -> Any:
    tickets: Any = bindparam("tickets", expanding=True)
    names: Any = bindparam("names", expanding=True)

    def kind(word: str) -> Any:
        return cast(literal(word, literal_execute=True), Text).label("kind")

    asked = union_all(
        select(kind("ticket"), _registration.id.label("number"), _registration.ticket_hash.label("told")).where(
            _registration.ticket_hash.in_(tickets)
        ),
        select(kind("ticket"), _revoked.registration_id, _revoked.ticket_hash).where(_revoked.ticket_hash.in_(tickets)),
        select(kind("name"), _registration.id, _registration.public_id).where(
            _registration.public_id.in_(names),
            func.coalesce(_registration.event_id, 0) == bindparam("event"),  # so that no database begins with everybody of the event
        ),
    ).cte("asked")
    whose: Select[Any] = select(asked.c.kind, asked.c.number, asked.c.told)
    if locks:
        locked = select(_registration.id).where(_registration.id.in_(select(asked.c.number))).order_by(_registration.id)
        mine = locked.with_for_update(key_share=True).cte("locked")
        whose = whose.join(mine, mine.c.id == asked.c.number)
    before = select(kind("nonce"), cast(0, Integer), _scan.nonce).where(
        _scan.device_id == bindparam("device"), _scan.nonce.in_(bindparam("nonces", expanding=True))
    )
    return union_all(whose, before)


def lock(db: Session, registration_ids: Iterable[int]) -> None:
    """Hold these registrations against other readings until the transaction ends; on SQLite there is one writer anyway."""
    ids = sorted(set(registration_ids))
    if ids and not is_sqlite(db):
        asked = select(Registration.id).where(Registration.id.in_(ids)).order_by(Registration.id)
        db.execute(asked.with_for_update(key_share=True)).all()


def earlier(db: Session, device_id: int, nonces: Sequence[str]) -> dict[str, Scan]:
    """What these nonces of a device were answered before."""
    rows = db.execute(select(Scan).where(Scan.device_id == device_id, Scan.nonce.in_(nonces))).scalars()
    return {scan.nonce: scan for scan in rows}


def event_names(db: Session, event_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """(title, when) of events whose codes were shown at the door of another."""
    first_day = select(func.min(EventDay.starts_at)).where(EventDay.event_id == Event.id).correlate(Event).scalar_subquery()
    columns = (Event.id, Event.kind, Event.number, Event.topic, Event.date_note, first_day.label("starts_at"))
    rows = db.execute(select(*columns).where(Event.id.in_(sorted(set(event_ids)))))
    return {row.id: (title(row.kind, row.number, row.topic)[1], _when(row)) for row in rows}


def _when(row: Any) -> str:
    return f"del {spanish.date_long(clock.local(row.starts_at).date())}" if row.starts_at else row.date_note


def answered(db: Session, registration_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """What registrations answered to the questions of their event, sensitive ones apart, by the key of the question."""
    asked = select(Answer.registration_id, FormQuestion.key, Answer.value).join(FormQuestion, FormQuestion.id == Answer.question_id)
    found: dict[int, dict[str, Any]] = {}
    for row in db.execute(asked.where(Answer.registration_id.in_(sorted(set(registration_ids))))):
        found.setdefault(row.registration_id, {})[row.key] = row.value
    return found
