"""The judges are awake: each passes a good piece of work and names the fault in a bad one."""

import io
import smtplib
import socket
from itertools import count

import docx
import psycopg
import pytest
import qrcode
from flask import Flask, Response
from playwright.sync_api import Page

from tests.support import judges
from tests.support.browser import Chromium
from tests.support.inside import answering
from tests.support.smtp import Sink

GOOD = '<!DOCTYPE html><html lang="es-CO"><head><title>Agenda</title></head><body><main><h1>Agenda</h1><p>Hola</p></main></body></html>'
BAD = GOOD.replace("<p>Hola</p>", '<p><img src="data:,"></p>')


def test_axe_passes_a_good_page_and_names_an_image_without_words(browser_page: Page) -> None:
    browser_page.set_content(GOOD)
    assert judges.axe(browser_page) == []
    browser_page.set_content(BAD)
    assert any(fault.startswith("image-alt") for fault in judges.axe(browser_page))


def test_vnu_passes_a_good_page_and_names_the_bad_one() -> None:
    assert judges.vnu({"good": GOOD}) == []
    faults = judges.vnu({"good": GOOD, "bad": BAD})
    assert [fault.split(":")[0] for fault in faults] == ["bad"]


def test_zxing_reads_a_code_and_finds_none_in_a_blank_picture() -> None:
    picture = io.BytesIO()
    qrcode.make("https://eventos.example/q/abc").save(picture)
    assert judges.read_qr(picture.getvalue()) == ["https://eventos.example/q/abc"]


def test_openxml_audit_passes_a_sound_document() -> None:
    whole = io.BytesIO()
    docx.Document().save(whole)
    assert judges.openxml_audit(whole.getvalue()) == []


def test_openxml_audit_names_a_broken_document() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Hola")
    paragraph._p.append(paragraph._p.makeelement(paragraph._p.tag))
    broken = io.BytesIO()
    document.save(broken)
    assert judges.openxml_audit(broken.getvalue()) != []


def test_the_browser_notices_a_request_to_the_outside(whole_browser: Chromium) -> None:
    page = whole_browser.open()
    page.set_content('<img src="http://fuera.example/punto.png" alt="">')
    page.wait_for_load_state("load")
    assert any("fuera.example" in fault for fault in whole_browser.close_pages())


def test_nothing_is_sent_to_another_machine(whole_browser: Chromium) -> None:
    """Only 127.0.0.1 is this machine for the browser; what listens on any other address hears nothing."""
    with socket.create_server(("127.0.0.2", 0)) as other:
        other.settimeout(0.2)
        page = whole_browser.open()
        page.set_content(f'<img src="http://127.0.0.2:{other.getsockname()[1]}/punto.png" alt="">')
        page.wait_for_load_state("load")
        assert len(whole_browser.close_pages()) == 1
        with pytest.raises(TimeoutError):
            other.accept()


@pytest.mark.parametrize(("keeps", "asked"), [(False, 2), (True, 1)])
def test_the_browser_asks_for_a_page_anew_unless_it_keeps_them(chromium: Chromium, keeps: bool, asked: int) -> None:
    app, times = Flask("minuto"), count()

    @app.get("/pagina")
    def minute() -> Response:
        return Response(f"<p>{next(times)}", headers={"Cache-Control": "public, max-age=60"})

    with answering(app) as address:
        page = chromium.open(keeps=keeps)
        for path in ("/pagina", "/nada", "/pagina"):
            page.goto(address + path)
    assert next(times) == asked


def test_the_sink_keeps_what_it_is_given_and_refuses_whom_it_is_told(sink: Sink) -> None:
    sink.refusals["nadie@entidad.example"] = "550 5.1.1 No existe"
    with smtplib.SMTP("127.0.0.1", sink.port) as server:
        server.sendmail(
            "eventos@oficina.example", ["ana@entidad.example"], b"To: ana@entidad.example\r\nSubject: Hola\r\n\r\nBuenos d\xc3\xadas\r\n"
        )
        code, _words = server.docmd("MAIL", "FROM:<eventos@oficina.example>")
        assert code == 250
        assert server.rcpt("nadie@entidad.example")[0] == 550
    assert [received.recipients for received in sink.received] == [("ana@entidad.example",)]
    assert sink.received[0].message["Subject"] == "Hola"


def test_a_private_postgresql_answers(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT current_setting('listen_addresses')").fetchone() == ("",)
