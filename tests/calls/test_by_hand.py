"""What staff write down about a call: a confirmation that came by telephone, and a longer deadline; and the way back."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from eventos.calls import evidence, queries, rules, service
from eventos.calls.models import Call
from eventos.calls.rules import Designee, RecordConfirmation, Via
from eventos.calls.standing import Standing
from eventos.cycles.models import Event
from eventos.kernel import clock
from eventos.kernel.audit import SYSTEM, AuditEntry
from eventos.kernel.errors import InvalidInput, RuleViolation
from eventos.kernel.vocabulary import StaffRole
from tests.accounts.factories import signed_in
from tests.calls.conftest import Desk, Run
from tests.calls.factories import DEADLINE, SIGNED, a_call, convene, letter, recipients, rows_of, send
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.support.smtp import Mailbox

NOW = DEADLINE - timedelta(days=5)
TOLD = RecordConfirmation("Ester Ficticia", "Secretaria", Via.PHONE, NOW - timedelta(minutes=10), "Contestó en el 606 000 0000")


def sent(db: Session) -> tuple[Event, str, int]:
    """A call sent an hour ago to three entities; the first copy."""
    event = a_published_event(db)
    convene(db, event.cycle_id)
    public_id = a_call(db, event)
    send(db, event, public_id, now=NOW - timedelta(hours=1))
    return event, public_id, recipients(db, event, public_id)[0].id


def row_of(db: Session, event: Event, public_id: str, recipient_id: int) -> queries.BoardRow:
    return next(row for row in rows_of(db, event, public_id) if row.recipient_id == recipient_id)


@pytest.mark.both_databases
def test_a_confirmation_by_telephone_counts_says_where_it_came_from_and_can_be_undone(db: Session) -> None:
    event, public_id, one = sent(db)
    service.record_confirmation(db, event.id, public_id, one, TOLD, by=SYSTEM, now=NOW)
    row = row_of(db, event, public_id, one)
    assert (row.standing, row.confirmed_by, row.confirmed_via, row.confirmed_at) == (Standing.CONFIRMED, TOLD.name, "phone", TOLD.told_at)
    with pytest.raises(RuleViolation):  # once is enough
        service.record_confirmation(db, event.id, public_id, one, TOLD, by=SYSTEM, now=NOW)
    service.undo_confirmation(db, event.id, public_id, one, by=SYSTEM, now=NOW)
    assert row_of(db, event, public_id, one).standing is Standing.QUEUED
    assert [entry.kind for entry in queries.thread(db, queries.call(db, event.id, public_id).id, recipient_id=one)] == [
        "confirmed",
        "unconfirmed",
    ]
    paper = evidence.html(evidence.gathered(db, queries.call(db, event.id, public_id), now=NOW))
    assert "Por teléfono" in paper
    assert "Contestó en el 606 000 0000" in paper
    actions = set(db.scalars(select(AuditEntry.action)))
    assert {"calls.record_confirmation", "calls.undo_confirmation"} <= actions


@pytest.mark.both_databases
def test_what_the_entity_answered_by_itself_is_not_undone_by_staff(db: Session) -> None:
    event, public_id, one = sent(db)
    row = recipients(db, event, public_id)[0]
    service.confirm(db, letter(db, row), SIGNED, now=NOW)
    with pytest.raises(RuleViolation):
        service.undo_confirmation(db, event.id, public_id, one, by=SYSTEM, now=NOW)
    with pytest.raises(RuleViolation):
        service.record_confirmation(db, event.id, public_id, one, TOLD, by=SYSTEM, now=NOW)
    two = recipients(db, event, public_id)[1]
    service.record_confirmation(db, event.id, public_id, two.id, TOLD, by=SYSTEM, now=NOW)
    service.designate(db, letter(db, two), SIGNED, [Designee("Nubia Prueba", "Cedro", "nubia@aguadas.example")], now=NOW)
    with pytest.raises(RuleViolation):  # its people are its own answer
        service.undo_confirmation(db, event.id, public_id, two.id, by=SYSTEM, now=NOW)


def test_a_confirmation_is_neither_from_before_the_call_nor_from_tomorrow() -> None:
    for told_at in (NOW + timedelta(minutes=1), NOW - timedelta(days=2)):
        command = RecordConfirmation("Ester Ficticia", "", Via.PHONE, told_at)
        with pytest.raises(InvalidInput) as refused:
            rules.check_recorded(command, sent_at=NOW - timedelta(days=1), now=NOW)
        assert set(refused.value.fields) == {"told_at"}
    rules.check_recorded(TOLD, sent_at=NOW - timedelta(days=1), now=NOW)


@pytest.mark.both_databases
def test_a_longer_deadline_counts_everywhere_and_what_was_sent_stays(db: Session) -> None:
    event, public_id, one = sent(db)
    before = queries.call(db, event.id, public_id)
    late = DEADLINE + timedelta(hours=2)
    service.confirm(db, letter(db, recipients(db, event, public_id)[0]), SIGNED, now=late)
    assert row_of(db, event, public_id, one).is_late
    for wrong in (DEADLINE, DEADLINE - timedelta(days=1), NOW - timedelta(days=1)):
        with pytest.raises(InvalidInput):
            service.extend_deadline(db, event.id, public_id, wrong, by=SYSTEM, now=NOW)
    longer = DEADLINE + timedelta(days=1)
    service.extend_deadline(db, event.id, public_id, longer, by=SYSTEM, now=NOW)
    after = queries.call(db, event.id, public_id)
    assert (after.deadline_at, after.first_deadline_at, after.content_sha256) == (longer, DEADLINE, before.content_sha256)
    assert not row_of(db, event, public_id, one).is_late
    assert letter(db, recipients(db, event, public_id)[0]).call.deadline_at == longer
    paper = evidence.html(evidence.gathered(db, after, now=NOW))
    assert "p. m.." not in paper.replace("\u00a0", " ")
    assert "Al enviarla era el 20 de julio de 2030" in paper
    assert "Confirmen antes del 20 de julio de 2030" in paper
    assert "calls.extend_deadline" in set(db.scalars(select(AuditEntry.action)))


@pytest.mark.both_databases
def test_only_a_sent_call_with_a_deadline_is_extended(db: Session) -> None:
    event = a_published_event(db)
    convene(db, event.cycle_id)
    with pytest.raises(RuleViolation):
        service.extend_deadline(db, event.id, a_call(db, event), DEADLINE + timedelta(days=1), by=SYSTEM, now=NOW)
    open_ended = a_call(db, event, deadline_at=None, body="Hola {entidad}")
    send(db, event, open_ended, now=NOW)
    with pytest.raises(RuleViolation, match="no tiene plazo"):
        service.extend_deadline(db, event.id, open_ended, DEADLINE, by=SYSTEM, now=NOW)


def first_address(desk: Desk, looking: Opened) -> str:
    with looking() as db:
        rows = queries.board(db, queries.call(db, desk.event_id, desk.public_id))
    row = next(row for row in rows if row.divipola == "17001")
    return f"{desk.url}/entidades/{row.recipient_id}"


def test_staff_note_a_telephone_call_and_take_it_back(desk: Desk, links: list[str], visitor: FlaskClient, looking: Opened) -> None:
    one = first_address(desk, looking)
    assert f"{one}/confirmar" in desk.client.get(one).text
    typed = {"via": "phone", "name": "Ester Ficticia", "post": "Secretaria", "note": "Llamada al despacho"}
    wrong = desk.post(f"{one}/confirmar", **typed, told_at="2030-01-01T08:00")
    assert (wrong.status_code, "Ese momento todavía no llega." in wrong.text) == (422, True)
    assert 'value="Ester Ficticia"' in wrong.text
    assert "Llamada al despacho" in wrong.text
    told_at = f"{clock.local(clock.now()):%Y-%m-%dT%H:%M}"
    assert desk.post(f"{one}/confirmar", **typed, told_at=told_at).location.endswith("confirmation-recorded")
    page = desk.client.get(one).text
    assert "Por teléfono; lo anotó Ana Prueba Ficticia" in page
    assert "Por teléfono, " in desk.client.get(desk.url).text
    seen = visitor.get(f"/convocatoria/{links[0]}").text
    assert "Lo anotó el equipo organizador: por teléfono." in seen
    assert "Por teléfono" in desk.post(f"{desk.url}/tablero.csv").text
    assert desk.post(f"{one}/confirmar", **typed, told_at=told_at).status_code == 409
    assert desk.post(f"{one}/deshacer").location.endswith("confirmation-undone")
    assert "Enviada, sin respuesta" in desk.client.get(one).text
    assert desk.post(f"{one}/deshacer").status_code == 409


def test_staff_give_more_time_and_reminders_say_so(
    desk: Desk, links: list[str], visitor: FlaskClient, outbox_run: Run, mailbox: Mailbox
) -> None:
    assert "Ampliar el plazo" in desk.client.get(desk.url).text
    wrong = desk.post(f"{desk.url}/plazo", deadline_at="2030-07-01T08:00")
    assert (wrong.status_code, "posterior al que hay" in wrong.text, 'value="2030-07-01T08:00"' in wrong.text) == (422, True, True)
    assert desk.post(f"{desk.url}/plazo", deadline_at="2030-07-22T08:00").location.endswith("deadline-extended")
    board = desk.client.get(desk.url).text
    assert "22 de julio de 2030, 8:00\u00a0a.\u00a0m." in board
    assert "era el 20 de julio de 2030" in board
    assert "22 de julio de 2030" in visitor.get(f"/convocatoria/{links[0]}").text
    version = re.search(r'name="version" value="(\d+)"', desk.client.get(f"{desk.url}/enviar?a=unconfirmed").text)
    assert version
    desk.post(f"{desk.url}/enviar", whom="unconfirmed", version=version[1])
    outbox_run()
    assert "22 de julio de 2030" in mailbox.messages()[-1].get_body(("plain",)).get_content()


def test_a_reader_neither_notes_nor_extends(desk: Desk, links: list[str], writing: Opened, looking: Opened) -> None:
    one = first_address(desk, looking)
    reader = signed_in(desk.client, writing, StaffRole.READER)
    assert links
    for path in (f"{one}/confirmar", f"{one}/deshacer", f"{desk.url}/plazo"):
        assert desk.client.post(path, data={"csrf_token": reader.csrf}).status_code in (403, 404), path


@pytest.mark.both_databases
def test_the_thread_stays_append_only_after_its_kinds_grew(db: Session) -> None:
    event, public_id, _one = sent(db)
    assert db.scalar(select(Call.id).where(Call.public_id == public_id))
    assert event
    with pytest.raises(Exception, match="append-only"):
        db.execute(text("UPDATE event_call_entry SET \"by\" = 'otra persona'"))
