"""The form of an event in a browser: rows, the preview of the number, what the modality does not need.

tests/browser/test_every_screen has the judges look at it.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from time import monotonic, sleep

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from eventos.cycles import queries
from eventos.kernel import http
from eventos.kernel.vocabulary import Modality, StaffRole
from tests.cycles.desk import Member
from tests.cycles.factories import LINK, a_day, a_member, an_event
from tests.support.browser import DESKTOP, PHONE, Chromium
from tests.support.inside import answering

Opened = Callable[[], AbstractContextManager[Session]]


@pytest.fixture
def address(app: Flask, writing: Opened) -> Iterator[str]:
    """The application on a real port, with an administrator signed in and one draft."""
    with writing() as db:
        an_event(db, modality=Modality.HYBRID, venue_name="Auditorio", days=(a_day(), a_day(a_day().on_date.replace(day=26))))
        member = Member(a_member(db, StaffRole.ADMINISTRATOR, name="Ana Administra"))
    http.use_staff_loader(app, lambda: member)
    app.config["TRUSTED_HOSTS"] = ["127.0.0.1"]
    with answering(app) as address:
        yield address


def until(true: Callable[[], bool], seconds: float = 5) -> None:
    """Wait for something to become true; the strict policy of our pages forbids Playwright's own way of waiting."""
    end = monotonic() + seconds
    while not true():
        assert monotonic() < end, "it never became true"
        sleep(0.02)


def fill_in(page: Page) -> None:
    page.fill("#topic", "Datos abiertos")
    page.fill("#days-0-on_date", "jueves 25 de julio de 2030")
    page.fill("#days-0-starts", "08:00")
    page.fill("#days-0-ends", "10:00")
    page.fill("#link", LINK)
    page.fill("#hosts-0-name", "Oficina de Gobierno Abierto")


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_an_event_is_written_with_scripts(address: str, chromium: Chromium, looking: Opened, width: int) -> None:
    page = chromium.open(width=width)
    page.goto(f"{address}/escritorio/eventos/nuevo")
    page.fill("#number", "12")
    until(lambda: page.locator("[data-title-preview]").inner_text() == "DUODÉCIMA ASISTENCIA TÉCNICA")
    fill_in(page)
    assert not page.locator("#venue_name").is_visible()
    page.get_by_role("button", name="Agregar otro día").click()
    until(lambda: page.locator("#days [data-row]").count() == 2)
    page.fill("#days-1-on_date", "26/07/2030")
    page.fill("#days-1-starts", "14:00")
    page.fill("#days-1-ends", "16:00")
    page.get_by_role("button", name="Guardar borrador").click()
    page.wait_for_url("**/editar?*")
    with looking() as db:
        view = queries.event_view(db, "duodecima-asistencia-tecnica-datos-abiertos")
    assert len(view.days) == 2
    assert view.link.encode() == LINK.encode()
    assert page.locator("#link").input_value() == LINK


def test_an_event_is_written_without_scripts(address: str, chromium: Chromium, looking: Opened) -> None:
    page = chromium.open(width=PHONE, javascript=False)
    page.goto(f"{address}/escritorio/eventos/nuevo")
    page.fill("#number", "7")
    fill_in(page)
    page.get_by_role("button", name="Agregar otra entidad").click()
    page.fill("#hosts-1-name", "Red Ciudadana Ficticia")
    page.select_option("#hosts-1-role", "partner")
    page.fill("#days-0-on_date", "viernes 25 de julio de 2030")
    page.get_by_role("button", name="Guardar borrador").click()
    assert "El 25 de julio de 2030 es jueves, no viernes." in page.locator("#days-0-on_date-error").inner_text()
    assert page.locator("#hosts-1-name").input_value() == "Red Ciudadana Ficticia"
    page.fill("#days-0-on_date", "25 de julio de 2030")
    page.get_by_role("button", name="Guardar borrador").click()
    with looking() as db:
        view = queries.event_view(db, "septima-asistencia-tecnica-datos-abiertos")
    assert [host.name for host in view.roles] == ["Oficina de Gobierno Abierto", "Red Ciudadana Ficticia"]


def test_enter_in_a_field_saves_and_adds_no_row(address: str, chromium: Chromium) -> None:
    page = chromium.open()
    page.goto(f"{address}/escritorio/eventos/nuevo")
    fill_in(page)
    page.press("#topic", "Enter")
    page.wait_for_url("**/editar?*")
