"""Keeps the promises of the room: thanks and "we missed you", at the pace that was set; and the test of a wording."""

from eventos.adapters import mail
from eventos.entities.queries import office_view
from eventos.kernel import clock, correspondence, outbox, pace, wordings
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import PermanentFailure, TransientFailure
from eventos.kernel.outbox import on, task
from eventos.kernel.wordings import Wording
from eventos.mailings import messages, queries, service
from eventos.registration.queries import already_sent

NO_LONGER = "El acta cambió antes de que saliera: ya no decía la verdad."


@on("roster.closed")
def roster_closed(event_id: int, roster_id: int) -> None:  # noqa: ARG001 - what the fact tells; the acta in force is what counts
    """The acta of an event was closed: its thanks may go."""
    with transaction() as db:
        service.roster_closed(db, event_id, now=clock.now())
        outbox.finish(db)


@task("mailings.send", mails=True)
def send(after_mail_id: int) -> None:
    """Send one person their mail, once a turn is free. Killed anywhere, it sends the same message again at most once."""
    with reading() as db:
        found = queries.after_letter(db, after_mail_id)
        own = messages.after_message_id(found.kind if found else "", after_mail_id)
        is_sent = bool(already_sent(db, [own]))
    if found is None or found.sent_at is not None or found.dropped:
        return
    if not is_sent and (not found.still_fits or not found.view.registration.email):
        with transaction() as db:
            service.drop(db, after_mail_id, reason=NO_LONGER)
            outbox.finish(db)
        return
    letter = messages.letter(found.view, found.kind, identifier=own)
    if not is_sent:
        _take_turn()
        try:
            mail.send(letter)
        except PermanentFailure as refused:
            told = {"message_id": own, "kind": "mailings.send", "recipient": letter.to, "subject": letter.subject}
            with transaction() as db:
                why = f"{refused.message} {refused.detail or ''}".strip()
                correspondence.was_refused(db, **told, about=("registration", found.registration_id), why=why)
            raise
    with transaction() as db:
        about = ("registration", found.registration_id)
        correspondence.record_sent(db, message_id=own, kind="mailings.send", recipient=letter.to, subject=letter.subject, about=about)
        service.mark_sent(db, after_mail_id, now=clock.now())
        outbox.finish(db)


def _take_turn() -> None:
    """Wait for a turn to send (EVENTOS_MAIL_RATE): not by sleeping, but by coming back later."""
    with transaction() as db:
        seconds = pace.wait(db)
    if seconds:
        raise TransientFailure("Espera su turno para salir.", retry_after=seconds)


@task("mailings.sample", mails=True)
def sample(cycle_id: int, cycle_name: str, kind: str, subject: str, body: str, to: str, to_name: str, mail_id: str) -> None:
    """Send somebody of the office a mail of this kind under these words."""
    with reading() as db:
        office = office_view(db)
    letter = messages.sample(wordings.KINDS[kind], Wording(subject, body), cycle_name, office, to=to, to_name=to_name, mail_id=mail_id)
    mail.send(letter)
    with transaction() as db:
        correspondence.record_sent(
            db,
            message_id=letter.message_id,
            kind="mailings.sample",
            recipient=letter.to,
            subject=letter.subject,
            about=("cycle", cycle_id),
        )
        outbox.finish(db)
