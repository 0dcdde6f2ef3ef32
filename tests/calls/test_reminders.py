"""A mail of a call goes to who still needs it when it leaves, not when it was asked for; and never twice."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.calls import messages, queries, service
from eventos.calls.models import CallDesignee, CallRecipient
from eventos.calls.queries import LetterView
from eventos.calls.rules import Designee
from eventos.calls.standing import Standing, Whom
from eventos.cycles import service as cycles
from eventos.cycles.models import Event
from eventos.kernel import clock, pace
from eventos.kernel.audit import SYSTEM
from eventos.kernel.errors import RuleViolation
from eventos.kernel.outbox import Job
from tests.calls.conftest import Desk, Run
from tests.calls.factories import SIGNED, letter, recipients, rows_of, send
from tests.conftest import Opened
from tests.registration.factories import a_registration
from tests.support.smtp import Mailbox

PERSON = Designee("Nubia Prueba", "Cedro", "nubia@aguadas.example")
Did = Callable[[Session, Event, LetterView], object]


def confirms(db: Session, _event: Event, view: LetterView) -> object:
    return service.confirm(db, view, SIGNED, now=clock.now())


def declines(db: Session, _event: Event, view: LetterView) -> object:
    return service.decline(db, view, SIGNED, "Hay empalme", now=clock.now())


def registers(db: Session, event: Event, view: LetterView) -> object:
    return a_registration(db, event, entity=view.recipient.entity, divipola="17001", email="alguien@entidad.example")


def looks(*_nothing: object) -> object:
    return None


@pytest.mark.parametrize(
    ("whom", "does", "written_to"),
    [
        (Whom.UNCONFIRMED, looks, 3),
        (Whom.UNCONFIRMED, confirms, 2),
        (Whom.UNCONFIRMED, declines, 2),
        (Whom.UNCONFIRMED, registers, 3),  # somebody registered, and nobody has confirmed
        (Whom.UNREGISTERED, registers, 2),
        (Whom.UNREGISTERED, declines, 2),
        (Whom.UNREGISTERED, confirms, 3),
        (Whom.BOUNCED, looks, 3),
        (Whom.BOUNCED, confirms, 2),
        (Whom.ALL, declines, 2),
        (Whom.ALL, confirms, 3),
    ],
)
def test_who_did_what_a_mail_asks_for_before_it_left_gets_none(
    whom: Whom, does: Did, written_to: int, desk: Desk, links: list[str], writing: Opened, outbox_run: Run, mailbox: Mailbox
) -> None:
    before = sum("contacto@" in message["To"] for message in mailbox.messages())
    assert before == len(links)
    with writing() as db:
        event = db.get_one(Event, desk.event_id)
        if whom is Whom.BOUNCED:
            for row in recipients(db, event, desk.public_id):
                row.state = "bounced"
        assert send(db, event, desk.public_id, whom) == 3
        first = recipients(db, event, desk.public_id)[0]
        does(db, event, letter(db, first))
    outbox_run()
    assert sum("contacto@" in message["To"] for message in mailbox.messages()) - before == written_to
    with writing() as db:
        assert not any(row.standing is Standing.QUEUED for row in rows_of(db, db.get_one(Event, desk.event_id), desk.public_id))


def test_an_entity_taken_out_after_the_order_is_not_written_to(desk: Desk, writing: Opened, outbox_run: Run, mailbox: Mailbox) -> None:
    with writing() as db:
        event = db.get_one(Event, desk.event_id)
        send(db, event, desk.public_id)
        service.remove_convened(db, event.cycle_id, desk.convened[0], by=SYSTEM, now=clock.now())
    outbox_run()
    assert len(mailbox.messages()) == 2
    with writing() as db:
        [gone] = [row for row in rows_of(db, db.get_one(Event, desk.event_id), desk.public_id) if row.is_removed]
    assert (gone.standing, "se retiró" in gone.failure) == (Standing.FAILED, True)


def test_a_postponed_event_calls_and_reminds_nobody_until_it_has_a_day(
    desk: Desk, writing: Opened, outbox_run: Run, mailbox: Mailbox
) -> None:
    with writing() as db:
        event = db.get_one(Event, desk.event_id)
        send(db, event, desk.public_id)
        cycles.postpone(db, event, by=SYSTEM, now=clock.now())
    outbox_run()
    assert mailbox.messages() == []
    with writing() as db:
        event = db.get_one(Event, desk.event_id)
        assert {row.failure for row in rows_of(db, event, desk.public_id)} == {"El evento se aplazó antes de que saliera este correo."}
        for whom in (Whom.BOUNCED, Whom.ALL):
            with pytest.raises(RuleViolation, match="aplazado y sin fecha"):
                send(db, event, desk.public_id, whom)
        matter = queries.matter(db, queries.call(db, event.id, desk.public_id))
    told = messages.shown(replace(matter, call=replace(matter.call, body="Será: {fecha}.")), entity="Alcaldía", person="")
    assert told.text == "Será: fecha por confirmar."


def named(db: Session) -> CallDesignee:
    return db.scalars(select(CallDesignee)).one()


def designate(writing: Opened, desk: Desk) -> None:
    with writing() as db:
        row = recipients(db, db.get_one(Event, desk.event_id), desk.public_id)[0]
        service.designate(db, letter(db, row), SIGNED, [PERSON], now=clock.now())


def test_an_invitation_that_left_before_a_kill_does_not_leave_again(
    desk: Desk, links: list[str], writing: Opened, outbox_run: Run, mailbox: Mailbox
) -> None:
    assert links
    designate(writing, desk)
    outbox_run()
    assert len(mailbox.to(PERSON.email)) == 1
    with writing() as db:  # the worker died between the transport and the row
        db.scalars(select(Job).where(Job.name == "calls.invite")).one().done_at = None
        named(db).invited_at = None
    for file in mailbox.folder.rglob("*.eml"):  # the same Message-ID would be written over itself
        file.unlink()
    outbox_run()
    assert mailbox.messages() == []
    with writing() as db:
        assert named(db).invited_at is not None


@pytest.fixture
def slowly() -> Iterator[None]:
    """One mail a minute."""
    yield pace.configure(1)
    pace.configure(0)


def test_invitations_wait_for_their_turn_as_every_mail_to_many(
    desk: Desk, links: list[str], writing: Opened, outbox_run: Run, mailbox: Mailbox, slowly: None, clock_at: Callable[[object], None]
) -> None:
    del slowly
    now = clock.now().replace(second=5) + timedelta(hours=1)  # the turns of the call itself are over
    clock_at(now)
    with writing() as db:
        row = recipients(db, db.get_one(Event, desk.event_id), desk.public_id)[0]
        two = [PERSON, Designee("Alba Prueba", "Roble", "alba@aguadas.example")]
        service.designate(db, letter(db, row), SIGNED, two, now=now)
    before, seen = len(links), []
    for minute in range(3):
        clock_at(now + timedelta(minutes=minute))
        outbox_run()
        seen.append(len(mailbox.messages()) - before)
    assert seen == [1, 2, 2]


def test_who_was_taken_back_before_their_invitation_left_and_named_again_gets_it(
    desk: Desk, links: list[str], writing: Opened, outbox_run: Run, mailbox: Mailbox
) -> None:
    assert links
    designate(writing, desk)
    with writing() as db:
        row = db.get_one(CallRecipient, named(db).recipient_id)
        service.withdraw(db, letter(db, row), named(db).public_id, now=clock.now())
    outbox_run()
    assert mailbox.to(PERSON.email) == []
    with writing() as db:
        service.designate(db, letter(db, row), SIGNED, [PERSON], now=clock.now() + timedelta(seconds=2))
    outbox_run()
    assert len(mailbox.to(PERSON.email)) == 1
    with writing() as db:
        assert queries.designees(db, desk.event_id, row.id)[0].invited_at is not None
