"""What staff see and do: entities, a sheet of them, the words of a call, its annexes, the board, its files, and what others may not."""

import io
from pathlib import Path

from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from eventos.adapters.tables import write_xlsx
from eventos.calls import queries, service
from eventos.calls.models import CallEntry
from eventos.calls.rules import Signed
from eventos.calls.standing import Standing
from eventos.cycles.models import Event
from eventos.kernel import clock, correspondence
from eventos.kernel.vocabulary import StaffRole
from tests.accounts.factories import signed_in
from tests.calls.conftest import Desk, Run
from tests.calls.factories import a_call, convene, link, recipients, send
from tests.conftest import Opened
from tests.cycles.factories import a_cycle, a_published_event
from tests.support.smtp import Mailbox
from tests.support.statements import counted


def test_an_entity_is_added_changed_removed_and_brought_back(desk: Desk) -> None:
    answer = desk.post(f"{desk.convened_url}/nueva", entity="Personería Ficticia", mailbox="no es", municipio="Supía")
    assert answer.status_code == 422
    assert 'value="Personería Ficticia"' in answer.text
    answer = desk.post(f"{desk.convened_url}/nueva", entity="Personería Ficticia", mailbox="Buzon@Supia.example", municipio="Supía")
    assert answer.location.endswith("aviso=convened-saved")
    page = desk.client.get(desk.convened_url).text
    assert "buzon@supia.example" in page
    one = f"{desk.convened_url}/{desk.convened[0]}"
    assert desk.post(one, entity="Alcaldía de Manizales", mailbox="").location.endswith("convened-changed")
    assert "Falta" in desk.client.get(desk.convened_url).text
    desk.post(f"{one}/retirar")
    assert "Volver a convocar" in desk.client.get(desk.convened_url).text
    assert desk.post(f"{one}/convocar").location.endswith("aviso=convened-restored")


def test_an_unknown_field_is_refused_and_what_was_typed_is_kept(desk: Desk) -> None:
    path = f"/escritorio/eventos/{desk.slug}/convocatoria/nueva"
    answer = desk.post(path, subject="Convocatoria", body="Hola {alcalde}, saludos", deadline_at="2030-07-20T17:00", flyer="none")
    assert answer.status_code == 422
    assert "No conocemos el campo" in answer.text
    assert "Hola {alcalde}, saludos" in answer.text
    answer = desk.post(path, subject="Convocatoria", body="Hola {entidad}", deadline_at="06/05/2021 17:00", flyer="none")
    assert answer.status_code == 422
    assert "debe ser posterior" in answer.text
    answer = desk.post(path, subject="Convocatoria", body="Hola {entidad}", deadline_at="2030-07-20T17:00", flyer="none")
    assert answer.location.endswith("aviso=call-saved")


def test_a_call_is_seen_as_each_entity_will_read_it_and_its_words_are_escaped(desk: Desk) -> None:
    desk.post(f"{desk.url}/editar", subject="Para {entidad}", body="<b>Hola</b> {persona}\n\nEn {confirmar}", flyer="none")
    answer = desk.client.get(f"{desk.url}/vista?entidad={desk.convened[1]}")
    assert "Para Alcaldía de Aguadas" in answer.text
    assert f"/vista/correo?entidad={desk.convened[1]}" in answer.text
    assert "frame-src 'self'" in answer.headers["Content-Security-Policy"]
    framed = desk.client.get(f"{desk.url}/vista/correo?entidad={desk.convened[1]}")
    assert "&lt;b&gt;Hola&lt;/b&gt; Contacto Ficticio 17013" in framed.text
    assert "/convocatoria/ejemplo" in framed.text
    assert framed.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")


def test_what_is_looked_at_is_the_mail_that_leaves(desk: Desk, outbox_run: Run, mailbox: Mailbox, writing: Opened) -> None:
    seen = desk.client.get(f"{desk.url}/vista/correo?entidad={desk.convened[0]}").text.replace('<base target="_blank">', "")
    with writing() as db:
        event = db.get_one(Event, desk.event_id)
        send(db, event, desk.public_id)
        token = link(recipients(db, event, desk.public_id)[0])
    outbox_run()
    [message] = mailbox.to("contacto@17001.example")
    sent = message.get_body(("html",)).get_content()
    assert seen.replace("/convocatoria/ejemplo", f"/convocatoria/{token}").split() == sent.split()


def test_a_test_goes_to_oneself_alone_and_its_link_confirms_nothing(desk: Desk, outbox_run: Run, mailbox: Mailbox) -> None:
    assert desk.post(f"{desk.url}/prueba", entidad=desk.convened[0]).status_code == 302
    outbox_run()
    [message] = mailbox.messages()
    assert message["Subject"].startswith("[Prueba] ")
    assert desk.who.email in str(message["To"])
    assert desk.client.get("/convocatoria/ejemplo").status_code == 404


def test_tests_to_oneself_have_an_end(desk: Desk, outbox_run: Run, mailbox: Mailbox) -> None:
    answers = [desk.post(f"{desk.url}/prueba", entidad=desk.convened[1]) for _ in range(21)]
    assert [answer.status_code for answer in answers] == [302] * 20 + [429]
    assert "Hubo demasiados intentos" in answers[-1].text
    assert "Para Alcaldía" in answers[-1].text or "Como la recibe" in answers[-1].text
    outbox_run()
    assert len(mailbox.messages()) == 20


def test_annexes_are_told_by_their_content_and_travel_with_each_mail(desk: Desk, outbox_run: Run, mailbox: Mailbox, tmp_path: Path) -> None:
    book = write_xlsx(["Compromiso", "Sí"], [["Canal de denuncias", "x"]], sheet="Matriz")
    assert desk.post(f"{desk.url}/anexos", file=(io.BytesIO(b"MZ\x90\x00"), "matriz.xlsx")).status_code == 422
    assert desk.post(f"{desk.url}/anexos", file=(io.BytesIO(book), "../matriz año 2030.pdf")).location.endswith("aviso=annex-added")
    page = desk.client.get(f"{desk.url}/anexos").text
    assert "matriz año 2030.xlsx" in page
    version = version_in(desk.client.get(f"{desk.url}/enviar?a=all").text)
    assert desk.post(f"{desk.url}/enviar", whom="all", version=version).location.endswith("aviso=call-sent")
    outbox_run()
    messages = mailbox.messages()
    assert len(messages) == 3
    for message in messages:
        [annex] = list(message.iter_attachments())
        assert annex.get_filename() == "matriz año 2030.xlsx"
        (tmp_path / "libro.xlsx").write_bytes(annex.get_payload(decode=True))
        assert load_workbook(tmp_path / "libro.xlsx").active["A2"].value == "Canal de denuncias"


def version_in(page: str) -> str:
    return page.partition('name="version" value="')[2].partition('"')[0]


def test_sending_shows_to_whom_first_and_a_stale_page_sends_nothing(desk: Desk, outbox_run: Run, mailbox: Mailbox) -> None:
    page = desk.client.get(f"{desk.url}/enviar?a=all").text
    assert "3 correos, uno por entidad" in page
    assert "Alcaldía de Aguadas" in page
    version = version_in(page)
    assert desk.post(f"{desk.url}/enviar", whom="all", version=version).status_code == 302
    stale = desk.post(f"{desk.url}/enviar", whom="all", version=version)
    assert stale.status_code == 409
    assert "cambió mientras" in stale.text
    outbox_run()
    assert len(mailbox.messages()) == 3
    for message in mailbox.messages():
        assert message["List-Unsubscribe"].startswith("<mailto:")
        assert message["Message-ID"].startswith("<convocatoria.")
        assert str(message.get_body(("plain",)).get_content()).count("/convocatoria/") == 2


def test_the_board_adds_up_filters_and_leaves_as_files(desk: Desk, links: list[str]) -> None:
    page = desk.client.get(desk.url).text
    assert "0 de 3" in page
    for state, many in (("sent", 3), ("confirmed", 0), ("troubled", 0), ("unregistered", 3), ("cualquiera", 3)):
        shown = desk.client.get(f"{desk.url}?estado={state}").text
        assert shown.count("Alcaldía de ") // 1 >= many
        assert ("Ninguna entidad está así" in shown) == (many == 0), state
    assert desk.client.get(f"{desk.url}/tablero.csv").status_code == 405
    sheet = desk.post(f"{desk.url}/tablero.csv", estado="sent").text
    assert sheet.count("Enviada, sin respuesta") == 3
    book = load_workbook(io.BytesIO(desk.post(f"{desk.url}/tablero.xlsx").data))
    assert book.active.max_row == 4
    assert len(links) == 3


def test_a_board_costs_ten_statements_at_most(desk: Desk, links: list[str]) -> None:
    with counted() as statements:
        assert desk.client.get(desk.url).status_code == 200
    assert len(statements) <= 10, str(statements)
    assert links


def test_a_mail_the_server_refuses_is_failed_at_once(desk: Desk, writing: Opened, outbox_run: Run) -> None:
    from eventos.calls.models import Convened

    with writing() as db:
        row = db.query(Convened).filter_by(public_id=desk.convened[0]).one()
        row.mailbox = "no-se-puede@@mal.example"
    desk.post(f"{desk.url}/enviar", whom="all", version=version_in(desk.client.get(f"{desk.url}/enviar").text))
    outbox_run()
    page = desk.client.get(f"{desk.url}?estado=troubled").text
    assert "No se pudo enviar" in page
    assert "Alcaldía de Manizales" in page
    assert "Enviar otra vez a las que no llegó (1)" in page


def test_what_comes_back_by_mail_reaches_the_board_and_the_thread(desk: Desk, links: list[str], writing: Opened, outbox_run: Run) -> None:
    with writing() as db:
        rows = queries.board(db, queries.call(db, desk.event_id, desk.public_id))
        own = db.scalars(select(CallEntry.message_id).where(CallEntry.recipient_id == rows[0].recipient_id)).one()
        other = db.scalars(select(CallEntry.message_id).where(CallEntry.recipient_id == rows[1].recipient_id)).one()
        correspondence.came_back(db, message_id=own, recipient=rows[0].mailbox, status="5.1.1", diagnostic="buzón lleno de polvo")
        correspondence.came_back(db, message_id=other, recipient=rows[1].mailbox, status="4.4.1", diagnostic="más tarde")
        correspondence.was_answered(db, message_id=other, recipient=rows[1].mailbox, diagnostic="<respuesta@neira.example>")
    outbox_run()
    page = desk.client.get(f"{desk.url}?estado=bounced").text
    assert rows[0].entity in page
    assert "buzón lleno de polvo" in page
    assert rows[1].entity not in page.partition("Entidades de la convocatoria")[2]
    thread = desk.client.get(f"{desk.url}/entidades/{rows[1].recipient_id}").text
    assert "Llegó una respuesta por correo" in thread
    assert links


def test_the_thread_of_one_entity_tells_what_happened(desk: Desk, links: list[str], writing: Opened) -> None:
    with writing() as db:
        call = queries.call(db, desk.event_id, desk.public_id)
        rows = queries.board(db, call)
    assert {row.standing for row in rows} == {Standing.SENT}
    page = desk.client.get(f"{desk.url}/entidades/{rows[0].recipient_id}").text
    assert "Se envió la convocatoria" in page
    assert links


def test_nobody_reaches_the_call_or_the_entities_of_a_cycle_that_is_not_theirs(desk: Desk, links: list[str], writing: Opened) -> None:
    with writing() as db:
        rows = queries.board(db, queries.call(db, desk.event_id, desk.public_id))
    who = signed_in(desk.client, writing, StaffRole.ORGANISER)
    for path in ("", "/vista", "/enviar", "/vista/correo", "/anexos", "/constancia.pdf", "/editar", f"/entidades/{rows[0].recipient_id}"):
        assert desk.client.get(f"{desk.url}{path}").status_code == 404, path
    for path in ("", "/nueva", "/importar", f"/{desk.convened[0]}"):
        assert desk.client.get(f"{desk.convened_url}{path}").status_code == 404, path
    for path in (
        f"{desk.url}/tablero.csv",
        f"{desk.convened_url}.csv",
        f"{desk.url}/enviar",
        f"{desk.url}/prueba",
        f"{desk.url}/constancia",
        f"{desk.convened_url}/{desk.convened[0]}/retirar",
    ):
        assert desk.client.post(path, data={"csrf_token": who.csrf, "whom": "all"}).status_code == 404, path
    assert links


def test_what_belongs_to_another_event_or_cycle_does_not_exist_here(desk: Desk, links: list[str], writing: Opened) -> None:
    """The administrator works everywhere; still one event's call is not found under another's address."""
    with writing() as db:
        other = a_published_event(db, cycle=a_cycle(db, name="Otro ciclo"), number=6)
        [foreign] = convene(db, other.cycle_id, many=1)
        draft, slug, cycle = a_call(db, other), other.slug, other.cycle.slug
        rows = queries.board(db, queries.call(db, desk.event_id, desk.public_id))
    assert desk.client.get(f"/escritorio/eventos/{slug}/convocatoria/{draft}").status_code == 200
    assert desk.client.get(f"/escritorio/eventos/{slug}/convocatoria/{desk.public_id}").status_code == 404
    assert desk.client.get(f"/escritorio/eventos/{slug}/convocatoria/{draft}/entidades/{rows[0].recipient_id}").status_code == 404
    assert desk.client.get(f"{desk.convened_url}/{foreign}").status_code == 404
    assert desk.client.get(f"/escritorio/ciclos/{cycle}/convocadas/{foreign}").status_code == 200
    assert desk.post(f"/escritorio/ciclos/{cycle}/convocadas/{desk.convened[0]}/retirar").status_code == 404
    assert links


def test_a_reader_looks_and_does_not_send(desk: Desk, links: list[str], client: FlaskClient, writing: Opened) -> None:
    from eventos.cycles.models import CycleStaff, Event

    who = signed_in(client, writing, StaffRole.READER)
    with writing() as db:
        db.add(CycleStaff(cycle_id=db.get_one(Event, desk.event_id).cycle_id, staff_id=who.id))
    page = client.get(desk.url)
    assert page.status_code == 200
    assert "Recordar a" not in page.text
    assert client.post(f"{desk.url}/enviar", data={"csrf_token": who.csrf, "whom": "all"}).status_code == 403
    assert client.get(desk.convened_url).status_code == 200
    assert client.get(f"{desk.convened_url}/nueva").status_code == 403
    assert links


def test_a_call_that_did_not_arrive_is_something_to_do_until_it_is_answered(desk: Desk, links: list[str], writing: Opened) -> None:
    assert "Corrija" not in desk.client.get("/escritorio").text
    with writing() as db:
        rows = queries.board(db, queries.call(db, desk.event_id, desk.public_id))
        own = db.scalars(select(CallEntry.message_id).where(CallEntry.recipient_id == rows[0].recipient_id)).one()
        service.note_bounce(db, own or "", "5.1.1 buzón desconocido", clock.now())
    page = desk.client.get("/escritorio").text
    assert "Corrija un correo que no llegó" in page
    assert f"/escritorio/eventos/{desk.slug}/convocatoria" in page
    with writing() as db:
        view = queries.letter_view(db, rows[0].recipient_id or 0)
        service.confirm(db, view, Signed("Ramiro Prueba", "Alcaldía"), now=clock.now())
    assert "Corrija" not in desk.client.get("/escritorio").text
    assert links
