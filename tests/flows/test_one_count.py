"""One count everywhere: the fifth session's sheet, imported as a user imports it, says the same on the page, in the file and in Word."""

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from html import unescape
from pathlib import Path

import pytest
from docx import Document
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from eventos.adapters.tables import read_table
from eventos.attendance.queries import count
from eventos.demo.load import SHEET
from eventos.kernel.audit import SYSTEM
from eventos.registration import importing
from eventos.registration.service.importing import Options
from eventos.reports import export
from tests.accounts.factories import signed_in
from tests.cycles.factories import LINK, a_published_event
from tests.reports.pieces import words_of_pdf
from tests.support.judges import openxml_audit
from tests.support.statements import counted

Opened = Callable[[], AbstractContextManager[Session]]
CONSENTS = Options(has_consents=True, consent_note="Lista firmada de la sesión")


@pytest.mark.both_databases
def test_page_file_and_word_agree_on_114_of_25_municipalities(
    client: FlaskClient, writing: Opened, looking: Opened, tmp_path: Path
) -> None:
    who = signed_in(client, writing)
    with writing() as db:
        event = a_published_event(db)
        slug, event_id = event.slug, event.id
    with client.application.app_context():
        importing.run(slug, SHEET.read_bytes(), SHEET.name, by=SYSTEM, options=CONSENTS)
        word = export.write(slug, "docx", tmp_path).read_bytes()
        paper = export.write(slug, "pdf", tmp_path).read_bytes()
    with looking() as db:
        found = count(db, event_id)
    assert (found.registered, found.attended, found.inside, found.other_departamentos.attended) == (123, 114, 101, 13)
    assert (len(found.present), len(found.expected)) == (25, 27)

    with counted() as statements:
        page = unescape(client.get(f"/escritorio/eventos/{slug}/asistencia").text)
    assert len(statements) <= 10, str(statements)
    for words in ('number__value">114<', 'number__value">123<', "25 de 27 municipios", ">101 personas<", ">13</a>"):
        assert words in page, words
    for place in found.missing:
        assert f"<strong>{place.name}</strong>" in page

    table = read_table(
        client.post(f"/escritorio/eventos/{slug}/asistencia/lista.csv", data={"csrf_token": who.csrf}).data, filename="lista.csv"
    )
    attended = [dict(zip(table.headers, row, strict=True)) for row in table.rows if row[table.headers.index("Asistió")] == "sí"]
    caldas = [row for row in attended if row["Departamento"] == "Caldas"]
    assert (len(table.rows), len(attended), len(caldas), len({row["Municipio"] for row in caldas})) == (123, 114, 101, 25)

    document = Document(io.BytesIO(word))
    said = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "fue de 114 funcionarios de diferentes municipios del departamento de Caldas y otros departamentos." in said
    assert LINK in said.split("\n")
    by_name = {
        row.cells[0].text: row.cells[2].text for row in next(t for t in document.tables if "Municipio" in t.rows[0].cells[0].text).rows
    }
    assert (by_name["Municipios de Caldas: 25 de 27"], by_name["Otros departamentos"], by_name["Total de asistentes"]) == (
        "101",
        "13",
        "114",
    )
    assert {place.name for place in found.missing} == {name for name, number in by_name.items() if number == "0"}
    assert openxml_audit(word) == []
    printed = words_of_pdf(paper)
    for words in (
        "fue de 114 funcionarios de diferentes municipios del departamento de Caldas y otros departamentos.",
        "25 de los 27 municipios de Caldas (101) y de otros departamentos (13). Faltaron Marulanda y Norcasia.",
        "Municipios de Caldas: 25 de 27 101",
        "Total de asistentes 114",
    ):
        assert words in printed, words
