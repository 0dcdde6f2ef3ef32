"""The pages of the informe: what it will say and what it lacks, the states of a file being made, its own texts and tables, scope, roles."""

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from docx import Document
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from eventos.adapters import storage
from eventos.adapters.tables import write_xlsx
from eventos.cycles.models import CycleStaff, Event
from eventos.kernel import clock
from eventos.kernel.vocabulary import StaffRole
from eventos.reports import queries
from eventos.reports.models import Report
from tests.accounts.factories import SignedIn, signed_in
from tests.attendance.factories import register, the_114
from tests.cycles.factories import LINK, a_cycle, a_published_event
from tests.support.statements import counted

Opened = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True)
class Stage:
    client: FlaskClient
    who: SignedIn
    event_id: int
    url: str

    def get(self, url: str = "", status: int = 200) -> str:
        answer = self.client.get(url or self.url)
        assert answer.status_code == status, answer.status_code
        return unescape(answer.text)

    def post(self, url: str = "", **data: Any) -> Any:
        return self.client.post(url or self.url, data={"csrf_token": self.who.csrf, **data})


@pytest.fixture
def stage(client: FlaskClient, writing: Opened) -> Callable[..., Stage]:
    def build(*, role: StaffRole = StaffRole.ORGANISER, scoped: bool = True) -> Stage:
        who = signed_in(client, writing, role)
        with writing() as db:
            cycle = a_cycle(db)
            event = a_published_event(db, cycle=cycle)
            register(db, event, the_114())
            if scoped:
                db.add(CycleStaff(cycle_id=cycle.id, staff_id=who.id))
            return Stage(client, who, event.id, f"/escritorio/eventos/{event.slug}/informe")

    return build


@pytest.mark.both_databases
def test_page_says_what_the_informe_will_say_and_what_it_lacks(stage: Callable[..., Stage]) -> None:
    scene = stage()
    scene.get()
    with counted() as statements:
        page = scene.get()
    assert len(statements) <= 16, str(statements)
    assert "fue de 114 funcionarios de diferentes municipios del departamento de Caldas y otros departamentos." in page
    assert "Faltaron Marulanda y Norcasia." in page
    assert LINK in page
    event = scene.url.removesuffix("/informe")
    for place in ("pieza", "materiales", "preguntas", "asistencia"):
        assert f'href="{event}/{place}"' in page
        assert scene.client.get(f"{event}/{place}").status_code == 200
    for part in ("Contexto", "Objetivo", "Elaborado por"):
        assert f"<li>{part}</li>" in page


def test_an_informe_is_asked_for_prepared_and_downloaded(stage: Callable[..., Stage], outbox_run: Callable[[], int]) -> None:
    scene = stage()
    asked = scene.post()
    assert asked.status_code == 302
    waiting = scene.get(asked.location)
    assert 'data-poll="pending"' in waiting
    assert 'http-equiv="refresh"' in waiting
    assert scene.client.get(f"{asked.location}/descargar").status_code == 404
    outbox_run()
    ready = scene.get(asked.location)
    assert "El informe está listo" in ready
    assert "25 de 27" in ready
    file = scene.client.get(f"{asked.location}/descargar")
    assert file.headers["Content-Disposition"].startswith("attachment; filename=informe-")
    assert any("114 funcionarios" in paragraph.text for paragraph in Document(io.BytesIO(file.data)).paragraphs)
    assert asked.location in scene.get()


@pytest.mark.parametrize(
    ("kind", "told"), [("exact", ">114<"), ("approximate", "114 (aproximado)"), ("unknown", "No se conserva el número")]
)
def test_the_ready_page_says_what_is_known_of_the_count(
    stage: Callable[..., Stage], outbox_run: Callable[[], int], writing: Opened, kind: str, told: str
) -> None:
    scene = stage()
    with writing() as db:
        db.execute(update(Event).where(Event.id == scene.event_id).values(count_kind=kind))
    asked = scene.post()
    outbox_run()
    page = scene.get(asked.location)
    assert told in page
    assert ("Sin cerrar" in page) == ("25 de 27" in page) == (kind != "unknown")


def test_a_file_that_is_gone_is_said_to_be_gone(stage: Callable[..., Stage], outbox_run: Callable[[], int], looking: Opened) -> None:
    scene = stage()
    asked = scene.post()
    outbox_run()
    with looking() as db:
        key = db.execute(select(Report.file_sha256)).scalar_one()
    storage.shelf().path(key or "").unlink()
    assert "El archivo ya no está disponible." in scene.get(asked.location)
    assert scene.client.get(f"{asked.location}/descargar").status_code == 404


def test_an_error_is_told_and_can_be_tried_again(stage: Callable[..., Stage], outbox_run: Callable[[], int], writing: Opened) -> None:
    scene = stage()
    asked = scene.post()
    with writing() as db:
        db.execute(update(Report).values(state="error", error="La plantilla de Word tiene un campo que no se pudo llenar."))
    assert "La plantilla de Word tiene un campo que no se pudo llenar." in scene.get(asked.location)
    assert scene.post(asked.location).status_code == 302
    outbox_run()
    assert "El informe está listo" in scene.get(asked.location)
    assert scene.post(asked.location).status_code == 409


def test_a_job_that_nobody_takes_is_not_waited_for_in_silence(stage: Callable[..., Stage], clock_at: Callable[..., None]) -> None:
    scene = stage()
    asked = scene.post()
    clock_at(clock.now() + timedelta(minutes=5))
    assert "Está tardando más de lo normal" in scene.get(asked.location)


def titles(looking: Opened, event_id: int) -> list[str]:
    with looking() as db:
        return [each.title for each in queries.sections(db, event_id)]


def test_texts_and_tables_are_written_changed_raised_and_removed(stage: Callable[..., Stage], looking: Opened) -> None:
    scene = stage()
    scene.get(f"{scene.url}/partes/nueva-texto")
    scene.get(f"{scene.url}/partes/nueva-tabla")
    assert scene.post(f"{scene.url}/partes/nueva-texto", title="Preguntas", text="Primera.\r\n\r\nSegunda.").status_code == 302
    assert scene.post(f"{scene.url}/partes/nueva-tabla", title="Resultado", table="N.º\tSÍ\r\n1\t19\r\n2\t").status_code == 302
    with looking() as db:
        text, table = queries.sections(db, scene.event_id)
    assert text.content == {"paragraphs": ["Primera.", "Segunda."]}
    assert table.content == {"headers": ["N.º", "SÍ"], "rows": [["1", "19"], ["2", ""]]}
    assert "Primera." in scene.get()
    assert "N.º\tSÍ" in scene.get(f"{scene.url}/partes/{table.id}")
    scene.post(f"{scene.url}/partes/{table.id}/subir")
    assert titles(looking, scene.event_id) == ["Resultado", "Preguntas"]
    scene.post(f"{scene.url}/partes/{text.id}", title="Preguntas y respuestas", text="Una.")
    scene.post(f"{scene.url}/partes/{table.id}/quitar")
    assert titles(looking, scene.event_id) == ["Preguntas y respuestas"]


def test_a_table_comes_from_a_file(stage: Callable[..., Stage], looking: Opened) -> None:
    scene = stage()
    workbook = write_xlsx(["N.º", "Compromiso", "SÍ"], [[1, "Procedimientos =HYPERLINK()", 19]], sheet="Hoja")
    scene.post(f"{scene.url}/partes/nueva-tabla", title="Resultado", table="", file=(io.BytesIO(workbook), "resultado.xlsx"))
    with looking() as db:
        (table,) = queries.sections(db, scene.event_id)
    assert table.content == {"headers": ["N.º", "Compromiso", "SÍ"], "rows": [["1", "Procedimientos =HYPERLINK()", "19"]]}


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        ("texto", {"title": "", "text": "Algo"}, "Escriba el título"),
        ("texto", {"title": "Preguntas", "text": " \r\n\t"}, "Escriba el texto."),
        ("tabla", {"title": "Resultado", "table": ""}, "Escriba la tabla"),
        ("tabla", {"title": "Resultado", "table": "A;B\n1;2;3"}, "La fila 1 tiene 3 celdas"),
        ("tabla", {"title": "Resultado", "table": "A;B\n1;2", "file": (b"PK\x03\x04 roto", "roto.xlsx")}, "archivo"),
    ],
)
def test_what_cannot_be_printed_is_refused_and_kept(
    stage: Callable[..., Stage], looking: Opened, kind: str, data: dict[str, Any], words: str
) -> None:
    scene = stage()
    if "file" in data:
        data = {**data, "file": (io.BytesIO(data["file"][0]), data["file"][1])}
    answer = scene.post(f"{scene.url}/partes/nueva-{kind}", **data)
    assert answer.status_code == 422
    page = unescape(answer.text)
    assert words in page
    assert all(value in page for value in data.values() if isinstance(value, str))
    assert titles(looking, scene.event_id) == []


def test_a_reader_reads_and_downloads_and_asks_for_nothing(
    stage: Callable[..., Stage], writing: Opened, outbox_run: Callable[[], int]
) -> None:
    scene = stage(role=StaffRole.READER)
    assert "Generar en Word" not in scene.get()
    assert scene.post().status_code == 403
    assert scene.client.get(f"{scene.url}/partes/nueva-texto").status_code == 403
    assert scene.post(f"{scene.url}/partes/1/quitar").status_code == 403


def test_an_organiser_of_another_cycle_finds_nothing(stage: Callable[..., Stage], writing: Opened, outbox_run: Callable[[], int]) -> None:
    mine = stage()
    asked = mine.post()
    outbox_run()
    scene = Stage(mine.client, signed_in(mine.client, writing, StaffRole.ORGANISER), mine.event_id, mine.url)
    for url in (scene.url, asked.location, f"{asked.location}/descargar", f"{scene.url}/partes/nueva-texto", f"{scene.url}/partes/1"):
        assert scene.client.get(url).status_code == 404, url
    for url in (scene.url, asked.location, f"{scene.url}/partes/1/quitar", f"{scene.url}/partes/1/subir"):
        assert scene.post(url).status_code == 404, url
    assert scene.post(f"{scene.url}/partes/nueva-texto", title="Ajena", text="No.").status_code == 404
