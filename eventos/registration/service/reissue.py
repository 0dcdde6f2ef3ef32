"""Another ticket in place of the present one: a code that was lent, published or printed for somebody else stops opening the door."""

import hmac
from datetime import datetime

from sqlalchemy.orm import Session

from eventos.kernel import audit
from eventos.kernel.audit import Actor
from eventos.kernel.errors import InvalidInput
from eventos.kernel.vocabulary import RegistrationState
from eventos.registration.models import Registration, RevokedTicket
from eventos.registration.rules import NoTicket
from eventos.registration.service import notify, tickets

SHORTEST_REASON = 5


def reissue_ticket(db: Session, registration: Registration, reason: str, *, seen: str, by: Actor, now: datetime) -> bool:
    """Give a registration, held for writing, a new code, and promise the mail that carries it. The door tells who shows the old one.

    `seen` names the code that was there when it was decided (`mark_of`): asked twice, it is replaced once, and False says so.
    Raises NoTicket for who holds no seat, InvalidInput.
    """
    if registration.state != RegistrationState.ACTIVE:
        raise NoTicket
    if len(reason) < SHORTEST_REASON:
        raise InvalidInput(fields={"reason": "Escriba por qué cambia el código: queda en el registro con su nombre."})
    if not hmac.compare_digest(seen.encode(), mark_of(registration).encode()):
        return False
    old = RevokedTicket(
        ticket_hash=registration.ticket_hash,
        event_id=registration.event_id,
        registration_id=registration.id,
        revoked_at=now,
        revoked_by=by.ref,
    )
    db.add(old)
    registration.ticket_hash, registration.ticket_sealed = tickets.another(registration.event_id)
    registration.updated_at = now
    db.flush()
    notify.confirm(db, registration.id, why="reissued", now=now)
    audit.record(db, by, "registration.reissue_ticket", "registration", registration.id, reason=reason)
    return True


def mark_of(registration: Registration) -> str:
    """What names the present code of a registration in a form; it opens nothing."""
    return registration.ticket_hash[:16]
