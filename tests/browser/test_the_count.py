"""The count and the informe: 114, each figure with the list behind it, a mark with its reason, files that agree, and the same in Word."""

import csv
import io
import re

import docx
import openpyxl
import pytest
from playwright.sync_api import Page

from tests.browser.office import Office, until, words
from tests.browser.scene import FIFTH
from tests.support.browser import DESKTOP, PHONE, Chromium
from tests.support.judges import openxml_audit

PATH = f"/escritorio/eventos/{FIFTH}/asistencia"


def people(page: Page) -> int:
    """How many the roster says it lists."""
    return int(page.locator("#lista").inner_text().split()[0])


@pytest.mark.slow
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_every_figure_opens_its_list(office: Office, chromium: Chromium, width: int) -> None:
    page = office.desk(chromium, width=width)
    office.at(page, PATH)
    said = words(page)
    assert "25 de 27 municipios" in said
    assert "Faltaron Marulanda y Norcasia" in said
    for figure, link in ((114, "asistentes"), (123, "inscritos")):
        office.at(page, PATH)
        page.locator(".numbers a", has_text=re.compile(rf"^\s*{figure}\s*{link}")).click()
        assert people(page) == figure
    office.at(page, PATH)
    page.get_by_role("link", name="101 personas").click()
    assert people(page) == 101
    office.at(page, PATH)
    page.get_by_role("link", name="13", exact=True).first.click()
    assert people(page) == 13
    office.at(page, PATH)
    addresses = page.eval_on_selector_all("main table a[href]", "all => all.map(a => [a.textContent, a.getAttribute('href')])")
    assert len(addresses) > 40
    for figure, address in addresses[:: len(addresses) // 6]:
        office.at(page, address)
        assert people(page) == int(figure), address


@pytest.mark.slow
def test_a_mark_needs_a_reason_and_can_be_taken_back(office: Office, chromium: Chromium) -> None:
    page = office.desk(chromium, width=PHONE)
    office.at(page, f"{PATH}/lista?estado=no-asistieron")
    assert people(page) == 9
    page.locator("tbody th a").first.click()
    person = page.url
    page.get_by_label("Asistió", exact=True).check()
    page.get_by_role("button", name="Guardar la decisión").click()
    page.locator(".error-summary").wait_for()
    page.fill("#reason", "Firmó la lista en papel, folio 2")
    page.get_by_role("button", name="Guardar la decisión").click()
    until(lambda: "Firmó la lista en papel, folio 2" in words(page))
    office.at(page, PATH)
    assert "115 asistentes" in words(page)
    page.goto(person)
    page.get_by_role("button", name="Deshacer la última marca").click()
    until(lambda: "Quitó la marca" in words(page))
    office.at(page, PATH)
    assert "114 asistentes" in words(page)


@pytest.mark.slow
def test_the_files_and_the_informe_say_114(office: Office, chromium: Chromium) -> None:
    """The web page, the CSV, the XLSX and the Word document agree; the worker makes the informe while the page waits."""
    page = office.desk(chromium, width=DESKTOP)
    office.at(page, PATH)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").first.click()
    rows = list(csv.reader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig")), delimiter=";"))
    heads = next(row for row in rows if any(cell.startswith("Asisti") for cell in row))
    column = next(index for index, name in enumerate(heads) if name.startswith("Asisti"))
    body = [row for row in rows[rows.index(heads) + 1 :] if len(row) == len(heads)]
    assert sum(row[column] == "sí" for row in body) == 114
    assert len(body) == 123
    with page.expect_download() as download:
        page.get_by_role("button", name="Excel").first.click()
    sheet = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes())).active
    assert sheet is not None
    assert sum("sí" in row for row in sheet.iter_rows(values_only=True)) == 114

    office.at(page, f"/escritorio/eventos/{FIFTH}/informe")
    page.get_by_role("button", name="Generar en Word").click()
    page.wait_for_url("**/escritorio/informes/*")
    page.get_by_role("link", name="Descargar en Word").wait_for(timeout=30_000)
    with page.expect_download() as download:
        page.get_by_role("link", name="Descargar en Word").click()
    content = download.value.path().read_bytes()
    assert openxml_audit(content) == []
    text = "\n".join(part.text for part in docx.Document(io.BytesIO(content)).element.body.iter() if part.text)
    assert re.search(r"\b114\b", text)
    assert "QUINTA ASISTENCIA TÉCNICA" in text
