"""Keeps the promises of registration: read, let go of the database, send, write down. Facts of events arrive here too."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from eventos.adapters import mail
from eventos.adapters.mail import Mail
from eventos.entities.queries import office_view
from eventos.kernel import clock, correspondence, links, outbox, pace, reach, tokens
from eventos.kernel.audit import SYSTEM
from eventos.kernel.db import reading, transaction
from eventos.kernel.errors import PermanentFailure, TransientFailure
from eventos.kernel.outbox import on, task
from eventos.kernel.reach import Reached
from eventos.kernel.vocabulary import EventState, RegistrationState
from eventos.registration import messages, messages_my_events, queries, service
from eventos.registration.queries_mail import confirmation_view, is_overtaken
from eventos.registration.rules_reminders import REMINDED
from eventos.registration.service.bulk_undo import go_on
from eventos.registration.service.questions import copy_questions
from eventos.registration.service.reply import forget_replies

_REACHED = {
    RegistrationState.ACTIVE: ("persona inscrita", "personas inscritas"),
    RegistrationState.WAITLISTED: ("persona en lista de espera", "personas en lista de espera"),
    RegistrationState.OFFERED: ("persona con un cupo ofrecido", "personas con un cupo ofrecido"),
    RegistrationState.UNCONFIRMED: ("persona que falta por confirmar", "personas que faltan por confirmar"),
    RegistrationState.PENDING: ("persona que espera aprobación", "personas que esperan aprobación"),
}


@task("registration.confirm", mails=True)
def confirm(registration_id: int, why: str, number: int, other_mail: str = "", gone: Sequence[Sequence[Any]] = ()) -> None:
    """Tell somebody how their registration stands now, whatever it was when this was promised. `gone`: days the event lost."""
    with reading() as db:
        view = confirmation_view(db, registration_id)
        is_old = why == "rescheduled" and is_overtaken(db, view.registration, number)
    overtaken = view.registration.state is RegistrationState.CANCELLED and why != "repeat"  # the mail that says so follows
    if view.registration.email and not overtaken and view.registration.event.state is not EventState.CANCELLED:
        letters = messages.confirmation(view, why=why, number=number, other_mail=other_mail)
        if is_old:  # the event changed again: the mail that follows says it all
            still_gone = [day for day in gone if day[0] > len(view.registration.event.days) > 0]
            letters = messages.days_gone(view, still_gone, number=number)
        else:
            letters = messages.with_days_gone(view, letters, gone, number=number)
        _send("registration.confirm", letters, registration_id)


@reach.counts
def whom_it_reaches(db: Session, event_id: int, only: str) -> list[Reached]:
    """Who is told when an event changes: everybody whose registration stands or may still come to stand."""
    found = queries.how_many_in_each_state(db, event_id, only)
    return [Reached(found.get(state.value, 0), *_REACHED[state]) for state in RegistrationState if state.is_open]


@task("registration.cancelled", mails=True)
def cancelled(registration_id: int, number: int, why: str = "person", held: bool = True, reason: str = "") -> None:
    """The person cancelled, or the event was called off: say so, and take back the invite of who held a seat."""
    with reading() as db:
        view = confirmation_view(db, registration_id)
    if view.registration.email:
        _send("registration.cancelled", messages.cancelled(view, why=why, number=number, held=held, reason=reason), registration_id)


@task("registration.links", mails=True)
def send_links(person_id: int, number: int) -> None:
    """Send somebody their personal links, to the address on file."""
    with reading() as db:
        views = queries.registrations_of_person(db, person_id, clock.now())
        office = office_view(db)
    if views and views[0].email:
        _send("registration.links", [messages.personal_links(views, office, number=number)], views[0].id)


@task("registration.mail_change", mails=True)
def mail_change(registration_id: int, asked: str, number: int) -> None:
    """Send the link that confirms a new address, to that address."""
    wanted = service.read_asked(asked)
    with reading() as db:
        view = confirmation_view(db, registration_id)
    token = service.mail_change_token(wanted)
    _send("registration.mail_change", [messages.mail_change(view, email=wanted.email, token=token, number=number)], registration_id)


@task("registration.mail_change_notice", mails=True)
def mail_change_notice(registration_id: int, asked: str, number: int) -> None:
    """Tell the address on file that a change was asked for."""
    wanted = service.read_asked(asked)
    with reading() as db:
        view = confirmation_view(db, registration_id)
    if view.registration.email:
        letter = messages.mail_change_notice(view, email=wanted.email, number=number)
        _send("registration.mail_change_notice", [letter], registration_id)


@task("registration.remind")
def remind(reminder_id: int) -> None:
    """The moment of a reminder came: one mail is promised to each person."""
    with transaction() as db:
        service.remind(db, reminder_id, now=clock.now())
        outbox.finish(db)


@task("registration.reminder", mails=True)
def send_reminder(registration_id: int, reminder_id: int) -> None:
    """Remind one person, once a turn is free; never after the start, nor somebody who left, nor of an event that was called off."""
    with reading() as db:
        view = confirmation_view(db, registration_id)
    registration, event = view.registration, view.registration.event
    is_on = event.state is EventState.PUBLISHED and event.postponed_at is None
    is_ahead = is_on and event.starts_at is not None and clock.now() < event.starts_at
    if registration.email and is_ahead and registration.state in REMINDED:
        identifier = messages.message_id(registration, f"reminder-{reminder_id}", 1)
        _send("registration.reminder", [messages.reminder(view, identifier=identifier)], registration_id, paced=True)


def _take_turn() -> None:
    """Wait for a turn to send (EVENTOS_MAIL_RATE): not by sleeping, but by coming back later."""
    with transaction() as db:
        seconds = pace.wait(db)
    if seconds:
        raise TransientFailure("Espera su turno para salir.", retry_after=seconds)


def _send(kind: str, letters: Sequence[Mail], registration_id: int | None, *, paced: bool = False) -> None:
    """Send what was not sent yet, writing down each letter; with the last one the job is done."""
    with reading() as db:
        sent = queries.already_sent(db, [letter.message_id for letter in letters])
    for letter in letters:
        if letter.message_id not in sent:
            if paced:
                _take_turn()
            _hand_over(kind, letter, registration_id)
        with transaction() as db:
            correspondence.record_sent(
                db,
                message_id=letter.message_id,
                kind=kind,
                recipient=letter.to,
                subject=letter.subject,
                about=("registration", registration_id),
            )
            if letter is letters[-1]:
                outbox.finish(db)


def _hand_over(kind: str, letter: Mail, registration_id: int | None) -> None:
    """Give one letter to the server; what it will not take is written down as bounced, and stays for staff to mend."""
    try:
        mail.send(letter)
    except PermanentFailure as refused:
        with transaction() as db:
            correspondence.was_refused(
                db,
                message_id=letter.message_id,
                kind=kind,
                recipient=letter.to,
                subject=letter.subject,
                about=("registration", registration_id),
                why=f"{refused.message} {refused.detail or ''}".strip(),
            )
        raise


@task("registration.my_events", mails=True)
def send_my_events(asked: str, number: int) -> None:
    """Send the one-time link to "Mis eventos", good for half an hour from now."""
    email, identifier = service.read_my_events(asked), f"<my-events-{number}-{tokens.digest(asked)[:16]}@{links.host()}>"
    with reading() as db:
        office = office_view(db)
    letter = messages_my_events.my_events(office, email=email, token=service.my_events_token(email), identifier=identifier)
    _send("registration.my_events", [letter], None)


@on("event.rescheduled")
def event_rescheduled(event_id: int, gone: Sequence[Sequence[Any]] = (), only: str = "", **_sequence: int) -> None:
    """One updated invite for each active registration, of the one modality it touches. `gone`: (position, start, end) of each lost day."""
    with transaction() as db:
        service.keep_before_start(db, event_id)
        forget_replies(db, event_id)
        service.tell_rescheduled(db, event_id, gone, only=only)
        service.move_reminders(db, event_id)
        outbox.finish(db)


@on("event.cancelled")
def event_cancelled(event_id: int) -> None:
    """One cancellation for everybody who holds a seat or waits for one."""
    with transaction() as db:
        service.tell_event_cancelled(db, event_id)
        outbox.finish(db)


@on("event.duplicated")
def event_duplicated(event_id: int, copied_from: int) -> None:
    """The copy of an event asks what the earlier one asks, unless it asks something already."""
    with transaction() as db:
        copy_questions(db, copied_from, event_id, by=SYSTEM, now=clock.now())
        outbox.finish(db)


@on("event.seats_added")
def seats_added(event_id: int) -> None:
    """Move people up from the waiting list while there are seats, a hundred in each transaction."""
    moved = True
    while moved:
        with transaction() as db:
            moved = service.fill_seats(db, event_id, now=clock.now(), limit=100)


@task("registration.expire")
def expire(event_id: int) -> None:
    """Seats that nobody answered for in time go to the next, a hundred in each transaction."""
    late = True
    while late:
        with transaction() as db:
            late = service.expire(db, event_id, now=clock.now())


@task("registration.bulk")
def bulk_action(bulk_id: int) -> None:
    """Go on with what was asked for many registrations, or with undoing it: in short transactions, and from where it was left."""
    more = True
    while more:
        with transaction() as db:
            more = go_on(db, bulk_id, now=clock.now())
            if not more:
                outbox.finish(db)
