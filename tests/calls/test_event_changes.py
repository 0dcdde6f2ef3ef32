"""An event that changes or is called off: each entity its call reached is told once, and staff see how many before they save."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from eventos.calls import service
from eventos.calls.models import CallEntry, CallRecipient
from eventos.calls.rules import Designee, Signed
from eventos.cycles import service as cycles
from eventos.cycles.models import Event, EventDay
from eventos.kernel import clock, outbox, reach
from eventos.kernel.audit import SYSTEM
from eventos.registration.rules import Policy
from eventos.registration.service.policy import save_policy
from tests.calls.conftest import Desk, Run
from tests.calls.factories import letter, recipients
from tests.conftest import Opened
from tests.support.smtp import Mailbox

PERSON = Designee("Nubia Prueba", "Cedro", "nubia@aguadas.example")


@pytest.fixture
def told(desk: Desk, links: list[str], writing: Opened, mailbox: Mailbox) -> Desk:
    """One entity declined, one call came back; what was mailed so far is out of the way."""
    assert len(links) == 3
    with writing() as db:
        rows = recipients(db, db.get_one(Event, desk.event_id), desk.public_id)
        service.decline(db, letter(db, rows[0]), Signed("Ramiro Prueba", "Alcaldía"), "No hay quién.", now=clock.now())
        own = db.scalars(select(CallEntry.message_id).where(CallEntry.recipient_id == rows[1].id)).one()
        service.note_bounce(db, own or "", "5.1.1 buzón desconocido", clock.now())
    for file in mailbox.folder.rglob("*.eml"):
        file.unlink()
    return desk


def test_a_cancelled_event_is_told_once_to_those_the_call_reached(told: Desk, writing: Opened, outbox_run: Run, mailbox: Mailbox) -> None:
    with writing() as db:
        assert [group.words for group in reach.of_event(db, told.event_id)] == ["1 entidad convocada"]
        cycles.cancel(db, db.get_one(Event, told.event_id), reason="El auditorio se inundó.", by=SYSTEM, now=clock.now())
    outbox_run()
    [message] = mailbox.messages()
    assert message["Subject"].startswith("Evento cancelado: ")
    assert "El auditorio se inundó." in message.get_body(("plain",)).get_content()
    with writing() as db:
        outbox.announce(db, "event.cancelled", event_id=told.event_id)  # told twice, as a job that runs again would
    outbox_run()
    assert len(mailbox.messages()) == 1
    with writing() as db:
        assert list(db.scalars(select(CallEntry.kind).where(CallEntry.kind == "called_off"))) == ["called_off"]


def test_a_postponed_event_is_told_as_one_and_not_as_a_change(told: Desk, writing: Opened, outbox_run: Run, mailbox: Mailbox) -> None:
    with writing() as db:
        cycles.postpone(db, db.get_one(Event, told.event_id), by=SYSTEM, now=clock.now())
    outbox_run()
    [message] = mailbox.messages()
    assert message["Subject"].startswith("Evento aplazado: ")
    for kind in ("plain", "html"):
        text = message.get_body((kind,)).get_content()
        assert "se aplazó y todavía no tiene fecha" in text
        assert "Esto es lo que vale ahora" not in text


def test_who_was_designated_registers_once_a_postponed_private_event_has_a_day_again(
    desk: Desk, links: list[str], visitor: FlaskClient, writing: Opened, outbox_run: Run, mailbox: Mailbox
) -> None:
    assert links
    with writing() as db:
        save_policy(db, desk.event_id, Policy(is_private=True), by=SYSTEM, now=clock.now())
        event = db.get_one(Event, desk.event_id)
        days = [{"on_date": day.on_date, "starts_at": day.starts_at, "ends_at": day.ends_at} for day in event.days]
        cycles.postpone(db, event, by=SYSTEM, now=clock.now())
        row = recipients(db, event, desk.public_id)[0]
        service.designate(db, letter(db, row), Signed("Ramiro Prueba", "Alcaldía"), [PERSON], now=clock.now())
    outbox_run()
    [message] = mailbox.to(PERSON.email)
    form = re.search(r"http://[^/]+(/eventos/\S+datos=\S+)", message.get_body(("plain",)).get_content())
    assert form
    with writing() as db:
        event = db.get_one(Event, desk.event_id)
        event.postponed_at, event.date_note = None, ""
        event.days = [EventDay(**day) for day in days]
    assert 'value="Nubia Prueba"' in visitor.get(form[1]).text


def test_two_changes_at_once_are_one_mail_that_says_how_it_ended(told: Desk, writing: Opened, outbox_run: Run, mailbox: Mailbox) -> None:
    for hours in (1, 2):
        with writing() as db:
            event = db.get_one(Event, told.event_id)
            for day in event.days:
                day.starts_at, day.ends_at = day.starts_at + timedelta(hours=hours), day.ends_at + timedelta(hours=hours)
            event.sequence += 1
            db.flush()
            service.tell_change(db, told.event_id, is_off=False)
            outbox.announce(db, "event.rescheduled", event_id=event.id, sequence=event.sequence)
    outbox_run()
    [message] = mailbox.messages()
    assert message["Subject"].startswith("Cambió el evento: ")
    assert "11:00" in message.get_body(("plain",)).get_content()
    assert "/convocatoria/" in message.get_body(("plain",)).get_content()


def test_a_link_to_connect_is_no_news_for_an_entity_and_takes_none_away(
    told: Desk, writing: Opened, outbox_run: Run, mailbox: Mailbox
) -> None:
    with writing() as db:
        assert reach.of_event(db, told.event_id, "virtual") == []
        event = db.get_one(Event, told.event_id)
        event.sequence += 1
        db.flush()
        service.tell_change(db, event.id, is_off=False)
        event.sequence += 1
        outbox.announce(db, "event.rescheduled", event_id=event.id, only="virtual", sequence=event.sequence)
    outbox_run()
    assert len(mailbox.messages()) == 1, "of the first change"


def test_an_entity_that_confirmed_is_told_although_its_mail_came_back(
    told: Desk, writing: Opened, outbox_run: Run, mailbox: Mailbox
) -> None:
    with writing() as db:
        rows = recipients(db, db.get_one(Event, told.event_id), told.public_id)
        service.confirm(db, letter(db, rows[1]), Signed("Ramiro Prueba", "Alcaldía"), now=clock.now())
        assert db.get_one(CallRecipient, rows[1].id).state == "bounced"
        cycles.cancel(db, db.get_one(Event, told.event_id), reason="Lluvias.", by=SYSTEM, now=clock.now())
    outbox_run()
    assert len(mailbox.messages()) == 2
