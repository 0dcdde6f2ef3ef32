"""The list an office already keeps: its columns, a preview that names every bad row, the confirmation, and the same file once more."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from eventos.demo.load import SHEET
from tests.browser.office import Office, until, words
from tests.browser.scene import BAD_SHEET, FORUM, NOW
from tests.support.browser import DESKTOP, PHONE, Chromium


def upload(office: Office, page: Page, slug: str, file: Path) -> None:
    """Choose a file and come to its columns."""
    office.at(page, f"/escritorio/eventos/{slug}/importar")
    page.set_input_files("input[type=file]", file)
    page.get_by_label("La oficina tiene las autorizaciones").check()
    page.get_by_role("button", name="Subir y elegir columnas").click()
    page.wait_for_url("**/columnas")


def checked(page: Page) -> None:
    """Send the columns and wait for the worker's check."""
    page.get_by_role("button", name="Revisar la lista").click()
    page.wait_for_url(re.compile(r"/importar/\w+$"))
    until(lambda: page.locator("#cuentas").count() == 1, seconds=30)


def registered(office: Office, page: Page, slug: str) -> int:
    office.at(page, f"/escritorio/eventos/{slug}/inscripciones")
    return int(page.locator("#lista").inner_text().split()[0])


@pytest.mark.slow
@pytest.mark.parametrize(("width", "slug"), [(DESKTOP, FORUM), (PHONE, NOW)])
def test_the_demonstrations_own_list_enters_once(office: Office, chromium: Chromium, width: int, slug: str) -> None:
    page = office.desk(chromium, width=width)
    before = registered(office, page, slug)
    upload(office, page, slug, SHEET)
    assert page.locator("#full_name option:checked").inner_text() == "Nombres y apellidos", "recognised by its heading"
    checked(page)
    assert "123 filas en quinta_asistencia.csv" in words(page)
    button = page.get_by_role("button", name=re.compile(r"Importar \d+ personas nuevas"))
    number = int(button.inner_text().split()[1])
    assert number < 123, "those who were there before are known"
    button.click()
    page.wait_for_url("**aviso=import-entered")
    assert "La lista entró completa." in words(page)
    assert registered(office, page, slug) == before + number

    upload(office, page, slug, SHEET)
    checked(page)
    page.get_by_role("button", name=re.compile("Agregar la asistencia|Terminar")).click()
    page.wait_for_url("**aviso=import-entered*")
    assert registered(office, page, slug) == before + number, "the same file adds nobody"


@pytest.mark.slow
def test_every_bad_row_is_named_and_nothing_enters_unless_told(office: Office, chromium: Chromium, tmp_path: Path) -> None:
    page = office.desk(chromium, width=PHONE)
    file = tmp_path / "inscritos de la mañana.csv"
    file.write_text(BAD_SHEET, encoding="utf-16")
    before = registered(office, page, FORUM)
    upload(office, page, FORUM, file)
    checked(page)
    said = words(page)
    assert "5 filas en inscritos de la mañana.csv" in said
    reasons = {3: "No parece un correo", 4: "entre 3 y 10 dígitos", 5: "No está en la lista de municipios", 6: "direcciones web"}
    for line, why in reasons.items():
        row = page.locator("#malas tbody tr", has_text=f"{line}").filter(has_text=why)
        assert row.count() == 1, f"row {line}: {why}"
    assert page.locator("b", has_text="niñez").count() == 0, "what people typed is text"
    with page.expect_download() as download:
        page.get_by_role("button", name="Descargar con los motivos").click()
    mended = download.value.path().read_text(encoding="utf-8-sig")
    assert "No parece un correo" in mended
    assert "\n=HYPERLINK" not in mended
    page.get_by_role("button", name=re.compile("Importar 1 persona nueva")).click()
    assert page.url.count("aviso") == 0, "the box must be ticked first"
    assert registered(office, page, FORUM) == before
    page.go_back()
    page.get_by_label("Importar las buenas y dejar por fuera").check()
    page.get_by_role("button", name=re.compile("Importar 1 persona nueva")).click()
    page.wait_for_url("**aviso=import-entered")
    assert registered(office, page, FORUM) == before + 1


def test_the_mapping_is_remembered(office: Office, chromium: Chromium, tmp_path: Path) -> None:
    page = office.desk(chromium, width=DESKTOP)
    file = tmp_path / "con titulos raros.csv"
    file.write_text("a;b;c\nLuz Ensayo Guayacán;Alcaldía de Aguadas;luz@aguadas.example\n", encoding="utf-8")
    upload(office, page, NOW, file)
    for field, column in (("full_name", "a"), ("entity", "b"), ("email", "c")):
        page.select_option(f"#{field}", label=column)
    checked(page)
    page.get_by_role("button", name="Importar 1 persona nueva").click()
    page.wait_for_url("**aviso=import-entered")
    upload(office, page, NOW, file)
    assert page.locator("#email option:checked").inner_text() == "c"
    page.get_by_role("button", name="Descartar esta lista").click()
    page.wait_for_url("**aviso=import-abandoned")


def test_a_file_that_is_no_sheet_is_refused_beside_its_field(office: Office, chromium: Chromium, tmp_path: Path) -> None:
    page = office.desk(chromium, width=PHONE)
    file = tmp_path / "foto.xlsx"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    office.at(page, f"/escritorio/eventos/{FORUM}/importar")
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="Subir y elegir columnas").click()
    until(lambda: page.locator(".error-summary").is_visible())
    assert page.locator("#file-error").is_visible()
    until(lambda: page.evaluate("document.activeElement.id") == "errores")
