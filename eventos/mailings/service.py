"""Promise the mails after an event: set-wise, each person at most once, and again only for who a correction added."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from eventos.accounts.models import Staff
from eventos.attendance.queries import latest
from eventos.kernel import audit, limits, outbox
from eventos.kernel.audit import SYSTEM, Actor
from eventos.kernel.db import per_dialect
from eventos.kernel.errors import RuleViolation
from eventos.kernel.limits import Limit
from eventos.kernel.wordings import Wording
from eventos.mailings.models import AfterMail, AfterPlan
from eventos.mailings.queries import ABSENT, THANKS, targets

SAMPLES = Limit("mailings.samples", 20, timedelta(hours=1))  # of one account


class NotClosed(RuleViolation):
    code = "not_closed"
    message = "Primero cierre el acta de asistencia: así se sabe quiénes vinieron."


def send(db: Session, event_id: int, kind: str, *, by: Actor, now: datetime) -> int:
    """Promise a mail to everybody who should have one and has not: how many. Raises NotClosed."""
    roster = latest(db, event_id)
    if roster is None:
        raise NotClosed
    rows = [
        {"registration_id": row.registration_id, "person_id": row.person_id, "event_id": event_id, "kind": kind, "promised_at": now}
        for row in db.execute(targets(event_id, kind, roster.id))
    ]
    if not rows:
        return 0
    ids = list(db.execute(_promise(db), rows).scalars())
    outbox.enqueue_many(db, "mailings.send", [(f"mailings.send:{each}", {"after_mail_id": each}) for each in ids])
    audit.record(db, by, "mailings.send", "event", event_id, kind=kind, people=len(ids), version=roster.version)
    return len(ids)


@per_dialect
def _promise(insert: Any) -> Any:
    table = AfterMail.__table__
    return insert(table).on_conflict_do_nothing(index_elements=["event_id", "person_id", "kind"]).returning(table.c.id)


def plan_thanks(db: Session, event_id: int, *, on_close: bool, by: Actor, now: datetime) -> None:
    """Say whether closing the acta sends the thanks by itself."""
    plan = db.get(AfterPlan, event_id)
    if plan is None:
        plan = AfterPlan(event_id=event_id)
        db.add(plan)
    plan.thanks_on_close, plan.updated_at = on_close, now
    db.flush()
    audit.record(db, by, "mailings.plan_thanks", "event", event_id, on_close=on_close)


def roster_closed(db: Session, event_id: int, *, now: datetime) -> int:
    """An acta was closed: the thanks go out if the event says so; once they went out, also to who a correction adds."""
    plan = db.get(AfterPlan, event_id)
    thanked = select(AfterMail.id).where(AfterMail.event_id == event_id, AfterMail.kind == THANKS).limit(1)
    if not (plan and plan.thanks_on_close) and db.execute(thanked).scalar_one_or_none() is None:
        return 0
    return send(db, event_id, THANKS, by=SYSTEM, now=now)


def mark_sent(db: Session, after_mail_id: int, *, now: datetime) -> None:
    db.execute(update(AfterMail).where(AfterMail.id == after_mail_id, AfterMail.sent_at.is_(None)).values(sent_at=now))


def drop(db: Session, after_mail_id: int, *, reason: str) -> None:
    """It will not go out: what it would say is no longer true."""
    db.execute(update(AfterMail).where(AfterMail.id == after_mail_id, AfterMail.sent_at.is_(None)).values(dropped=reason))


def ask_sample(db: Session, cycle_id: int, cycle_name: str, kind: str, wording: Wording, *, mail_id: str, by: Actor) -> str:
    """Promise the staff member who asks a mail under these words: the address it goes to. Raises RuleViolation for whoever has no mail,
    TooManyRequests for whoever asks on and on."""
    staff = db.get(Staff, by.staff_id) if by.staff_id is not None else None
    if staff is None or not staff.email:
        raise RuleViolation("Su cuenta no tiene correo: no hay a dónde enviar la prueba.")
    limits.spend(db, (SAMPLES, str(staff.id)))
    about: dict[str, Any] = {"cycle_id": cycle_id, "cycle_name": cycle_name, "kind": kind, "mail_id": mail_id}
    about |= {"subject": wording.subject, "body": wording.body, "to": staff.email, "to_name": staff.name}
    outbox.enqueue(db, "mailings.sample", **about)
    audit.record(db, by, "mailings.sample", "cycle", cycle_id, kind=kind)
    return staff.email


__all__ = ["ABSENT", "THANKS", "NotClosed", "ask_sample", "drop", "mark_sent", "plan_thanks", "roster_closed", "send"]
