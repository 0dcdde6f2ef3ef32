"""Keeps the promises of a call: one mail to each entity at the pace that was set, invitations, the printed thread; and what comes back."""

from sqlalchemy.orm import Session

from eventos.adapters import mail, storage
from eventos.adapters.mail import Mail
from eventos.adapters.storage import FileMissing
from eventos.calls import evidence, messages, queries, rules, service
from eventos.calls.standing import is_needless
from eventos.kernel import clock, correspondence, links, outbox, pace, reach
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import EventosError, PermanentFailure, TransientFailure
from eventos.kernel.outbox import on, task
from eventos.kernel.reach import Reached
from eventos.kernel.text import mask_email
from eventos.kernel.vocabulary import EventState, Modality
from eventos.registration.queries import already_sent
from eventos.registration.queries_mail import later_changes

LOST = "Un anexo de la convocatoria ya no está en el archivo. Redacte otra convocatoria con él."
OFF = "El evento se canceló antes de que saliera este correo."
PUT_OFF = "El evento se aplazó antes de que saliera este correo."
TAKEN_OUT = "La entidad se retiró de las convocadas antes de que saliera este correo."


@task("calls.mail", mails=True)
def send_one(recipient_id: int, number: int, kind: str) -> None:
    """Send one entity its call or reminder, once a turn is free. Killed anywhere, it sends the same message again at most once."""
    with reading() as db:
        view = queries.letter_view(db, recipient_id)
        own = service.message_id(view.recipient.public_id, number, links.host())
        is_sent = bool(already_sent(db, [own]))
        registered = queries.registered_of(db, view) if kind == "unregistered" else 0
        if view.call.flyer_version is not None and service.misleading(db, view.event, version=view.call.flyer_version):
            view = view.without_flyer()
    if not is_sent and (why := _too_late(view)):
        _failed(recipient_id, number, why)
        return
    if not is_sent and is_needless(kind, view.recipient.standing, registered=registered):
        with transaction() as db:
            service.mark_needless(db, recipient_id, number=number, now=clock.now())
            outbox.finish(db)
        return
    try:
        letter = messages.letter(view, kind=kind, number=number, files=_files(messages.wanted_files(view.call)))
        if not is_sent:
            _turn()
            mail.send(letter)
    except PermanentFailure as refused:
        why = f"{refused.message} ({refused.detail})" if refused.detail else refused.message
        _refused(letter, "calls.mail", view.event.id, why)
        _failed(recipient_id, number, why)
        return
    except FileMissing:
        _failed(recipient_id, number, LOST)
        return
    except ValueError:
        _failed(recipient_id, number, "La dirección de correo no se puede usar.")
        return
    with transaction() as db:
        service.mark_sent(db, recipient_id, number=number, kind=kind, message_id=own, mailbox=letter.to, now=clock.now())
    _record(letter, "calls.mail", view.event.id)


def _too_late(view: queries.LetterView) -> str:
    """Why a mail that was promised must not leave any more, for people; "" while it may."""
    if view.event.state is EventState.CANCELLED:
        return OFF
    if view.event.postponed_at is not None:
        return PUT_OFF
    return TAKEN_OUT if view.recipient.is_removed else ""


def _turn() -> None:
    """Wait for a turn to send (EVENTOS_MAIL_RATE): not by sleeping, but by coming back later."""
    with transaction() as db:
        seconds = pace.wait(db)
    if seconds:
        raise TransientFailure("Espera su turno para salir.", retry_after=seconds)


def _files(keys: list[str]) -> dict[str, bytes]:
    return {key: storage.shelf().read(key, verify=True) for key in keys}


def _refused(letter: Mail, kind: str, event_id: int, why: str) -> None:
    """What the server would not take stands among the mails that came back, too."""
    with transaction() as db:
        about = ("event", event_id)
        correspondence.was_refused(
            db, message_id=letter.message_id, kind=kind, recipient=letter.to, subject=letter.subject, about=about, why=why
        )


def _failed(recipient_id: int, number: int, reason: str) -> None:
    with transaction() as db:
        service.mark_failed(db, recipient_id, number=number, reason=reason, now=clock.now())
        outbox.finish(db)


@task("calls.test", mails=True)
def send_test(call_id: int, entity: str, person: str, to: str, to_name: str, mail_id: str) -> None:
    """Send somebody of the office the call as an entity would get it."""
    with reading() as db:
        matter = queries.matter(db, queries.with_flyer(db, queries.call_by_id(db, call_id)))
    files = _files(messages.wanted_files(matter.call))
    letter = messages.sample_letter(matter, entity=entity, person=person, to=to, to_name=to_name, mail_id=mail_id, files=files)
    with reading() as db:
        is_sent = bool(already_sent(db, [letter.message_id]))
    if not is_sent:
        mail.send(letter)
    _record(letter, "calls.test", matter.event.id)


@task("calls.invite", mails=True)
def invite(designee_id: int) -> None:
    """Invite somebody an entity designated to register; taken back meanwhile, they are not written to."""
    with reading() as db:
        found = queries.designee(db, designee_id)
    if found is None or not _is_open(found[1]):
        with transaction() as db:
            outbox.finish(db)
        return
    letter = messages.invitation(*found)
    with reading() as db:
        is_sent = bool(already_sent(db, [letter.message_id]))
    try:
        if not is_sent:
            _turn()
            mail.send(letter)
    except PermanentFailure as refused:
        _refused(letter, "calls.invite", found[1].event.id, refused.message)
        with transaction() as db:
            service.mark_uninvited(db, designee_id, reason=refused.message)
            outbox.finish(db)
        return
    with transaction() as db:
        service.mark_invited(db, designee_id, message_id=letter.message_id, now=clock.now())
    _record(letter, "calls.invite", found[1].event.id)


@task("calls.notice", mails=True)
def notice(recipient_id: int, number: int, is_off: bool) -> None:
    """Tell one entity that the event changed or is off. When it changed again meanwhile, the mail that follows says it all."""
    with reading() as db:
        view = queries.letter_view(db, recipient_id)
        letter = messages.notice(view, number=number, is_off=is_off)
        is_sent = bool(already_sent(db, [letter.message_id]))
        is_called_off = view.event.state is EventState.CANCELLED and not is_off
        is_old = is_called_off or (view.event.sequence > number and later_changes(db, view.event.id, number) - {Modality.VIRTUAL.value})
    if is_old:
        with transaction() as db:
            outbox.finish(db)
        return
    try:
        if not is_sent:
            _turn()
            mail.send(letter)
    except PermanentFailure as refused:
        _refused(letter, "calls.notice", view.event.id, refused.message)
        with transaction() as db:
            outbox.finish(db)
        return
    with transaction() as db:
        service.mark_noticed(db, recipient_id, is_off=is_off, message_id=letter.message_id, now=clock.now())
    _record(letter, "calls.notice", view.event.id)


@reach.counts
def entities_it_reaches(db: Session, event_id: int, only: str) -> list[Reached]:
    """The entities that are told when an event changes: those its call reached, and that did not decline.

    A link to connect was in no call: when it changes, no entity is told.
    """
    return [Reached(0 if only == Modality.VIRTUAL else len(queries.reached(db, event_id)), "entidad convocada", "entidades convocadas")]


@on("event.rescheduled")
def event_rescheduled(event_id: int, only: str = "", **_gone: object) -> None:
    with transaction() as db:
        if only != Modality.VIRTUAL:
            service.tell_change(db, event_id, is_off=False)
        outbox.finish(db)


@on("event.cancelled")
def event_cancelled(event_id: int) -> None:
    with transaction() as db:
        service.tell_change(db, event_id, is_off=True)
        outbox.finish(db)


def _is_open(view: queries.LetterView) -> bool:
    try:
        rules.check_open(view.event.state, view.event.ends_at, now=clock.now())
    except rules.CallClosed:
        return False
    return True


def _record(letter: Mail, kind: str, event_id: int) -> None:
    with transaction() as db:
        about = ("event", event_id)
        correspondence.record_sent(db, message_id=letter.message_id, kind=kind, recipient=letter.to, subject=letter.subject, about=about)
        outbox.finish(db)


@task("calls.print")
def print_evidence(call_id: int) -> None:
    """Print the thread of a call as it stands; done twice, it leaves one file."""
    from eventos.adapters import pdf  # its engine is loaded by who draws (see certificates/tasks.py)

    with reading() as db:
        call = queries.call_by_id(db, call_id)
        paper = evidence.gathered(db, call, now=clock.now())
    if call.evidence_state != "pending":
        return
    try:
        stored = storage.shelf().put(pdf.render(evidence.html(paper), css=evidence.css()))
    except TransientFailure:
        raise
    except EventosError as refusal:
        with transaction() as db:
            service.evidence_failed(db, call_id, reason=refusal.message)
            outbox.finish(db)
        return
    with transaction() as db:
        service.evidence_ready(db, call_id, sha256=stored.sha256, now=clock.now())
        outbox.finish(db)


@on("mail.bounced")
def mail_bounced(message_id: str, status: str = "", diagnostic: str = "", **_rest: str) -> None:
    """A mail came back (RFC 3464). What is only late says nothing yet."""
    with transaction() as db:
        if rules.is_permanent(status):
            service.note_bounce(
                db, message_id, " ".join(part for part in (status, diagnostic) if part) or "El correo fue devuelto.", clock.now()
            )
        outbox.finish(db)


@on("mail.replied")
def mail_replied(message_id: str, recipient: str = "", diagnostic: str = "", **_rest: str) -> None:
    """Somebody answered by mail: the thread says so."""
    with transaction() as db:
        service.note_reply(db, message_id, clock.now(), sender=mask_email(recipient), reply_id=diagnostic)
        outbox.finish(db)
