"""The frame and every component, judged by axe-core and the HTML checker, at 360 and 1280 px, with and without scripts."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page

from tests.look.stage import ERRORS, ROOT, make_stage
from tests.support.browser import DESKTOP, PHONE, Chromium
from tests.support.inside import answering
from tests.support.judges import axe, vnu

PAGES = ("/piezas", "/evento", "/formulario", "/espera", *(f"/error/{status}" for status in ERRORS))
WRONG = {
    "municipio": "Riosuci",
    "days-0-on": "2021-07-29",
    "days-0-starts": "10:00",
    "days-0-ends": "09:00",
    "number": "<b>=HYPERLINK()</b>",
    "mail": "elvira.alcaldia.example",
}

SIDEWAYS = """() => [...document.querySelectorAll("body *")].filter((element) => {
  const apart = ".table-wrap, .cover, .hidden-visually, [role=status], .chart, .skip";
  const box = element.getBoundingClientRect();
  return !element.closest(apart) && box.width > 0 && (box.right > innerWidth + 1 || box.left < -1);
}).map((element) => "sideways: " + element.outerHTML.slice(0, 120))
  .concat(document.documentElement.scrollWidth > innerWidth ? ["the page scrolls sideways"] : [])"""

# What is touched is 44 px high; links inside running text and lists of words are not buttons.
SMALL = """() => {
  const fields = ":is(input:not([type=hidden], [type=radio], [type=checkbox]), select, textarea)";
  const touched = `main :is(a, button, summary, ${fields}), header a`;
  const inText = "p:not(.button-row, .needs-js), dd, th, .error-summary, .notice, .event-row h3, .event-row__tools, .mail";
  return [...document.querySelectorAll(touched)]
    .map((element) => [element, element.getBoundingClientRect()])
    .filter(([element, box]) => box.width > 0 && box.height < 43.5 && !element.closest(inText))
    .map(([element, box]) => `${Math.round(box.height)} px: ${element.outerHTML.slice(0, 120)}`);
}"""


@pytest.fixture(scope="module")
def stage() -> Flask:
    return make_stage()


@pytest.fixture(scope="module")
def address(stage: Flask) -> Iterator[str]:
    with answering(stage) as address:
        yield address


def with_errors(page: Page, address: str) -> None:
    """Open the form as it comes back after being sent with mistakes."""
    page.goto(f"{address}/formulario")
    for name, value in WRONG.items():
        page.locator(f"[name='{name}']").fill(value)
    page.get_by_role("button", name="Inscribirme").click()
    page.wait_for_selector(".error-summary")


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_every_page_passes_axe_and_nothing_scrolls_sideways(chromium: Chromium, address: str, width: int) -> None:
    found = []
    page = chromium.open(width=width)
    for path in ("/piezas", "/evento", "/formulario", "/error/404", "/error/503"):
        page.goto(address + path)
        found += [f"{path}: {fault}" for fault in [*axe(page), *page.evaluate(SIDEWAYS), *page.evaluate(SMALL)]]
    with_errors(page, address)
    found += [f"form with errors: {fault}" for fault in [*axe(page), *page.evaluate(SIDEWAYS)]]
    assert found == []


def test_high_contrast_and_the_largest_letter_pass_axe_too(chromium: Chromium, address: str) -> None:
    page = chromium.open(width=PHONE)
    page.goto(f"{address}/piezas")
    page.locator("[data-access=contrast]").click()
    for _ in range(2):
        page.locator("[data-access=larger]").click()
    found = []
    for path in ("/piezas", "/evento", "/formulario"):
        page.goto(address + path)
        found += [f"{path}: {fault}" for fault in [*axe(page), *page.evaluate(SIDEWAYS)]]
    assert page.locator("html").get_attribute("data-contrast") == "high"
    assert page.locator("html").get_attribute("data-text") == "largest"
    assert found == []


def test_without_scripts_nothing_is_offered_that_needs_them(chromium: Chromium, address: str) -> None:
    page = chromium.open(width=PHONE, javascript=False)
    page.goto(f"{address}/formulario")
    assert not page.locator(".access").is_visible()
    assert not page.get_by_role("button", name="Quitar").first.is_visible()
    assert page.locator("[data-row]").count() == 3
    assert page.locator("#municipio").get_attribute("list") == "municipio-nombres"
    page.get_by_role("button", name="Agregar otra fila").click()
    assert page.locator("[data-row]").count() == 4


def test_axe_and_the_checker_see_what_is_broken(chromium: Chromium, address: str, stage: Flask) -> None:
    page = chromium.open(width=PHONE)
    page.goto(f"{address}/roto")
    assert page.evaluate(SIDEWAYS) == ["the page scrolls sideways"]
    assert [fault.split(":")[0] for fault in page.evaluate(SMALL)] == ["21 px"]
    rules = {fault.split(" ")[0] for fault in axe(page)}
    assert {"label", "image-alt", "html-has-lang", "document-title"} <= rules
    assert vnu({"roto": stage.test_client().get("/roto").get_data(as_text=True)})


@pytest.mark.slow
def test_every_page_and_mail_is_valid_html(stage: Flask) -> None:
    client = stage.test_client()
    pages = {path: client.get(path).get_data(as_text=True) for path in (*PAGES, "/correo")}
    pages["form with errors"] = client.post("/formulario", data=WRONG).get_data(as_text=True)
    # Mail programs of the Word family read only the attributes that HTML has retired, and `color-scheme` is younger than the checker.
    for_mail_programs = ("element is obsolete", "“color-scheme”")
    found = [fault for fault in vnu(pages) if not (fault.startswith("/correo:") and any(words in fault for words in for_mail_programs))]
    assert found == []


def test_every_icon_that_is_named_is_in_the_sprite(stage: Flask) -> None:
    client = stage.test_client()
    sprite = (ROOT / "static/img/icons.svg").read_text(encoding="utf-8")
    for path in PAGES:
        html = client.get(path).get_data(as_text=True)
        named = {piece.split('"')[0] for piece in html.split("icons.svg#")[1:]}
        assert {name for name in named if f'id="{name}"' not in sprite} == set()
