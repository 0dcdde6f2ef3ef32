"""A sheet of entities on its way in: looked at, corrected, entered once, by who brought it; and the way out again."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from eventos.adapters import storage
from eventos.adapters.tables import write_xlsx
from eventos.calls import queries
from eventos.kernel import clock
from eventos.registration import importing
from tests.accounts.factories import signed_in
from tests.calls.conftest import Desk
from tests.conftest import Opened
from tests.cycles.factories import a_cycle

SHEET = [
    ("Alcaldía de Supía", "contacto@supia.example", "Supía", "Ester Ficticia", "Secretaria", "300 555 1234"),
    ("Alcaldía de Neira", "esto no es un correo", "Neira", "Iván Ficticio", "Secretario", "300 555 1234"),
    ("Alcaldía de Riosucio", "contacto@riosucio.example", "Atlántida", "", "", ""),
    ("Alcaldía de Supía", "otro@supia.example", "Supía", "", "", ""),
    ("", "suelto@nadie.example", "", "", "", ""),
    ("Alcaldía de Salamina", "contacto@salamina.example", "17653", "=HYPERLINK()", "", "no tiene"),
]
HEADERS = ("Entidad", "Correo institucional", "Municipio", "Enlace", "Cargo", "Teléfono")


def upload(desk: Desk, rows: list[tuple[str, ...]] = SHEET) -> str:
    """Bring a sheet as far as its preview; gives the address of the preview."""
    file = (io.BytesIO(write_xlsx(HEADERS, rows, sheet="Alcaldías")), "alcaldías.xlsx")
    answer = desk.post(f"{desk.convened_url}/importar", file=file)
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def mapping() -> dict[str, str]:
    return {"entity": "0", "mailbox": "1", "municipio": "2", "liaison_name": "3", "liaison_post": "4", "phone": "5"}


def test_a_sheet_is_previewed_with_each_bad_row_named_and_enters_only_once(desk: Desk, looking: Opened) -> None:
    address = upload(desk)
    page = desk.client.get(address).text
    assert "2 entidades nuevas" not in page
    for words in ("1 entidad nueva", "4 filas que no entran", "Fila 3", "esto no es un correo", "Atlántida", "Falta el nombre", "repetida"):
        assert words in page, words
    staged = address.partition("hoja=")[2]
    answer = desk.post(f"{desk.convened_url}/importar/revisar", hoja=staged, **mapping())
    assert answer.location.endswith("aviso=convened-brought")
    again = desk.post(f"{desk.convened_url}/importar/revisar", hoja=staged, **mapping())
    assert again.location.endswith("aviso=convened-same")
    with looking() as db:
        assert queries.how_many(db, desk_cycle(desk, looking)) == 4


def desk_cycle(desk: Desk, looking: Opened) -> int:
    from eventos.cycles.models import Event

    with looking() as db:
        return db.get_one(Event, desk.event_id).cycle_id


def test_looking_at_a_preview_writes_nothing_and_columns_can_be_corrected(desk: Desk, looking: Opened) -> None:
    address = upload(desk, [("contacto@supia.example", "Alcaldía de Supía", "", "", "", "")])
    wrong = desk.client.get(address).text
    assert "1 fila que no entra" in wrong
    right = desk.client.get(f"{address}&entity=1&mailbox=0").text
    assert "1 entidad nueva" in right
    both = desk.client.get(f"{address}&entity=1&mailbox=1")
    assert "ya está en uso" in both.text
    with looking() as db:
        assert queries.how_many(db, desk_cycle(desk, looking)) == 3


@pytest.mark.parametrize(("name", "content"), [("lista.pdf", b"%PDF-1.7"), ("lista.xlsx", b"PK\x03\x04nada"), ("lista.csv", b"")])
def test_a_file_that_is_no_sheet_is_refused_beside_the_field(desk: Desk, name: str, content: bytes) -> None:
    answer = desk.post(f"{desk.convened_url}/importar", file=(io.BytesIO(content), name))
    assert answer.status_code == 422
    assert 'id="file-error"' in answer.text


def test_the_list_leaves_as_a_sheet_that_can_come_back(desk: Desk) -> None:
    assert desk.client.get(f"{desk.convened_url}.csv").status_code == 405  # what leaves a line in the register is no link
    sheet = desk.post(f"{desk.convened_url}.csv")
    assert sheet.mimetype == "text/csv"
    address = desk.post(f"{desk.convened_url}/importar", file=(io.BytesIO(sheet.data), "convocadas.csv")).location
    assert "ya están convocadas" in desk.client.get(address).text


def test_a_sheet_opens_only_for_who_brought_it_and_in_its_cycle(desk: Desk, writing: Opened) -> None:
    address = upload(desk)
    assert "Alcaldía de Supía" in desk.client.get(address).text
    with writing() as db:
        other = a_cycle(db, name="Otro ciclo").slug
    elsewhere = desk.client.get(address.replace(desk.cycle, other))
    assert (elsewhere.status_code, "La lista ya no está: súbala otra vez." in elsewhere.text) == (422, True)
    colleague = signed_in(desk.client, writing)
    assert desk.client.get(address).status_code == 422
    staged = address.partition("hoja=")[2]
    entered = desk.client.post(address.partition("?")[0], data={"csrf_token": colleague.csrf, "hoja": staged, **mapping()})
    assert entered.status_code == 422


def test_a_sheet_that_never_enters_is_swept_and_the_shelf_keeps_none(desk: Desk, clock_at: Callable[[datetime], None]) -> None:
    address = upload(desk)
    assert list(storage.shelf().keys()) == []
    importing.forget_staged()
    assert len(list(storage.staged().keys())) == 1
    assert desk.client.get(address).status_code == 200
    clock_at(clock.now() + storage.STAGED_LIFE + timedelta(minutes=1))
    importing.forget_staged()
    assert list(storage.staged().keys()) == []
