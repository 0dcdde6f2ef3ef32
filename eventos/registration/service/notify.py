"""Promises of mail: one job for each message, with a number that makes its Message-ID, and held back when an address gets too many."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from eventos.kernel import limits, outbox
from eventos.kernel.limits import Limit
from eventos.registration.rules import HELD_REASON, MAILS_DAY, MAILS_HOUR


def recipient_limits(email_key: str) -> tuple[tuple[Limit, str], ...]:
    """What each mail to somebody counts against."""
    return ((MAILS_HOUR, email_key), (MAILS_DAY, email_key))


def hold_reason(hits: Iterable[int]) -> str:
    """Why the counts of `recipient_limits` say that this mail must wait for staff, or \"\"."""
    hour, day = hits
    return HELD_REASON if hour > MAILS_HOUR.times or day > MAILS_DAY.times else ""


def confirm(db: Session, registration_id: int, *, why: str, now: datetime, hold: str = "", other_mail: str = "") -> None:
    """Promise the mail that says how a registration stands. `why`: first, repeat, promoted, changed, rescheduled.

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


def cancelled(db: Session, registration_id: int, *, now: datetime) -> None:
    """Promise the mail that takes somebody's invite back, because they cancelled."""
    number = int(now.timestamp())
    outbox.enqueue(
        db,
        "registration.cancelled",
        key=f"registration.cancelled:{registration_id}:{number}",
        registration_id=registration_id,
        number=number,
    )


def count_mail(db: Session, email_key: str) -> str:
    """Count one mail to an address: why it must be held, or ""."""
    return hold_reason(limits.hit(db, *recipient_limits(email_key)))
