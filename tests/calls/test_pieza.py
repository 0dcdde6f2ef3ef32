"""The pieza of a call: one that shows another day is not frozen into it, and leaves its mails once the event moves."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from eventos.adapters import storage
from eventos.calls.models import Call
from eventos.calls.standing import Whom
from eventos.cycles.models import Event
from eventos.kernel import clock
from eventos.kernel.errors import RuleViolation
from eventos.publicity import service as publicity
from eventos.publicity.models import Flyer
from eventos.publicity.rules import fields_hash
from tests.calls.conftest import Desk, Run
from tests.calls.factories import send
from tests.conftest import Opened
from tests.support.smtp import Mailbox

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def published(db: Session, event: Event) -> None:
    """A pieza that says what the event says now."""
    said = publicity.said_now(db, event.id)
    files = {"wide": storage.shelf().put(PNG).sha256, "pdf": storage.shelf().put(b"%PDF-1.7").sha256}
    now = clock.now()
    db.add(
        Flyer(
            public_id="pieza-1",
            event_id=event.id,
            version=1,
            state="ready",
            fields=said,
            fields_hash=fields_hash(said),
            files=files,
            created_by="staff:1",
            created_at=now,
            published_at=now,
        )
    )
    db.query(Call).one().flyer = "shown"
    db.flush()


def moved(event: Event) -> None:
    for day in event.days:
        day.on_date += timedelta(days=1)
        day.starts_at += timedelta(days=1)
        day.ends_at += timedelta(days=1)


def pictures(mailbox: Mailbox) -> list[int]:
    return [sum(part.get_content_maintype() == "image" for part in message.walk()) for message in mailbox.messages()]


def test_a_call_is_not_sent_with_a_pieza_that_shows_another_day(desk: Desk, writing: Opened) -> None:
    with writing() as db:
        event = db.get_one(Event, desk.event_id)
        published(db, event)
        moved(event)
    with writing() as db, pytest.raises(RuleViolation, match="otra fecha: publique otra versión"):
        send(db, db.get_one(Event, desk.event_id), desk.public_id)
    for page in (desk.url, f"{desk.url}/enviar"):
        assert "La pieza publicada muestra otra fecha" in desk.client.get(page).text


def test_reminders_leave_without_a_pieza_that_shows_another_day(desk: Desk, writing: Opened, outbox_run: Run, mailbox: Mailbox) -> None:
    with writing() as db:
        event = db.get_one(Event, desk.event_id)
        published(db, event)
        send(db, event, desk.public_id)
    outbox_run()
    assert pictures(mailbox) == [1, 1, 1]
    assert "La pieza que se envió" not in desk.client.get(desk.url).text
    with writing() as db:
        send(db, db.get_one(Event, desk.event_id), desk.public_id, Whom.UNCONFIRMED)
    outbox_run()
    assert pictures(mailbox)[3:] == [1, 1, 1]
    with writing() as db:
        event = db.get_one(Event, desk.event_id)
        moved(event)
        send(db, event, desk.public_id, Whom.UNCONFIRMED)
    outbox_run()
    assert pictures(mailbox)[6:] == [0, 0, 0]
    last = mailbox.messages()[-1].get_body(("plain",)).get_content()
    assert "Pieza publicitaria" not in last
    assert "La pieza que se envió muestra otra fecha" in desk.client.get(desk.url).text


def test_a_reminder_is_looked_at_as_it_leaves(desk: Desk, links: list[str]) -> None:
    assert links
    ask = desk.client.get(f"{desk.url}/enviar?a=unconfirmed").text
    assert f"{desk.url}/vista?a=unconfirmed" in ask
    page = desk.client.get(f"{desk.url}/vista?a=unconfirmed").text
    assert "Recordatorio: Convocatoria" in page
    assert "a=unconfirmed" in page.partition("<iframe")[2].partition(">")[0]
    assert "todavía no hemos recibido su confirmación" in desk.client.get(f"{desk.url}/vista/correo?a=unconfirmed").text
    assert "todavía no hemos recibido su confirmación" not in desk.client.get(f"{desk.url}/vista/correo").text
