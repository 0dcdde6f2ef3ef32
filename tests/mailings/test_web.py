"""The pages of mails: the words of a cycle, their preview, what may not be saved, reminders, and what others may not touch."""

import html
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from eventos.cycles.models import MailWording
from eventos.kernel.vocabulary import StaffRole
from eventos.kernel.wordings import KINDS
from eventos.registration.models import Reminder
from tests.accounts.factories import SignedIn, signed_in
from tests.certificates.factories import a_closed_event
from tests.cycles.factories import a_published_event
from tests.registration.factories import a_registration
from tests.registration.letters import text_of
from tests.support.smtp import Mailbox
from tests.support.statements import counted

Opened = Callable[[], AbstractContextManager[Session]]
Run = Callable[[], int]
NOW = datetime(2030, 7, 1, 15, tzinfo=UTC)


@dataclass
class Desk:
    client: FlaskClient
    who: SignedIn
    slug: str
    cycle: str
    event_id: int

    @property
    def words(self) -> str:
        return f"/escritorio/ciclos/{self.cycle}/correos"

    @property
    def mails(self) -> str:
        return f"/escritorio/eventos/{self.slug}/correos"

    def post(self, path: str, **data: Any) -> TestResponse:
        return self.client.post(path, data={"csrf_token": self.who.csrf, **data})


@pytest.fixture
def desk(client: FlaskClient, writing: Opened, clock_at: Callable[[datetime], None]) -> Desk:
    clock_at(NOW)
    who = signed_in(client, writing)
    with writing() as db:
        event = a_published_event(db)
        return Desk(client, who, event.slug, event.cycle.slug, event.id)


def typed_in(page: str) -> tuple[str, str]:
    """What the editor's two fields hold."""
    subject = re.search(r'<input[^>]*id="subject"[^>]*value="([^"]*)"', page)
    body = re.search(r'<textarea[^>]*id="body"[^>]*>\s*(.*?)</textarea>', page, re.DOTALL)
    assert subject is not None, page
    assert body is not None, page
    return html.unescape(subject[1]), html.unescape(body[1]).strip()


def test_a_cycle_words_a_mail_and_people_read_it_so(desk: Desk, writing: Opened, outbox_run: Run, mailbox: Mailbox) -> None:
    page = desk.client.get(desk.words).text
    assert all(kind.name in page for kind in KINDS.values())
    text = "Apreciada {nombre}:\n\nLa esperamos en {evento}. Lea https://oficina.example/guia antes."
    answer = desk.post(f"{desk.words}/confirmed", subject="Su cupo en {evento}", body=text, version="0")
    assert answer.location.endswith("aviso=wording-saved"), answer.text
    assert desk.client.get(desk.words).text.count("Propio") == 1
    with writing() as db:
        event = a_published_event(db, number=7)  # of another cycle
        a_registration(db, event, email="otra@neira.example")
        here = db.get_one(type(event), desk.event_id)
        a_registration(db, here, email="una@neira.example", given_names="Elvira <b>Demo</b> & {oficina}")
    outbox_run()
    (message,) = mailbox.to("una@neira.example")
    assert message["Subject"] == "Su cupo en Quinta asistencia técnica: Gobierno Abierto"
    assert "Apreciada Elvira <b>Demo</b> & {oficina}:" in text_of(message)
    rich = text_of(message, "html")
    assert "Elvira &lt;b&gt;Demo&lt;/b&gt; &amp; {oficina}" in rich
    assert '<a href="https://oficina.example/guia">' in rich
    for kind in ("plain", "html"):
        told = text_of(message, kind)
        assert ("jueves, 25 de julio de 2030" in told, "/i/" in told, "/q/" in told) == (True, True, True), kind
    assert mailbox.to("otra@neira.example")[0]["Subject"].startswith("Inscripción confirmada: ")


@pytest.mark.parametrize("where", ["", "/prueba"])
def test_a_broken_wording_is_not_saved_nor_sent_and_what_was_typed_stays(
    where: str, desk: Desk, looking: Opened, outbox_run: Run, mailbox: Mailbox
) -> None:
    typed = ("Hola {nobmre}", "Texto con <b>marcas</b> y {% for x in y %}")
    answer = desk.post(f"{desk.words}/confirmed{where}", subject=typed[0], body=typed[1], version="0")
    assert answer.status_code == 422
    assert "¿Quiso decir «{nombre}»?" in answer.text
    assert typed_in(answer.text) == typed
    outbox_run()
    assert mailbox.messages() == []
    with looking() as db:
        assert db.execute(select(MailWording)).all() == []


def test_two_people_do_not_overwrite_each_other(desk: Desk, looking: Opened) -> None:
    desk.post(f"{desk.words}/reminder", subject="Primera {evento}", body="Uno", version="0")
    answer = desk.post(f"{desk.words}/reminder", subject="Segunda {evento}", body="Dos", version="0")
    assert answer.status_code == 409
    assert typed_in(answer.text) == ("Segunda {evento}", "Dos")
    with looking() as db:
        assert list(db.execute(select(MailWording.subject)).scalars()) == ["Primera {evento}"]


def test_an_earlier_version_and_the_words_of_the_product_come_back(desk: Desk) -> None:
    address = f"{desk.words}/thanks"
    for number, words in enumerate(("Gracias uno", "Gracias dos")):
        desk.post(address, subject=words, body=f"{words}.", version=str(number))
    assert typed_in(desk.client.get(address).text) == ("Gracias dos", "Gracias dos.")
    assert typed_in(desk.client.get(f"{address}?version=1").text) == ("Gracias uno", "Gracias uno.")
    answer = desk.post(f"{address}/original", version="2")
    assert answer.location.endswith("aviso=wording-restored")
    page = desk.client.get(address).text
    assert typed_in(page) == (KINDS["thanks"].subject, KINDS["thanks"].body)
    assert "Texto original" in page


@pytest.mark.parametrize("kind", KINDS)
def test_the_preview_of_every_kind_is_what_a_test_mail_brings(kind: str, desk: Desk, outbox_run: Run, mailbox: Mailbox) -> None:
    words = {"subject": "Aviso de {evento}", "body": "Hola, {nombre_completo}:\n\n{lugar}, {hora}. <i>Adiós</i>"}
    seen = desk.post(f"{desk.words}/{kind}/vista", **words)
    assert seen.status_code == 200
    assert seen.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none';")
    assert "frame-ancestors 'self'" in seen.headers["Content-Security-Policy"]
    answer = desk.post(f"{desk.words}/{kind}/prueba", **words, version="0")
    assert f"La prueba va en camino a {desk.who.email}" in answer.text
    outbox_run()
    (message,) = mailbox.to(desk.who.email)
    assert message["Subject"] == "[Prueba] Aviso de Quinta asistencia técnica: Gobierno Abierto"
    assert without_secrets(text_of(message, "html")) == without_secrets(seen.text)
    assert "Elvira Cedral Pinares" in text_of(message)
    assert "<i>" not in text_of(message, "html")
    assert not [part for part in message.walk() if part.get_content_type() == "text/calendar"]


def test_tests_to_oneself_have_an_end_and_what_was_typed_stays(desk: Desk) -> None:
    words = {"subject": "Aviso de {evento}", "body": "Lo que llevaba escrito."}
    answers = [desk.post(f"{desk.words}/confirmed/prueba", **words, version="0") for _ in range(21)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429]
    assert "Hubo demasiados intentos" in answers[-1].text
    assert "Lo que llevaba escrito." in answers[-1].text


def without_secrets(page: str) -> str:
    """The page without what is made anew each time: links, how its picture travels, and what keeps the frame from leading anywhere."""
    page = page.replace('<base target="_blank">', "")
    page = re.sub(r"/(i|q)/[0-9A-Za-z_-]+", "", page)
    return re.sub(r"(cid:[^\"]+|data:image/png;base64,[^\"]+)", "", page).replace("\r\n", "\n").strip()


def test_the_preview_of_broken_words_says_what_is_wrong_in_its_frame(desk: Desk) -> None:
    answer = desk.post(f"{desk.words}/confirmed/vista", subject="Hola", body="{documento} <script>alert(1)</script>")
    assert (answer.status_code, "«{documento}»" in answer.text, "<script>" in answer.text) == (422, True, False)
    assert answer.headers["Content-Security-Policy"].startswith("sandbox;")


def test_only_the_editor_may_frame_and_only_ours(desk: Desk) -> None:
    editor = desk.client.get(f"{desk.words}/confirmed").headers
    assert "frame-src 'self'" in editor["Content-Security-Policy"]
    assert editor["X-Frame-Options"] == "DENY"
    assert "frame-src" not in desk.client.get(desk.words).headers["Content-Security-Policy"]
    assert desk.client.get(f"{desk.words}/confirmed/vista").headers["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("kind", ["nada", "__class__", "confirmed%00"])
def test_a_mail_that_there_is_not_is_not_found(kind: str, desk: Desk) -> None:
    for path in (f"{desk.words}/{kind}", f"{desk.words}/{kind}/vista"):
        assert desk.client.get(path).status_code == 404
        assert desk.post(path, subject="x", body="y").status_code == 404


def test_whoever_does_not_work_in_the_cycle_finds_nothing_there(client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        event = a_published_event(db)
        slug, cycle = event.slug, event.cycle.slug
    who = signed_in(client, writing, role=StaffRole.ORGANISER)
    form = {"csrf_token": who.csrf, "subject": "x", "body": "y", "version": "0", "minutes_before": "60"}
    words, mails = f"/escritorio/ciclos/{cycle}/correos", f"/escritorio/eventos/{slug}/correos"
    assert {client.get(path).status_code for path in (words, f"{words}/confirmed", f"{words}/confirmed/vista", mails)} == {404}
    writes = [f"{words}/confirmed{end}" for end in ("", "/vista", "/prueba", "/original")]
    writes += [f"{mails}{end}" for end in ("/recordatorios", "/recordatorios/x/retirar", "/thanks", "/absent", "/al-cerrar")]
    assert {path: client.post(path, data=form).status_code for path in writes} == dict.fromkeys(writes, 404)


def test_reminders_are_suggested_programmed_and_taken_back(desk: Desk, looking: Opened) -> None:
    page = desk.client.get(desk.mails).text
    assert ("Recordar 1 semana antes" in page, "Recordar 1 hora antes" in page) == (True, True)
    answer = desk.post(f"{desk.mails}/recordatorios", minutes_before="1440")
    assert answer.location.endswith("aviso=reminder-added")
    page = desk.client.get(desk.mails).text
    assert ("24 de julio de 2030, 8:00" in page.replace("\xa0", " "), "Recordar 1 día antes" in page) == (True, False)
    with looking() as db:
        public_id = db.execute(select(Reminder.public_id)).scalar_one()
    assert desk.post(f"{desk.mails}/recordatorios/{public_id}/retirar").location.endswith("aviso=reminder-dropped")
    assert desk.post(f"{desk.mails}/recordatorios/{public_id}/retirar").status_code == 404


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ({}, 422, "Elija cuánto antes, o escriba el momento."),
        ({"minutes_before": "77"}, 422, "Elija cuánto antes, o escriba el momento."),
        ({"at": "ayer tarde"}, 422, "Escriba la fecha y la hora"),
        ({"at": "2030-06-01T08:00"}, 422, "Ese momento ya pasó"),
        ({"at": "2030-07-25T08:00"}, 422, "antes de que empiece"),
    ],
)
def test_a_reminder_that_cannot_be_is_told_by_its_field_and_kept(typed: dict[str, str], status: int, words: str, desk: Desk) -> None:
    answer = desk.post(f"{desk.mails}/recordatorios", **typed)
    assert (answer.status_code, words in answer.text) == (status, True)
    assert all(value in answer.text for value in typed.values() if value != "77")


def test_the_organiser_sees_to_how_many_before_sending(client: FlaskClient, writing: Opened, outbox_run: Run, mailbox: Mailbox) -> None:
    who = signed_in(client, writing)
    with writing() as db:
        event, _people = a_closed_event(db)
        address = f"/escritorio/eventos/{event.slug}/correos"
    outbox_run()
    already = len(mailbox.messages())
    with counted() as statements:
        page = client.get(address).text
    assert len(statements) <= 16, str(statements)
    assert ("Enviar a 2" in page, "Escribir a 1" in page) == (True, True)
    form = {"csrf_token": who.csrf}
    assert client.post(f"{address}/thanks", data=form).location.endswith("aviso=after-sent")
    assert client.post(f"{address}/thanks", data=form).location.endswith("aviso=after-nobody")
    outbox_run()
    assert len(mailbox.messages()) == already + 2
    page = client.get(address).text
    assert ("2 correos enviados" in page, "Enviar a " in page) == (True, False)


def test_an_open_acta_is_refused_in_words_and_the_plan_is_kept(desk: Desk) -> None:
    answer = desk.post(f"{desk.mails}/thanks")
    assert (answer.status_code, "Primero cierre el acta" in answer.text) == (409, True)
    assert desk.post(f"{desk.mails}/al-cerrar", on_close="1").location.endswith("aviso=after-planned")
    assert "los agradecimientos salen solos" in desk.client.get(desk.mails).text
    desk.post(f"{desk.mails}/al-cerrar", on_close="")
    assert "usted envía los agradecimientos" in desk.client.get(desk.mails).text


def test_a_reader_looks_and_does_not_touch(client: FlaskClient, writing: Opened) -> None:
    from eventos.cycles.models import CycleStaff

    who = signed_in(client, writing, role=StaffRole.READER)
    with writing() as db:
        event, _people = a_closed_event(db)
        db.add(CycleStaff(cycle_id=event.cycle_id, staff_id=who.id))
        address = f"/escritorio/eventos/{event.slug}/correos"
    page = client.get(address)
    assert (page.status_code, "Enviar a " in page.text) == (200, False)
    assert client.post(f"{address}/thanks", data={"csrf_token": who.csrf}).status_code == 403
