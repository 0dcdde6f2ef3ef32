"""Sheets through the API: staged, checked by the worker, looked at row by row, and let in whole or not at all."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from eventos.adapters.tables import write_xlsx
from eventos.registration.models import Registration
from tests.api.factories import Program, a_program
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.support.crowd import sheet_of

CSV = {"Content-Type": "text/csv"}
XLSX = {"Content-Type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
BAD = """Tipo de documento;Número de documento;Nombres;Apellidos;Correo;Entidad;Municipio
CC;41000001;Luz Ensayo;Guayacán;luz@aguadas.example;Alcaldía de Aguadas;Aguadas
CC;no sé;Sol Ensayo;Yarumo;sol@supia.example;Alcaldía de Supía;Supía
"""


@pytest.fixture
def program(client: FlaskClient, writing: Opened) -> Program:
    return a_program(client, writing)


@pytest.fixture
def url(writing: Opened) -> str:
    with writing() as db:
        return f"/events/{a_published_event(db).slug}/imports"


def registered(looking: Opened) -> int:
    with looking() as db:
        return db.execute(select(func.count()).select_from(Registration)).scalar_one()


def test_a_sheet_is_staged_checked_and_confirmed(program: Program, url: str, looking: Opened, outbox_run: Any) -> None:
    sent = program.post(f"{url}?consents=true&filename=lista.csv", data=sheet_of(3), headers=CSV)
    told = sent.get_json()
    assert (sent.status_code, told["state"], told["figures"]["rows"], told["columns"]["document_number"]) == (
        202,
        "checking",
        3,
        "Número de documento",
    )
    one = f"{url}/{told['public_id']}"
    assert program.post(f"{one}/confirm").get_json()["code"] == "import_not_checked"
    outbox_run()
    checked = program.get(one).get_json()
    assert (checked["state"], checked["figures"]["new"], checked["bad"], registered(looking)) == ("checked", 3, [], 0)
    entered = program.post(f"{one}/confirm", idempotency="a")
    assert (entered.status_code, entered.get_json()["state"], registered(looking)) == (200, "entered", 3)
    assert program.post(f"{one}/confirm").status_code == 200
    assert registered(looking) == 3


def test_bad_rows_are_named_and_left_out_only_when_told(program: Program, url: str, looking: Opened, outbox_run: Any) -> None:
    one = f"{url}/{program.post(f'{url}?consents=true', data=BAD.encode(), headers=CSV).get_json()['public_id']}"
    outbox_run()
    bad = program.get(one).get_json()["bad"]
    assert [(row["line"], row["problems"][0]["column"]) for row in bad] == [(3, "Número de documento")]
    refused = program.post(f"{one}/confirm")
    assert (refused.status_code, refused.get_json()["code"], registered(looking)) == (409, "import_bad_rows", 0)
    assert program.post(f"{one}/confirm", {"leave_out_bad": True}).get_json()["state"] == "entered"
    assert registered(looking) == 1


def test_a_workbook_is_taken_and_its_key_counts_once(program: Program, url: str) -> None:
    book = write_xlsx(
        ["Documento", "Nombre completo", "Correo", "Entidad"],
        [["41000001", "Luz Ensayo", "luz@aguadas.example", "Alcaldía"]],
        sheet="Inscritos",
    )
    first, again = (program.post(f"{url}?consents=true", data=book, headers=XLSX, idempotency="a") for _ in range(2))
    assert (first.status_code, again.get_json()) == (202, first.get_json())
    assert program.post(f"{url}?consents=true", data=sheet_of(1), headers=CSV, idempotency="a").status_code == 422


@pytest.mark.parametrize(
    ("query", "data", "headers", "status", "where"),
    [
        ("", sheet_of(1), CSV, 422, "consents"),
        ("?consents=false", sheet_of(1), CSV, 422, "consents"),
        ("?consents=tal+vez", sheet_of(1), CSV, 422, "consents"),
        ("?consents=true&modality=presencial", sheet_of(1), CSV, 422, "modality"),
        ("?consents=true&prefer_departamento=00", sheet_of(1), CSV, 422, "prefer_departamento"),
        ("?consents=true", b"", CSV, 422, "file"),
        ("?consents=true", b"PK\x03\x04 roto", XLSX, 422, "file"),
        ("?consents=true", b"a;b\n1;2\n", CSV, 422, ""),
        ("?consents=true", b"{}", {"Content-Type": "application/json"}, 415, ""),
    ],
)
def test_a_sheet_that_cannot_be_used_is_refused(
    program: Program, url: str, query: str, data: bytes, headers: dict[str, str], status: int, where: str
) -> None:
    answer = program.post(f"{url}{query}", data=data, headers=headers)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), answer.text
    assert where in ("", *answer.get_json().get("errors", {})), answer.text
