"""What people receive, read by independent judges: zxing for the QR, ics and vobject for the invite, the mail's own parts."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import ics
import pytest
import vobject
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.entities.rules import SaveOffice
from eventos.entities.service import save_office
from eventos.kernel import clock, outbox
from eventos.kernel.audit import SYSTEM
from eventos.kernel.correspondence import MailRecord
from eventos.kernel.outbox import Job
from eventos.kernel.settings import Settings
from eventos.kernel.vocabulary import LinkExposure, Modality
from eventos.registration import service, tasks
from eventos.registration.service import tickets
from tests.cycles.factories import LINK, a_day, a_published_event
from tests.registration.factories import a_registration, register_command
from tests.registration.letters import invite_of, pictures, property_of, text_of, written
from tests.support.judges import read_qr
from tests.support.smtp import Mailbox, Sink

Opened = Callable[[], AbstractContextManager[Session]]
Run = Callable[[], int]


@pytest.fixture
def letter(writing: Opened, outbox_run: Run, mailbox: Mailbox) -> tuple[EmailMessage, str, str]:
    _, ticket, link = written(writing)
    outbox_run()
    (message,) = mailbox.to("elvira@riosucio.example")
    return message, ticket, link


def test_the_mail_says_date_hour_place_and_carries_both_secrets(letter: tuple[EmailMessage, str, str]) -> None:
    message, ticket, link = letter
    assert message["Subject"] == "Inscripción confirmada: Quinta asistencia técnica: Gobierno Abierto, 25 de julio de 2030"
    for kind in ("plain", "html"):
        text = text_of(message, kind).replace("\xa0", " ")
        for words in ("jueves, 25 de julio de 2030", "8:00 a. m. a 10:00 a. m.", "Virtual", f"/q/{ticket}", f"/i/{link}", "Elvira Demo"):
            assert words in text, (kind, words)
        assert LINK not in text, "the link of a personal event travels nowhere"
    assert re.fullmatch(r"<registration-[0-9A-Za-z]{14}-first-\d+@127\.0\.0\.1>", message["Message-ID"])


def test_the_qr_in_the_mail_is_read_by_zxing(letter: tuple[EmailMessage, str, str]) -> None:
    message, ticket, link = letter
    (picture,) = pictures(message)
    assert read_qr(picture) == [f"http://127.0.0.1:8000/q/{ticket}"]
    assert link not in read_qr(picture)[0]


def test_the_invite_is_read_by_two_other_libraries(letter: tuple[EmailMessage, str, str]) -> None:
    message, _, link = letter
    calendar = invite_of(message)
    assert calendar is not None
    (event,) = ics.Calendar(calendar).events
    assert event.name == "Quinta asistencia técnica: Gobierno Abierto"
    assert (event.begin.isoformat(), event.end.isoformat()) == ("2030-07-25T08:00:00-05:00", "2030-07-25T10:00:00-05:00")
    read = vobject.readOne(calendar)
    assert read.method.value == "REQUEST"
    assert read.vevent.attendee.value == "mailto:elvira@riosucio.example"
    assert read.vevent.attendee.params["RSVP"] == ["TRUE"]
    assert read.vevent.organizer.value == f"mailto:{message['From'].addresses[0].addr_spec}"
    assert link in property_of(calendar, "URL")
    assert f"/i/{link}" in property_of(calendar, "DESCRIPTION")
    assert property_of(calendar, "SEQUENCE") == "0"
    assert LINK not in calendar.replace("\r\n ", "")


@pytest.mark.parametrize("exposure", [LinkExposure.PUBLIC, LinkExposure.REGISTERED])
def test_the_raw_link_travels_byte_for_byte_when_the_event_shows_it(
    exposure: LinkExposure, writing: Opened, outbox_run: Run, mailbox: Mailbox
) -> None:
    written(writing, link_exposure=exposure)
    outbox_run()
    (message,) = mailbox.messages()
    assert LINK in text_of(message)
    calendar = invite_of(message)
    assert calendar is not None
    assert f"VALUE=URI:{LINK}\r\n" in calendar.replace("\r\n ", "")


def test_a_waitlisted_mail_says_so_without_code_or_invite(writing: Opened, outbox_run: Run, mailbox: Mailbox) -> None:
    with writing() as db:
        event = a_published_event(db, capacity_virtual=1)
        a_registration(db, event)
        waiting = a_registration(db, event, email="espera@neira.example")
        ticket = tickets.ticket_of(waiting)
    outbox_run()
    (message,) = mailbox.to("espera@neira.example")
    assert message["Subject"].startswith("En lista de espera: ")
    assert "lista de espera" in text_of(message)
    assert (invite_of(message), pictures(message), ticket in message.as_string()) == (None, [], False)


def test_a_known_document_with_another_mail_writes_to_the_stored_one_alone(writing: Opened, outbox_run: Run, mailbox: Mailbox) -> None:
    with writing() as db:
        slug = a_published_event(db).slug
        again = register_command(slug, document_number="12345678", email="guardado@riosucio.example")
        service.register(db, again, now=clock.now(), by=SYSTEM, address="192.0.2.1")
        typed = replace(again, identity=replace(again.identity, email="tecleado@lejos.example"))
        service.register(db, typed, now=clock.now() + timedelta(seconds=5), by=SYSTEM, address="192.0.2.1")
    outbox_run()
    assert mailbox.to("tecleado@lejos.example") == []
    first, second = mailbox.to("guardado@riosucio.example")
    assert second["Subject"].startswith("Su inscripción: ")
    for kind in ("plain", "html"):
        assert "t···@lejos.example" in text_of(second, kind)
        assert "t···@lejos.example" not in text_of(first, kind)
    assert "tecleado" not in second.as_string()
    assert pictures(first) == pictures(second)


def test_each_further_day_travels_in_a_mail_of_its_own(writing: Opened, outbox_run: Run, mailbox: Mailbox) -> None:
    written(writing, days=(a_day(date(2030, 7, 25)), a_day(date(2030, 7, 26))))
    outbox_run()
    first, second = mailbox.to("elvira@riosucio.example")
    calendars = [invite_of(first) or "", invite_of(second) or ""]
    assert [calendar.count("BEGIN:VEVENT") for calendar in calendars] == [1, 1]
    assert len({property_of(calendar, "UID") for calendar in calendars}) == 2
    assert second["Subject"].startswith("Día 2: ")


def test_the_reason_and_the_office_stand_on_lines_of_their_own(writing: Opened, outbox_run: Run, mailbox: Mailbox) -> None:
    with writing() as db:
        save_office(db, SaveOffice("Oficina de Gobierno Abierto", "Gobernación Ficticia"), SYSTEM)
    written(writing, days=(a_day(date(2030, 7, 25)), a_day(date(2030, 7, 26))))
    outbox_run()
    for message in mailbox.messages():
        assert "Recibe este mensaje porque se inscribió en este evento." in text_of(message).splitlines()
        for kind in ("plain", "html"):
            assert "m.." not in text_of(message, kind)


def test_a_face_to_face_mail_names_the_place(writing: Opened, outbox_run: Run, mailbox: Mailbox) -> None:
    place = {"venue_name": "Auditorio de la Biblioteca", "venue_address": "Carrera 00 # 00-00", "venue_divipola": "17001"}
    written(writing, modality=Modality.ONSITE, **place)
    outbox_run()
    (message,) = mailbox.messages()
    assert "Auditorio de la Biblioteca, Carrera 00 # 00-00, Manizales, Caldas" in text_of(message)
    assert "Auditorio de la Biblioteca" in property_of(invite_of(message) or "", "LOCATION")


def test_a_job_that_runs_twice_sends_once_and_under_the_same_message_id(
    app: Flask, writing: Opened, outbox_run: Run, mailbox: Mailbox, looking: Opened
) -> None:
    one, _, _ = written(writing)
    with looking() as db:
        (job,) = db.execute(select(Job)).scalars()
        arguments = dict(job.args)
    outbox_run()
    with app.app_context():
        tasks.confirm(**arguments)
    assert len(mailbox.messages()) == 1
    with writing() as db:  # Killed between sending and writing down: the same message once more.
        db.execute(MailRecord.__table__.delete())
    with app.app_context():
        tasks.confirm(**arguments)
    ids = [message["Message-ID"] for message in mailbox.messages()]
    assert len(set(ids)) == 1
    with looking() as db:
        (record,) = db.execute(select(MailRecord)).scalars()
    assert (record.kind, record.about_type, record.about_id, record.recipient) == (
        "registration.confirm",
        "registration",
        one,
        "e···@riosucio.example",
    )


def test_a_mail_server_receives_the_same_tree(sink: Sink, tmp_path: Path, database_url: str) -> None:
    from eventos.app import create_app
    from eventos.jobs import runner
    from eventos.kernel import db as database

    settings = Settings.from_environ(
        {"EVENTOS_DATA_DIR": str(tmp_path / "var"), "EVENTOS_DATABASE_URL": database_url, "EVENTOS_MAIL_URL": sink.url}
    )
    app = create_app(settings, ring=lambda: None)
    with app.app_context(), database.transaction() as db:
        one = a_registration(db, a_published_event(db), email="elvira@riosucio.example")
        ticket = tickets.ticket_of(one)
    runner.run_all(app)
    (received,) = sink.received
    assert received.recipients == ("elvira@riosucio.example",)
    assert b"\n" not in received.content.replace(b"\r\n", b"")
    assert read_qr(pictures(received.message)[0])[0].endswith(ticket)
    assert len(ics.Calendar(invite_of(received.message)).events) == 1
    kinds = [part.get_content_type() for part in received.message.walk()]
    assert kinds[:2] == ["multipart/mixed", "multipart/alternative"]
    assert kinds[-1] == "application/ics"
    with app.app_context():
        database.database.engine.dispose()


def test_links_on_request_reach_the_address_on_file(writing: Opened, outbox_run: Run, mailbox: Mailbox) -> None:
    with writing() as db:
        mine = a_registration(db, a_published_event(db), email="elvira@riosucio.example")
        link = tickets.link_of(mine)
    outbox_run()
    with writing() as db:
        service.resend_links(db, "Elvira@Riosucio.example", now=clock.now(), address="192.0.2.1")
        service.resend_links(db, "nadie@lejos.example", now=clock.now(), address="192.0.2.1")
    outbox_run()
    _, message = mailbox.to("elvira@riosucio.example")
    assert f"/i/{link}" in text_of(message)
    assert mailbox.to("nadie@lejos.example") == []


def test_the_office_is_named_and_replies_reach_it(writing: Opened, outbox_run: Run, mailbox: Mailbox) -> None:
    with writing() as db:
        save_office(db, SaveOffice("Oficina de Gobierno Abierto", "Gobernación Ficticia", email="oficina@gob.example"), SYSTEM)
    written(writing)
    outbox_run()
    (message,) = mailbox.messages()
    assert message["Reply-To"] == "oficina@gob.example"
    assert "Oficina de Gobierno Abierto, Gobernación Ficticia" in text_of(message)


def test_held_mail_waits_for_staff_and_goes_out_when_released(
    writing: Opened, outbox_run: Run, mailbox: Mailbox, clock_at: Callable[[datetime], None]
) -> None:
    clock_at(clock.now())
    with writing() as db:
        slug = a_published_event(db).slug
        for number in range(12):
            command = register_command(slug, document_number=str(31_000_000 + number), email="victima@ciudad.example")
            service.register(db, command, now=clock.now(), by=SYSTEM, address="192.0.2.1")
    outbox_run()
    assert len(mailbox.messages()) == 10
    with writing() as db:
        held = db.execute(select(Job.id).where(Job.buried_at.is_not(None))).scalars().all()
        assert len(held) == 2
        outbox.revive(db, held[0])
    outbox_run()
    assert len(mailbox.messages()) == 11
