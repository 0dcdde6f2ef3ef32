"""The demonstration's convocatorias: 27 invented mailboxes, a call that ended years ago and one that is running. No mail leaves."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from eventos.calls import queries, service
from eventos.calls.models import Call, CallRecipient, Convened
from eventos.calls.queries import LetterView
from eventos.calls.rules import FlyerUse, SaveCall, SaveConvened, Signed
from eventos.calls.standing import Whom
from eventos.cycles.models import CycleMunicipio
from eventos.cycles.queries import event_view_by_id
from eventos.demo import texts
from eventos.kernel import clock, correspondence, divipola, links
from eventos.kernel.audit import Actor
from eventos.kernel.db import transaction
from eventos.kernel.outbox import Job
from eventos.kernel.text import slugify

TEAM = Actor("system", "Equipo de Gobierno Abierto")
FAMILIES = ("Cedro", "Guayacán", "Yarumo", "Roble", "Nogal", "Sauce", "Laurel", "Guamo", "Arrayán")


def leave(event_id: int, *, sent_at: datetime, silent: int, declined: int = 0, bounced: int = 0, late: int = 0) -> None:
    """Call an event's entities as an office would have: all but the last ones answer. What is there already stays as it is."""
    with transaction() as db:
        event = event_view_by_id(db, event_id)
        if db.scalars(select(Call.id).where(Call.event_id == event_id)).first() is not None:
            return
        _convene(db, event.cycle_id, sent_at)
        deadline = sent_at + timedelta(days=6)
        words = SaveCall(texts.CALL_SUBJECT, texts.CALL_BODY, deadline, FlyerUse.NONE)
        public_id = service.save_call(db, event_id, words, by=TEAM, now=sent_at)
        version = queries.call(db, event_id, public_id).version
        service.send_call(db, event_id, public_id, Whom.ALL, seen_version=version, by=TEAM, now=sent_at)
        rows = db.scalars(select(CallRecipient).order_by(CallRecipient.id).where(CallRecipient.call_id == _id(db, public_id))).all()
        _deliver(db, rows, event_id, sent_at)
        answering = rows[: len(rows) - silent - bounced]
        for number, row in enumerate(answering):
            # The later ones answer last: those marked late after the deadline.
            at = deadline + timedelta(hours=20) if number >= len(answering) - late else sent_at + timedelta(hours=3 + 5 * number)
            view = queries.letter_view(db, row.id)
            _answer(db, view, number, at, declines=number < declined)
        for row in rows[len(rows) - bounced :]:
            own = service.message_id(row.public_id, 1, links.host())
            service.note_bounce(db, own, "5.1.1 El buzón no existe", sent_at + timedelta(minutes=2))


def _id(db: Session, public_id: str) -> int:
    return db.scalars(select(Call.id).where(Call.public_id == public_id)).one()


def _convene(db: Session, cycle_id: int, now: datetime) -> None:
    if db.scalars(select(Convened.id).where(Convened.cycle_id == cycle_id)).first() is not None:
        return
    codes = db.scalars(select(CycleMunicipio.divipola).where(CycleMunicipio.cycle_id == cycle_id).order_by(CycleMunicipio.divipola))
    places = [place for place in map(divipola.get, codes) if place]
    commands = [
        SaveConvened(
            f"Alcaldía de {place.name}",
            mailbox=f"contacto@{slugify(place.name)}.example",
            liaison_name=f"Persona Ficticia {FAMILIES[number % len(FAMILIES)]}",
            liaison_post="Secretaría de Gobierno",
            phone="+576060000000",
            divipola=place.code,
        )
        for number, place in enumerate(places)
    ]
    service.bring(db, cycle_id, commands, update=False, by=TEAM, now=now)


def _deliver(db: Session, rows: Sequence[CallRecipient], event_id: int, at: datetime) -> None:
    """Written down as sent, and the promises taken back: nobody is written to."""
    keys = [f"calls.mail:{row.id}:1" for row in rows]
    for number, row in enumerate(rows):
        own = service.message_id(row.public_id, 1, links.host())
        when = at + timedelta(seconds=2 * number)
        service.mark_sent(db, row.id, number=1, kind="call", message_id=own, mailbox=row.mailbox, now=when)
        about = ("event", event_id)
        correspondence.record_sent(
            db, message_id=own, kind="calls.mail", recipient=row.mailbox, subject="Convocatoria de la demostración", about=about
        )
    db.execute(update(Job).where(Job.key.in_(keys)).values(done_at=clock.now()))


def _answer(db: Session, view: LetterView, number: int, at: datetime, *, declines: bool) -> None:
    signed = Signed(f"Persona Ficticia {FAMILIES[number % len(FAMILIES)]}", "Secretaría de Gobierno")
    if declines:
        service.decline(db, view, signed, "Ese día la alcaldía atiende una visita de otra entidad.", now=at)
    else:
        service.confirm(db, view, signed, now=at)
