"""What the scripts add to pages that work without them: suggestions, rows, one sending, sharing, waiting, lasting preferences."""

from collections.abc import Callable, Iterator
from time import monotonic, sleep

import pytest
from flask import Flask
from playwright.sync_api import Page, Route

from tests.look.stage import make_stage
from tests.support.browser import PHONE, Chromium
from tests.support.inside import answering
from tests.support.judges import axe


@pytest.fixture
def stage() -> Flask:
    return make_stage()


@pytest.fixture
def address(stage: Flask) -> Iterator[str]:
    with answering(stage) as address:
        yield address


def until(true: Callable[[], bool], seconds: float = 5) -> None:
    """Wait for something to become true; the strict policy of our pages forbids Playwright's own way of waiting."""
    end = monotonic() + seconds
    while not true():
        assert monotonic() < end, "it never became true"
        sleep(0.02)


@pytest.fixture
def form(chromium: Chromium, address: str) -> Page:
    page = chromium.open(width=PHONE)
    page.goto(f"{address}/formulario")
    until(lambda: page.locator("#municipio").get_attribute("role") == "combobox")
    until(lambda: page.locator("[data-row]").count() == 1)
    return page


def test_municipality_is_chosen_with_the_keyboard_and_leaves_its_code(form: Page) -> None:
    field = form.locator("#municipio")
    field.press_sequentially("rio")
    form.wait_for_selector("#municipio-lista [role=option]")
    assert form.locator("#municipio-lista [role=option]").all_inner_texts() == ["Riosucio\nCaldas", "Riosucio\nChocó"]
    assert axe(form) == []
    field.press("ArrowDown")
    field.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") == "municipio-lista-1"
    field.press("Enter")
    assert field.input_value() == "Riosucio (Chocó)"
    assert form.locator("[data-combobox-code]").input_value() == "27615"
    assert field.get_attribute("aria-expanded") == "false"


def test_typing_after_choosing_empties_the_code(form: Page) -> None:
    field = form.locator("#municipio")
    field.fill("dorada")
    form.locator("#municipio-lista [role=option]").click()
    assert form.locator("[data-combobox-code]").input_value() == "17380"
    field.press_sequentially("x")
    assert form.locator("[data-combobox-code]").input_value() == ""


def test_an_answer_that_comes_late_does_not_replace_a_newer_one(form: Page) -> None:
    held: list[Route] = []
    abandoned: list[str] = []
    form.on("requestfailed", lambda request: abandoned.append(request.url))
    form.route("**/municipios.json?q=rio", lambda route: held.append(route))
    field = form.locator("#municipio")
    field.fill("rio")
    until(lambda: field.is_visible() and bool(held))
    field.fill("dorada")
    form.wait_for_selector("#municipio-lista [role=option]")
    assert form.locator("#municipio-lista .combo__where").all_inner_texts() == ["Caldas"]
    assert [url.rpartition("=")[2] for url in abandoned] == ["rio"]


def test_without_network_the_municipality_is_a_plain_field(form: Page) -> None:
    form.route("**/municipios.json*", lambda route: route.abort())
    field = form.locator("#municipio")
    field.fill("Riosucio")
    sleep(0.4)
    assert field.input_value() == "Riosucio"
    assert not form.locator("#municipio-lista").is_visible()


def test_rows_are_added_with_names_of_their_own_and_removed(form: Page) -> None:
    form.locator("[name='days-0-on']").fill("2021-07-29")
    add = form.get_by_role("button", name="Agregar otra fila")
    add.click()
    add.click()
    names = form.locator("[data-row] [name$='-on']").evaluate_all("fields => fields.map(field => field.name)")
    assert len(set(names)) == 3
    assert names[0] == "days-0-on"
    assert form.locator("[data-row] [name$='-on']").nth(1).input_value() == ""
    labels = form.locator("[data-row]").nth(2).locator("label").evaluate_all("labels => labels.map(label => label.control?.name)")
    assert None not in labels
    form.locator("[data-row]").nth(1).get_by_role("button", name="Quitar").click()
    assert form.locator("[data-row-number]").all_inner_texts() == ["1", "2"]
    assert axe(form) == []


def test_the_only_row_is_emptied_rather_than_removed(form: Page) -> None:
    form.locator("[name='days-0-place']").fill("Auditorio")
    form.get_by_role("button", name="Quitar").click()
    assert form.locator("[data-row]").count() == 1
    assert form.locator("[name='days-0-place']").input_value() == ""


def test_a_form_pressed_twice_is_sent_once_and_wakes_on_the_way_back(form: Page, stage: Flask) -> None:
    form.evaluate("""() => { const button = document.querySelector(".form-foot button"); button.click(); button.click(); }""")
    form.wait_for_selector(".error-summary")
    assert len(stage.extensions["received"]) == 1
    form.go_back()
    form.wait_for_selector(".form-foot button:enabled")


def test_the_summary_of_errors_takes_the_focus_and_leads_to_its_field(form: Page) -> None:
    form.get_by_role("button", name="Inscribirme").click()
    form.wait_for_selector(".error-summary")
    until(lambda: bool(form.evaluate("document.activeElement.id === 'errores'")))
    assert form.title().startswith("Error: ")
    form.locator(".error-summary a").first.click()
    assert form.evaluate("document.activeElement.name") == "number"


def test_preferences_last_and_are_there_before_the_first_paint(chromium: Chromium, address: str) -> None:
    page = chromium.open()
    page.goto(f"{address}/evento")
    page.locator("[data-access=contrast]").click()
    page.locator("[data-access=larger]").click()
    page.goto(f"{address}/formulario")
    assert page.locator("html").get_attribute("data-contrast") == "high"
    assert page.locator("html").get_attribute("data-text") == "larger"
    assert page.locator("[data-access=contrast]").get_attribute("aria-pressed") == "true"
    page.locator("[data-access=contrast]").click()
    page.reload()
    assert page.locator("html").get_attribute("data-contrast") is None


def test_a_page_that_waits_ends_by_itself(chromium: Chromium, address: str) -> None:
    page = chromium.open()
    page.goto(f"{address}/espera")
    page.wait_for_selector("text=Informe listo")
    assert page.locator("[data-poll]").get_attribute("data-poll") == "done"


def test_sharing_copies_the_full_address_where_there_is_no_sheet(chromium: Chromium, address: str) -> None:
    page = chromium.open()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{address}/piezas")
    page.evaluate("() => Object.defineProperty(navigator, 'share', {value: undefined})")
    page.get_by_role("button", name="Compartir").click()
    page.wait_for_selector("text=Copiado")
    assert page.evaluate("navigator.clipboard.readText()") == f"{address}/eventos/quinta"
