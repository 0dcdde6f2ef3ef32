"""Somebody gets another QR code: the door knows the old one as withdrawn, the mail carries the new one, and asked twice it is done once."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from eventos.checkin import service as door
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM, AuditEntry
from eventos.registration import service
from eventos.registration.models import Registration, RevokedTicket
from eventos.registration.rules import NoTicket
from eventos.registration.service import tickets
from eventos.registration.service.reissue import mark_of, reissue_ticket
from tests.accounts.factories import SignedIn, signed_in
from tests.checkin.factories import OPEN, a_device, a_scan, code_of, door_of
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration
from tests.registration.letters import pictures, text_of
from tests.support.smtp import Mailbox

Opened = Callable[[], AbstractContextManager[Session]]
Run = Callable[[], int]
WHY = "Publicó su código en un chat"


@pytest.fixture
def admin(client: FlaskClient, writing: Opened) -> SignedIn:
    return signed_in(client, writing)


@pytest.mark.both_databases
def test_the_door_says_that_the_old_code_was_withdrawn_and_lets_the_new_one_in(writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db)
        registration = a_registration(db, event)
        old = code_of(registration)
        assert reissue_ticket(db, registration, WHY, seen=mark_of(registration), by=SYSTEM, now=OPEN)
        new = code_of(registration)
        assert new != old
        phone = a_device(db, event)
        scans = [a_scan(code=old), a_scan(code=new), a_scan(code=old)]
        answers = door.record_scans(db, phone, door_of(phone, event), scans, now=OPEN)
        assert [(one.verdict, one.word) for one in answers][:2] == [("revoked", "Código retirado"), ("accepted", "Adelante")]
        assert answers[2].verdict == "revoked", "also after the new one came in"


def test_staff_change_a_code_once_with_a_reason_and_the_mail_carries_the_new_one(
    client: FlaskClient, admin: SignedIn, writing: Opened, looking: Opened, outbox_run: Run, mailbox: Mailbox
) -> None:
    with writing() as db:
        registration = a_registration(db, a_published_event(db), email="alguien@neira.example")
        public_id, number, old, seen = registration.public_id, registration.id, tickets.ticket_of(registration), mark_of(registration)
        link = tickets.link_of(registration)
    outbox_run()
    url = f"/escritorio/inscripciones/{public_id}/codigo"
    assert url in client.get(f"/escritorio/inscripciones/{public_id}").text
    assert f'value="{seen}"' in client.get(url).text
    nameless = client.post(url, data={"csrf_token": admin.csrf, "seen": seen, "reason": " "})
    assert (nameless.status_code, "Escriba por qué cambia el código" in nameless.text) == (422, True)
    told = {"csrf_token": admin.csrf, "seen": seen, "reason": WHY}
    done = client.post(url, data=told)
    assert (done.status_code, "aviso=ticket-reissued" in done.location) == (303, True)
    assert client.post(url, data=told).location.endswith("aviso=ticket-reissued-before")
    outbox_run()
    first, changed = mailbox.to("alguien@neira.example")
    assert changed["Subject"].startswith("Su código QR cambió: ")
    assert "presente el de este correo" in text_of(changed)
    assert pictures(changed) != pictures(first)
    with looking() as db:
        row = db.get_one(Registration, number)
        (kept,) = db.execute(select(RevokedTicket)).scalars()
        (entry,) = db.execute(select(AuditEntry).where(AuditEntry.action == "registration.reissue_ticket")).scalars()
        assert (kept.registration_id, kept.ticket_hash[:16], entry.detail["reason"]) == (number, seen, WHY)
        assert tickets.link_of(row) == link, "the personal link is another secret and stays"
        new = tickets.ticket_of(row)
    assert client.get(f"/q/{new}").status_code == 200
    gone = client.get(f"/q/{old}")
    assert (gone.status_code, "Código retirado" in gone.text) == (404, True)


def test_who_holds_no_seat_has_no_code_to_change(client: FlaskClient, admin: SignedIn, writing: Opened, looking: Opened) -> None:
    with writing() as db:
        registration = a_registration(db, a_published_event(db))
        service.cancel(db, registration, by=SYSTEM, now=clock.now())
        url, seen = f"/escritorio/inscripciones/{registration.public_id}/codigo", mark_of(registration)
        with pytest.raises(NoTicket):
            reissue_ticket(db, registration, WHY, seen=seen, by=SYSTEM, now=clock.now())
    assert "No tiene código que cambiar" in client.get(url).text
    assert client.post(url, data={"csrf_token": admin.csrf, "seen": seen, "reason": WHY}).status_code == 409
    with looking() as db:
        assert db.execute(select(RevokedTicket)).first() is None
