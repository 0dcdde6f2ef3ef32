"""Promises of mail: one job for each message, with a number that makes its Message-ID, and held back when an address gets too many."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.cycles.models import Event
from eventos.kernel import limits, outbox
from eventos.kernel.audit import Actor
from eventos.kernel.limits import Limit
from eventos.kernel.vocabulary import RegistrationState
from eventos.people.models import Person
from eventos.registration import queries
from eventos.registration.models import Registration
from eventos.registration.queries_mail import ids_of_modality
from eventos.registration.rules import HELD_REASON
from eventos.registration.service.allowance import MAILS_DAY, MAILS_HOUR


def recipient_limits(email_key: str) -> tuple[tuple[Limit, str], ...]:
    """What each mail to somebody counts against."""
    return ((MAILS_HOUR, email_key), (MAILS_DAY, email_key))


def hold_reason(hits: Iterable[int]) -> str:
    """Why the counts of `recipient_limits` say that this mail must wait for staff, or \"\"."""
    hour, day = hits
    return HELD_REASON if hour > MAILS_HOUR.times or day > MAILS_DAY.times else ""


def confirm(db: Session, registration_id: int, *, why: str, now: datetime, hold: str = "", other_mail: str = "") -> None:
    """Promise the mail that says how a registration stands.

    `why`: first, repeat, promoted, offered, unconfirmed, approved, rejected, changed, reissued, rescheduled.
    Asked twice within a second for the same reason, it is promised once. `hold`: why staff must look at it before it goes out.
    `other_mail` is an address that was typed, already masked.
    """
    number = int(now.timestamp())
    key = f"registration.confirm:{registration_id}:{why}:{number}"
    arguments: dict[str, Any] = {"registration_id": registration_id, "why": why, "number": number, "other_mail": other_mail}
    if hold:
        outbox.hold(db, "registration.confirm", reason=hold, key=key, **arguments)
    else:
        outbox.enqueue(db, "registration.confirm", key=key, **arguments)


def cancelled(
    db: Session, registration_id: int, *, held: bool, now: datetime, why: str = "person", hold: str = "", reason: str = ""
) -> None:
    """Promise the mail that says somebody is out, with `reason` if staff gave one; who was in (`held`) has an invite, which it takes back.

    `why`: person, request, declined (they left before being in), expired (they did not answer), review (their data are looked at anew).
    """
    number = int(now.timestamp())
    key = f"registration.cancelled:{registration_id}:{number}"
    arguments: dict[str, Any] = {"registration_id": registration_id, "number": number, "why": why, "held": held}
    arguments |= {"reason": reason} if reason else {}
    if hold:
        outbox.hold(db, "registration.cancelled", reason=hold, key=key, **arguments)
    else:
        outbox.enqueue(db, "registration.cancelled", key=key, **arguments)


def count_mail(db: Session, email_key: str) -> str:
    """Count one mail to an address: why it must be held, or ""."""
    return hold_reason(limits.hit(db, *recipient_limits(email_key)))


def own_hold(db: Session, registration: Registration, by: Actor) -> str:
    """Why the mail about what somebody does with a personal link must be held, or "".

    Whoever got hold of a link could cancel and come back all day long, a mail each time. What staff do is not counted.
    """
    if not by.ref.startswith("person:"):
        return ""
    key = db.execute(select(Person.email_key).where(Person.id == registration.person_id)).scalar_one()
    return count_mail(db, key or f"person:{registration.person_id}")


def tell_rescheduled(db: Session, event_id: int, gone: Sequence[Sequence[Any]] = (), *, only: str = "") -> None:
    """Promise everybody who holds a seat the mail with the updated invite, once for each change of the event; who waits is told too.

    `gone` are the days it lost, as the event announced them: their invites are taken back. `only`: the modality that the change touches.
    """
    sequence = db.execute(select(Event.sequence).where(Event.id == event_id)).scalar_one()
    ids = queries.ids_in_state(db, event_id, *(state for state in RegistrationState if state.is_open))
    if only:
        touched = ids_of_modality(db, event_id, only)
        ids = [each for each in ids if each in touched]
    told: dict[str, Any] = {"why": "rescheduled", "number": sequence, "gone": gone}
    jobs = [(f"registration.confirm:{each}:rescheduled:{sequence}", {"registration_id": each, **told}) for each in ids]
    outbox.enqueue_many(db, "registration.confirm", jobs)


def tell_event_cancelled(db: Session, event_id: int) -> None:
    """Promise everybody who holds a seat, waits for one or asked for it the mail that says the event is off."""
    sequence = db.execute(select(Event.sequence).where(Event.id == event_id)).scalar_one()
    jobs: list[tuple[str, dict[str, Any]]] = []
    for state in (state for state in RegistrationState if state.is_open):
        told = {"number": sequence, "why": "event", "held": state is RegistrationState.ACTIVE}
        ids = queries.ids_in_state(db, event_id, state)
        jobs += [(f"registration.cancelled:{each}:event:{sequence}", {"registration_id": each, **told}) for each in ids]
    outbox.enqueue_many(db, "registration.cancelled", jobs)
