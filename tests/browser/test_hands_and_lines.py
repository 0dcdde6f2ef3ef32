"""The public form with the keyboard alone, and what the public pages weigh on a slow line."""

import gzip
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response

from tests.browser.office import Office, until, words
from tests.browser.scene import FORUM
from tests.support.browser import DESKTOP, PHONE, Chromium

FORM = f"/eventos/{FORUM}/inscripcion"
# HTML and style sheets of a page, in bytes as they are written and as a proxy compresses them; fonts and scripts come after the words.
WHOLE, PACKED = 120_000, 30_000


def focused(page: Page) -> str:
    """The id of what has the keyboard's focus, else its words."""
    found: str = page.evaluate("document.activeElement.id || document.activeElement.innerText.trim()")
    return found


def is_ringed(page: Page) -> bool:
    """Whether what has the focus, or the label that stands for it, shows it."""
    shown: bool = page.evaluate(
        """() => {
            const one = document.activeElement, label = one.labels && one.labels[0];
            return [one, label].filter(Boolean).some((each) => ["", "::before", "::after"].some((part) => {
                const style = getComputedStyle(each, part || null);
                return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
            }));
        }"""
    )
    return shown


def tab_to(page: Page, wanted: str) -> None:
    """Tab on until something has the focus; on every step the focus must be seen."""
    for _step in range(80):
        page.keyboard.press("Tab")
        assert is_ringed(page), f"no focus to be seen on {focused(page)}"
        if focused(page) == wanted:
            return
    raise AssertionError(f"the keyboard never came to {wanted}")


@pytest.mark.slow
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_the_form_is_completed_with_the_keyboard_alone(office: Office, chromium: Chromium, width: int) -> None:
    page = chromium.open(width=width)
    office.at(page, FORM)
    page.keyboard.press("Tab")
    assert focused(page) == "Saltar al contenido"
    page.keyboard.press("Enter")
    assert focused(page) == "contenido"

    typed = {
        "document_number": f"5200{width}",
        "given_names": "Tecla Demo",
        "family_names": "Sin Ratón",
        "email": f"tecla{width}@neira.example",
    }
    for field, value in typed.items():
        tab_to(page, field)
        page.keyboard.type(value)
    tab_to(page, "municipio")
    page.keyboard.type("riosuc")
    page.locator("#municipio-lista [role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator("#municipio").input_value().startswith("Riosucio")
    assert urlsplit(page.url).path == FORM, "Enter chose from the list and sent nothing"
    tab_to(page, "entity")
    page.keyboard.type("Alcaldía de Riosucio")
    tab_to(page, "post")
    page.keyboard.type("Enlace de transparencia")
    tab_to(page, "link_kind-0")
    page.keyboard.press("Space")
    tab_to(page, "modality-0")
    page.keyboard.press("Space")
    tab_to(page, str(page.get_by_label("Presupuesto participativo").get_attribute("id")))
    page.keyboard.press("Space")

    # The consent was forgotten: reading goes to the summary, which leads to the box.
    tab_to(page, "consent")
    page.keyboard.press("Enter")
    page.locator(".error-summary").wait_for()
    until(lambda: focused(page) == "errores")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert focused(page) == "consent"
    page.keyboard.press("Space")
    tab_to(page, "Inscribirme")
    page.keyboard.press("Enter")
    page.wait_for_url("**/inscripcion/recibida/*")
    assert "Revise su correo" in words(page)


@pytest.mark.parametrize("path", ["/", f"/eventos/{FORUM}", FORM])
def test_a_slow_phone_waits_for_few_bytes(office: Office, chromium: Chromium, path: str) -> None:
    page = chromium.open(width=PHONE)
    answers: list[Response] = []
    page.on("response", lambda one: answers.append(one))
    page.goto(office.url + path, wait_until="networkidle")
    bodies = {urlsplit(one.url).path: one.body() for one in answers if one.request.resource_type in {"document", "stylesheet"}}
    assert path in bodies
    assert sum(map(len, bodies.values())) <= WHOLE
    assert sum(len(gzip.compress(body)) for body in bodies.values()) <= PACKED
    scripts = sum(len(one.body()) for one in answers if one.request.resource_type == "script")
    assert scripts <= 20_000
