"""The pages of an import, and whatever files people upload: a clear message beside the field or the row, never a fault of ours."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from eventos.adapters import storage
from eventos.adapters.tables import read_table, write_csv, write_xlsx
from eventos.kernel import clock
from eventos.kernel.vocabulary import Modality, StaffRole
from eventos.registration import importing
from eventos.registration.models import Import, ImportRow, Registration
from tests.accounts.factories import SignedIn, a_staff, signed_in
from tests.conftest import Opened
from tests.cycles.factories import a_published_event
from tests.registration.sheets import HEADERS, bring, line, many, sheet
from tests.support.statements import counted


class Desk:
    """An organiser at the import pages of one event."""

    def __init__(self, client: FlaskClient, who: SignedIn, slug: str) -> None:
        self.client, self.who, self.slug = client, who, slug
        self.url = f"/escritorio/eventos/{slug}/importar"

    def upload(self, data: bytes | None, filename: str = "lista.csv", **changes: Any) -> TestResponse:
        fields: dict[str, Any] = {"csrf_token": self.who.csrf, "has_consents": "y"} | changes
        if data is not None:
            fields["file"] = (io.BytesIO(data), filename)
        answer = self.client.post(self.url, data=fields, content_type="multipart/form-data")
        # The test client keeps a large body in a temporary file of its own, and leaves it open.
        answer.request.environ["wsgi.input"].close()
        return answer

    def post(self, where: str, **fields: str) -> TestResponse:
        return self.client.post(where, data={"csrf_token": self.who.csrf} | fields)

    def columns(self, where: str, **changes: str) -> TestResponse:
        """Send the columns page as it was proposed, with changes."""
        page = self.client.get(where).text
        fields = {}
        for name, body in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', page, re.DOTALL):
            chosen = re.search(r'<option selected value="([^"]*)"', body)
            fields[name] = chosen.group(1) if chosen else ""
        fields |= dict(re.findall(r'<input checked[^>]*name="(\w+)"[^>]*value="(\w+)"', page))
        return self.post(where, **fields | changes)


@pytest.fixture
def desk(client: FlaskClient, writing: Opened) -> Desk:
    with writing() as db:
        slug = a_published_event(db).slug
    return Desk(client, signed_in(client, writing), slug)


def told(page: TestResponse) -> str:
    """What the page says beside its fields."""
    return " ".join(re.findall(r'class="error"[^>]*>(.*?)</span></span>', page.text, re.DOTALL))


def test_the_whole_way_from_the_file_to_the_list(desk: Desk, outbox_run: Any, looking: Opened) -> None:
    assert "Nada entra hasta que usted lo confirme" in desk.client.get(desk.url).text
    uploaded = desk.upload(many(5))
    assert uploaded.status_code == 302
    columns = desk.client.get(uploaded.location)
    assert "Delfina Imaginario Balso2" in columns.text
    checking = desk.columns(uploaded.location)
    assert checking.status_code == 302
    assert 'data-poll="pending"' in desk.client.get(checking.location).text
    outbox_run()
    preview = desk.client.get(checking.location).text
    assert "5 = 5 + 0 + 0 + 0" in preview
    assert "Importar 5 personas nuevas" in preview
    assert "9000000001" not in preview, "documents are masked"
    entered = desk.post(f"{checking.location}/confirmar")
    assert entered.status_code == 302
    assert "La lista entró completa" in desk.client.get(entered.location).text
    again = desk.post(f"{checking.location}/confirmar")
    assert "ya había entrado" in desk.client.get(again.location).text
    with looking() as db:
        assert db.execute(select(func.count()).select_from(Registration)).scalar_one() == 5
    assert "Importada" in desk.client.get(desk.url).text


def test_bad_rows_are_named_and_wait_for_a_tick(desk: Desk, outbox_run: Any, looking: Opened) -> None:
    rows = [line(1), line(2, Municipio="Riosucio"), line(3, Correo="x", Asistió="quizás"), line(4, **{"Nombre completo": "=1+1 @b"})]
    sheet_page = desk.columns(desk.upload(sheet(*rows)).location).location
    outbox_run()
    preview = desk.client.get(sheet_page).text
    assert "4 = 1 + 3 + 0 + 0" in preview
    assert "Riosucio, Caldas o Riosucio, Chocó" in preview
    assert "No dice si asistió" in preview
    refused = desk.post(f"{sheet_page}/confirmar")
    assert refused.status_code == 409
    assert "marque que se importen solo las buenas" in refused.text
    csv = desk.post(f"{sheet_page}/problemas.csv")
    assert csv.headers["Content-Disposition"].startswith("attachment")
    table = read_table(csv.data, filename="x.csv")
    assert table.headers == ("Fila", "Qué corregir", *HEADERS)
    assert [row[0] for row in table.rows] == ["3", "4", "5"]
    assert b"\"'=1+1" in csv.data or b"'=1+1" in csv.data
    assert desk.post(f"{sheet_page}/confirmar", leave_out_bad="y").status_code == 302
    with looking() as db:
        assert db.execute(select(func.count()).select_from(Registration)).scalar_one() == 1


def test_many_bad_rows_are_paged(desk: Desk, outbox_run: Any) -> None:
    page = desk.columns(desk.upload(sheet(*(line(n, Municipio="Macondo") for n in range(60)))).location).location
    outbox_run()
    assert desk.client.get(page).text.count("Macondo") == 25
    assert desk.client.get(f"{page}?pagina=3").text.count("Macondo") == 10
    for odd in ("0", "99", "-1", "x"):
        assert desk.client.get(f"{page}?pagina={odd}").status_code == 200
    assert "Ninguna fila puede entrar" in desk.client.get(page).text


def test_a_file_survives_the_field_that_failed_beside_it_for_some_hours(desk: Desk, clock_at: Callable[[datetime], None]) -> None:
    refused = desk.upload(many(2), "inscritos.csv", has_consents="")
    assert refused.status_code == 422
    assert "Ya recibimos «inscritos.csv»" in refused.text
    assert list(storage.shelf().keys()) == [], "nothing is kept before it is decided about"
    staged = re.search(r'name="staged"[^>]*value="([^"]+)"', refused.text)
    assert staged is not None
    again = desk.upload(None, staged=staged.group(1))
    assert again.status_code == 302
    assert "inscritos.csv" in desk.client.get(again.location).text
    importing.forget_staged()
    assert list(storage.staged().keys()) == list(storage.shelf().keys()) != []
    forged = desk.upload(None, staged=staged.group(1)[:-4] + "AAAA")
    assert forged.status_code == 422
    assert "Elija la hoja" in told(forged)
    clock_at(clock.now() + storage.STAGED_LIFE + timedelta(minutes=1))
    importing.forget_staged()
    assert list(storage.staged().keys()) == []


def test_columns_can_be_corrected_and_the_check_done_again(desk: Desk, outbox_run: Any, looking: Opened) -> None:
    where = desk.upload(many(3)).location
    refused = desk.columns(where, full_name="")
    assert refused.status_code == 422
    assert "en qué columna está el nombre" in told(refused)
    page = desk.columns(where, attended="").location
    outbox_run()
    assert "con asistencia según la hoja" not in desk.client.get(page).text
    assert desk.columns(where, attended="6").location == page
    outbox_run()
    assert "con asistencia según la hoja" in desk.client.get(page).text
    with looking() as db:
        assert db.execute(select(func.count()).select_from(ImportRow)).scalar_one() == 3


def test_a_preferred_departamento_settles_repeated_names(desk: Desk, outbox_run: Any) -> None:
    page = desk.columns(desk.upload(sheet(line(1, Municipio="Riosucio"))).location, prefer_departamento="17").location
    outbox_run()
    assert "Riosucio, Caldas" in desk.client.get(page).text


def test_a_hybrid_event_asks_for_the_modality_and_says_how_the_seats_stand(desk: Desk, writing: Opened, outbox_run: Any) -> None:
    with writing() as db:
        event = a_published_event(db, modality=Modality.HYBRID, venue_name="Auditorio", capacity_virtual=9, capacity_onsite=2)
    hybrid = Desk(desk.client, desk.who, event.slug)
    where = hybrid.upload(many(3)).location
    assert "Cuando la hoja no dice la modalidad" in hybrid.client.get(where).text
    page = hybrid.columns(where, default_modality="presencial").location
    outbox_run()
    assert "Presencial: 3 de 2 cupos" in hybrid.client.get(page).text
    assert hybrid.columns(where, default_modality="astral").status_code == 422


def test_mails_are_not_offered_for_a_past_event(desk: Desk, writing: Opened) -> None:
    assert 'name="send_mails"' in desk.client.get(desk.upload(many(1)).location).text
    with writing() as db:
        past = Desk(desk.client, desk.who, a_published_event(db, days=(), date_note="En 2021").slug)
    page = past.client.get(past.upload(many(1)).location).text
    assert 'name="send_mails"' not in page
    assert "No se envían correos" in page


def test_a_dropped_sheet_leaves_nothing_and_dropping_twice_is_no_fault(desk: Desk, outbox_run: Any, looking: Opened) -> None:
    page = desk.columns(desk.upload(many(2)).location).location
    for _ in range(2):
        assert desk.post(f"{page}/descartar").status_code == 302
    outbox_run()
    assert desk.client.get(page).status_code == 404
    with looking() as db:
        assert db.execute(select(func.count()).select_from(Import)).scalar_one() == 0
        assert db.execute(select(func.count()).select_from(ImportRow)).scalar_one() == 0


def test_an_entered_sheet_cannot_be_dropped_or_mapped_again(desk: Desk, outbox_run: Any) -> None:
    where = desk.upload(many(1)).location
    page = desk.columns(where).location
    outbox_run()
    desk.post(f"{page}/confirmar")
    assert desk.post(f"{page}/descartar").status_code == 409
    assert desk.post(where, full_name="2").status_code == 409
    assert desk.client.get(where).status_code == 302


def test_confirming_before_the_check_ends_is_refused(desk: Desk) -> None:
    page = desk.columns(desk.upload(many(1)).location).location
    assert desk.post(f"{page}/confirmar").status_code == 409


@pytest.mark.parametrize("role", [StaffRole.DOOR, StaffRole.READER])
def test_only_those_who_organise_may_import(role: StaffRole, client: FlaskClient, writing: Opened) -> None:
    with writing() as db:
        slug = a_published_event(db).slug
    desk = Desk(client, signed_in(client, writing, role), slug)
    assert client.get(desk.url).status_code == 403
    assert desk.upload(many(1)).status_code == 403


def test_another_cycle_s_event_and_another_event_s_sheet_do_not_exist(desk: Desk, client: FlaskClient, writing: Opened) -> None:
    page = desk.columns(desk.upload(many(1)).location).location
    with writing() as db:
        other = Desk(desk.client, desk.who, a_published_event(db).slug)
        stranger = a_staff(db, role=StaffRole.ORGANISER)
    number = page.rpartition("/")[2]
    for where in ("", "/columnas"):
        assert client.get(f"{other.url}/{number}{where}").status_code == 404
    for verb in ("confirmar", "problemas.csv"):
        assert other.post(f"{other.url}/{number}/{verb}").status_code == 404
    someone = Desk(client, signed_in(client, writing, staff=stranger), desk.slug)
    assert client.get(page).status_code == client.get(desk.url).status_code == 404
    for verb in ("confirmar", "descartar", "columnas", "problemas.csv"):
        assert someone.post(f"{page}/{verb}").status_code == 404


def test_the_preview_costs_the_same_for_few_rows_and_for_many(desk: Desk, outbox_run: Any) -> None:
    spent = []
    for number in (2, 120):
        page = desk.columns(desk.upload(many(number)).location).location
        outbox_run()
        with counted() as statements:
            assert desk.client.get(page).status_code == 200
        spent.append(len(statements))
    assert spent[0] == spent[1] <= 14, str(statements)


def a_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("xl/worksheets/sheet1.xml", b"<row>" + b" " * 60_000_000)
    return out.getvalue()


REFUSED: list[tuple[str, bytes, str]] = [
    ("empty file", b"", "vacío"),
    ("only blanks", b" \r\n\r\n", "vacío"),
    ("only headings", sheet(), "ninguna fila debajo"),
    ("broken workbook", b"PK\x03\x04 this is no workbook", "dañado"),
    ("cut workbook", write_xlsx(["Nombre", "Correo"], [["Ana", "a@x.example"]], sheet="L")[:900], "dañado"),
    ("bomb", a_bomb(), "se expande"),
    ("PDF", b"%PDF-1.7 ...", "PDF"),
    ("picture", b"\x89PNG\r\n\x1a\n", "imagen"),
    ("old Excel", b"\xd0\xcf\x11\xe0" + b"\x00" * 600, ".xls"),
    ("web page", b"<html><table><tr><td>x</td></tr></table></html>", "página web"),
    ("binary", bytes(range(256)) * 40, "XLSX o CSV"),
    ("over 10 MB", b"Nombre;Correo\n" + b"Delfina;d@x.example\n" * 540_000, "10 MB"),
    ("too many rows", b"Nombre;Correo\n" + b"D;d@x.example\n" * 10_001, "10.000 filas"),
]


@pytest.mark.parametrize(("data", "words"), [each[1:] for each in REFUSED], ids=[each[0] for each in REFUSED])
def test_a_file_that_cannot_be_used_is_refused_beside_its_field(desk: Desk, data: bytes, words: str, looking: Opened) -> None:
    page = desk.upload(data, "lista.xlsx")
    assert page.status_code == 422
    assert words in told(page), told(page)
    with looking() as db:
        assert db.execute(select(func.count()).select_from(Import)).scalar_one() == 0


def test_a_missing_or_misplaced_file_is_asked_for(desk: Desk) -> None:
    assert "Elija la hoja" in told(desk.upload(None))
    assert "Elija la hoja" in told(desk.upload(None, file="no soy un archivo"))
    assert desk.upload(b"x" * (12 * 1024 * 1024)).status_code == 413


NAMES = ['=HYPERLINK("http://x.example";"premio")', "Feria & <b> niñez", "שלום עולם", "محمد الاختباري", "Ñandú 🎉 Ficticio", "+57 @suma"]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("Nombre;Entidad\r\nDelfina Niñez;Alcaldía de Peñol\r\n".encode("latin-1"), id="Latin-1"),
        pytest.param("\ufeffNombre\tEntidad\nDelfina Niñez\tAlcaldía de Peñol\n".encode("utf-16-le"), id="UTF-16"),
        pytest.param("Nombre,Entidad\nDelfina Niñez,Alcaldía de Peñol\n".encode(), id="commas"),
        pytest.param(write_xlsx(["Nombre", "Entidad"], [["Delfina Niñez", "Alcaldía de Peñol"]], sheet="Lista"), id="workbook"),
    ],
)
def test_every_way_offices_save_a_list_is_read(desk: Desk, data: bytes, outbox_run: Any) -> None:
    page = desk.columns(desk.upload(data).location).location
    outbox_run()
    text = desk.client.get(page).text
    assert "Delfina Niñez" in text
    assert "Alcaldía de Peñol" in text


@pytest.mark.both_databases
def test_odd_names_enter_and_are_printed_as_text(backend: str, desk: Desk, outbox_run: Any, looking: Opened) -> None:
    names = [name for name in NAMES if "@" not in name and "://" not in name]
    data = write_csv(
        ["Nombre completo", "Documento", "Cargo"], [[name, str(70_000_000 + n), "a\x00b\x07\u202ec"] for n, name in enumerate(names)]
    )
    page = desk.columns(desk.upload(data).location).location
    outbox_run()
    text = desk.client.get(page).text
    assert "Feria &amp; &lt;b&gt; niñez" in text
    assert "<b> niñez" not in text
    assert desk.post(f"{page}/confirmar", leave_out_bad="y").status_code == 302
    with looking() as db:
        assert set(db.execute(select(Registration.post)).scalars()) == {"abc"}
        assert db.execute(select(func.count()).select_from(Registration)).scalar_one() == len(names)


def test_what_a_form_never_sends_is_no_fault(desk: Desk) -> None:
    where = desk.upload(many(1)).location
    for fields in ({"full_name": "999"}, {"full_name": "x"}, {"full_name": "2", "prefer_departamento": "zz"}, {"email": "-1"}, {}):
        assert desk.post(where, **fields).status_code == 422, fields
    assert desk.client.post(where, data={"full_name": "2"}).status_code == 400


def test_a_file_that_is_gone_is_said(desk: Desk, app: Any, outbox_run: Any) -> None:
    where = desk.upload(many(1)).location
    for kept in (app.extensions["eventos.settings"].data_dir / "archivos").rglob("*"):
        if kept.is_file():
            kept.unlink()
    assert "ya no se puede leer" in desk.client.get(where).text
    page = desk.post(where, full_name="2").location
    outbox_run()
    assert "ya no se puede leer" in desk.client.get(page).text
    assert "No se pudo leer" in desk.client.get(desk.url).text


def test_the_same_file_again_says_that_nobody_is_new(desk: Desk, app: Any, outbox_run: Any) -> None:
    bring(app, desk.slug, many(3))
    page = desk.columns(desk.upload(many(3)).location).location
    outbox_run()
    assert "Agregar la asistencia de 3 personas" in desk.client.get(page).text
