"""Invites as a mail server received them, byte by byte: for a request, an update and a cancellation; judged by three other programs."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from email.message import EmailMessage

import ics
import pytest
import vobject
from sqlalchemy import select

from eventos.app import create_app
from eventos.cycles import service as cycles
from eventos.cycles.models import Event
from eventos.jobs import runner
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM, Actor
from eventos.kernel.db import database, transaction
from eventos.kernel.settings import Settings
from eventos.registration import service
from eventos.registration.models import Registration
from eventos.registration.service import tickets
from tests.cycles.factories import a_day, a_published_event, event_command
from tests.registration.factories import a_registration
from tests.registration.letters import property_of, text_of
from tests.support.judges import libical
from tests.support.smtp import Sink

NAME = 'José "Pepe"; Ñáñez, de los Ríos'
_TEXTS = ["multipart/mixed", "multipart/alternative", "text/plain"]
TREE = [*_TEXTS, "multipart/related", "text/html", "image/png", "text/calendar", "application/ics"]
CANCEL_TREE = [*_TEXTS, "text/html", "text/calendar", "application/ics"]


@pytest.fixture
def received(settings: Settings, sink: Sink) -> Iterator[list[EmailMessage]]:
    """What a server took of one registration: its invite, the update when the event moved, and the cancellation by the person."""
    app = create_app(replace(settings, mail_url=sink.url), ring=lambda: None)
    with app.app_context():
        with transaction() as db:
            one = a_registration(db, a_published_event(db), email="jose@neira.example", given_names=NAME, family_names="Demo")
        runner.run_all(app)
        with transaction() as db:
            event = db.scalars(select(Event)).one()
            moved = event_command(days=(a_day(date(2030, 8, 1)),))
            cycles.edit_event(db, event, moved, version=event.version, by=SYSTEM, now=clock.now())
        runner.run_all(app)
        with transaction() as db:
            row = db.scalars(select(Registration)).one()
            service.cancel(db, row, by=Actor.person(row.person_id), now=clock.now())
        runner.run_all(app)
        messages = [each.message for each in sink.received]
        for message in messages:
            message["X-Test-Link"] = tickets.link_of(one)
        yield messages
        database.engine.dispose()


def _calendars(message: EmailMessage) -> list[bytes]:
    wanted = ("text/calendar", "application/ics")
    return [part.get_payload(decode=True) for part in message.walk() if part.get_content_type() in wanted]  # type: ignore[misc]


def test_the_tree_of_parts_and_the_bytes_of_each_calendar(received: list[EmailMessage]) -> None:
    trees = [[part.get_content_type() for part in message.walk()] for message in received]
    assert trees == [TREE, TREE, CANCEL_TREE]
    for message, method in zip(received, ("REQUEST", "REQUEST", "CANCEL"), strict=True):
        beside, attached = _calendars(message)
        assert beside == attached
        (part,) = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
        assert part.get_param("method") == method
        assert str(part.get_content_charset()) == "utf-8"
        assert f"METHOD:{method}\r\n".encode() in beside
        assert beside.endswith(b"END:VCALENDAR\r\n")
        lines = beside.split(b"\r\n")
        assert max(len(line) for line in lines) <= 75
        assert not any(b"\r" in line or b"\n" in line for line in lines)
        for line in lines:
            line.decode("utf-8")


def test_uid_stands_and_sequence_grows_with_every_change(received: list[EmailMessage]) -> None:
    calendars = [_calendars(message)[0].decode() for message in received]
    assert len({property_of(calendar, "UID") for calendar in calendars}) == 1
    assert re.fullmatch(r"[0-9a-f]{32}@.+", property_of(calendars[0], "UID")), "128 random bits"
    assert [property_of(calendar, "SEQUENCE") for calendar in calendars] == ["0", "1", "2"]
    assert [property_of(calendar, "STATUS") for calendar in calendars] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    for message, calendar in zip(received, calendars, strict=True):
        organizer = property_of(calendar, "ORGANIZER")
        assert organizer.removeprefix("mailto:") == message["From"].addresses[0].addr_spec
        assert "mailto:jose@neira.example" in calendar.replace("\r\n ", "")
    assert message["X-Test-Link"] in calendars[1].replace("\r\n ", ""), "the personal link is inside"
    assert "jueves, 1 de agosto de 2030" in text_of(received[1]).replace("\xa0", " ")


def test_three_other_programs_read_them(received: list[EmailMessage]) -> None:
    for message, method in zip(received, ("REQUEST", "REQUEST", "CANCEL"), strict=True):
        wire = _calendars(message)[0]
        assert vobject.readOne(wire.decode()).method.value == method
        (event,) = ics.Calendar(wire.decode()).events
        assert [person.email for person in event.attendees] == ["jose@neira.example"]
        assert libical(wire) == []
        assert libical(wire.replace(b"ORGANIZER", b"X-ORGANIZER")) != [], "the judge finds what is wrong"


@pytest.mark.parametrize("hostile", ["Ana\r\nBcc: x@lejos.example", "Ana\r\nATTENDEE:mailto:x@lejos.example", "=?utf-8?q?=0D=0ABcc:x?="])
def test_a_name_cannot_write_a_header_nor_a_line_of_the_calendar(hostile: str, settings: Settings, sink: Sink) -> None:
    app = create_app(replace(settings, mail_url=sink.url), ring=lambda: None)
    with app.app_context():
        with transaction() as db:
            one = a_registration(db, a_published_event(db), email="ana@neira.example")
            one.person.given_names = hostile
        runner.run_all(app)
        for each in sink.received:
            assert each.recipients == ("ana@neira.example",)
            assert each.message["Bcc"] is None
            assert [line for line in _calendars(each.message)[0].split(b"\r\n") if line.startswith(b"ATTENDEE:")] == []
        database.engine.dispose()
